"""The buttons below the segment list: judge, edit, export."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.language import mark, tr
from app.models.segment_model import GLYPHS
from app.numerals import whole
from app.views.key_button import KeyButton

_JUDGEMENTS = (
    ("confirmed", mark("Confirm"), mark("Confirm the selected segments"), "segments.confirm"),
    ("dismissed", mark("Dismiss"), mark("Dismiss the selected segments"), "segments.dismiss"),
    ("unsure", mark("Unsure"), mark("Mark the selected segments as unsure"), "segments.unsure"),
)
_EDITS = (
    ("segments.split", mark("Split"), mark("Split the selected segment where the playhead stands")),
    (
        "segments.merge",
        mark("Merge"),
        mark("Merge the selected segments; a single one with the next"),
    ),
    (
        "segments.delete",
        mark("Bin"),
        mark("Put the selected segments into the bin; History gives them back"),
    ),
)


class SegmentButtons(QWidget):
    """Emits a verdict, or a command's id."""

    judged = Signal(str)
    edited = Signal(str)
    export_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        judging, editing = QHBoxLayout(), QHBoxLayout()
        judging.setSpacing(4)
        editing.setSpacing(4)
        self.verdicts: dict[str, KeyButton] = {}
        self.edits: dict[str, KeyButton] = {}
        self._export_key, self._ticked = "", 0
        for verdict, text, tip, command in _JUDGEMENTS:
            button = KeyButton(f"{GLYPHS[verdict]} {tr(text)}", tr(tip), command)
            button.setAccessibleName(tr(text))
            button.setProperty("verdict", verdict)
            button.clicked.connect(self._judge)
            self.verdicts[verdict] = button
            judging.addWidget(button)
        for command, text, tip in _EDITS:
            button = KeyButton(tr(text), tr(tip), command)
            button.setAccessibleName(tr(text))
            button.clicked.connect(self._edit)
            self.edits[command] = button
            editing.addWidget(button)
        self.export = KeyButton("", "", "")
        self.export.setAccessibleName(tr("Export chosen"))
        self.export.clicked.connect(self.export_requested)
        editing.addWidget(self.export, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(judging)
        column.addLayout(editing)

    def set_key_hints(self, keys: Mapping[str, str]) -> None:
        """The keys of commands, for tooltips."""
        for button in (*self.verdicts.values(), *self.edits.values()):
            button.show_key(keys.get(button.command, ""))
        self._export_key = keys.get("file.export", "")
        self.set_ticked(self._ticked)

    def set_selected(self, selected: bool) -> None:
        """Whether there is anything to judge and to edit."""
        for button in (*self.verdicts.values(), *self.edits.values()):
            button.setEnabled(selected)

    def set_ticked(self, count: int) -> None:
        """How many segments are ticked for export."""
        self._ticked = count
        self.export.setText(tr("Export ({count})…", count=whole(count)) if count else tr("Export…"))
        self.export.setEnabled(count > 0)
        tip = tr("Export the ticked segments")
        if not count:
            tip = tr("Tick segments in the first column")
        self.export.setToolTip(f"{tip} ({self._export_key})" if self._export_key else tip)

    @Slot()
    def _judge(self) -> None:
        button = self.sender()
        if button is not None:
            self.judged.emit(button.property("verdict"))

    @Slot()
    def _edit(self) -> None:
        button = self.sender()
        if isinstance(button, KeyButton):
            self.edited.emit(button.command)
