"""How well the scores tell labelled frames apart: figure, figures by clip, and where they came
from.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.language import mark, tr
from app.numerals import decimal, whole
from app.views.evaluate_figure import EvaluateFigure
from app.views.figures import ask_where
from app.wording import fault
from engine.errors import EngineError

if TYPE_CHECKING:
    from engine.evaluation.judging import ClipFigures, Judgement

HEADINGS = (mark("Footage"), mark("Frames"), mark("Scored"), mark("Abnormal"), mark("AUC"))
LINES_SEEN = 3  # the table scrolls beyond that
FILTER = mark("Labels (*.json *.npy *.csv);;All files (*)")


class EvaluateDialog(QDialog):
    """Not modal: the figure follows the tuning panel beside it."""

    load_requested = Signal(str)  # a file of labels or a folder of masks

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Evaluate"))
        self._name = name
        self.figure = EvaluateFigure()
        self._table = self._make_table()
        self._state = QLabel()
        self._state.setWordWrap(True)
        self.labels = self._button(
            tr("Load labels..."), tr("A .json, .npy or .csv file with one 0 or 1 a frame")
        )
        self.masks = self._button(
            tr("Load masks..."),
            tr("A folder with one PNG a frame, or such a folder for each clip; a frame with any "
               "pixel set is abnormal"),
        )  # fmt: skip
        self.saving = self._button(
            tr("Save figure..."), tr("As PNG or SVG, on white, in the size shown here")
        )
        self.closing = self._button(tr("Close"), tr("Close this window; the labels stay loaded"))
        self.labels.clicked.connect(self._on_labels)
        self.masks.clicked.connect(self._on_masks)
        self.saving.clicked.connect(self._on_save)
        self.closing.clicked.connect(self.reject)
        line = QHBoxLayout()
        line.setSpacing(8)
        for button in (self.labels, self.masks, self.saving):
            line.addWidget(button)
        line.addStretch(1)
        line.addWidget(self.closing)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(12)
        column.addWidget(self.figure, 1)
        column.addWidget(self._table)
        column.addWidget(self._state)
        column.addLayout(line)
        self.resize(920, 560)
        self.set_judgement(None, ())

    def _button(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tip)
        button.setAccessibleDescription(tip)
        button.setAutoDefault(False)
        return button

    def _make_table(self) -> QTableWidget:
        table = QTableWidget(0, len(HEADINGS))
        table.setHorizontalHeaderLabels([tr(heading) for heading in HEADINGS])
        table.setAccessibleName(tr("Figures by footage"))
        table.setToolTip(tr("Every open footage that has labels and scores of this detector"))
        table.verticalHeader().hide()
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        return table

    # --- what is shown --------------------------------------------------------------------------

    def set_judgement(self, judgement: Judgement | None, lines: tuple[str, ...]) -> None:
        """What was found, with the choices stated; None before there are labels."""
        self.figure.set_judgement(judgement, lines)
        self.saving.setEnabled(judgement is not None)
        clips = judgement.clips if judgement is not None else ()
        self._table.setVisible(len(clips) > 1)
        self._fill(clips)

    def _fill(self, clips: Sequence[ClipFigures]) -> None:
        self._table.setRowCount(len(clips))
        for at, clip in enumerate(clips):
            area = "–" if clip.auc is None else decimal(clip.auc, 3)
            counts = (whole(count) for count in (clip.frames, clip.scored, clip.abnormal))
            for place, text in enumerate((clip.name, *counts, area)):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self._table.setItem(at, place, item)
        lines = min(len(clips), LINES_SEEN) * self._table.verticalHeader().defaultSectionSize()
        self._table.setFixedHeight(lines + self._table.horizontalHeader().sizeHint().height() + 6)

    def say(self, text: str, *, wrong: bool = False) -> None:
        """A sentence above the buttons."""
        self._state.setText(text)
        self._state.setVisible(bool(text))
        self._state.setObjectName("warn" if wrong else "faint")
        self._state.style().polish(self._state)

    def said(self) -> str:
        """The sentence that stands there."""
        return self._state.text()

    # --- what is done ---------------------------------------------------------------------------

    @Slot()
    def _on_labels(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("Load labels"), "", tr(FILTER))
        if path:
            self.load_requested.emit(path)

    @Slot()
    def _on_masks(self) -> None:
        path = QFileDialog.getExistingDirectory(self, tr("Load masks"))
        if path:
            self.load_requested.emit(path)

    @Slot()
    def _on_save(self) -> None:
        path = ask_where(self, tr("Save figure"), f"{Path(self._name).stem}-evaluation.png")
        if path is None:
            return
        try:
            self.figure.save(path)
        except EngineError as error:
            self.say(fault(error), wrong=True)
        else:
            self.say(tr("Saved as {path}.", path=path))
