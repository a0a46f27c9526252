"""Peaks that stay under the threshold: what a lower one would flag next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.scoring.segments import FoundSegment, SegmentSettings, leaving_times
from engine.timebase import FrameSpan

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class NearMiss(FoundSegment):
    """level: the highest threshold that finds it; the peak, or less where that is a flash."""

    level: float = 0.0


_BLOCK = 256  # frames whose maximum is kept, so that a day of footage is searched in a millisecond
_TRIES = 8  # runs may be passed over for ones that are found earlier, so many for each listed


def near_misses(
    scores: Values,
    seconds: NDArray[np.float64],
    settings: SegmentSettings,
    taken: Sequence[FrameSpan],
    most: int = 12,
) -> list[NearMiss]:
    """What a lower threshold would flag outside `taken` (widened by the merge gap), first what it
    would flag first.

    scores (N,), NaN where there is none.  Each is the segment that the highest threshold which
    finds it would make: its own peak, or a lower one where it is too short at its peak's height,
    as a flash is, even above the present threshold.  What is not found before the threshold falls
    to the median score misses by more than a little and is left out.
    """
    finite = np.isfinite(scores)
    if not finite.any() or most <= 0:
        return []
    floor = float(np.median(scores[finite]))
    left = _Left(np.where(finite, scores, np.float32(-np.inf)))
    ends = leaving_times(seconds)
    for span in taken:
        left.strike(*_widened(span.start, span.stop, seconds, ends, settings.merge_gap))
    found: list[NearMiss] = []
    for _ in range(most * _TRIES):
        at, peak = left.highest()
        enough = len(found) >= most and sorted(miss.level for miss in found)[-most] >= peak
        if enough or not peak > floor:
            break
        level, start, stop = _found_at(left, at, peak, floor, seconds, ends, settings)
        left.strike(*_widened(start, stop, seconds, ends, settings.merge_gap))
        if level > floor:
            found.append(NearMiss(FrameSpan(start, stop), peak, at, level))
    found.sort(key=lambda miss: (-miss.level, miss.span.start))
    return found[:most]


def _found_at(
    left: _Left,
    at: int,
    peak: float,
    floor: float,
    seconds: NDArray[np.float64],
    ends: NDArray[np.float64],
    settings: SegmentSettings,
) -> tuple[float, int, int]:
    """The highest threshold at which the run around a peak is long enough, and that run; -inf
    where it is too short at any above the floor.
    """
    share = settings.hysteresis
    low = peak * share if peak > 0 else peak
    start, stop = left.run(at, low)
    level = peak
    while ends[stop - 1] - seconds[start] + 1e-9 < settings.min_length:
        low = left.beside(start, stop)
        if low <= floor:
            return -np.inf, start, stop
        start, stop = left.run(at, low)
        level = min(peak, low / share) if low > 0 and share > 0 else low
    return level, start, stop


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

    def beside(self, start: int, stop: int) -> float:
        """The higher one of the scores next to [start, stop); -inf where both are struck out."""
        before = self._scores[start - 1] if start > 0 else -np.inf
        after = self._scores[stop] if stop < self._size else -np.inf
        return float(max(before, after))

    def strike(self, start: int, stop: int) -> None:
        """Take frames [start, stop) out."""
        if stop <= start:
            return
        self._scores[start:stop] = -np.inf
        first, last = start // _BLOCK, -(-stop // _BLOCK)
        blocks = self._scores[first * _BLOCK : last * _BLOCK].reshape(-1, _BLOCK)
        self._peaks[first:last] = blocks.max(axis=1)
