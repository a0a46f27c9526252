"""The papers' pictures of the frame at rest, with a choice of memory where there are two."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.language import tr
from app.views.figures import ask_where
from app.views.portrait_figure import PortraitFigure
from app.wording import fault
from engine.errors import EngineError

if TYPE_CHECKING:
    from engine.analysis.nearest import Nearest
    from engine.analysis.portrait import Portrait


class PortraitDialog(QDialog):
    """Not modal: it follows the frame on the desk."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Memory and prototypes"))
        self._name = name
        self._portrait: Portrait | None = None
        self.figure = PortraitFigure()
        self.memory = QComboBox()
        self.memory.setAccessibleName(tr("Which memory"))
        self.memory.setToolTip(tr("Which memory's items are shown"))
        self.memory.currentIndexChanged.connect(self._on_memory)
        self.saving, self.closing = QPushButton(tr("Save figure...")), QPushButton(tr("Close"))
        self.saving.setToolTip(tr("As PNG or SVG, on white, in the size shown here"))
        self.closing.setToolTip(tr("Close this window (Esc)"))
        self.saving.clicked.connect(self._on_save)
        self.closing.clicked.connect(self.reject)
        self._state = QLabel()
        self._state.setObjectName("faint")
        line = QHBoxLayout()
        line.setSpacing(8)
        for widget in (self.saving, self.memory):
            line.addWidget(widget)
        line.addWidget(self._state, 1)
        line.addWidget(self.closing)
        for button in (self.saving, self.closing):
            button.setAutoDefault(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(12)
        column.addWidget(self.figure, 1)
        column.addLayout(line)
        self.resize(980, 600)
        self.say(tr("Looking..."))

    def set_portrait(self, portrait: Portrait) -> None:
        """Show a frame's portrait."""
        self._portrait = portrait
        names = [one.name for one in portrait.answers]
        if names != [self.memory.itemText(at) for at in range(self.memory.count())]:
            self.memory.blockSignals(True)
            self.memory.clear()
            self.memory.addItems(names)
            self.memory.blockSignals(False)
        self.memory.setVisible(len(names) > 1)
        self.saving.setEnabled(True)
        self.figure.set_portrait(portrait, max(0, self.memory.currentIndex()))

    def set_nearest(self, nearest: Nearest | None, said: str) -> None:
        """The patches of each item, or how far the search for them is."""
        self.figure.set_nearest(nearest, said)

    def say(self, text: str) -> None:
        """A sentence where there is no portrait."""
        self._portrait = None
        self.figure.say(text)
        self.memory.hide()
        self.saving.setEnabled(False)

    @Slot()
    def _on_memory(self) -> None:
        if self._portrait is not None:
            self.figure.set_portrait(self._portrait, self.memory.currentIndex())

    @Slot()
    def _on_save(self) -> None:
        if self._portrait is None:
            return
        name = f"{Path(self._name).stem}-frame-{self._portrait.index}.png"
        path = ask_where(self, tr("Save figure"), name)
        if path is None:
            return
        try:
            self.figure.save(path)
        except EngineError as error:
            self._state.setText(fault(error))
        else:
            self._state.setText(tr("Saved as {path}.", path=path))
