"""When the recording began: asked for, kept with the review, and put in force everywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.language import tr
from app.moments import moment_words, zone_words
from app.views.start_dialog import Beginning, StartDialog

if TYPE_CHECKING:
    from app.controllers.document import Document
    from app.desk import Desk


class StartPane(QObject):
    """The review's state holds the start; footage, line and clocks follow it, undo included."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        desk.reviewing.state_changed.connect(self._on_state)

    def commands(self) -> dict[str, Callable[[], object]]:
        """What each command does."""
        return {"file.start_time": self.ask}

    def ask(self) -> None:
        """Ask when the recording began."""
        desk, document = self._desk, self._desk.current
        state = desk.reviewing.state
        if document is None or document.footage is None or state is None:
            return
        told = document.as_opened or document.footage
        shown = float(document.footage.table.seconds()[desk.playback.wanted])
        known = Beginning(
            document.footage.start_time, told.start_time, told.start_time_origin, shown
        )
        dialog = StartDialog(document.path.name, known, desk.window)
        if dialog.exec():
            chosen = dialog.chosen()
            text = "" if chosen is None else chosen.isoformat()
            desk.reviewing.change(tr("Start of the recording"), replace(state, start_time=text))
            self._say(document)
        dialog.deleteLater()

    def _say(self, document: Document) -> None:
        moment = None if document.footage is None else document.footage.start_time
        if moment is None:
            text = tr("It is not known when the recording began")
        else:
            words = f"{moment_words(moment)} {zone_words(moment)}".rstrip()
            text = tr("The recording began at {moment}", moment=words)
        self._desk.window.statusBar().showMessage(text, 5000)

    @Slot()
    def _on_state(self) -> None:
        """Put the start in force that the review holds now."""
        desk, document, state = self._desk, self._desk.current, self._desk.reviewing.state
        if document is None or state is None or document is not desk.reviewing.document:
            return
        if state.start_time == document.start_time:
            return
        playback, before = desk.playback, document.footage
        document.begin_at(state.start_time)
        if playback.footage is before:
            speed = playback.speed
            playback.set_footage(document.footage, playback.wanted, playback.loop)
            playback.set_speed(speed)
        desk.joined.refresh()
        desk.review.show_rows()
        desk.near.refresh()
        desk.marks.show()
        desk.scenes.tell_row(document)
