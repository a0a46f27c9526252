"""The papers' pictures of one frame: which items or prototypes answered, where, and how surely."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.analysis.analysis import Analysis
from engine.analysis.looking import Looker
from engine.detectors.answering import Answering
from engine.detectors.base import Detector, Picture
from engine.footage import Decoder, Footage

QUERIES = 600  # at most so many are laid out
FEW = 40  # below so many points t-SNE has no neighbourhoods to keep
Points = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """index: the frame that was predicted.  picture: RGB uint8 (H, W, 3).  error: of the prediction
    (h, w).  answers: one memory, or two (appearance and motion), or the prototypes.  laid: for
    each, the place of some queries (n, 2), what answers them (n,), and the place of the items
    (M, 2).  layout: `t-SNE` or `PCA`.
    """

    index: int
    picture: Picture
    error: NDArray[np.float32]
    answers: tuple[Answering, ...]
    laid: tuple[tuple[Points, NDArray[np.int64], Points], ...]
    layout: str


def portrait(
    footage: Footage, detector: Detector, analysis: Analysis, decoder: Decoder, index: int
) -> Portrait | None:
    """The portrait of the scored frame that stands for `index`, with the memory of that moment;
    None where there is no score or nothing that answers.
    """
    looker = Looker(footage, detector, analysis)
    target = looker.nearest(index)
    if target is None:
        return None
    stream = looker.before(decoder, target)
    look = stream.look(target, decoder.read(target))
    answers: tuple[Answering, ...] = getattr(stream, "answers", tuple)()
    if look is None or not answers:
        return None
    laid = tuple(lay_out(one) for one in answers)
    layout = "t-SNE" if len(laid[0][0]) + len(laid[0][2]) >= FEW else "PCA"
    error = np.asarray(look.maps["error"], np.float32)
    return Portrait(look.index, decoder.read(look.index), error, answers, laid, layout)


def lay_out(one: Answering, seed: int = 0) -> tuple[Points, NDArray[np.int64], Points]:
    """Queries and items in a plane: t-SNE (van der Maaten and Hinton, 2008), seeded; the first two
    principal components where there are few.
    """
    flat = one.queries.reshape(-1, one.queries.shape[-1])
    rng = np.random.default_rng(seed)
    kept = np.sort(rng.permutation(len(flat))[:QUERIES])
    points = np.concatenate((flat[kept], one.items)).astype(np.float64)
    if len(points) < FEW:
        centred = points - points.mean(axis=0)
        _, _, axes = np.linalg.svd(centred, full_matrices=False)
        placed = centred @ axes[:2].T
    else:
        from sklearn.manifold import TSNE

        placed = TSNE(
            perplexity=min(30, len(points) // 4), init="pca", random_state=seed
        ).fit_transform(points)
    places = np.asarray(placed, np.float32)
    return places[: len(kept)], one.assigned.ravel()[kept], places[len(kept) :]
