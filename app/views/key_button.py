"""A button of a command: its tooltip always names the key in force."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QWidget


class KeyButton(QPushButton):
    """Knows the id of its command."""

    def __init__(self, text: str, tip: str, command: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.command, self._tip = command, tip
        self.show_key("")

    def show_key(self, key: str) -> None:
        """The key that does the same."""
        text = f"{self._tip} ({key})" if key else self._tip
        self.setToolTip(text)
        self.setAccessibleDescription(text)
