"""Upkeep of a memory around training: where its items start, and where they settle.

Both are ours.  The released memory starts as noise in the positive orthant, so that all items
point the same way, and ends as the centroids of the last batch, seen through BN in training mode.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.detectors.memory import address
from engine.detectors.mnad import to_unit
from engine.learning.clips import ClipSet

SAMPLE_CLIPS = 96
QUERIES_PER_CLIP = 256

QueriesOf = Callable[[Tensor], Tensor]  # a clip (1, T, C, h, w) in [-1, 1] -> its queries (K, C)


def sample_queries(
    network: nn.Module, queries_of: QueriesOf, clips: ClipSet, *, training: bool, seed: int = 0
) -> Tensor:
    """Queries of clips spread over the footage, a random share of each.  (K, C), unit rows."""
    rng = np.random.default_rng(seed)
    device = next(network.parameters()).device
    picked = np.linspace(0, len(clips) - 1, min(SAMPLE_CLIPS, len(clips))).astype(np.int64)
    was_training = network.training
    network.train(training)
    found = []
    with torch.no_grad():
        for at in picked:
            clip = to_unit(torch.from_numpy(clips.batch(np.array([at]))).to(device))
            queries = queries_of(clip)
            chosen = rng.permutation(len(queries))[:QUERIES_PER_CLIP]
            found.append(queries[torch.from_numpy(chosen).to(device)])
    network.train(was_training)
    return torch.cat(found)


def spread_items(queries: Tensor, count: int, seed: int) -> Tensor:
    """Starting items: queries chosen far from one another (k-means++ on cosines).
    (K, C) -> (count, C).
    """
    rng = np.random.default_rng(seed)
    chosen = [int(rng.integers(len(queries)))]
    gap = 1 - queries @ queries[chosen[0]]
    for _ in range(count - 1):
        share = gap.clamp_min(0).double().cpu().numpy() + 1e-12
        chosen.append(int(rng.choice(len(queries), p=share / share.sum())))
        gap = torch.minimum(gap, 1 - queries @ queries[chosen[-1]])
    return queries[chosen].clone()


def centroid_items(queries: Tensor, items: Tensor, rounds: int = 12) -> Tensor:
    """Settled items: spherical k-means over queries (K, C), from the present items.  (M, C).

    An item that no query chooses moves to the query that is worst served, so that none stays dead.
    """
    items = items.detach().float().clone()
    for _ in range(rounds):
        addressing = address(queries, items)
        own = F.one_hot(addressing.assigned, len(items)).to(queries.dtype)
        count = own.sum(dim=0)
        items = torch.where(count[:, None] > 0, F.normalize(own.T @ queries, dim=1), items)
        served = addressing.similarity.amax(dim=1)
        for dead in torch.nonzero(count == 0).flatten().tolist():
            worst = int(served.argmin())
            items[dead] = queries[worst]
            served = torch.maximum(served, queries @ queries[worst])
    return items
