"""What was decided goes along when an analysis is made anew with another gamma."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from engine.files import write_json
from engine.review.session import UnreadableReview, read_review, review_path
from engine.review.state import ReviewState


def with_decisions_of(state: ReviewState, other: ReviewState) -> ReviewState:
    """A state that also holds the other one's stored segments, but for those that overlap its own,
    and its start time and normal ranges unless it has some: what was decided last counts.
    """
    joined = replace(
        state,
        start_time=state.start_time or other.start_time,
        normal=state.normal or other.normal,
    )
    for segment in other.stored:
        if not any(segment.span.overlaps(kept.span) for kept in state.stored):
            joined = joined.with_segment(replace(segment, stored=False))
    return joined


def carry_review(source: Path, target: Path) -> None:
    """Write the review of the analysis at `source` as that of the one at `target`, with what was
    decided there before.  Paths are those of analysis files.

    Does nothing where the source has no review; a damaged one is left alone.  Raises OSError.
    """
    ours, theirs = review_path(source), review_path(target)
    if source == target or not ours.is_file():
        return
    try:
        own = state = read_review(ours)
        if theirs.is_file():
            state = with_decisions_of(state, read_review(theirs))
    except UnreadableReview:
        return
    document = json.loads(ours.read_text(encoding="utf-8"))
    if state != own:
        document |= state.as_dict()
        document.pop("history", None)  # its steps do not lead to the joined state
    write_json(theirs, document | {"analysis": target.name})
