"""About: what this is, under which licence, what a score is not, and whose work it builds on."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.language import tr
from app.views.fitting import FittingDialog

LONGEST = 60  # characters of a licence field that is a name and not the whole text


@dataclass(frozen=True, slots=True)
class Dependency:
    """An installed package: name, version, licence in a few words, and the licence's full text."""

    name: str
    version: str
    licence: str
    text: str


def dependencies(package: str = "normscope") -> list[Dependency]:
    """What the program needs, and what that needs in turn, as far as it is installed; by name."""
    found: dict[str, Dependency] = {}
    waiting = [package]
    seen: set[str] = set()
    while waiting:
        name = _plain(waiting.pop())
        if name in seen:
            continue
        seen.add(name)
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        if name != package:
            found[name] = _dependency(distribution)
        for requirement in distribution.requires or ():
            if "extra ==" not in requirement and "extra==" not in requirement:
                waiting.append(re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0])
    return [found[name] for name in sorted(found)]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _first(values: Sequence[str] | None) -> str:
    return values[0] if values else ""


def _dependency(distribution: importlib.metadata.Distribution) -> Dependency:
    fields = distribution.metadata
    licence = _first(fields.get_all("License-Expression"))
    given = _first(fields.get_all("License"))
    if not licence and given and len(given) <= LONGEST and "\n" not in given:
        licence = given
    if not licence:
        classes = [c for c in fields.get_all("Classifier") or () if c.startswith("License ::")]
        licence = ", ".join(c.rpartition(" :: ")[2] for c in classes)
    texts = []
    for file in distribution.files or ():
        if re.match(r"(LICEN[CS]E|COPYING|NOTICE)", file.name, re.I) and ".dist-info" in str(file):
            try:
                texts.append(Path(str(file.locate())).read_text(encoding="utf-8", errors="replace"))
            except OSError:
                continue
    text = "\n\n".join(texts) or given or tr("The package carries no licence text.")
    name = fields["Name"]
    return Dependency(name, distribution.version, licence or tr("see its text"), text)


class AboutDialog(FittingDialog):
    """The words, and a table of dependencies with their licence texts."""

    def __init__(
        self, version: str, rows: Sequence[Dependency], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("About Normscope"))
        self._rows = rows
        title = QLabel(tr("Normscope {version}", version=version))
        title.setObjectName("hero")
        text = QLabel(
            tr(
                "Review recorded footage from fixed cameras.\n\n"
                "A score is a lead, not a finding. A checksum shows that a file is unchanged "
                "since export, not that a recording is authentic.\n\n"
                "Licence: Apache-2.0. The wheels of PyAV contain encoders under the GPL; a bundle "
                "that carries them is distributed under the GPL.\n"
                "Detectors: Park et al., CVPR 2020 (MNAD). Optical flow: Kroeger et al., "
                "ECCV 2016 (DIS)."
            )
        )
        text.setWordWrap(True)
        heading = QLabel(tr("Licences of what it builds on"))
        heading.setObjectName("title")
        self.table = QTableWidget(len(rows), 3)
        self.table.setAccessibleName(tr("Licences"))
        self.table.setToolTip(tr("Choose a row to read its licence"))
        self.table.setHorizontalHeaderLabels([tr("Package"), tr("Version"), tr("Licence")])
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.resizeSection(0, 190)
        header.resizeSection(1, 110)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        for number, row in enumerate(rows):
            for column, value in enumerate((row.name, row.version, row.licence)):
                self.table.setItem(number, column, QTableWidgetItem(value))
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setObjectName("mono")
        self.text.setAccessibleName(tr("Text of the licence"))
        self.text.setToolTip(tr("Text of the chosen licence"))
        self.table.currentCellChanged.connect(self._show)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.table)
        split.addWidget(self.text)
        split.setSizes([210, 150])
        split.setMinimumHeight(220)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        for widget in (title, text, heading):
            layout.addWidget(widget)
        layout.addWidget(split, 1)
        layout.addWidget(buttons)
        self.setMinimumWidth(560)
        self.resize(640, 600)
        if rows:
            self.table.setCurrentCell(0, 0)

    @Slot(int, int)
    def _show(self, row: int, column: int) -> None:
        self.text.setPlainText(self._rows[row].text if 0 <= row < len(self._rows) else "")
