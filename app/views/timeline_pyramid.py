"""Minima and maxima of a long track at every zoom: a million frames draw like a thousand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]
Seconds = NDArray[np.float64]

_FACTOR = 4  # samples of one level in a block of the next
_LEVELS = 6
_TOP = _FACTOR**_LEVELS
_FINE = 4  # blocks in a column at least, so that an extreme spills by a quarter of a column at most
_GAP = 10  # a pause so many times longer than the usual step is a gap in the recording


class MinMaxPyramid:
    """A growing track of values over shared times.  NaN counts for nothing; all NaN stays NaN."""

    def __init__(self, seconds: Seconds | None = None) -> None:
        self._seconds = np.empty(0) if seconds is None else seconds
        self._count = 0
        self._low: list[Values] = []
        self._high: list[Values] = []
        self._reserve(0)

    def __len__(self) -> int:
        return self._count

    def set_seconds(self, seconds: Seconds) -> None:
        """Times of the frames, ascending (N,); shared, not copied."""
        self._seconds = seconds

    def append(self, values: Values) -> None:
        """Add values (K,) at the end."""
        start, stop = self._count, self._count + len(values)
        self._reserve(stop)
        self._low[0][start:stop] = values
        self._count = stop
        self._raise(start, stop)

    def become(self, values: Values) -> None:
        """Hold exactly `values` (N,); cheap where they only continue what is held."""
        held = self._low[0][: self._count]
        size = min(len(values), self._count)
        values = np.ascontiguousarray(values, np.float32)
        same = np.array_equal(held[:size].view(np.uint32), values[:size].view(np.uint32))
        if not same or len(values) < self._count:
            self._count = 0
            if len(values) < len(held):
                self._forget()
            size = 0
        self.append(values[size:])

    def query(self, x0: float, x1: float, columns: int) -> tuple[Seconds, Values, Values]:
        """What to draw between two times: x, lowest, highest, each (P,).

        Single frames (lowest is highest) with one neighbour on each side where they are few,
        else one entry for each column, with every extreme kept in its own column.
        """
        count = min(self._count, len(self._seconds))
        times = self._seconds[:count]
        first = max(int(np.searchsorted(times, x0, "left")) - 1, 0)
        last = min(int(np.searchsorted(times, x1, "right")) + 1, count)
        if last <= first or columns < 1 or x1 <= x0:
            none = np.empty(0, np.float32)
            return np.empty(0), none, none
        if last - first <= 2 * columns:
            x, values = _with_gaps(times[first:last], self._low[0][first:last])
            return x, values, values
        per_column = (last - first) / columns / _FINE
        level = min(max(int(np.log(per_column) / np.log(_FACTOR)), 0), _LEVELS)
        block = _FACTOR**level
        edges = np.linspace(x0, x1, columns + 1)
        at = np.searchsorted(times, edges)
        at[-1] = np.searchsorted(times, x1, "right")
        base = int(at[0]) // block
        top = -(-int(at[-1]) // block)
        bounds = np.empty(2 * columns, np.intp)
        bounds[0::2] = at[:-1] // block - base
        bounds[1::2] = -(-at[1:] // block) - base
        empty = at[1:] <= at[:-1]
        x = (edges[:-1] + edges[1:]) / 2
        lowest = _reduced(np.fmin, self._low[level][base:top], bounds, empty)
        highest = _reduced(np.fmax, self._high[level][base:top], bounds, empty)
        return x, lowest, highest

    def extremes(self, x0: float, x1: float) -> tuple[float, float] | None:
        """Lowest and highest finite value between two times."""
        _, lowest, highest = self.query(x0, x1, 256)
        if not np.isfinite(lowest).any():
            return None
        return float(np.nanmin(lowest)), float(np.nanmax(highest))

    def _reserve(self, count: int) -> None:
        held = len(self._low[0]) if self._low else 0
        if count <= held and self._low:
            return
        size = -(-max(count, held + held // 2, 1) // _TOP) * _TOP
        lows, highs = self._low, self._high
        self._low = [np.full(size // _FACTOR**k, np.nan, np.float32) for k in range(_LEVELS + 1)]
        self._high = [self._low[0], *(low.copy() for low in self._low[1:])]
        for old, new in zip(lows + highs, self._low + self._high, strict=bool(lows)):
            new[: len(old)] = old

    def _forget(self) -> None:
        for level in range(_LEVELS + 1):
            self._low[level].fill(np.nan)
            self._high[level].fill(np.nan)

    def _raise(self, start: int, stop: int) -> None:
        """Recompute the blocks above frames `start` to `stop - 1`."""
        for level in range(1, _LEVELS + 1):
            start, stop = start // _FACTOR, -(-stop // _FACTOR)
            span = slice(start * _FACTOR, stop * _FACTOR)
            with np.errstate(invalid="ignore"):
                for reduce, rows in ((np.fmin, self._low), (np.fmax, self._high)):
                    a, b, c, d = (rows[level - 1][span][i::_FACTOR] for i in range(_FACTOR))
                    rows[level][start:stop] = reduce(reduce(a, b), reduce(c, d))


def _reduced(
    reduce: np.ufunc, blocks: Values, bounds: NDArray[np.intp], empty: NDArray[np.bool_]
) -> Values:
    """Each column's extreme; the added NaN lets a column end where the blocks end."""
    padded = np.append(blocks, np.float32(np.nan))
    bounds = np.minimum(bounds, len(padded) - 1)
    with np.errstate(invalid="ignore"):
        result = np.asarray(reduce.reduceat(padded, bounds)[0::2], np.float32)
    result[empty] = np.nan
    return result


def _with_gaps(x: Seconds, values: Values) -> tuple[Seconds, Values]:
    """NaN where the recording pauses, so that no line bridges it."""
    if len(x) < 3:
        return x, values
    steps = np.diff(x)
    wide = np.flatnonzero(steps > _GAP * np.median(steps))
    if not len(wide):
        return x, values
    middles = (x[wide] + x[wide + 1]) / 2
    return np.insert(x, wide + 1, middles), np.insert(values, wide + 1, np.float32(np.nan))
