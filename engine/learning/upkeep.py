"""Upkeep of the memory around training: where its items start, and where they settle.

Both are ours.  The released memory starts as noise in the positive orthant, so that all items
point the same way, and ends as the centroids of the last batch, seen through BN in training mode.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.detectors.memory import address, as_queries
from engine.detectors.mnad import MnadNetwork, to_unit
from engine.learning.clips import ClipSet

SAMPLE_CLIPS = 96
QUERIES_PER_CLIP = 256


def sample_queries(
    network: MnadNetwork, clips: ClipSet, device: torch.device, *, training: bool, seed: int = 0
) -> Tensor:
    """Queries of clips spread over the footage, a random share of each.  (K, C), unit rows."""
    rng = np.random.default_rng(seed)
    picked = np.linspace(0, len(clips) - 1, min(SAMPLE_CLIPS, len(clips))).astype(np.int64)
    was_training = network.training
    network.train(training)
    found = []
    with torch.no_grad():
        for at in picked:
            frames = clips.batch(np.array([at]))[0][: network.config.frames_in]
            clip = to_unit(torch.from_numpy(frames.reshape(1, -1, *frames.shape[2:])).to(device))
            queries = as_queries(network.encoder(clip)[0])
            chosen = rng.permutation(len(queries))[:QUERIES_PER_CLIP]
            found.append(queries[torch.from_numpy(chosen).to(device)])
    network.train(was_training)
    return torch.cat(found)


def spread_items(network: MnadNetwork, clips: ClipSet, device: torch.device, seed: int) -> Tensor:
    """Starting items: queries chosen far from one another (k-means++ on cosines).  (M, C)."""
    queries = sample_queries(network, clips, device, training=False, seed=seed)
    rng = np.random.default_rng(seed)
    chosen = [int(rng.integers(len(queries)))]
    gap = 1 - queries @ queries[chosen[0]]
    for _ in range(network.config.items - 1):
        share = gap.clamp_min(0).double().cpu().numpy() + 1e-12
        chosen.append(int(rng.choice(len(queries), p=share / share.sum())))
        gap = torch.minimum(gap, 1 - queries @ queries[chosen[-1]])
    return queries[chosen].clone()


def centroid_items(
    network: MnadNetwork, clips: ClipSet, device: torch.device, rounds: int = 12
) -> Tensor:
    """Settled items: spherical k-means over eval-mode queries, from the present items.  (M, C).

    An item that no query chooses moves to the query that is worst served, so that none stays dead.
    """
    if network.memory is None:
        raise ValueError("a network without memory has no items")
    queries = sample_queries(network, clips, device, training=False)
    items = network.memory.items.detach().float()
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
