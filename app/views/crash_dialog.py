"""The dialog for bugs: what happened, in a form that can be copied, saved and sent."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.language import tr
from app.views.fitting import FittingDialog


class CrashDialog(FittingDialog):
    """Work that was saved is not affected, and the dialog says so."""

    def __init__(
        self,
        title: str,
        report: str,
        log: Path,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Something went wrong"))
        self._log = log
        text = QLabel(
            tr(
                "The program met an error that it did not expect: {title}\n\nYour review is saved, "
                "and you can go on. The report below says where it happened and what the log "
                "tells. It holds no footage; look through it before you send it on.",
                title=title,
            )
        )
        text.setWordWrap(True)
        self.details = QPlainTextEdit(report)
        self.details.setReadOnly(True)
        self.details.setTabChangesFocus(True)
        self.details.setMinimumHeight(140)
        self.details.setObjectName("mono")
        self.details.setAccessibleName(tr("Report"))
        self.details.setToolTip(tr("What is copied and saved"))
        self.state = QLabel()
        self.state.setAccessibleName(tr("Outcome"))
        self.state.setObjectName("faint")
        self.state.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        for words, tip, slot in (
            (tr("Copy"), tr("Put the report on the clipboard"), self.copy),
            (tr("Save report…"), tr("Write the report to a file, to be sent on"), self.ask),
            (tr("Open the log's folder"), tr("The log and older ones lie there"), self.open_log),
        ):
            button = QPushButton(words)
            button.setToolTip(tip)
            button.clicked.connect(slot)
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addWidget(text)
        column.addWidget(self.details, 1)
        column.addWidget(self.state)
        column.addWidget(buttons)
        self.setMinimumWidth(560)
        self.resize(760, 480)

    @Slot()
    def copy(self) -> None:
        """The report on the clipboard."""
        QGuiApplication.clipboard().setText(self.details.toPlainText())
        self.state.setText(tr("Copied."))

    @Slot()
    def ask(self) -> None:
        """Ask for a file and write the report there."""
        stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
        usual = str(Path.home() / f"normscope-report-{stamp}.txt")
        name, _ = QFileDialog.getSaveFileName(self, tr("Save report"), usual, tr("Text (*.txt)"))
        if name:
            self.save(Path(name))

    def save(self, path: Path) -> None:
        """Write the report; where that fails it is said here."""
        try:
            path.write_text(self.details.toPlainText(), encoding="utf-8")
        except OSError as error:
            self.state.setText(
                tr("It could not be saved: {why}.", why=error.strerror or str(error))
            )
            return
        self.state.setText(tr("Saved as {path}.", path=str(path)))

    @Slot()
    def open_log(self) -> None:
        """Show the log's folder."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._log.parent)))
        self.state.setText(str(self._log))
