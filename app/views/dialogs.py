"""Small dialogs: where to go to."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from app.language import tr
from app.models.place import Ground, Place, place_in


class GoToDialog(QDialog):
    """A frame number, a time such as 1:02.5, or a time of day where that is known.

    While one types, it says what is meant; what is nowhere in the recording is said here, too.
    `place()` after it was accepted.
    """

    def __init__(self, ground: Ground, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Go to"))
        self._ground = ground
        self._place: Place | None = None
        label = QLabel(_offer(ground))
        label.setWordWrap(True)
        self.field = QLineEdit()
        self.field.setAccessibleName(tr("Frame or time"))
        self.field.setToolTip(tr("A frame such as 120, or a time such as 1:02.5; Enter goes there"))
        self.field.setAccessibleDescription(self.field.toolTip())
        label.setBuddy(self.field)
        self.meaning = QLabel(" ")
        self.meaning.setWordWrap(True)
        self.meaning.setAccessibleName(tr("What that means"))
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.field.textEdited.connect(self._on_edited)
        column = QVBoxLayout(self)
        for widget in (label, self.field, self.meaning, buttons):
            column.addWidget(widget)
        self.setMinimumWidth(420)
        self._say("", wrong=False)

    def place(self) -> Place | None:
        """Where to go."""
        return self._place

    def accept(self) -> None:
        """Only with a place in the recording."""
        place, words = place_in(self._ground, self.field.text())
        if place is None:
            self._say(words, wrong=True)
            self.field.setFocus()
            return
        self._place = place
        super().accept()

    @Slot()
    def _on_edited(self) -> None:
        """Half a time is no mistake yet: only what is meant is said while one types."""
        place, words = place_in(self._ground, self.field.text())
        self._say(words if place is not None else "", wrong=False)

    def _say(self, words: str, *, wrong: bool) -> None:
        self.meaning.setObjectName("warn" if wrong else "faint")
        self.meaning.setText(words or " ")
        self.field.setProperty("wrong", wrong)
        for widget in (self.meaning, self.field):
            widget.style().unpolish(widget)
            widget.style().polish(widget)


def _offer(ground: Ground) -> str:
    if ground.began is None:
        return tr("Frame (0 to {last}), or a time such as 1:02.5 or 62.5s", last=ground.frames - 1)
    return tr(
        "Frame (0 to {last}), a time of day such as {clock}, or a time since the start such as "
        "1:02.5 or 62.5s",
        last=ground.frames - 1,
        clock=f"{ground.began:%H:%M:%S}",
    )
