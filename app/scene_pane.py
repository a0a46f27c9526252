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
from engine.timebase import timecode

if TYPE_CHECKING:
    from app.desk import Desk
    from engine.footage.changing import SceneChange

QUIET_MS = 800  # for so long nothing else ran
GO = "scene"  # the notice's command, before the frame's number


def change_words(change: SceneChange, document: Document) -> str:
    """What changed, and when: by the clock where that is known."""
    footage = document.footage
    if footage is None:
        return ""
    seconds = float(footage.table.seconds()[change.index])
    time = timecode(seconds, digits=0)
    if footage.start_time is not None:
        time = clock_words(footage.start_time + timedelta(seconds=seconds))
    if change.kind == "moved":
        return tr("The camera was moved at {time}.", time=time)
    if change.kind == "other-scene":
        return tr("From {time} on another scene is shown.", time=time)
    if change.light < 1:
        times = decimal(1 / change.light, 1)
        return tr("From {time} on it is {times} times darker.", time=time, times=times)
    times = decimal(change.light, 1)
    return tr("From {time} on it is {times} times brighter.", time=time, times=times)


class ScenePane(QObject):
    """Waits for a quiet moment, so that no analysis and no learning is slowed down."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._said: set[str] = set()
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
        if self.watch.busy:
            self._quiet.start()

    def tell_row(self, document: Document) -> None:
        """The changes in words, on the footage's row."""
        document.notes = tuple(change_words(c, document) for c in document.changes or ())
        self._desk.window.footage.update_row(footage_row(document))

    def show(self, document: Document) -> None:
        """Marks on the timeline, and once a sentence that leads to the first change."""
        window, footage, changes = self._desk.window, document.footage, document.changes or ()
        if footage is None:
            return
        seconds = footage.table.seconds()
        window.timeline.set_changes([float(seconds[change.index]) for change in changes])
        warned = window.notice.text().startswith("⚠")  # something is wrong: that goes first
        if not changes or document.key in self._said or warned:
            return
        self._said.add(document.key)
        more = len(changes) - 1
        said = [
            change_words(changes[0], document),
            tr_count(more, "{count} more change follows.", "{count} more changes follow.")
            if more
            else "",
            tr("Scores before and after do not compare."),
        ]
        go = (tr("Go there"), f"{GO} {changes[0].index}")
        window.notice.show_notice(" ".join(filter(None, said)), action=go)

    @Slot(str)
    def _on_notice(self, command: str) -> None:
        word, _, frame = command.partition(" ")
        if word == GO and frame.isdigit():
            self._desk.playback.seek(int(frame))

    def stop(self) -> None:
        """End the thread."""
        self._quiet.stop()
        self.watch.stop()
