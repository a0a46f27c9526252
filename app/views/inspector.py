"""The selected segment in words that can be typed: its edges, tags and note."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSignalBlocker, QStringListModel, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QGridLayout, QLabel, QLineEdit, QWidget

from app.language import tr
from app.models.segment_model import SegmentRow
from app.views.key_button import explain
from engine.timebase import timecode

TYPING_MS = 400  # after so long a rest what is typed is kept, Enter or not


class Field(QLineEdit):
    """A line that Enter and Escape leave; Escape puts back what was there."""

    left = Signal()

    def __init__(self, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown = ""
        self._tip = tip
        self.setAccessibleName(name)
        self.show_key("")

    def show_key(self, key: str) -> None:
        """The key of the command that goes to this field."""
        explain(self, self._tip, key)

    def show_text(self, text: str) -> None:
        """What is in force; a field that is being typed in keeps what was typed."""
        if text != self.shown or not self.hasFocus():
            self.shown = text
            if self.text() != text:
                with QSignalBlocker(self):
                    self.setText(text)
                    self.setCursorPosition(0)
            self.mark_wrong(False)

    def mark_wrong(self, wrong: bool) -> None:
        """Show that what was typed means nothing; by a border, and the message says it too."""
        if self.property("wrong") != wrong:
            self.setProperty("wrong", wrong)
            self.style().unpolish(self)
            self.style().polish(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.setText(self.shown)
            self.mark_wrong(False)
            self.left.emit()
            return
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self.property("wrong"):
            self.left.emit()


class Inspector(QWidget):
    """Setters in, signals out.  Edges are given as typed: (id, edge, text)."""

    edge_typed = Signal(str, str, str)
    tags_edited = Signal(list, list, list)  # ids, tags to put on, tags to take off
    note_typed = Signal(str, str)
    note_edited = Signal(str, str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[SegmentRow] = []
        tip = tr("A frame such as 120, or a time such as 1:02.5; Enter moves the edge")
        self.start = Field(tr("Start of the segment"), tip)
        self.stop = Field(tr("End of the segment"), tip)
        self.tags = Field(tr("Tags"), tr("Tags of the selected segments, with commas between"))
        self.note = Field(tr("Note"), tr("Note on the selected segment; Enter leaves it"))
        self.tags.setPlaceholderText(tr("none"))
        self.message = QLabel()
        self.message.setObjectName("warn")
        self.message.setWordWrap(True)
        self.message.hide()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(4)
        edges = (self._label(tr("From"), self.start), self._label(tr("to"), self.stop))
        tags, note = self._label(tr("Tags"), self.tags), self._label(tr("Note"), self.note)
        self._lines: tuple[tuple[QWidget, ...], ...] = (
            (*edges, self.start, self.stop),
            (tags, self.tags),
            (note, self.note),
        )
        grid.addWidget(edges[0], 0, 0)
        grid.addWidget(self.start, 0, 1)
        grid.addWidget(edges[1], 0, 2)
        grid.addWidget(self.stop, 0, 3)
        grid.addWidget(tags, 1, 0)
        grid.addWidget(self.tags, 1, 1, 1, 3)
        grid.addWidget(note, 2, 0)
        grid.addWidget(self.note, 2, 1, 1, 3)
        grid.addWidget(self.message, 3, 0, 1, 4)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        self._known = QStringListModel(self)
        completer = QCompleter(self._known, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.tags.setCompleter(completer)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_MS)
        self._typing.timeout.connect(self._rested)
        self.start.editingFinished.connect(self._start_finished)
        self.stop.editingFinished.connect(self._stop_finished)
        self.tags.editingFinished.connect(self._tags_finished)
        self.note.textEdited.connect(self._note_typing)
        self.note.editingFinished.connect(self._note_finished)
        for field in (self.start, self.stop, self.tags, self.note):
            field.left.connect(self.left)
        for field in (self.start, self.stop):
            field.left.connect(self._edge_left)
        self.set_rows([])

    def _label(self, text: str, buddy: QWidget) -> QLabel:
        label = QLabel(text)
        label.setObjectName("faint")
        label.setBuddy(buddy)
        return label

    def set_key_hints(self, keys: Mapping[str, str]) -> None:
        """The keys of commands, for tooltips."""
        self.start.show_key(keys.get("segments.edges", ""))
        self.tags.show_key(keys.get("segments.tags", ""))
        self.note.show_key(keys.get("segments.note", ""))

    def set_rows(self, rows: Sequence[SegmentRow]) -> None:
        """The selected segments; edges and note belong to a single one."""
        if [row.id for row in rows] != [row.id for row in self._rows]:
            self._rested()
            self._typing.stop()
            self.say("")
        self._rows = list(rows)
        one = rows[0] if len(rows) == 1 else None
        for field in (self.start, self.stop, self.note):
            field.setEnabled(one is not None)
        self.tags.setEnabled(bool(rows))
        several = tr("{count} segments", count=len(rows)) if len(rows) > 1 else ""
        self.note.setPlaceholderText(several or tr("none"))
        self.start.show_text("" if one is None else timecode(one.start_time))
        self.stop.show_text("" if one is None else timecode(one.stop_time))
        self.tags.show_text(", ".join(self._common()))
        self.note.show_text("" if one is None else one.note)

    def set_known_tags(self, tags: Sequence[str]) -> None:
        """Tags that are offered while typing."""
        if self._known.stringList() != list(tags):
            self._known.setStringList(list(tags))

    def set_terse(self, terse: bool, field: QWidget | None = None) -> None:
        """The line of one field alone, of the note by default, where there is little room."""
        for line in self._lines:
            shown = not terse or (field or self.note) in line
            for widget in line:
                widget.setVisible(shown)

    def say(self, sentence: str, edge: str = "") -> None:
        """What was wrong with the typed edge, or nothing."""
        self.message.setText(sentence)
        self.message.setVisible(bool(sentence))
        self.start.mark_wrong(edge == "start")
        self.stop.mark_wrong(edge == "stop")

    def _common(self) -> list[str]:
        if not self._rows:
            return []
        first, *others = ([tag.casefold() for tag in row.tags] for row in self._rows)
        shared = set(first).intersection(*others)
        return [tag for tag in self._rows[0].tags if tag.casefold() in shared]

    def _one(self) -> SegmentRow | None:
        return self._rows[0] if len(self._rows) == 1 else None

    def _edge_finished(self, field: Field, edge: str) -> None:
        row = self._one()
        if row is not None and field.text().strip() != field.shown:
            self.edge_typed.emit(row.id, edge, field.text().strip())
        elif field.property("wrong"):  # put back by hand
            field.mark_wrong(False)
            self._edge_left()

    @Slot()
    def _edge_left(self) -> None:
        """What was wrong with an edge goes with it."""
        if not (self.start.property("wrong") or self.stop.property("wrong")):
            self.say("")

    @Slot()
    def _start_finished(self) -> None:
        self._edge_finished(self.start, "start")

    @Slot()
    def _stop_finished(self) -> None:
        self._edge_finished(self.stop, "stop")

    @Slot()
    def _tags_finished(self) -> None:
        if not self._rows or self.tags.text() == self.tags.shown:
            return
        before = self._common()
        typed = [tag for tag in (" ".join(t.split()) for t in self.tags.text().split(",")) if tag]
        kept = {tag.casefold() for tag in typed}
        had = {tag.casefold() for tag in before}
        add = [tag for tag in typed if tag.casefold() not in had]
        remove = [tag for tag in before if tag.casefold() not in kept]
        self.tags.shown = self.tags.text()
        if add or remove:
            self.tags_edited.emit([row.id for row in self._rows], add, remove)

    @Slot()
    def _note_typing(self) -> None:
        self._typing.start()

    @Slot()
    def _rested(self) -> None:
        row = self._one()
        if self._typing.isActive() or self.sender() is self._typing:
            text = self.note.text().strip()
            if row is not None and text != row.note:
                self.note_typed.emit(row.id, text)

    @Slot()
    def _note_finished(self) -> None:
        row, text = self._one(), self.note.text().strip()
        self._typing.stop()
        if row is not None and text != row.note:
            self.note_edited.emit(row.id, text)
