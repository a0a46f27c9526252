"""Segments found anew keep the names of those found before, so that a selection survives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.review.state import ReviewSegment


def with_carried_ids(
    before: Sequence[ReviewSegment], now: Sequence[ReviewSegment]
) -> list[ReviewSegment]:
    """Give each found segment the id of the earlier found one that it overlaps most, once each.

    Both in time order; stored segments keep their own ids.
    """
    old = [s for s in before if not s.stored]
    taken = {s.id for s in now if s.stored}
    carried: list[ReviewSegment] = []
    first = 0
    for segment in now:
        if segment.stored:
            carried.append(segment)
            continue
        while first < len(old) and old[first].span.stop <= segment.span.start:
            first += 1
        best, shared = None, 0
        for other in old[first:]:
            if other.span.start >= segment.span.stop:
                break
            overlap = min(other.span.stop, segment.span.stop) - max(
                other.span.start, segment.span.start
            )
            if overlap > shared and other.id not in taken:
                best, shared = other.id, overlap
        name = best or segment.id
        while name in taken:
            name += "+"
        taken.add(name)
        carried.append(segment if name == segment.id else replace(segment, id=name))
    return carried
