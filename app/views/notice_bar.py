"""One line above the desk for what went wrong or is worth knowing: what, and what helps."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from app.language import tr


class NoticeBar(QFrame):
    """Shows a sentence and a hint until it is closed or another takes its place."""

    command = Signal(str)
    shown = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setAccessibleName(tr("Notice"))
        self._action = QToolButton()
        self._action.clicked.connect(self._on_action)
        self._command = ""
        close = QToolButton()
        close.setText(tr("Close"))
        close.setToolTip(tr("Close this notice"))
        close.clicked.connect(self.clear)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 6, 6)
        row.addWidget(self._text, 1)
        row.addWidget(self._action)
        row.addWidget(close)
        self.hide()

    def show_notice(
        self,
        sentence: str,
        hint: str = "",
        *,
        warning: bool = True,
        action: tuple[str, str] | None = None,
    ) -> None:
        """Show a sentence; a warning carries a sign as well as a colour.

        action: what can be done about it, as the text of a button and what `command` then carries.
        """
        text, self._command = action if action is not None else ("", "")
        self._action.setText(text)
        self._action.setToolTip(text.removesuffix("..."))
        self._action.setVisible(bool(text))
        sign = "⚠ " if warning else ""
        self._text.setText(f"{sign}{sentence} {hint}".strip())
        self._text.setObjectName("warn" if warning else "")
        self._text.style().unpolish(self._text)
        self._text.style().polish(self._text)
        self.show()
        self.shown.emit(True)

    def text(self) -> str:
        """What is shown."""
        return "" if self.isHidden() else self._text.text()

    @Slot()
    def _on_action(self) -> None:
        self.command.emit(self._command)

    @Slot()
    def clear(self) -> None:
        """Nothing to say."""
        self._text.clear()
        self.hide()
        self.shown.emit(False)
