"""Commands of the review: undo, walk, judge, mark, split, merge, bin."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QWidget

from app.controllers.judging import VerdictName
from app.language import tr
from engine.timebase import FrameSpan

if TYPE_CHECKING:
    from app.desk import Desk

TUNING, SEGMENTS, HISTORY = range(3)  # tabs of the side panel


class ReviewCommands(QObject):
    """Carries them out on a desk."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._said = ""
        desk.reviewing.state_changed.connect(self._on_changed)

    def table(self) -> dict[str, Callable[[], object]]:
        """What each command's id does."""
        desk = self._desk
        return {
            "edit.undo": self._undo,
            "edit.redo": self._redo,
            "edit.versions": desk.history.choose_version,
            "edit.clear_areas": partial(desk.reviewing.set_areas, ()),
            "segments.in": self._in_point,
            "segments.out": self._out_point,
            "segments.split": self._split,
            "segments.merge": self._merge,
            "segments.tags": partial(self._field, "tags"),
            "segments.note": partial(self._field, "note"),
            "segments.edges": partial(self._field, "start"),
            "segments.confirm": partial(self._judge, "confirmed"),
            "segments.dismiss": partial(self._judge, "dismissed"),
            "segments.unsure": partial(self._judge, "unsure"),
            "segments.clear": partial(self._judge, "unjudged"),
            "segments.delete": self._delete,
            "segments.put_back": partial(desk.history.put_back, []),
            "view.tuning": partial(self._work_in, TUNING),
            "view.segments": partial(self._work_in, SEGMENTS),
            "view.history": partial(self._work_in, HISTORY),
        }

    def _say(self, text: str) -> None:
        self._said = text
        self._desk.window.statusBar().showMessage(text, 4000)

    @Slot()
    def _on_changed(self) -> None:
        """What was said of the review before it changed is no longer so: the bin is empty again,
        the segment is made.  Who changed it has not spoken yet.
        """
        status = self._desk.window.statusBar()
        if self._said and status.currentMessage() == self._said:
            status.clearMessage()
        self._said = ""

    def _undo(self) -> None:
        title = self._desk.review.keep_chosen(self._desk.reviewing.undo)
        self._say(tr("Undone: {title}", title=title) if title else tr("Nothing to undo"))

    def _redo(self) -> None:
        title = self._desk.review.keep_chosen(self._desk.reviewing.redo)
        self._say(tr("Done again: {title}", title=title) if title else tr("Nothing to redo"))

    def _in_point(self) -> None:
        if self._desk.current is not None:
            index = self._desk.playback.index
            self._desk.marks.set_in_point(index)
            key = self._key("segments.out")
            self._say(
                tr("In-point at frame {index}; press {key} where it stops", index=index, key=key)
            )

    def _out_point(self) -> None:
        document = self._desk.current
        if document is None or document.in_point is None:
            self._say(tr("Set the in-point with {key} first", key=self._key("segments.in")))
            return
        a, b = sorted((document.in_point, self._desk.playback.index))
        self._desk.marks.set_in_point(None)
        made = self._desk.judging.make(FrameSpan(a, b + 1))
        if made is not None:
            self._desk.review.select_segment(made)

    def _split(self) -> None:
        chosen, at = self._desk.review.chosen(), self._desk.playback.index
        pieces = self._desk.judging.split(chosen[0], at) if len(chosen) == 1 else []
        if pieces:
            self._desk.review.select_segments(pieces[:1])
        else:
            self._say(tr("Choose one segment and put the playhead inside it, then split"))

    def _merge(self) -> None:
        if len(self._desk.joined.by_file(self._desk.review.chosen_seen())) > 1:
            self._say(tr("Segments of different files cannot be merged"))
            return
        merged = self._desk.judging.merge(self._desk.review.chosen())
        if merged is not None:
            self._desk.review.select_segments([merged])
        else:
            self._say(tr("There is no other segment to merge with"))

    def _judge(self, value: VerdictName) -> None:
        self._desk.review.judge(self._desk.review.chosen_seen(), value)

    def _delete(self) -> None:
        chosen = self._desk.review.chosen_seen()
        if chosen:
            for document, ids in self._desk.joined.by_file(chosen):
                self._desk.joined.judging_of(document).bin(ids)
            self._desk.review.select_segments([])
            self._say(tr("In the bin; {key} puts it back", key=self._key("segments.put_back")))

    def _field(self, name: str) -> None:
        self._show_tab(SEGMENTS)
        self._desk.window.segments.edit_field(name)

    def _show_tab(self, index: int) -> None:
        self._desk.window.side.setCurrentIndex(index)

    def _work_in(self, index: int) -> None:
        """Show a tab, and put the keyboard on its first control."""
        self._show_tab(index)
        window = self._desk.window
        if index == TUNING:
            first: QWidget = window.tuning.first_field()
            window.tuning.area.ensureWidgetVisible(first)
        else:
            first = window.segments.table if index == SEGMENTS else window.history.steps
        first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _key(self, command_id: str) -> str:
        return self._desk.window.actions_.named(command_id)
