"""A suggestion that nobody has to take: a sentence and a button."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from app.language import tr
from app.views.key_button import explain


class Suggestion(QFrame):
    """Hidden while there is nothing to suggest."""

    taken = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setAccessibleName(tr("What your verdicts suggest"))
        self._text.setToolTip(
            tr("Worked out from your verdicts; nothing changes until you apply it")
        )
        self._apply = QPushButton(tr("Apply"))
        self._apply.setAccessibleName(tr("Apply the suggested threshold"))
        self._apply.clicked.connect(self._on_apply)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        column.addWidget(self._text)
        column.addWidget(self._apply, 0, Qt.AlignmentFlag.AlignLeft)
        self.set_key_hints({})
        self.set_text("")

    def set_key_hints(self, keys: Mapping[str, str]) -> None:
        """The keys of commands, for tooltips."""
        undo = keys.get("edit.undo", "")
        back = tr("Set the threshold to it; {key} takes it back", key=undo)
        explain(self._apply, back if undo else tr("Set the threshold to it"))

    def set_text(self, text: str) -> None:
        """Show a suggestion, or none."""
        self._text.setText(text)
        self.setVisible(bool(text))

    def text(self) -> str:
        """What is suggested."""
        return self._text.text()

    @Slot()
    def _on_apply(self) -> None:
        self.taken.emit()
