"""Frame and pixel metrics.  AUCs in 0..1."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

BLOCK = 20  # frames: neighbours are alike, so whole blocks are drawn
ROUNDS = 1000


def auc(labels: NDArray[np.bool_], scores: NDArray[np.floating]) -> float | None:
    """Area under the ROC curve of frames with a score; None where only one class is present."""
    ok = np.isfinite(scores)
    if not ok.any() or labels[ok].all() or not labels[ok].any():
        return None
    return float(roc_auc_score(labels[ok], scores[ok]))


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


def bootstrap(
    labels: NDArray[np.bool_], several: list[NDArray[np.floating]], *, seed: int = 0
) -> list[NDArray[np.float64]]:
    """AUCs of several scores over the same redrawn blocks, so that differences can be paired."""
    ok = np.all([np.isfinite(scores) for scores in several], axis=0)
    truth = labels[ok]
    kept = [scores[ok] for scores in several]
    blocks = [np.arange(s, min(s + BLOCK, len(truth))) for s in range(0, len(truth), BLOCK)]
    rng = np.random.default_rng(seed)
    found: list[list[float]] = [[] for _ in several]
    for _ in range(ROUNDS if blocks else 0):
        rows = np.concatenate([blocks[i] for i in rng.integers(len(blocks), size=len(blocks))])
        if truth[rows].all() or not truth[rows].any():
            continue
        for values, scores in zip(found, kept, strict=True):
            values.append(float(roc_auc_score(truth[rows], scores[rows])))
    return [np.array(values) for values in found]


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
