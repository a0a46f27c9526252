"""The values of one row over all files of a line: the current file's, and those beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.views.timeline_pyramid import MinMaxPyramid

Values = NDArray[np.float32]
Seconds = NDArray[np.float64]
_INSTANT = 1e-6  # seconds; a file of one frame still is somewhere


@dataclass(slots=True, eq=False)
class _Stretch:
    """One file's values between two times of the line."""

    pyramid: MinMaxPyramid
    start: float
    stop: float
    scale: float = 1.0
    asked: tuple[float, float, int] | None = None
    told: tuple[Seconds, Values, Values] | None = None

    def query(self, x0: float, x1: float, columns: int) -> tuple[Seconds, Values, Values]:
        """The scaled answer of the pyramid; the last one is kept, since the files of a day beside
        the current one are drawn again and again without a change.
        """
        if self.told is None or self.asked != (x0, x1, columns):
            x, low, high = self.pyramid.query(x0, x1, columns)
            if self.scale != 1:
                single = low is high
                high = high * np.float32(self.scale)
                low = high if single else low * np.float32(self.scale)
            self.asked, self.told = (x0, x1, columns), (x, low, high)
        return self.told


class Stretches:
    """Answers like one pyramid; NaN lies between two files, unless they touch at this zoom."""

    def __init__(self) -> None:
        self.own = MinMaxPyramid()
        self._seconds: Seconds = np.empty(0)
        self._beside: dict[str, _Stretch] = {}

    def set_seconds(self, seconds: Seconds) -> None:
        """Times of the current file's frames on the line, ascending (N,)."""
        self._seconds = seconds
        self.own.set_seconds(seconds)

    def put(self, key: str, seconds: Seconds, values: Values, scale: float) -> None:
        """The values (K,) of a file beside the current one, at times of the line (N,)."""
        if not len(seconds):
            self._beside.pop(key, None)
            return
        stretch = self._beside.setdefault(key, _Stretch(MinMaxPyramid(), 0.0, 0.0))
        stretch.start, stretch.stop = float(seconds[0]), float(seconds[-1])
        stretch.scale, stretch.told = scale, None
        stretch.pyramid.set_seconds(seconds)
        stretch.pyramid.become(values)

    def keep(self, keys: set[str]) -> None:
        """Forget the files of other keys."""
        for gone in self._beside.keys() - keys:
            del self._beside[gone]

    def query(self, x0: float, x1: float, columns: int) -> tuple[Seconds, Values, Values]:
        """As MinMaxPyramid.query, each file with the columns that it takes of the row."""
        if not self._beside:
            return self.own.query(x0, x1, columns)
        xs: list[Seconds] = []
        lows: list[Values] = []
        highs: list[Values] = []
        single, void = True, np.full(1, np.nan, np.float32)
        apart = 2 * (x1 - x0) / columns  # files that touch at this zoom are drawn at one go
        for stretch in self._visible(x0, x1):
            start, stop = max(x0, stretch.start), min(x1, stretch.stop)
            stop = max(stop, start + _INSTANT)
            share = max(1, round(columns * (stop - start) / (x1 - x0)))
            x, low, high = stretch.query(start, stop, share)
            if not len(x):
                continue
            single &= low is high
            if xs and x[0] - xs[-1][-1] > apart:
                xs.append(np.array([(xs[-1][-1] + x[0]) / 2]))
                lows.append(void)
                highs.append(void)
            xs.append(x)
            lows.append(low)
            highs.append(high)
        if not xs:
            return np.empty(0), np.empty(0, np.float32), np.empty(0, np.float32)
        high = np.concatenate(highs)
        return np.concatenate(xs), high if single else np.concatenate(lows), high

    def extremes(self, x0: float, x1: float) -> tuple[float, float] | None:
        """Lowest and highest finite value between two times."""
        _, low, high = self.query(x0, x1, 256)
        if not np.isfinite(low).any():
            return None
        return float(np.nanmin(low)), float(np.nanmax(high))

    def _visible(self, x0: float, x1: float) -> list[_Stretch]:
        there = list(self._beside.values())
        if len(self._seconds):
            first, last = float(self._seconds[0]), float(self._seconds[-1])
            there.append(_Stretch(self.own, first, last))
        shown = [each for each in there if each.stop >= x0 and each.start <= x1]
        return sorted(shown, key=lambda each: each.start)
