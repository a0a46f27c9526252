"""Small dialogs: keyboard shortcuts, go to, about, and the one for bugs."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.commands import Command


class KeysDialog(QDialog):
    """All commands with their keys, in the order of the menus."""

    def __init__(
        self, commands: Sequence[Command], keys: Mapping[str, str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setHorizontalSpacing(24)
        row, menu = 0, ""
        for command in commands:
            if not keys.get(command.id):
                continue
            if command.menu != menu:
                menu = command.menu
                heading = QLabel(menu)
                heading.setObjectName("title")
                grid.addWidget(heading, row, 0, 1, 2)
                row += 1
            grid.addWidget(QLabel(command.title.removesuffix("...")), row, 0)
            key = QLabel(keys[command.id])
            key.setObjectName("mono")
            grid.addWidget(key, row, 1)
            row += 1
        grid.setColumnStretch(0, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.addWidget(scroll)
        column.addWidget(_closing(self))
        self.resize(460, 620)


class GoToDialog(QDialog):
    """A frame number, or a time such as 1:02.5."""

    def __init__(self, frames: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Go to")
        label = QLabel(f"Frame (0 to {frames - 1}), or a time such as 1:02.5 or 62.5s")
        self.field = QLineEdit()
        self.field.setAccessibleName("Frame or time")
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


class AboutDialog(QDialog):
    """What this is, under which licence, and what a score is not."""

    def __init__(self, version: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About Normscope")
        text = QLabel(
            f"<h3>Normscope {version}</h3>"
            "<p>Review recorded footage from fixed cameras.</p>"
            "<p>A score is a lead, not a finding. A checksum shows that a file is unchanged since "
            "export, not that a recording is authentic.</p>"
            "<p>Licence: Apache-2.0. The wheels of PyAV contain encoders under the GPL; a bundle "
            "that carries them is distributed under the GPL.</p>"
            "<p>Detectors: Park et al., CVPR 2020 (MNAD). Optical flow: Kroeger et al., "
            "ECCV 2016 (DIS).</p>"
        )
        text.setWordWrap(True)
        text.setMinimumWidth(380)
        column = QVBoxLayout(self)
        column.addWidget(text)
        column.addWidget(_closing(self))


class CrashDialog(QDialog):
    """A bug: what happened, for sending on.  Work that was saved is not affected."""

    def __init__(self, error: BaseException, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Something went wrong")
        text = QLabel(
            "The program met an error that it did not expect. Your review is saved. "
            "The text below says where it happened; it names no footage contents."
        )
        text.setWordWrap(True)
        details = QPlainTextEdit("".join(traceback.format_exception(error)))
        details.setReadOnly(True)
        details.setAccessibleName("Details of the error")
        column = QVBoxLayout(self)
        column.addWidget(text)
        column.addWidget(details)
        column.addWidget(_closing(self))
        self.resize(720, 420)


def _closing(dialog: QDialog) -> QDialogButtonBox:
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    box.rejected.connect(dialog.reject)
    return box
