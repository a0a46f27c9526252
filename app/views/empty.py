"""The words in an empty list, which say what to do next."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QLabel, QWidget


class EmptyText(QLabel):
    """Fills the widget that it is put on, and lets the mouse through."""

    def __init__(self, over: QWidget, text: str) -> None:
        super().__init__(text, over)
        self._usual = text
        self.setObjectName("faint")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.setContentsMargins(16, 4, 16, 4)  # a low list has room for the words
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        over.installEventFilter(self)
        self.setGeometry(over.rect())

    def setText(self, text: str) -> None:
        """The usual words."""
        self._usual = text
        super().setText(text)

    def show_over(self, empty: bool, instead: str | None = None) -> None:
        """Show the usual words, or others, or nothing."""
        super().setText(instead or self._usual)
        self.setVisible(empty)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return False
