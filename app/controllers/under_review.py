"""What judging asks of a review, be it that of the current footage or of a file beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from app.controllers.document import Document
from engine.timebase import FrameSpan

if TYPE_CHECKING:
    from engine.review.scoring import ScoreTrack
    from engine.review.state import ReviewSegment, ReviewState


class UnderReview(Protocol):
    """A review whose segments can be edited."""

    @property
    def document(self) -> Document | None:
        """The footage."""

    @property
    def state(self) -> ReviewState | None:
        """The state in force."""

    @property
    def track(self) -> ScoreTrack | None:
        """Score and segments under that state."""

    def change(self, title: str, state: ReviewState, *, merge: bool = False) -> None:
        """Put a state in force as a step of undo."""

    def segment(self, segment_id: str | None) -> ReviewSegment | None:
        """A segment by its id."""

    def peak(self, span: FrameSpan) -> tuple[float, int]:
        """The highest score in a span, and its frame."""


def segment_of(
    state: ReviewState | None, track: ScoreTrack | None, segment_id: str | None
) -> ReviewSegment | None:
    """A segment by its id; one that was just stored is known before the next recomputation."""
    if segment_id is None:
        return None
    stored = state.stored if state is not None else ()
    found = track.segments if track is not None else []
    known = next((s for s in stored if s.id == segment_id), None)
    if known is not None:
        return known
    return next((s for s in found if s.id == segment_id and not s.stored), None)


def peak_of(track: ScoreTrack | None, span: FrameSpan) -> tuple[float, int]:
    """The highest score in a span, and its frame; 0 where nothing is scored."""
    if track is None:
        return 0.0, span.start
    scores = track.score[span.start : span.stop]
    if not np.isfinite(scores).any():
        return 0.0, span.start
    at = int(np.nanargmax(scores))
    return float(scores[at]), span.start + at
