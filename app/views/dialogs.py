"""Small dialogs: where to go to."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from app.language import tr


class GoToDialog(QDialog):
    """A frame number, or a time such as 1:02.5."""

    def __init__(self, frames: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Go to"))
        label = QLabel(
            tr("Frame (0 to {last}), or a time such as 1:02.5 or 62.5s", last=frames - 1)
        )
        self.field = QLineEdit()
        self.field.setAccessibleName(tr("Frame or time"))
        self.field.setToolTip(tr("A frame such as 120, or a time such as 1:02.5; Enter goes there"))
        label.setBuddy(self.field)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for widget in (label, self.field, buttons):
            column.addWidget(widget)

    def text(self) -> str:
        """What was typed."""
        return self.field.text().strip()


def parse_place(text: str) -> tuple[str, float] | None:
    """("frame", n) or ("seconds", s) from what was typed; None where it is neither."""
    try:
        if text.isdigit():
            return "frame", float(text)
        if text.endswith("s"):
            return "seconds", float(text[:-1])
        seconds = 0.0
        for piece in text.split(":"):
            seconds = seconds * 60 + float(piece)
        return "seconds", seconds
    except ValueError:
        return None
