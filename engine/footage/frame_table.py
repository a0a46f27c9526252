"""When each frame is shown, and which of them are keyframes.

Time is an integer PTS times a rational time base.  Nothing here divides an index by a rate:
recorders drop frames, and then index / fps names the wrong moment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from engine.errors import FrameOutOfRange
from engine.timebase import CUT_OFF, FrameIndex

# A typed or dragged time is a decimal or a pixel; below a microsecond it means the frame itself.
_TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False, slots=True)
class FrameTable:
    """The frames of one Footage in presentation order.

    pts: int64 (N,), strictly increasing, in units of `time_base` seconds; it may start anywhere.
    keyframe: bool (N,), whether decoding can begin at the frame.
    Both arrays are made read-only.  ValueError: shapes differ, or the PTS do not increase.
    """

    pts: NDArray[np.int64]
    keyframe: NDArray[np.bool_]
    time_base: Fraction
    _seconds: NDArray[np.float64] = field(init=False, repr=False)
    _keys: NDArray[np.int64] = field(init=False, repr=False)
    _interval: Fraction | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        pts = np.array(self.pts, dtype=np.int64)
        keyframe = np.array(self.keyframe, dtype=np.bool_)
        if pts.ndim != 1 or pts.shape != keyframe.shape:
            raise ValueError(f"pts {pts.shape} and keyframe {keyframe.shape} must both be (N,)")
        if len(pts) > 1 and not bool(np.all(np.diff(pts) > 0)):
            raise ValueError("presentation times must strictly increase")
        if self.time_base <= 0:
            raise ValueError(f"time base must be positive, not {self.time_base}")
        # Integer differences first: a stream that starts at 88,574 s must not lose digits to its
        # offset.
        elapsed = (pts - pts[0]) if len(pts) else pts
        seconds = elapsed * float(self.time_base.numerator) / float(self.time_base.denominator)
        keys = np.flatnonzero(keyframe).astype(np.int64)
        for name, array in (
            ("pts", pts),
            ("keyframe", keyframe),
            ("_seconds", seconds),
            ("_keys", keys),
        ):
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        object.__setattr__(self, "_interval", self._usual_interval())

    def __len__(self) -> int:
        return len(self.pts)

    def check(self, index: FrameIndex) -> None:
        """FrameOutOfRange unless 0 <= index < N."""
        if not 0 <= index < len(self):
            raise FrameOutOfRange(
                f"There is no frame {index}: the footage has {len(self)} frames.",
                hint=f"Frames are counted from 0 to {max(0, len(self) - 1)}.",
            )

    def time(self, index: FrameIndex) -> Fraction:
        """Absolute time of a frame in seconds, exactly: pts * time_base.  FrameOutOfRange."""
        self.check(index)
        return int(self.pts[index]) * self.time_base

    def seconds(self) -> NDArray[np.float64]:
        """float64 (N,): seconds since the first frame.  Read-only, computed once."""
        return self._seconds

    def index_at(self, seconds: float) -> FrameIndex:
        """The frame shown `seconds` after the first: the last with a time <= that, clamped."""
        found = int(np.searchsorted(self._seconds, seconds + _TOLERANCE, side="right")) - 1
        return max(0, min(found, len(self) - 1))

    def index_told(self, seconds: float) -> FrameIndex:
        """The frame that a timecode names: the last whose own code is not after it, clamped."""
        return self.index_at(seconds + CUT_OFF)

    def stop_told(self, seconds: float) -> FrameIndex:
        """The stop of a span that ends at a timecode: how many frames have an earlier one."""
        return int(np.searchsorted(self._seconds, seconds - 1.5 * _TOLERANCE, side="left"))

    def keyframe_at_or_before(self, index: FrameIndex) -> FrameIndex:
        """The last keyframe not after `index`; 0 where there is none.  FrameOutOfRange."""
        self.check(index)
        found = int(np.searchsorted(self._keys, index, side="right")) - 1
        return int(self._keys[found]) if found >= 0 else 0

    @property
    def interval(self) -> Fraction | None:
        """The usual time between frames in seconds; None with fewer than 2 frames.  Computed once.

        The mean of the intervals that lie near the median.  The bare median would be wrong for
        coarse time bases: 29.97 frames/s in milliseconds is 33, 33, 34, ... and the median says
        30.3 frames/s.
        """
        return self._interval

    def _usual_interval(self) -> Fraction | None:
        if len(self) < 2:
            return None
        steps = np.diff(self.pts)
        usual = steps[np.abs(steps - np.median(steps)) <= self._slack()]
        if not len(usual):  # the median of an even number of steps may lie between two far values
            return Fraction(float(np.median(steps))) * self.time_base
        return Fraction(int(usual.sum()), len(usual)) * self.time_base

    def _slack(self) -> float:
        """Deviation, in ticks, that rounding to the time base explains."""
        return max(1.5, 0.1 * float(np.median(np.diff(self.pts))))

    @property
    def duration(self) -> Fraction:
        """Seconds from the first frame to the end of the last, taken to be shown for the usual
        interval.
        """
        if not len(self):
            return Fraction(0)
        span = int(self.pts[-1] - self.pts[0]) * self.time_base
        return span + (self.interval or Fraction(0))

    @property
    def rate(self) -> float | None:
        """Usual frames per second; None with fewer than 2 frames."""
        interval = self.interval
        return float(1 / interval) if interval else None

    @property
    def variable_rate(self) -> bool:
        """Whether more than 1 interval in 50 differs from the usual one (one dropout is a gap, not
        a rate).
        """
        if len(self) < 3:
            return False
        steps = np.diff(self.pts)
        odd = np.abs(steps - np.median(steps)) > self._slack()
        return bool(odd.mean() > 0.02)

    def gaps(self, factor: float = 2.5) -> NDArray[np.int64]:
        """int64 (G,): indices i whose interval pts[i] - pts[i-1] exceeds `factor` medians."""
        if len(self) < 3:
            return np.zeros(0, dtype=np.int64)
        steps = np.diff(self.pts)
        return np.flatnonzero(steps > factor * np.median(steps)).astype(np.int64) + 1
