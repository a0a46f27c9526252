"""The table behind the segment list: its filter, and a click on the row that is current."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QTableView

from app.models.segment_model import (
    LENGTH,
    NOTE,
    SORT_ROLE,
    START,
    TAGS,
    THUMBNAIL,
    VERDICT,
    Index,
    SegmentModel,
)


class SegmentFilter(QSortFilterProxyModel):
    """Rows of one verdict and one tag whose text holds some words."""

    def __init__(self) -> None:
        super().__init__()
        self.verdict = ""
        self.tag = ""
        self.words = ""
        self._terse = False
        self.setSortRole(SORT_ROLE)
        self.setDynamicSortFilter(True)

    def narrow(self, verdict: str, tag: str, words: str) -> None:
        """Empty strings let everything through."""
        self.verdict, self.tag, self.words = verdict, tag.casefold(), words.casefold().strip()
        self.invalidate()

    def set_terse(self, terse: bool) -> None:
        """Show verdicts by their glyph, with the tags beside it, and the length below the start;
        the tooltip has the words.
        """
        if terse != self._terse:
            self._terse = terse
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, VERDICT, VERDICT)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        value = super().data(index, role)
        if not self._terse or role != Qt.ItemDataRole.DisplayRole:
            return value
        if index.column() == START:
            return f"{value}\n{super().data(index.sibling(index.row(), LENGTH), role)}"
        if index.column() == VERDICT:
            tags = super().data(index.sibling(index.row(), TAGS), role)
            return f"{str(value)[:1]}  {tags or ''}".rstrip()
        return value

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        model = self.sourceModel()
        assert isinstance(model, SegmentModel)
        row = model.row(source_row)
        if self.verdict and row.verdict != self.verdict:
            return False
        if self.tag and self.tag not in (tag.casefold() for tag in row.tags):
            return False
        shown = (str(model.index(source_row, c).data() or "") for c in range(START, NOTE + 1))
        return not self.words or self.words in " ".join(shown).casefold()


class SegmentTable(QTableView):
    """Says also when the row that is already current is clicked again."""

    clicked_again = Signal()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        before = self.currentIndex().row()
        super().mousePressEvent(event)
        at = self.indexAt(event.position().toPoint())
        alone = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if alone and at.isValid() and at.row() == before and at.column() != THUMBNAIL:
            self.clicked_again.emit()
