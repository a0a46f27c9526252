"""Tooltips that always name the key in force, of buttons of commands and of other widgets."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QWidget


def explain(widget: QWidget, tip: str, key: str = "") -> None:
    """What a widget is for, and the key of the command that does the same."""
    text = f"{tip} ({key})" if key else tip
    widget.setToolTip(text)
    widget.setAccessibleDescription(text)


class KeyButton(QPushButton):
    """Knows the id of its command."""

    def __init__(self, text: str, tip: str, command: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.command, self._tip = command, tip
        self.show_key("")

    def show_key(self, key: str) -> None:
        """The key that does the same."""
        explain(self, self._tip, key)
