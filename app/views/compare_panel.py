"""Another analysis of the same footage beside the one on the desk: who found which segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app import theme
from app.language import mark, tr
from app.numerals import decimal, duration, whole
from app.views.key_button import explain
from app.views.times_table import TimesTable
from engine.timebase import timecode

GLYPHS = {"both": mark("= both"), "first": mark("A only"), "second": mark("B only")}
_ALL = "all"
_ROOM = 330  # pixels of height for every line
_LENGTH = 2  # its column, which leaves where not all fit: the tooltip has it


@dataclass(frozen=True, slots=True)
class OtherAnalysis:
    """An analysis that can be compared with.  key: identity.  title: detector and gamma."""

    key: str
    title: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class CompareRow:
    """One match: who found it, frames [start, stop), times, and each side's peak, if it has one."""

    found_by: str
    start: int
    stop: int
    start_time: float
    stop_time: float
    peak_frame: int
    first_peak: float | None
    second_peak: float | None


class ComparePanel(QWidget):
    """Choose what to compare with; the table lists what both or only one found."""

    other_chosen = Signal(str)
    activated = Signal(int)
    review_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[CompareRow] = []
        self._shown: list[int] = []
        self.mine = QLabel()
        self.mine.setWordWrap(True)
        self.mine.setAccessibleName(tr("The analysis on the desk"))
        self.other = QComboBox()
        self.other.setAccessibleName(tr("Compare with"))
        self.other.setToolTip(tr("Another analysis of this footage: other detector or other gamma"))
        self.other.setAccessibleDescription(self.other.toolTip())
        self.other.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        label = QLabel(tr("B, compared with"))
        label.setObjectName("faint")
        label.setBuddy(self.other)
        self.review = QPushButton(tr("Review B"))
        explain(
            self.review,
            tr("Put the other analysis on the desk, with its own decisions; this one stays stored"),
        )
        self.review.clicked.connect(self.review_requested)
        self.counts = QLabel()
        self.counts.setWordWrap(True)
        self.counts.setAccessibleName(tr("What both found and what only one found"))
        self.scale = QLabel()
        self.scale.setObjectName("faint")
        self.scale.setWordWrap(True)
        self.filter = QComboBox()
        self.filter.setAccessibleName(tr("Which segments are listed"))
        self.filter.setToolTip(tr("Which segments are listed"))
        for key, text in ((_ALL, tr("All segments")), ("first", tr("Only A found")),
                          ("second", tr("Only B found")), ("both", tr("Both found"))):  # fmt: skip
            self.filter.addItem(text, key)
        self.table = TimesTable(
            tr("Segments of both analyses"),
            (tr("By"), tr("Start"), tr("Length"), tr("A"), tr("B")),
            "",
        )
        for at, tip in ((0, tr("Found by")), (3, tr("Peak in A")), (4, tr("Peak in B"))):
            head = self.table.horizontalHeaderItem(at)
            if head is not None:
                head.setToolTip(tip)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 8)
        layout.setSpacing(6)
        layout.addWidget(self.mine)
        layout.addWidget(label)
        choice = QHBoxLayout()
        choice.setSpacing(6)
        choice.addWidget(self.other, 1)
        choice.addWidget(self.review)
        layout.addLayout(choice)
        for widget in (self.counts, self.scale, self.filter):
            layout.addWidget(widget)
        layout.addWidget(self.table, 1)
        self.other.activated.connect(self._chosen)
        self.filter.currentIndexChanged.connect(self._list)
        self.table.row_activated.connect(self._activate)
        self.set_others("", [], "")
        self.set_matches([], "", "")

    # setters

    def set_others(self, mine: str, others: Sequence[OtherAnalysis], chosen: str) -> None:
        """The analysis on the desk, those that it can be compared with, and which one is."""
        self.mine.setText(tr("A, on the desk: {mine}", mine=mine) if mine else "")
        self.mine.setVisible(bool(mine))
        with QSignalBlocker(self.other):
            self.other.clear()
            self.other.addItem(tr("nothing") if others else tr("no other analysis is stored"), "")
            for other in others:
                self.other.addItem(other.title, other.key)
                at = self.other.count() - 1
                self.other.setItemData(at, other.detail, Qt.ItemDataRole.ToolTipRole)
            self.other.setCurrentIndex(max(0, self.other.findData(chosen)))
        self.other.setEnabled(bool(others))
        comparing = bool(self.other.currentData())
        for widget in (self.counts, self.filter, self.review):
            widget.setVisible(comparing)
        self._show_scale()
        if comparing:
            self.table.empty.setText(tr("No segments on either side."))
        elif others:
            self.table.empty.setText(tr("Choose an analysis to compare with."))
        else:
            self.table.empty.setText(
                tr(
                    "Analyse this footage with another detector, or re-run it with another gamma, "
                    "to compare the two here."
                )
            )

    def set_matches(self, rows: Sequence[CompareRow], counts: str, scale: str) -> None:
        """All matches, what they come to in words, and how the second curve is scaled."""
        self._rows = list(rows)
        self.counts.setText(counts)
        self.scale.setText(scale)
        self.counts.setToolTip(scale)
        self._show_scale()
        self._list()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another size."""
        self._show_scale()
        self._share_width()
        super().resizeEvent(event)

    def _share_width(self) -> None:
        table, header = self.table, self.table.horizontalHeader()
        table.setColumnHidden(_LENGTH, False)
        needed = [
            max(table.sizeHintForColumn(at), header.sectionSizeHint(at))
            for at in range(table.columnCount())
        ]
        table.setColumnHidden(_LENGTH, sum(needed) > table.viewport().width())

    def _show_scale(self) -> None:
        """Where there is no room for it, the line above has it as its tooltip."""
        told = bool(self.scale.text()) and bool(self.other.currentData())
        self.scale.setVisible(told and self.height() >= _ROOM)

    def chosen(self) -> str:
        """The key of the analysis that is compared with; empty for none."""
        return str(self.other.currentData() or "")

    # inner

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._rows:
            self._list()  # in the colours of the other theme

    @Slot()
    def _list(self) -> None:
        wanted, colours = self.filter.currentData(), theme.colours()
        tints = {"both": "", "first": colours.track[0], "second": colours.compared}
        self._shown = [at for at, row in enumerate(self._rows) if wanted in (_ALL, row.found_by)]
        rows = [self._rows[at] for at in self._shown]
        texts = [
            (
                tr(GLYPHS[row.found_by]),
                timecode(row.start_time, digits=1),
                duration(row.stop_time - row.start_time),
                _peak(row.first_peak),
                _peak(row.second_peak),
            )
            for row in rows
        ]
        tips = [
            tr("Frames {start} to {last}", start=whole(row.start), last=whole(row.stop - 1))
            + f", {duration(row.stop_time - row.start_time)}"
            for row in rows
        ]
        self.table.set_rows(texts, tips, [tints[row.found_by] for row in rows])
        self._share_width()

    @Slot(int)
    def _chosen(self, at: int) -> None:
        self.other_chosen.emit(str(self.other.itemData(at) or ""))

    @Slot(int)
    def _activate(self, row: int) -> None:
        if 0 <= row < len(self._shown):
            self.activated.emit(self._shown[row])


def _peak(peak: float | None) -> str:
    return "–" if peak is None else decimal(peak, 2)
