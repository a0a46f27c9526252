"""Two analyses of the same footage: which segments both found, and which only one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from engine.timebase import FrameSpan

Finder = Literal["both", "first", "second"]


@dataclass(frozen=True, slots=True)
class Match:
    """Segments that belong together because they share frames, or one that only one side has.

    span: from the first of their frames to the last.  firsts, seconds: which of each side's
    segments, by their place in the lists that were compared.
    """

    found_by: Finder
    span: FrameSpan
    firsts: tuple[int, ...]
    seconds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many places both sides found, and how many only one."""

    both: int
    first: int
    second: int


def compare(first: Sequence[FrameSpan], second: Sequence[FrameSpan]) -> list[Match]:
    """Match the segments of two sides by overlap, in time order.

    A segment of one side may span several of the other: they are one match.  Segments of the same
    side that overlap each other, but none of the other side, stay apart.
    """
    marked = [(span, 0, at) for at, span in enumerate(first) if len(span)]
    marked += [(span, 1, at) for at, span in enumerate(second) if len(span)]
    marked.sort(key=lambda item: (item[0].start, item[0].stop, item[1], item[2]))
    matches: list[Match] = []
    group: list[tuple[FrameSpan, int, int]] = []
    stop = 0
    for item in marked:
        if group and item[0].start >= stop:
            matches += _matches(group)
            group = []
        stop = max(stop, item[0].stop) if group else item[0].stop
        group.append(item)
    return matches + _matches(group)


def agreement(matches: Sequence[Match]) -> Agreement:
    """Count the kinds of matches."""
    kinds = [match.found_by for match in matches]
    return Agreement(kinds.count("both"), kinds.count("first"), kinds.count("second"))


def _matches(group: list[tuple[FrameSpan, int, int]]) -> list[Match]:
    firsts = tuple(at for _, side, at in group if side == 0)
    seconds = tuple(at for _, side, at in group if side == 1)
    if firsts and seconds:
        span = FrameSpan(min(s.start for s, _, _ in group), max(s.stop for s, _, _ in group))
        return [Match("both", span, firsts, seconds)]
    return [
        Match("first", span, (at,), ()) if side == 0 else Match("second", span, (), (at,))
        for span, side, at in group
    ]
