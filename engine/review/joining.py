"""Two windows, or two computers, on one review: what each changed since they last agreed, joined.

A three-way merge over the state that both began from.  What only one side changed holds; where both
changed the same thing, one of them has to give way, and that is counted so that it can be told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from engine.review.state import ReviewSegment, ReviewState

Entry = TypeVar("Entry")
Kept = tuple[ReviewSegment, bool]  # whether it lies in the bin

_SETTINGS = ("score", "segments", "smooth_seconds", "gamma", "start_time")


@dataclass(frozen=True, slots=True)
class Joined:
    """clashes: segments and settings that both sides changed, each in another way."""

    state: ReviewState
    clashes: int


def joined_states(base: ReviewState, mine: ReviewState, theirs: ReviewState) -> Joined:
    """Both sides' changes since `base`; in a clash `mine` holds, but a change goes before a
    deletion.
    """
    state, clashes = theirs, 0
    for name in _SETTINGS:
        before, own, other = (getattr(each, name) for each in (base, mine, theirs))
        if own != before:
            state = replace(state, **{name: own})
            clashes += other not in (before, own)
    normal = joined_entries(base.normal, mine.normal, theirs.normal)
    state = replace(
        state,
        areas=joined_entries(base.areas, mine.areas, theirs.areas),
        normal=tuple(sorted(normal, key=lambda span: (span.start, span.stop))),
    )
    state, clashing = _with_segments(state, base, mine, theirs)
    return Joined(state, clashes + clashing)


def joined_entries(
    base: Sequence[Entry], mine: Sequence[Entry], theirs: Sequence[Entry]
) -> tuple[Entry, ...]:
    """What neither side took away, then what each put in."""
    kept = [entry for entry in theirs if entry in mine or entry not in base]
    return (*kept, *(entry for entry in mine if entry not in base and entry not in theirs))


def _with_segments(
    state: ReviewState, base: ReviewState, mine: ReviewState, theirs: ReviewState
) -> tuple[ReviewState, int]:
    before, own, other = _by_id(base), _by_id(mine), _by_id(theirs)
    kept: dict[str, Kept] = {}
    clashes = 0
    for name in dict.fromkeys((*other, *(each for each in own if each in before))):
        if name not in before:  # only they have it; mine of that name is another segment
            kept[name] = other[name]
            continue
        was, ours, others = before[name], own.get(name), other.get(name)
        chosen = others if _alike(ours, was) else ours
        if not (_alike(ours, was) or _alike(others, was) or _alike(ours, others)):
            clashes += 1
            chosen = ours or others
        if chosen is not None:
            kept[name] = chosen
    next_id = max(mine.next_id, theirs.next_id)
    for segment, binned in (own[each] for each in own if each not in before):
        same = next((name for name in other.keys() - before.keys()
                     if other[name][0].span == segment.span), None)  # fmt: skip
        if same is not None:  # both judged what the score had found
            segment = replace(segment, id=same)
            clashes += not _alike(kept[same], (segment, binned))
        elif segment.id in kept:
            segment, next_id = replace(segment, id=f"s{next_id}"), next_id + 1
        kept[segment.id] = (segment, binned)
    return (
        replace(
            state,
            stored=tuple(segment for segment, binned in kept.values() if not binned),
            binned=tuple(segment for segment, binned in kept.values() if binned),
            next_id=next_id,
        ),
        clashes,
    )


def _alike(one: Kept | None, other: Kept | None) -> bool:
    """As a file would tell them: there a peak that is none equals itself."""
    if one is None or other is None:
        return one is other
    return (one[0].as_dict(), one[1]) == (other[0].as_dict(), other[1])


def _by_id(state: ReviewState) -> dict[str, Kept]:
    def pairs(segments: Iterable[ReviewSegment], binned: bool) -> dict[str, Kept]:
        return {segment.id: (segment, binned) for segment in segments}

    return pairs(state.stored, False) | pairs(state.binned, True)
