"""What of the segment list is shown, and in which order: one verdict, one tag, some words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from app.language import mark, tr
from app.models.segment_model import (
    GLYPHS,
    HEADERS,
    LENGTH,
    NOTE,
    PEAK,
    START,
    TAGS,
    THUMBNAIL,
    VERDICT,
)
from app.views.key_button import explain

# Columns to sort by, with what comes first: at first, and when the order is turned round.
ORDERS = {
    START: (mark("the earliest first"), mark("the latest first")),
    LENGTH: (mark("the shortest first"), mark("the longest first")),
    PEAK: (mark("the lowest first"), mark("the highest first")),
    VERDICT: (mark("the unjudged first"), mark("the unjudged last")),
    TAGS: (mark("from A to Z"), mark("from Z to A")),
    NOTE: (mark("from A to Z"), mark("from Z to A")),
}
FALLING = (LENGTH, PEAK)  # who sorts by these looks for the longest and the highest
_NARROW, _USUAL = 58, 84  # pixels that a choice needs; with tags there are three of them
_AROUND = 24  # pixels of a line edit beside its words
_SORT, _TEXT = 66, 74  # and what the order and the words need then


class FilterText(QLineEdit):
    """Says at length what it looks through where there is room for that."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As much as fits."""
        super().resizeEvent(event)
        full = tr("Filter by note, tag or time")
        fits = self.fontMetrics().horizontalAdvance(full) + _AROUND <= self.width()
        self.setPlaceholderText(full if fits else tr("Filter"))


class SegmentFilters(QWidget):
    """Emits whenever another selection of segments is wanted, or another order: the column, and
    whether it falls.
    """

    changed = Signal()
    sort_requested = Signal(int, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.verdict = QComboBox()
        self.verdict.addItem(tr("all"), "")
        for verdict, glyph in GLYPHS.items():
            self.verdict.addItem(f"{glyph} {tr(verdict)}", verdict)
        tip = tr("Show only segments with this verdict")
        self.verdict.setAccessibleName(tr("Filter by verdict"))
        self.verdict.setAccessibleDescription(tip)
        self.verdict.setToolTip(tip)
        self.tag = QComboBox()
        tip = tr("Show only segments with this tag")
        self.tag.setAccessibleName(tr("Filter by tag"))
        self.tag.setAccessibleDescription(tip)
        self.tag.setToolTip(tip)
        self.text = FilterText()
        self.text.setClearButtonEnabled(True)
        tip = tr("Show only segments that hold these words")
        self.text.setAccessibleName(tr("Filter by text"))
        self.text.setAccessibleDescription(tip)
        self.text.setToolTip(tip)
        self.text.setMinimumWidth(_TEXT)
        self.sort = QComboBox()
        for column in ORDERS:
            self.sort.addItem("", column)
        self.sort.activated.connect(self._sort)
        self.sort.setMinimumWidth(_USUAL)
        self._sorted, self._falls = START, False
        for combo in (self.verdict, self.tag, self.sort):
            combo.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            combo.setMinimumContentsLength(4)
            combo.view().setMinimumWidth(130)
            combo.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            if combo is not self.sort:
                combo.currentIndexChanged.connect(self.changed)
        self.text.textChanged.connect(self.changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.verdict)
        row.addWidget(self.tag)
        row.addWidget(self.sort)
        row.addWidget(self.text, 1)
        self.set_tags([])
        self.set_sorting(START, Qt.SortOrder.AscendingOrder)

    def set_tags(self, tags: Sequence[str]) -> None:
        """The tags in use; without any the choice is not shown."""
        wanted = ["", *tags]
        if [self.tag.itemData(i) for i in range(self.tag.count())] == wanted:
            return
        chosen = self.tag.currentData()
        with QSignalBlocker(self.tag):
            self.tag.clear()
            self.tag.addItem(tr("tags"), "")
            for tag in tags:
                self.tag.addItem(tag, tag)
            self.tag.setCurrentIndex(max(0, self.tag.findData(chosen)))
        self.tag.setVisible(bool(tags))
        for combo in (self.verdict, self.tag):
            combo.setMinimumWidth(_NARROW if tags else _USUAL)
        self.sort.setMinimumWidth(_SORT if tags else _USUAL)
        if self.tag.currentData() != chosen and chosen is not None:
            self.changed.emit()

    @Slot(int, Qt.SortOrder)
    def set_sorting(self, column: int, order: Qt.SortOrder) -> None:
        """The order in force; emits nothing."""
        self._sorted = START if column == THUMBNAIL else column
        self._falls = order == Qt.SortOrder.DescendingOrder
        for at in range(self.sort.count()):
            each = self.sort.itemData(at)
            falls = self._falls if each == self._sorted else each in FALLING
            self.sort.setItemText(at, f"{'↓' if falls else '↑'} {tr(HEADERS[each])}")
        self.sort.setCurrentIndex(self.sort.findData(self._sorted))
        words = tr(
            "Sorted by {column}, {order}",
            column=tr(HEADERS[self._sorted]),
            order=tr(ORDERS[self._sorted][self._falls]),
        )
        self.sort.setAccessibleName(words)
        tip = tr("The same choice again turns the order round")
        explain(self.sort, f"{words}. {tip}")

    @Slot(int)
    def _sort(self, at: int) -> None:
        """Another column as it is usually wanted; the same one again the other way round."""
        column = self.sort.itemData(at)
        again = column == self._sorted
        self.sort_requested.emit(column, not self._falls if again else column in FALLING)
