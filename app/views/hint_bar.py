"""One hint for people who are new here, with a way to be rid of it."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from app.language import tr


class HintBar(QFrame):
    """Setters in, signals out."""

    dismissed = Signal(str)
    all_dismissed = Signal()
    left = Signal()  # a hint goes away whose button has the keyboard

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._id, self._gives_way = "", False
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setAccessibleName(tr("Hint"))
        got_it = _button(tr("Got it"), tr("This hint goes for good"))
        got_it.clicked.connect(self._dismiss)
        none = _button(tr("No hints"), tr("All hints go for good; Settings bring them back"))
        none.clicked.connect(self.all_dismissed)
        self._buttons = (got_it, none)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 6, 4)
        row.setSpacing(6)
        row.addWidget(self._text, 1)
        row.addWidget(got_it)
        row.addWidget(none)
        self.hide()

    def show_hint(self, hint_id: str, text: str) -> None:
        """Show one, or none by empty strings."""
        if hint_id != self._id:  # the next key is not meant for the next hint
            self._leave()
        self._id = hint_id
        self._text.setText(f"→ {text}" if text else "")
        self.setVisible(bool(text) and not self._gives_way)

    def give_way(self, now: bool) -> None:
        """Leave the room to something more urgent, until that is over."""
        self._gives_way = now
        if now:
            self._leave()
        self.setVisible(bool(self._id) and not now)

    def hint(self) -> str:
        """The id of the one that is shown."""
        return self._id

    def _leave(self) -> None:
        if any(button.hasFocus() for button in self._buttons):
            self.left.emit()

    @Slot()
    def _dismiss(self) -> None:
        if self._id:
            self.dismissed.emit(self._id)


def _button(text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.setAccessibleName(text)
    button.setAccessibleDescription(tip)
    return button
