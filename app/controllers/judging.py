"""What an analyst does to segments: verdicts, notes, tags, edges, split, merge, bin.

Every edit is one step of undo, however many segments it touches, and returns the ids under which
they are stored from then on: a found segment gets a lasting id with its first edit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject

from app.controllers.under_review import UnderReview
from app.language import mark, tr, tr_count
from engine.timebase import FrameSpan, timecode

if TYPE_CHECKING:
    from engine.review.state import ReviewSegment, ReviewState

VerdictName = Literal["unjudged", "confirmed", "dismissed", "unsure"]
Edit = Callable[["ReviewSegment"], "ReviewSegment"]
TITLES = {
    "confirmed": mark("Confirmed {what}"),
    "dismissed": mark("Dismissed {what}"),
    "unsure": mark("Unsure about {what}"),
    "unjudged": mark("No verdict on {what}"),
}


class Judging(QObject):
    """Edits segments of a review.  operator: who judges, for the record."""

    def __init__(self, reviewing: UnderReview, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reviewing = reviewing
        self.operator = ""

    def judge(self, ids: Sequence[str], value: VerdictName) -> list[str]:
        """Give all of them a verdict; one that has it already keeps its time and operator."""
        from engine.review.state import Verdict

        now = datetime.now().astimezone().isoformat(timespec="seconds")
        verdict = Verdict(value, now, self.operator)

        def judged(s: ReviewSegment) -> ReviewSegment:
            return s if s.verdict.value == value else replace(s, verdict=verdict)

        return self._edit(ids, TITLES[value], judged)

    def note(self, segment_id: str, text: str, *, typing: bool = False) -> str:
        """Write a note.  typing: it goes on, so that what follows soon is the same step."""
        edit: Edit = lambda s: replace(s, note=text)  # noqa: E731
        (stored,) = self._edit([segment_id], mark("Note on {what}"), edit, merge=typing) or [
            segment_id
        ]
        return stored

    def retag(self, ids: Sequence[str], add: Sequence[str], remove: Sequence[str]) -> list[str]:
        """Put tags on all of them and take others off."""
        from engine.review.state import clean_tags

        gone = {tag.casefold() for tag in remove}

        def tagged(s: ReviewSegment) -> ReviewSegment:
            kept = [tag for tag in s.tags if tag.casefold() not in gone]
            return replace(s, tags=clean_tags([*kept, *add]))

        return self._edit(ids, mark("Tags on {what}"), tagged)

    def move_edges(self, segment_id: str, span: FrameSpan) -> str:
        """Other edges for a segment."""
        peak, frame = self._reviewing.peak(span)
        edit: Edit = lambda s: replace(s, span=span, peak=peak, peak_frame=frame)  # noqa: E731
        (stored,) = self._edit([segment_id], mark("Edges of {what}"), edit) or [segment_id]
        return stored

    def make(self, span: FrameSpan) -> str | None:
        """A new segment of the analyst's own."""
        from engine.review.state import ReviewSegment

        state = self._reviewing.state
        if state is None or not len(span):
            return None
        peak, frame = self._reviewing.peak(span)
        after = state.with_segment(ReviewSegment("", span, peak, frame, "made"))
        made = after.stored[-1]
        self._reviewing.change(tr("New segment {what}", what=self._what([made])), after)
        return made.id

    def split(self, segment_id: str, at: int) -> list[str]:
        """Two segments from one, at a frame inside; both keep verdict, note and tags."""
        segment, state = self._reviewing.segment(segment_id), self._reviewing.state
        if state is None or segment is None or not segment.span.start < at < segment.span.stop:
            return []
        pieces: list[str] = []
        for span in (FrameSpan(segment.span.start, at), FrameSpan(at, segment.span.stop)):
            peak, frame = self._reviewing.peak(span)
            piece = replace(segment, span=span, peak=peak, peak_frame=frame)
            piece = replace(piece, stored=segment.stored and not pieces)
            state, stored = _stored(state, piece)
            pieces.append(stored)
        self._reviewing.change(tr("Split {what}", what=self._what([segment])), state)
        return pieces

    def merge(self, ids: Sequence[str]) -> str | None:
        """One segment from several; from a single one, it and the next in time."""
        segments, state = self._segments(ids), self._reviewing.state
        if state is None or not segments:
            return None
        if len(segments) == 1:
            after = [s for s in self._listed() if s.span.start >= segments[0].span.start]
            segments += [s for s in after if s.id != segments[0].id][:1]
        if len(segments) < 2:
            return None
        before = {s.id for s in state.stored}
        merged = state.with_merged(segments)
        title = tr_count(len(segments), "Merged {count} segment", "Merged {count} segments")
        self._reviewing.change(title, merged)
        own = next((s.id for s in segments if s.id in {m.id for m in merged.stored}), None)
        return own or next(s.id for s in merged.stored if s.id not in before)

    def bin(self, ids: Sequence[str]) -> None:
        """Into the bin; they can be put back."""
        segments, state = self._segments(ids), self._reviewing.state
        if state is None or not segments:
            return
        for segment in segments:
            state = state.with_binned(segment)
        self._reviewing.change(tr("Binned {what}", what=self._what(segments)), state)

    def put_back(self, ids: Sequence[str] = ()) -> list[str]:
        """Out of the bin; without ids the one that went in last."""
        state = self._reviewing.state
        if state is None or not state.binned:
            return []
        chosen = [s for s in state.binned if s.id in set(ids)] or [state.binned[-1]]
        for segment in chosen:
            state = state.put_back(segment.id)
        self._reviewing.change(tr("Put back {what}", what=self._what(chosen)), state)
        return [segment.id for segment in chosen]

    def _edit(
        self, ids: Sequence[str], title: str, edit: Edit, *, merge: bool = False
    ) -> list[str]:
        segments, state = self._segments(ids), self._reviewing.state
        if state is None or not segments:
            return []
        stored = []
        for segment in segments:
            edited = edit(segment)
            if edited == segment:
                stored.append(segment.id)
                continue
            state, name = _stored(state, edited)
            stored.append(name)
        self._reviewing.change(tr(title, what=self._what(segments)), state, merge=merge)
        return stored

    def _segments(self, ids: Sequence[str]) -> list[ReviewSegment]:
        found = (self._reviewing.segment(each) for each in dict.fromkeys(ids))
        return [segment for segment in found if segment is not None]

    def _listed(self) -> list[ReviewSegment]:
        return self._reviewing.track.segments if self._reviewing.track is not None else []

    def _what(self, segments: Sequence[ReviewSegment]) -> str:
        """`0:12.4`, or how many."""
        document = self._reviewing.document
        if len(segments) != 1 or document is None or document.analysis is None:
            return tr_count(len(segments), "{count} segment", "{count} segments")
        seconds = float(document.analysis.seconds[segments[0].span.start])
        return timecode(seconds, digits=1)


def _stored(state: ReviewState, segment: ReviewSegment) -> tuple[ReviewState, str]:
    after = state.with_segment(segment)
    known = segment.stored and any(s.id == segment.id for s in state.stored)
    return after, segment.id if known else after.stored[-1].id
