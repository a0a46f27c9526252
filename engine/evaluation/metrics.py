"""Frame and pixel metrics.  AUCs in 0..1."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

BLOCK = 20  # frames: neighbours are alike, so whole blocks are drawn
ROUNDS = 1000


def auc(labels: NDArray[np.bool_], scores: NDArray[np.floating]) -> float | None:
    """Area under the ROC curve of frames with a score; None where only one class is present."""
    ok = np.isfinite(scores)
    if not ok.any() or labels[ok].all() or not labels[ok].any():
        return None
    return _Ranked.of(labels[ok], scores[ok]).auc(np.ones(int(ok.sum())))


def average_precision(labels: NDArray[np.bool_], scores: NDArray[np.floating]) -> float | None:
    """Average precision of frames with a score."""
    ok = np.isfinite(scores)
    if not labels[ok].any():
        return None
    return float(average_precision_score(labels[ok], scores[ok]))


def interval(
    labels: NDArray[np.bool_], scores: NDArray[np.floating], *, seed: int = 0
) -> tuple[float, float] | None:
    """95 % interval of the AUC: bootstrap over blocks of 20 frames."""
    found = bootstrap(labels, [scores], seed=seed)[0]
    if not len(found):
        return None
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def paired_interval(
    labels: NDArray[np.bool_],
    scores: NDArray[np.floating],
    against: NDArray[np.floating],
    *,
    seed: int = 0,
) -> tuple[float, float] | None:
    """95 % interval of the AUC's gain over another score's, on the same redrawn blocks."""
    one, other = bootstrap(labels, [scores, against], seed=seed)
    if not len(one):
        return None
    low, high = np.quantile(one - other, [0.025, 0.975])
    return float(low), float(high)


def bootstrap(
    labels: NDArray[np.bool_], several: list[NDArray[np.floating]], *, seed: int = 0
) -> list[NDArray[np.float64]]:
    """AUCs of several scores over the same redrawn blocks, so that differences can be paired."""
    ok = np.all([np.isfinite(scores) for scores in several], axis=0)
    truth = labels[ok]
    ranked = [_Ranked.of(truth, scores[ok]) for scores in several]
    block = np.arange(len(truth)) // BLOCK
    count = int(block[-1]) + 1 if len(block) else 0
    rng = np.random.default_rng(seed)
    found: list[list[float]] = [[] for _ in several]
    for _ in range(ROUNDS if count else 0):
        drawn = np.bincount(rng.integers(count, size=count), minlength=count)
        weights = drawn[block].astype(np.float64)  # how often each frame was drawn
        for values, ranks in zip(found, ranked, strict=True):
            value = ranks.auc(weights)
            if value is not None:
                values.append(value)
    return [np.array(values) for values in found]


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Scores sorted once, so that a weighted AUC costs one pass.  group: of equal scores (N,)."""

    truth: NDArray[np.bool_]
    group: NDArray[np.int64]
    groups: int

    @staticmethod
    def of(truth: NDArray[np.bool_], scores: NDArray[np.floating]) -> _Ranked:
        values, group = np.unique(scores, return_inverse=True)
        return _Ranked(truth, group.astype(np.int64), len(values))

    def auc(self, weights: NDArray[np.float64]) -> float | None:
        """AUC of frames that count `weights` times; None where a class is missing."""
        up = np.bincount(self.group, weights * self.truth, self.groups)
        down = np.bincount(self.group, weights * ~self.truth, self.groups)
        total = up.sum() * down.sum()
        if total == 0:
            return None
        below = np.cumsum(down) - down
        return float((up * (below + 0.5 * down)).sum() / total)


@dataclass(slots=True)
class PixelCounts:
    """ROC over all pixels of all frames in bounded memory: one histogram a class.

    Scores are clipped to [low, high]; 4,096 bins keep the AUC to about 1e-4.
    """

    low: float = -5.0
    high: float = 60.0
    abnormal: NDArray[np.int64] = field(default_factory=lambda: np.zeros(4096, np.int64))
    normal: NDArray[np.int64] = field(default_factory=lambda: np.zeros(4096, np.int64))

    def add(self, scores: NDArray[np.float32], mask: NDArray[np.bool_]) -> None:
        """Count one frame's pixels.  Both (H, W)."""
        # equal steps of the logarithm: normal pixels crowd near 0
        log = np.log1p(np.clip(scores, self.low, self.high) - self.low)
        top = np.log1p(self.high - self.low)
        bins = np.minimum((log / top * 4096).astype(np.int64), 4095)
        self.abnormal += np.bincount(bins[mask], minlength=4096)
        self.normal += np.bincount(bins[~mask], minlength=4096)

    def auc(self) -> float | None:
        """Probability that an abnormal pixel outranks a normal one, ties counting half."""
        positives, negatives = int(self.abnormal.sum()), int(self.normal.sum())
        if not positives or not negatives:
            return None
        below = np.concatenate(([0], np.cumsum(self.normal)[:-1]))
        won = (self.abnormal * (below + 0.5 * self.normal)).sum()
        return float(won / positives / negatives)


def overlap(marked: NDArray[np.bool_], mask: NDArray[np.bool_]) -> float:
    """Intersection over union of marked and true pixels of one abnormal frame."""
    union = int((marked | mask).sum())
    return float((marked & mask).sum() / union) if union else 0.0
