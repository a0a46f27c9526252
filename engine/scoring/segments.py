"""From a score to segments: threshold with hysteresis, minimum length, merge gap, padding, in
seconds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadSetting
from engine.timebase import FrameSpan


@dataclass(frozen=True, slots=True)
class SegmentSettings:
    """threshold in the score's unit; a segment goes on while the score stays above `hysteresis`
    times the way from 0 to the threshold (1 switches hysteresis off).  All times in seconds.
    """

    threshold: float = 1.0
    hysteresis: float = 0.8
    min_length: float = 0.3
    merge_gap: float = 1.0
    padding: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.hysteresis <= 1:
            raise BadSetting("The hysteresis share lies between 0 and 1.")
        if not math.isfinite(self.threshold):
            raise BadSetting(f"The threshold is a number, not {self.threshold}.")
        times = (self.min_length, self.merge_gap, self.padding)
        if not all(map(math.isfinite, times)) or min(times) < 0:
            raise BadSetting("Lengths, gaps and padding are numbers of seconds, never negative.")

    @property
    def low_threshold(self) -> float:
        """Where a segment that has begun ends."""
        if self.threshold <= 0:
            return self.threshold
        return self.threshold * self.hysteresis


@dataclass(frozen=True, slots=True)
class FoundSegment:
    """A run of frames with a high score.  peak: the score at peak_frame."""

    span: FrameSpan
    peak: float
    peak_frame: int


def runs(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Starts and stops of the True runs.  (N,) -> (R, 2)."""
    edges = np.flatnonzero(np.diff(mask.astype(np.int8), prepend=0, append=0))
    return edges.reshape(-1, 2).astype(np.int64)


def find_segments(
    scores: NDArray[np.float32], seconds: NDArray[np.float64], settings: SegmentSettings
) -> list[FoundSegment]:
    """Segments of a score (N,), NaN counting as below; seconds (N,) are the frames' relative
    times.
    """
    if len(scores) == 0:
        return []
    ends = leaving_times(seconds)
    with np.errstate(invalid="ignore"):
        above = scores >= settings.low_threshold
        peaks = scores >= settings.threshold
    spans = runs(above)
    counts = np.concatenate(([0], np.cumsum(peaks)))
    spans = spans[counts[spans[:, 1]] > counts[spans[:, 0]]]
    if not len(spans):
        return []
    starts, stops = spans[:, 0], spans[:, 1]
    apart = seconds[starts[1:]] - ends[stops[:-1] - 1] > settings.merge_gap + 1e-9
    starts, stops = starts[np.append(True, apart)], stops[np.append(apart, True)]
    long = ends[stops - 1] - seconds[starts] + 1e-9 >= settings.min_length
    starts, stops = starts[long], stops[long]
    first = np.searchsorted(seconds, seconds[starts] - settings.padding - 1e-9)
    last = np.searchsorted(seconds, ends[stops - 1] + settings.padding - 1e-9)
    heights = np.where(np.isnan(scores), -np.inf, scores)
    found = []
    for start, stop, shown, gone in np.stack((starts, stops, first, last), axis=1).tolist():
        peak = start + int(heights[start:stop].argmax())
        found.append((shown, gone, float(scores[peak]), peak))
    return _without_overlap(found)


def leaving_times(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """When each frame leaves the screen: when the next one comes, or after the usual interval."""
    step = float(np.median(np.diff(seconds[-1000:]))) if len(seconds) > 1 else 0.0
    return np.append(seconds[1:], seconds[-1:] + step)


def _without_overlap(found: list[tuple[int, int, float, int]]) -> list[FoundSegment]:
    """Padding may make neighbours touch; they become one, with the higher peak."""
    joined: list[tuple[int, int, float, int]] = []
    for start, stop, peak, at in found:
        if joined and start <= joined[-1][1]:
            first, _, other, where = joined[-1]
            best = (peak, at) if peak > other else (other, where)
            joined[-1] = (first, stop, *best)
        else:
            joined.append((start, stop, peak, at))
    return [FoundSegment(FrameSpan(a, b), peak, at) for a, b, peak, at in joined]


def flagged_seconds(segments: list[FrameSpan], seconds: NDArray[np.float64]) -> float:
    """How long the spans last together, each frame lasting until the next."""
    if len(seconds) == 0:
        return 0.0
    ends = leaving_times(seconds)
    return float(sum(ends[s.stop - 1] - seconds[s.start] for s in segments if len(s)))
