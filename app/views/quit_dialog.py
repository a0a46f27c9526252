"""Asks before the window closes on exports that are not written yet."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QPushButton, QVBoxLayout, QWidget

from app.language import tr, tr_count
from app.views.fitting import FittingDialog


class QuitDialog(FittingDialog):
    """Three ways on; Esc and closing it mean to stay."""

    wait_chosen = Signal()
    stop_chosen = Signal()

    def __init__(self, exports: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Quit Normscope"))
        self.title = QLabel()
        self.title.setObjectName("title")
        self.title.setWordWrap(True)
        self.text = QLabel(
            tr(
                "An export that is stopped leaves nothing behind, and would begin anew. "
                "Analyses and learning go on where they were when you come back."
            )
        )
        self.text.setWordWrap(True)
        self.wait = QPushButton()
        self.wait.setObjectName("primary")
        self.wait.setDefault(True)
        self.wait.clicked.connect(self.wait_chosen)
        self.wait.clicked.connect(self.accept)
        self.halt = QPushButton(tr("Stop and quit"))
        self.halt.setToolTip(tr("Close now; what was not written yet is dropped"))
        self.halt.clicked.connect(self.stop_chosen)
        self.halt.clicked.connect(self.accept)
        self.stay = QPushButton(tr("Stay"))
        self.stay.setToolTip(tr("Close this question, not the window"))
        self.stay.clicked.connect(self.reject)
        buttons = QDialogButtonBox()
        for button, role in (
            (self.wait, QDialogButtonBox.ButtonRole.ActionRole),
            (self.halt, QDialogButtonBox.ButtonRole.ActionRole),
            (self.stay, QDialogButtonBox.ButtonRole.RejectRole),
        ):
            buttons.addButton(button, role)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        for widget in (self.title, self.text, buttons):
            column.addWidget(widget)
        self.setMinimumWidth(480)
        self.set_exports(exports)

    def set_exports(self, exports: int) -> None:
        """How many are not written yet; with none left there is nothing to wait for or to drop."""
        title = tr_count(
            exports, "{count} export is not written yet", "{count} exports are not written yet"
        )
        self.title.setText(title if exports else tr("No export is waiting any more"))
        tip = tr("The window stays until the last export is written, then closes")
        self.wait.setText(tr("Quit when written") if exports else tr("Quit"))
        self.wait.setToolTip(tip if exports else tr("Close the window"))
        self.text.setVisible(exports > 0)
        self.halt.setVisible(exports > 0)
