"""When the recording began: asked for, kept with the review, and put in force everywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.controllers.sessions import ensure_session, unsaved
from app.language import tr
from app.moments import moment_words, moved_along, zone_words
from app.views.start_dialog import Beginning, StartDialog

if TYPE_CHECKING:
    from app.controllers.document import Document
    from app.desk import Desk


class StartPane(QObject):
    """The review's state holds the start; footage, line and clocks follow it, undo included.

    Files of one recorder share a clock: when one is set they all are, each with a step of undo of
    its own, and undoing it in one undoes it in all.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._done: tuple[Document | None, int] = (
            None,
            0,
        )  # steps in force, to tell undo from redo
        desk.reviewing.state_changed.connect(self._on_state)

    def commands(self) -> dict[str, Callable[[], object]]:
        """What each command does."""
        return {"file.start_time": self.ask}

    def ask(self) -> None:
        """Ask when the recording began."""
        desk, document = self._desk, self._desk.current
        if document is None or document.footage is None or desk.reviewing.state is None:
            return
        told = document.as_opened or document.footage
        shown = float(document.footage.table.seconds()[desk.playback.wanted])
        known = Beginning(
            document.footage.start_time, told.start_time, told.start_time_origin, shown
        )
        others = self._others(document)
        dialog = StartDialog(document.path.name, known, desk.window, len(others))
        if dialog.exec():
            self._set(document, dialog.chosen(), others if dialog.for_all() else [])
            self._say(document)
        dialog.deleteLater()

    def _others(self, document: Document) -> list[Document]:
        return [other for other in self._desk.joined.recorder() if other is not document]

    def _set(self, document: Document, chosen: datetime | None, others: Sequence[Document]) -> None:
        """A start for a footage, after which those of others move along."""
        state, reviewing = self._desk.reviewing.state, self._desk.reviewing
        if state is None:
            return
        before = None if document.footage is None else document.footage.start_time
        starts = {d: self._moved(document, d, before, chosen) for d in others}
        for other, start in starts.items():
            self._put(other, start)
        title = _together() if others else tr("Start of the recording")
        playing = document.footage
        document.begin_at(_text(chosen))
        reviewing.change(title, replace(state, start_time=document.start_time))
        self._show(document, playing)

    def _moved(
        self, document: Document, other: Document, before: datetime | None, after: datetime | None
    ) -> datetime | None:
        """When another file of the recorder began, its clock being set with this one's."""
        now = None if other.footage is None else other.footage.start_time
        if after is None:
            return None
        if before is not None and now is not None:
            return moved_along(now, before, after)
        return after + timedelta(seconds=self._desk.joined.seconds_between(document, other))

    def _put(self, other: Document, start: datetime | None) -> None:
        ensure_session(other)
        other.begin_at(_text(start))
        if other.session is None:  # not analysed: its review, once there is one, begins with it
            return
        state = replace(other.session.state, start_time=other.start_time)
        try:
            other.session.change(_together(), state)
        except OSError as error:
            self._desk.tell(unsaved(error))

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
        steps = [] if document.session is None else document.session.steps
        done = sum(step.done for step in steps)
        (known, earlier), self._done = self._done, (document, done)
        if state.start_time == document.start_time:
            return
        playing = document.footage
        before = None if playing is None else playing.start_time
        document.begin_at(state.start_time)
        crossed = steps[min(earlier, done) : max(earlier, done)] if known is document else []
        if any(step.title == _together() for step in crossed):
            after = None if document.footage is None else document.footage.start_time
            for other in self._others(document):
                self._follow(other, forwards=done > earlier, to=(document, before, after))
        self._show(document, playing)

    def _follow(
        self,
        other: Document,
        *,
        forwards: bool,
        to: tuple[Document, datetime | None, datetime | None],
    ) -> None:
        """Another file of the recorder, after its clock was set back or set again by undo."""
        back, forth = _at_hand(other)
        session = other.session
        if session is None or (forth if forwards else back) != _together():
            document, before, after = to
            self._put(other, self._moved(document, other, before, after))
            return
        try:
            session.redo() if forwards else session.undo()
        except OSError as error:
            self._desk.tell(unsaved(error))
        other.begin_at(session.state.start_time)

    def _show(self, document: Document, playing: object) -> None:
        """Everything that tells times, anew.  playing: the footage as it was before."""
        desk, playback = self._desk, self._desk.playback
        if playback.footage is playing:
            speed = playback.speed
            playback.set_footage(document.footage, playback.wanted, playback.loop)
            playback.set_speed(speed)
        before = desk.joined.documents()
        desk.joined.refresh()
        desk.review.show_rows()
        desk.near.refresh()
        desk.marks.show()
        for each in {document, *before}:
            desk.scenes.tell_row(each)
        if before and document not in desk.joined.documents():
            desk.window.notice.show_notice(
                tr("By this time {name} does not follow the others.", name=document.path.name),
                tr(
                    "It is shown alone; {key} takes that back.",
                    key=desk.window.actions_.named("edit.undo"),
                ),
            )


def _together() -> str:
    """The title of a step that the files of a recorder share."""
    return tr("Start of the joined recordings")


def _text(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat()


def _at_hand(document: Document) -> tuple[str, str]:
    """Titles of the steps that undo and redo would take."""
    steps = [] if document.session is None else document.session.steps
    done = [step.title for step in steps if step.done]
    undone = [step.title for step in steps if not step.done]
    return (done[-1] if done else ""), (undone[0] if undone else "")
