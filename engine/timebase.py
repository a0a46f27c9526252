"""Frame indices, spans and times.

A frame is named by its `FrameIndex`: the 0-based ordinal in presentation order.  Time is an
integer PTS times a rational time base and never index / fps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

FrameIndex = int
# Seconds that a moment may lie after its `timecode`, which is cut to milliseconds; a little less,
# for whoever looks for the frame at a time allows a millionth of its own.
CUT_OFF = 1e-3 - 2.5e-6


@dataclass(frozen=True, slots=True)
class FrameSpan:
    """Frames `start` to `stop - 1` of one Footage, 0-based."""

    start: FrameIndex
    stop: FrameIndex

    def __post_init__(self) -> None:
        if self.start < 0 or self.stop < self.start:
            raise ValueError(f"no such span: [{self.start}, {self.stop})")

    def __len__(self) -> int:
        return self.stop - self.start

    def __iter__(self) -> Iterator[FrameIndex]:
        return iter(range(self.start, self.stop))

    def __contains__(self, index: object) -> bool:
        return isinstance(index, int) and self.start <= index < self.stop

    def overlaps(self, other: FrameSpan) -> bool:
        """Whether the two spans share a frame."""
        return self.start < other.stop and other.start < self.stop


def timecode(seconds: float | Fraction, *, digits: int = 3) -> str:
    """`H:MM:SS.mmm` of a non-negative time, truncated so that a frame's code never runs ahead of
    it.

    Negative times (a PTS before the first frame's) carry a leading minus.
    """
    sign = "-" if seconds < 0 else ""
    scale = 10**digits
    # a thousandth of the last digit: 1.2 as a float lies below 1.2, and is not 1.199
    ticks = int(abs(Fraction(seconds)) * scale + Fraction(1, 1000))
    whole, part = divmod(ticks, scale)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    tail = f".{part:0{digits}d}" if digits else ""
    return f"{sign}{hours}:{minute:02d}:{second:02d}{tail}"


def spoken_duration(seconds: float) -> str:
    """A duration as a person says it: `3 min 40 s`, `1 h 02 min`, `0.8 s`."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, second = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {second:02d} s"
    hours, minute = divmod(minutes, 60)
    return f"{hours} h {minute:02d} min"


def spoken_at_least(seconds: float) -> str:
    """As `spoken_duration`, rounded down to seconds, where no more may be claimed than there was;
    a millionth is a rate's rounding.
    """
    return spoken_duration(int(seconds + 1e-6))


def offset_of(moment: datetime) -> str:
    """`+01:00`, or "" where no zone is known."""
    digits = f"{moment:%z}"
    return f"{digits[:3]}:{digits[3:5]}" if digits else ""
