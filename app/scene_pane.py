"""A moved camera and other light: looked for after an analysis, said, marked and kept."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from app.controllers.document import Document
from app.controllers.scene_watch import SceneWatch
from app.language import tr, tr_count
from app.moments import clock_words
from app.numerals import decimal
from app.presenting import footage_row
from app.views.changes_list import ChangeRow
from engine.timebase import timecode

if TYPE_CHECKING:
    from app.desk import Desk
    from engine.footage import Footage
    from engine.footage.changing import SceneChange

QUIET_MS = 800  # for so long nothing else ran
GO = "scene"  # the notice's command, before the frame's number


def change_words(change: SceneChange, document: Document) -> str:
    """What changed, and when: by the clock where that is known."""
    footage = document.footage
    if footage is None:
        return ""
    time = change_time(change, footage)
    if change.kind == "moved":
        return tr("The camera was moved at {time}.", time=time)
    if change.kind == "other-scene":
        return tr("From {time} on another scene is shown.", time=time)
    if change.light < 1:
        times = decimal(1 / change.light, 1)
        return tr("From {time} on it is {times} times darker.", time=time, times=times)
    times = decimal(change.light, 1)
    return tr("From {time} on it is {times} times brighter.", time=time, times=times)


def change_time(change: SceneChange, footage: Footage) -> str:
    """When it changed, by the clock where that is known."""
    seconds = float(footage.table.seconds()[change.index])
    if footage.start_time is None:
        return timecode(seconds, digits=0)
    return clock_words(footage.start_time + timedelta(seconds=seconds))


def change_kind(change: SceneChange) -> str:
    """What changed, in a few words."""
    if change.kind == "moved":
        return tr("Camera moved")
    if change.kind == "other-scene":
        return tr("Another scene")
    if change.light < 1:
        return tr("{times} times darker", times=decimal(1 / change.light, 1))
    return tr("{times} times brighter", times=decimal(change.light, 1))


class ScenePane(QObject):
    """Waits for a quiet moment, so that no analysis and no learning is slowed down."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self.watch = SceneWatch(self)
        self.watch.done.connect(self._on_looked)
        self.watch.crashed.connect(desk.crashed)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(QUIET_MS)
        self._quiet.timeout.connect(self._on_quiet)
        desk.opener.opened.connect(self._on_known)
        desk.analysing.finished.connect(self._on_known)
        learner = desk.learning.run.learner
        for signal in (desk.analysing.changed, learner.changed, desk.playback.speed_changed):
            signal.connect(self._on_busy)
        desk.window.notice.command.connect(self._on_notice)
        self._rows: list[ChangeRow] = []
        desk.joined.refreshed.connect(self.show_marks)
        desk.window.changes.activated.connect(self._go_to)

    @Slot(object)
    def _on_known(self, document: Document) -> None:
        """It is analysed: what was found before is shown, else it is looked for."""
        analysis = document.analysis
        if analysis is None or not analysis.complete or document.changes is not None:
            return
        from engine.footage.changing import kept_changes

        document.changes = kept_changes(analysis.head.footage.fingerprint)
        if document.changes is None:
            self.watch.want(document)
            self._quiet.start()
        else:
            self._on_looked(document)

    @Slot()
    def _on_busy(self) -> None:
        if self.watch.busy:
            if self._elsewhere():
                self.watch.rest()
            self._quiet.start()

    def _elsewhere(self) -> bool:
        """Whether the machine has something better to do."""
        desk = self._desk
        running = desk.analysing.running is not None or desk.learning.run.learner.running
        return (
            running
            or bool(desk.playback.speed)
            or any(document.opening for document in desk.documents)
        )

    @Slot()
    def _on_quiet(self) -> None:
        if self._elsewhere():
            self._quiet.start()
        else:
            self.watch.begin()

    @Slot(object)
    def _on_looked(self, document: Document) -> None:
        self.tell_row(document)
        if document is self._desk.current:
            self.show(document)
        elif self._desk.joined.holds(document):
            self.show_marks()
        if self.watch.busy:
            self._quiet.start()

    def tell_row(self, document: Document) -> None:
        """The changes in words, on the footage's row."""
        document.notes = tuple(change_words(c, document) for c in document.changes or ())
        self._desk.window.footage.update_row(footage_row(document))

    def show(self, document: Document) -> None:
        """Marks and rows, and once a sentence that leads to the first change.  It waits for
        other warnings: what is wrong goes first.
        """
        window, changes = self._desk.window, document.changes or ()
        self.show_marks()
        if not changes or document.footage is None:
            return
        more = len(changes) - 1
        said = [
            change_words(changes[0], document),
            tr_count(more, "{count} more change follows.", "{count} more changes follow.")
            if more
            else "",
            tr("Scores before and after do not compare."),
        ]
        go = (tr("Go there"), f"{GO} {changes[0].index}")
        once = f"changes:{document.key}"
        window.notice.show_notice(" ".join(filter(None, said)), action=go, once=once)

    def words_at(self, document: Document, seconds: float, reach: float) -> list[str]:
        """What changed within so many seconds of a moment, in a few words each."""
        if document.footage is None:
            return []
        times = document.footage.table.seconds()
        return [
            change_kind(change)
            for change in document.changes or ()
            if abs(float(times[change.index]) - seconds) <= reach
        ]

    @Slot()
    def show_marks(self) -> None:
        """Every change of the current footage, and of those that are joined with it, on the
        timeline and as a row.
        """
        joined, current, at = self._desk.joined, self._desk.current, []
        self._rows = []
        for document in joined.documents() or ([] if current is None else [current]):
            footage = document.footage
            if footage is None or current is None:
                continue
            seconds = footage.table.seconds()
            begins = joined.start_of(document) - joined.start_of(current)
            for change in document.changes or ():
                at.append(begins + float(seconds[change.index]))
                self._rows.append(
                    ChangeRow(
                        change_time(change, footage),
                        change_kind(change),
                        change_words(change, document),
                        document.key,
                        change.index,
                    )
                )
        self._desk.window.timeline.set_changes(at)
        self._desk.window.changes.set_rows(self._rows)

    @Slot(int)
    def _go_to(self, row: int) -> None:
        if not 0 <= row < len(self._rows):
            return
        found = self._rows[row]
        document = next((d for d in self._desk.documents if d.key == found.key), None)
        if document is not None:
            self._desk.playback.set_speed(0.0)
            self._desk.joined.change_to(document, found.frame)

    @Slot(str)
    def _on_notice(self, command: str) -> None:
        word, _, frame = command.partition(" ")
        if word == GO and frame.isdigit():
            self._desk.playback.seek(int(frame))

    def stop(self) -> None:
        """End the thread."""
        self._quiet.stop()
        self.watch.stop()
