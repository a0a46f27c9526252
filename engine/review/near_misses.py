"""Peaks that stay under the threshold: what a lower one would flag next."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.scoring.segments import FoundSegment, SegmentSettings, leaving_times
from engine.timebase import FrameSpan

Values = NDArray[np.float32]

_BLOCK = 256  # frames whose maximum is kept, so that a day of footage is searched in a millisecond
_TRIES = 8  # runs that are too short may be passed over, so many for each one that is listed


def near_misses(
    scores: Values,
    seconds: NDArray[np.float64],
    settings: SegmentSettings,
    taken: Sequence[FrameSpan],
    most: int = 12,
) -> list[FoundSegment]:
    """The highest runs outside `taken` (widened by the merge gap), the highest first.

    scores (N,), NaN where there is none.  Each is the segment that would be found with the
    threshold at its own peak; runs shorter than the minimum length are none.  What does not rise
    above the median score misses by more than a little and is left out.
    """
    finite = np.isfinite(scores)
    if not finite.any() or most <= 0:
        return []
    floor = float(np.median(scores[finite]))
    with np.errstate(invalid="ignore"):
        below = finite & (scores < settings.threshold)
    left = _Left(np.where(below, scores, np.float32(-np.inf)))
    ends = leaving_times(seconds)
    for span in taken:
        left.strike(*_widened(span.start, span.stop, seconds, ends, settings.merge_gap))
    found: list[FoundSegment] = []
    for _ in range(most * _TRIES):
        at, peak = left.highest()
        if len(found) == most or not peak > floor:
            break
        low = peak * settings.hysteresis if peak > 0 else peak
        start, stop = left.run(at, low)
        left.strike(*_widened(start, stop, seconds, ends, settings.merge_gap))
        if ends[stop - 1] - seconds[start] + 1e-9 >= settings.min_length:
            found.append(FoundSegment(FrameSpan(start, stop), peak, at))
    return found


def _widened(
    start: int,
    stop: int,
    seconds: NDArray[np.float64],
    ends: NDArray[np.float64],
    gap: float,
) -> tuple[int, int]:
    """Frames [start, stop) and those within `gap` seconds of them, which would be merged."""
    if stop <= start:
        return start, stop
    first = int(np.searchsorted(ends, seconds[start] - gap - 1e-9, side="right"))
    last = int(np.searchsorted(seconds, ends[stop - 1] + gap + 1e-9))
    return min(first, start), max(last, stop)


class _Left:
    """Scores of which runs are struck out; -inf is struck out."""

    def __init__(self, scores: Values) -> None:
        count = -(-len(scores) // _BLOCK) * _BLOCK
        padded = np.full(count, -np.inf, np.float32)
        padded[: len(scores)] = scores
        self._scores, self._size = padded, len(scores)
        self._peaks = padded.reshape(-1, _BLOCK).max(axis=1)

    def highest(self) -> tuple[int, float]:
        """Where the highest score is, and how high."""
        block = int(self._peaks.argmax())
        inside = self._scores[block * _BLOCK : (block + 1) * _BLOCK]
        at = block * _BLOCK + int(inside.argmax())
        return at, float(self._scores[at])

    def run(self, at: int, low: float) -> tuple[int, int]:
        """The frames around `at` that do not fall below `low`: [start, stop)."""
        start, stop = at, at + 1
        while start > 0:
            piece = self._scores[max(0, start - _BLOCK) : start]
            under = np.flatnonzero(piece < low)
            if len(under):
                start -= len(piece) - 1 - int(under[-1])
                break
            start -= len(piece)
        while stop < self._size:
            piece = self._scores[stop : stop + _BLOCK]
            under = np.flatnonzero(piece < low)
            if len(under):
                stop += int(under[0])
                break
            stop += len(piece)
        return start, min(stop, self._size)

    def strike(self, start: int, stop: int) -> None:
        """Take frames [start, stop) out."""
        if stop <= start:
            return
        self._scores[start:stop] = -np.inf
        first, last = start // _BLOCK, -(-stop // _BLOCK)
        blocks = self._scores[first * _BLOCK : last * _BLOCK].reshape(-1, _BLOCK)
        self._peaks[first:last] = blocks.max(axis=1)
