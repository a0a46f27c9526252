"""The history's side of the desk: steps, bin and older versions of the current review."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.language import tr, tr_count
from app.numerals import decimal, duration, whole
from app.views.history_view import BinRow, StepRow
from app.views.versions_dialog import VersionRow, VersionsDialog
from engine.timebase import timecode

if TYPE_CHECKING:
    from app.desk import Desk
    from engine.review.state import ReviewSegment
    from engine.review.versions import ReviewVersion


class HistoryPane(QObject):
    """Joins the reviewing controller with the history view."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        view = desk.window.history
        desk.reviewing.state_changed.connect(self.refresh)
        view.step_chosen.connect(self._go_to_step)
        view.put_back_requested.connect(self.put_back)

    @Slot(int)
    def _go_to_step(self, done: int) -> None:
        self._desk.review.keep_chosen(partial(self._desk.reviewing.go_to_step, done))

    @Slot()
    def refresh(self) -> None:
        """Show the current review's steps and bin."""
        session = self._desk.reviewing.session
        steps = [] if session is None else session.steps
        binned = () if session is None else session.state.binned
        rows = [StepRow(step.title, _clock(step.time), step.done) for step in steps]
        self._desk.window.history.set_history(rows, [self._bin_row(s) for s in reversed(binned)])

    def _bin_row(self, segment: ReviewSegment) -> BinRow:
        document = self._desk.current
        title = whole(segment.span.start)
        if document is not None and document.analysis is not None:
            from engine.scoring.segments import leaving_times

            seconds, span = document.analysis.seconds, segment.span
            first, end = float(seconds[span.start]), float(leaving_times(seconds)[span.stop - 1])
            title = f"{timecode(first, digits=1)}, {duration(end - first)}"
        words = [tr(segment.verdict.value), *segment.tags, segment.note]
        return BinRow(segment.id, title, ", ".join(word for word in words if word))

    @Slot(list)
    def put_back(self, ids: list[str]) -> None:
        """Out of the bin, and select it; without ids the one that went in last."""
        stored = self._desk.judging.put_back(ids)
        if stored:
            self._desk.review.select_segments(stored)

    def choose_version(self) -> None:
        """Ask for an older version and go back to it."""
        session = self._desk.reviewing.session
        if session is None:
            return
        self._desk.reviewing.save()
        versions = session.versions
        dialog = VersionsDialog([version_row(v) for v in versions], self._desk.window)
        if dialog.exec() and dialog.chosen() >= 0:
            self._desk.reviewing.go_back_to(versions[dialog.chosen()])


def version_row(version: ReviewVersion) -> VersionRow:
    """A version in words."""
    title = datetime.fromisoformat(version.saved).strftime("%Y-%m-%d %H:%M:%S")
    if version.state is None:
        return VersionRow(title, tr("damaged: it cannot be read"), False)
    stored = len(version.state.stored)
    pieces = [
        tr_count(stored, "{count} kept segment", "{count} kept segments"),
        tr_count(version.judged, "{count} judged", "{count} judged"),
        tr("threshold {value}", value=decimal(version.state.segments.threshold, 2)),
    ]
    return VersionRow(title, ", ".join(pieces))


def _clock(time: str) -> str:
    try:
        return datetime.fromisoformat(time).strftime("%H:%M")
    except ValueError:
        return ""
