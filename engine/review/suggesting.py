"""What the verdicts say about the threshold.  A suggestion is told, never applied."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.review.state import ReviewSegment
from engine.scoring.segments import SegmentSettings, find_segments
from engine.timebase import FrameSpan

_TRIES = 16  # thresholds that are tried; each costs one pass over the score
_MOST = 0.5  # a threshold that flags more of the footage finds everything and says nothing


@dataclass(frozen=True, slots=True)
class ThresholdSuggestion:
    """A threshold and what it would do to the segments that were judged.

    kept: confirmed segments that the score still finds.  gone: dismissed ones that it does not.
    open_gone: segments that nobody has judged yet and that would go as well.
    """

    threshold: float
    confirmed: int
    kept: int
    dismissed: int
    gone: int
    open_gone: int = 0

    @property
    def sentence(self) -> str:
        """`At 0.61 all your 5 confirmed segments stay and 14 of 17 dismissed ones go.`"""
        at = f"At {self.threshold:g}"
        stay = _of(self.kept, self.confirmed, "confirmed segment", "your ")
        text = f"{at} {stay} {'stays' if self.confirmed == 1 else 'stay'}"
        if self.dismissed:
            goes = "goes" if self.dismissed == 1 else "go"
            text += f" and {_of(self.gone, self.dismissed, 'dismissed one')} {goes}"
        if self.open_gone:
            count = self.open_gone
            text += f"; {count} not judged yet would go, too"
        return text + "."


def suggest_threshold(
    score: NDArray[np.float32],
    seconds: NDArray[np.float64],
    settings: SegmentSettings,
    segments: Sequence[ReviewSegment],
) -> ThresholdSuggestion | None:
    """The threshold at which most confirmed segments stay and then most dismissed ones go.

    score (N,), NaN where there is none; seconds (N,).  Midway between the verdicts on either side,
    so that neither hangs on the last digit.  None where nothing is confirmed, or where no
    threshold does better than the present one.
    """
    confirmed = [s for s in segments if s.verdict.value == "confirmed"]
    dismissed = [s for s in segments if s.verdict.value == "dismissed"]
    still_open = [s for s in segments if s.verdict.value in ("unjudged", "unsure")]
    if not confirmed or not len(score):
        return None

    def outcome(threshold: float) -> ThresholdSuggestion | None:
        tried = replace(settings, threshold=threshold)
        found = [s.span for s in find_segments(score, seconds, tried)]
        if sum(len(span) for span in found) > _MOST * len(score):
            return None
        return ThresholdSuggestion(
            threshold,
            len(confirmed),
            _found(confirmed, found),
            len(dismissed),
            len(dismissed) - _found(dismissed, found),
            len(still_open) - _found(still_open, found),
        )

    now = outcome(settings.threshold)
    outcomes = [outcome(at) for at in _thresholds(score, confirmed, dismissed)]
    sensible = [one for one in outcomes if one is not None]
    if not sensible:
        return None
    best = max(sensible, key=lambda one: (one.kept, one.gone, -one.open_gone))
    if now is not None and (best.kept, best.gone) <= (now.kept, now.gone):
        return None
    return best


def _thresholds(
    score: NDArray[np.float32],
    confirmed: Sequence[ReviewSegment],
    dismissed: Sequence[ReviewSegment],
) -> list[float]:
    """Midway between neighbouring peaks, from below the highest confirmed one down."""
    yes = [peak for s in confirmed if (peak := _peak(score, s.span)) is not None]
    no = [peak for s in dismissed if (peak := _peak(score, s.span)) is not None]
    if not yes:
        return []
    # a threshold above a confirmed peak is worth a try only where another verdict lies between
    peaks = sorted({*yes, *no})
    peaks = [peak for peak in peaks if peak <= max(yes)]
    found = [_rounded(low, high) for low, high in itertools.pairwise(peaks)]
    found.append(_rounded(peaks[0] * 0.9 if peaks[0] > 0 else peaks[0] - 0.1, peaks[0]))
    found.sort(reverse=True)
    near = [at for at in found if at <= min(yes)]
    return (near + [at for at in found if at > min(yes)])[:_TRIES]


def _rounded(low: float, high: float) -> float:
    """A number with few digits between two, the middle where that is possible."""
    middle = (low + high) / 2
    for digits in range(2, 9):
        short = round(middle, digits)
        if low < short <= high:
            return short
    return middle


def _peak(score: NDArray[np.float32], span: FrameSpan) -> float | None:
    inside = score[span.start : span.stop]
    if not np.isfinite(inside).any():
        return None
    peak = float(np.nanmax(inside))
    return peak if math.isfinite(peak) else None


def _found(segments: Sequence[ReviewSegment], found: Sequence[FrameSpan]) -> int:
    return sum(any(s.span.overlaps(span) for span in found) for s in segments)


def _of(count: int, total: int, noun: str, whose: str = "") -> str:
    if total == 1:
        return f"{whose}1 {noun}" if count else f"none of {whose}1 {noun}"
    if count == total:
        return f"all {whose}{total} {noun}s"
    return f"{count} of {whose}{total} {noun}s"
