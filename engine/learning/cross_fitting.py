"""Scores of normal footage by densities that have not seen it, without losing it to learn from.

The footage is cut into folds; each is compared with what was learned from the others, and in the
end everything is learned from.  So calibration knows how much one recording differs from another,
which a single held-out stretch cannot tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.detectors.attributes_measuring import Background, Measured, Measurer, Plane
from engine.detectors.attributes_normal import Normal
from engine.errors import UnusableDataset
from engine.learning.attributes_fit import Learner

FOLDS = 4

Span = tuple[int, int]


def folds_of(spans: Sequence[Span], count: int = FOLDS) -> list[tuple[Span, int]]:
    """Spans in order of time, each with its fold.

    With two runs or more for each fold whole runs are taken in turn, else every run is cut into as
    many stretches as there are folds.
    """
    if len(spans) >= 2 * count:
        return [(span, at % count) for at, span in enumerate(spans)]
    found: list[tuple[Span, int]] = []
    for start, stop in spans:
        edges = np.linspace(start, stop, count + 1).astype(int).tolist()
        found += [((a, b), fold) for fold, (a, b) in enumerate(pairwise(edges))]
    return [(span, fold) for span, fold in found if span[1] - span[0] >= 2]


@dataclass(frozen=True, slots=True, eq=False)
class CrossFit:
    """What came of it.  normal: densities of everything.

    planes: surprises of every measured frame, by densities of the other folds; bounds: where each
    stretch of them starts and stops.  honest: whether there was enough for that; without it they
    are by densities that have seen the frames.
    """

    normal: Normal
    planes: list[dict[str, Plane]]
    bounds: list[Span]
    honest: bool


def cross_fit(
    frames: NDArray[np.uint8],
    spans: Sequence[Span],
    background: Background,
    seed: int,
    runs: Sequence[Span] = (),
) -> Iterator[tuple[str, int, int, CrossFit | None]]:
    """Learn from frames (N, H, W) and compare them; yields (phase, done, of all, None) and at last
    the result.  Raises UnusableDataset where too little moves.

    runs: the unbroken runs that the spans are taken from, where they are not whole; what stood
    still before a span began is known from there.
    """
    runs = runs or spans
    pieces = folds_of(spans)
    total = sum(stop - start for (start, stop), _ in pieces)
    learners = [Learner(background, seed) for _ in range(FOLDS)]
    measured: list[tuple[int, list[Measured]]] = []
    done = 0
    for (start, stop), fold in pieces:
        measurer, found = Measurer(background), []
        begins = max((first for first, last in runs if first <= start < last), default=start)
        for at in range(max(begins, start - measurer.context), start):
            measurer.take(np.asarray(frames[at]))
        for at in range(start, stop):
            one = measurer.measure(np.asarray(frames[at]))
            if one is not None:
                learners[fold].add(one)
                found.append(one)
            done += 1
            yield "measuring", done, total, None
        measured.append((fold, found))
    yield "learning densities", total, total, None
    normal = Learner.of_all(learners).normal()
    others = _of_the_others(learners)
    planes: list[dict[str, Plane]] = []
    bounds: list[Span] = []
    for fold, found in measured:
        first = len(planes)
        against = normal if others is None else others[fold]
        for one in found:
            planes.append(against.surprises(one))
            yield "calibrating", len(planes), total, None
        if found:
            bounds.append((first, len(planes)))
    yield "calibrating", total, total, CrossFit(normal, planes, bounds, others is not None)


def _of_the_others(learners: Sequence[Learner]) -> list[Normal] | None:
    """For each fold what the others have learned; None where that is too little."""
    try:
        return [
            Learner.of_all([one for one in learners if one is not left]).normal()
            for left in learners
        ]
    except UnusableDataset:
        return None
