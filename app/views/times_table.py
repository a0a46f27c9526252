"""A short table of moments: a click or Return goes there, the arrow keys walk through it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from app.language import tr
from app.views.empty import EmptyText


class TimesTable(QTableWidget):
    """Rows of text, the last column takes what room there is."""

    row_activated = Signal(int)

    def __init__(
        self, name: str, headers: Sequence[str], empty: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(0, len(headers), parent)
        self._shown: list[tuple[str, ...]] = []
        self._quiet = False
        self.setHorizontalHeaderLabels(list(headers))
        self.setAccessibleName(name)
        self.setToolTip(
            tr("A click or Return goes to that moment, the arrow keys walk through the list")
        )
        self.setAccessibleDescription(self.toolTip())
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(26)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(len(headers) - 1, QHeaderView.ResizeMode.Stretch)
        self.empty = EmptyText(self.viewport(), empty)
        self.empty.show_over(True)
        self.cellClicked.connect(self._activate)
        self.currentCellChanged.connect(self._walked)

    def set_rows(
        self, rows: Sequence[tuple[str, ...]], tips: Sequence[str], colours: Sequence[str]
    ) -> None:
        """Show other rows; the chosen one stays by its place.  colours: of each first cell,
        empty for that of all text.
        """
        fresh = list(rows)
        if fresh != self._shown:
            chosen, self._quiet, self._shown = self.currentRow(), True, fresh
            self.setRowCount(len(fresh))
            for at, row in enumerate(fresh):
                for column, text in enumerate(row):
                    item = QTableWidgetItem(text)
                    item.setToolTip(tips[at])
                    self.setItem(at, column, item)
            self.setCurrentCell(min(chosen, len(fresh) - 1), 0)
            self._quiet = False
        for at, colour in enumerate(colours):
            first = self.item(at, 0)
            if first is not None:
                ink = QColor(colour) if colour else None
                first.setData(Qt.ItemDataRole.ForegroundRole, ink)
        self.empty.show_over(not fresh)

    def choose(self, row: int) -> None:
        """Mark a row; emits nothing."""
        self._quiet = True
        self.setCurrentCell(row, 0)
        self._quiet = False

    @Slot(int, int)
    def _activate(self, row: int, column: int) -> None:
        self.row_activated.emit(row)

    @Slot(int, int, int, int)
    def _walked(self, row: int, column: int, before: int, before_column: int) -> None:
        if not self._quiet and row >= 0 and self.hasFocus():
            self.row_activated.emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentRow() >= 0:
            self.row_activated.emit(self.currentRow())
        else:
            super().keyPressEvent(event)
