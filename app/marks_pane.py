"""Marks that the analyst sets on the timeline: the in-point, and ranges that are normal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.controllers.document import Document
from app.language import tr, tr_count
from app.numerals import duration
from engine.timebase import FrameSpan

if TYPE_CHECKING:
    from app.desk import Desk


class MarksPane(QObject):
    """Ranges are kept with the review, and undo covers them; without an analysis there is no
    review yet, and they wait with the footage.  changed: the ranges of a Document.
    """

    changed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        desk.reviewing.state_changed.connect(self._on_state)

    def commands(self) -> dict[str, Callable[[], object]]:
        """What each command does."""
        return {"learn.mark": self.mark}

    def set_in_point(self, frame: int | None) -> None:
        """Where a segment or a range begins; None forgets it."""
        if self._desk.current is not None:
            self._desk.current.in_point = frame
            self.show()

    def mark(self) -> None:
        """From the in-point to the playhead, or the chosen segment, is normal."""
        from engine.learning.normal import joined

        document, desk = self._desk.current, self._desk
        if document is None or document.footage is None:
            return
        at = desk.playback.index
        if document.in_point is not None:
            first, last = sorted((document.in_point, at))
            span = FrameSpan(first, last + 1)
            self.set_in_point(None)
        else:
            segment = desk.reviewing.segment(document.selected)
            if segment is None:
                self._say(
                    tr(
                        "Set the in-point with {key} where normal starts, then mark where it stops",
                        key=desk.window.actions_.named("segments.in"),
                    )
                )
                return
            span = segment.span
        self._put(document, joined([*document.normal, span]), tr("Marked as normal"))
        self._say(". ".join(filter(None, (self._marked(document), self._calibrated(document)))))

    def _marked(self, document: Document) -> str:
        return tr_count(
            len(document.normal),
            "{count} range is marked as normal; {key} learns from it",
            "{count} ranges are marked as normal; {key} learns from them",
            key=self._desk.window.actions_.named("learn.normal"),
        )

    @staticmethod
    def _calibrated(document: Document) -> str:
        """What the marks do to the score of a detector without weights."""
        from engine.review.marked import missing_seconds, takes_marks

        analysis = document.analysis
        if analysis is None or not takes_marks(analysis):
            return ""
        missing = missing_seconds(analysis, document.normal)
        if missing:
            return tr("With {time} more the score is calibrated on it", time=duration(missing))
        return tr("The score is calibrated on it")

    def unmark(self, spans: Sequence[FrameSpan]) -> None:
        """These ranges of the current footage are not normal after all."""
        document = self._desk.current
        if document is not None and spans:
            kept = tuple(span for span in document.normal if span not in spans)
            self._put(document, kept, tr("No longer normal"))

    def _put(self, document: Document, normal: tuple[FrameSpan, ...], title: str) -> None:
        state = self._desk.reviewing.state
        if state is not None:
            self._desk.reviewing.change(title, replace(state, normal=normal))
        else:
            self._take(document, normal)

    @Slot()
    def _on_state(self) -> None:
        """What the review says now, undo included."""
        document, state = self._desk.reviewing.document, self._desk.reviewing.state
        if document is None or state is None:
            return
        if state.normal != document.normal:
            self._take(document, state.normal)

    def _take(self, document: Document, normal: tuple[FrameSpan, ...]) -> None:
        document.normal = normal
        self.show()
        self.changed.emit(document)

    def show(self) -> None:
        """The marks of the current footage, on the timeline."""
        document, timeline = self._desk.current, self._desk.window.timeline
        if document is None or document.footage is None:
            timeline.set_normal([])
            timeline.set_in_point(None)
            return
        seconds = document.footage.table.seconds()
        end = float(document.footage.table.duration)
        spans = [
            (float(seconds[s.start]), float(seconds[s.stop]) if s.stop < len(seconds) else end)
            for s in document.normal
        ]
        timeline.set_normal(spans)
        at = document.in_point
        timeline.set_in_point(None if at is None else float(seconds[at]))

    def _say(self, text: str) -> None:
        self._desk.window.statusBar().showMessage(text, 5000)
