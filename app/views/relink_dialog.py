"""Asks for footage that is no longer where it was."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.language import tr
from app.views.fitting import FittingDialog


class RelinkDialog(FittingDialog):
    """Emits a file to try or a folder to search; the owner says what came of it."""

    file_chosen = Signal(str)
    folder_chosen = Signal(str)

    def __init__(
        self, name: str, why: str, *, fingerprinted: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Find the footage"))
        title = QLabel(tr("Where is {name}?", name=name))
        title.setObjectName("title")
        title.setWordWrap(True)
        rule = (
            tr(
                "Footage counts as the same only if its size and fingerprint agree; its name may "
                "be another. Nothing is written to it."
            )
            if fingerprinted
            else tr("Nothing but its name is known, so the file that you choose is taken.")
        )
        text = QLabel(f"{why}\n\n{rule}")
        text.setWordWrap(True)
        self.state = QLabel()
        self.state.setObjectName("faint")
        self.state.setWordWrap(True)
        self.state.hide()
        self.state.setAccessibleName(tr("Outcome"))
        self.file = QPushButton(tr("Choose the file…"))
        self.file.setObjectName("primary")
        self.file.setToolTip(tr("Show the footage yourself"))
        self.file.clicked.connect(self._ask_file)
        self.folder = QPushButton(tr("Search a folder…"))
        self.folder.setToolTip(tr("Look through a folder, or a whole disk, and all below it"))
        self.folder.clicked.connect(self._ask_folder)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(self.file, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self.folder, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        for widget in (title, text, self.state, buttons):
            column.addWidget(widget)
        self.setMinimumWidth(520)

    def say(self, text: str, *, searching: bool = False) -> None:
        """What came of the last choice, or how far the search is."""
        self.state.setText(text)
        self.state.setVisible(bool(text))
        self.file.setEnabled(not searching)
        self.folder.setEnabled(not searching)

    @Slot()
    def _ask_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("Choose the footage"))
        if path:
            self.file_chosen.emit(path)

    @Slot()
    def _ask_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, tr("Search a folder"), str(Path.home()))
        if folder:
            self.folder_chosen.emit(folder)
