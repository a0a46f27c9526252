"""Stored scores against labels: the ROC curve, the scores of either class, and figures by clip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_curve

from engine.evaluation.metrics import auc, average_precision, interval

BINS = 40
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class JudgedClip:
    """scores (N,), up is abnormal, NaN where there is none; labels bool (N,)."""

    name: str
    scores: NDArray[np.float32]
    labels: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ClipFigures:
    """One line of the table.  abnormal: of the scored frames.  auc: None with one class only."""

    name: str
    frames: int
    scored: int
    abnormal: int
    auc: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """Over all scored frames of all clips together.

    auc and its 95 % interval (blocks of 20 frames redrawn) in 0..1, None with one class only.
    false_alarms, hits (P,): the ROC curve, empty with one class only.  edges (B+1,); normal,
    abnormal (B,): share of the frames of that class with such a score.
    """

    auc: float | None
    interval: tuple[float, float] | None
    average_precision: float | None
    false_alarms: Values
    hits: Values
    edges: Values
    normal: Values
    abnormal: Values
    clips: tuple[ClipFigures, ...]

    @property
    def frames(self) -> int:
        """Frames with a label."""
        return sum(clip.frames for clip in self.clips)

    @property
    def scored(self) -> int:
        """Frames with a label and a score: those that count."""
        return sum(clip.scored for clip in self.clips)

    @property
    def labelled(self) -> int:
        """Scored frames that are labelled abnormal."""
        return sum(clip.abnormal for clip in self.clips)


def judge(clips: Sequence[JudgedClip]) -> Judgement:
    """Hold scores against labels; frames without a score do not count."""
    scores = np.concatenate([clip.scores for clip in clips]).astype(np.float64)
    labels = np.concatenate([clip.labels for clip in clips])
    found = auc(labels, scores)
    ok = np.isfinite(scores)
    false_alarms = hits = np.zeros(0)
    if found is not None:
        false_alarms, hits, _ = roc_curve(labels[ok], scores[ok])
    edges = np.linspace(*_ends(scores[ok]), BINS + 1)
    return Judgement(
        found,
        None if found is None else interval(labels, scores),
        average_precision(labels, scores),
        false_alarms,
        hits,
        edges,
        _shares(scores[ok & ~labels], edges),
        _shares(scores[ok & labels], edges),
        tuple(_figures(clip) for clip in clips),
    )


def _ends(scores: Values) -> tuple[float, float]:
    if not len(scores):
        return 0.0, 1.0
    low, high = float(scores.min()), float(scores.max())
    return low, high if high > low else low + 1.0


def _shares(scores: Values, edges: Values) -> Values:
    return np.histogram(scores, edges)[0] / max(1, len(scores))


def _figures(clip: JudgedClip) -> ClipFigures:
    ok = np.isfinite(clip.scores)
    return ClipFigures(
        clip.name,
        len(clip.labels),
        int(ok.sum()),
        int((ok & clip.labels).sum()),
        auc(clip.labels, clip.scores),
    )
