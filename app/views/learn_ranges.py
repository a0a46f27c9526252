"""The ranges that are normal, as a table: whole footage, or from here to there, typed or marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
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

HEADINGS = (mark("Footage"), mark("From"), mark("To"), mark("Length"))
_FIELDS = {1: "start", 2: "stop"}


@dataclass(frozen=True, slots=True)
class RangeRow:
    """One range as text.  error: why its footage cannot be used."""

    name: str
    path: str
    start: str
    stop: str
    length: str
    error: str = ""


class _Table(QTableWidget):
    """Delete takes the chosen rows away."""

    removed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete and Backspace remove; the rest is the table's own."""
        editing = self.state() == QAbstractItemView.State.EditingState
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and not editing:
            self.removed.emit()
        else:
            super().keyPressEvent(event)


class RangeTable(QWidget):
    """Setters in, signals out.  edited: row, `start` or `stop`, and the text that was typed."""

    edited = Signal(int, str, str)
    add_requested = Signal()
    removed = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = _Table(0, len(HEADINGS))
        self._table.setHorizontalHeaderLabels([tr(heading) for heading in HEADINGS])
        self._table.setAccessibleName(tr("Ranges that are normal"))
        self._table.setToolTip(
            tr(
                "Double-click From or To; type a time (1:05.2 or 65s) or a frame (650). "
                "Delete removes"
            )
        )
        self._table.verticalHeader().hide()
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setTabKeyNavigation(False)
        self._table.setShowGrid(False)
        self._table.setWordWrap(False)
        header = self._table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in range(1, len(HEADINGS)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            self._table.setColumnWidth(column, 84)
        self._table.itemChanged.connect(self._on_item)
        self._table.itemSelectionChanged.connect(self._on_selection)
        self._table.removed.connect(self._on_remove)
        self._empty = QLabel(tr("Nothing yet. Add footage, or mark a range on the timeline."))
        self._empty.setObjectName("faint")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._vacant = QFrame()
        self._vacant.setObjectName("panel")
        inside = QVBoxLayout(self._vacant)
        inside.setContentsMargins(24, 24, 24, 24)
        inside.addWidget(self._empty)
        self._add = QPushButton(tr("Add footage..."))
        self._add.setToolTip(tr("Whole files that show nothing unusual; shorten them in the table"))
        self._add.clicked.connect(self.add_requested)
        self._remove = QPushButton(tr("Remove"))
        self._remove.setToolTip(tr("Take the chosen rows away (Delete); files stay as they are"))
        self._remove.clicked.connect(self._on_remove)
        buttons = QHBoxLayout()
        buttons.addWidget(self._add)
        buttons.addWidget(self._remove)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._table, 1)
        layout.addWidget(self._vacant, 1)
        layout.addLayout(buttons)
        self.set_rows([])

    def set_marking_keys(self, start: str, mark: str) -> None:
        """The keys that mark a range on the timeline, for the words in the empty list."""
        self._empty.setText(
            tr(
                "Nothing yet. Add footage, or mark a range on the timeline: {start} where normal "
                "starts, then {mark} where it stops.",
                start=start,
                mark=mark,
            )
        )

    def set_rows(self, rows: Sequence[RangeRow]) -> None:
        """Show ranges; keeps the chosen row where it still exists."""
        chosen = self._table.currentRow()
        with QSignalBlocker(self._table):
            self._table.setRowCount(len(rows))
            for at, row in enumerate(rows):
                texts = (row.name, row.start, row.stop, row.error or row.length)
                for column, text in enumerate(texts):
                    cell = QTableWidgetItem(text)
                    cell.setToolTip(row.error or row.path)
                    if column not in _FIELDS or row.error:
                        cell.setFlags(cell.flags() & ~Qt.ItemFlag.ItemIsEditable)
                    self._table.setItem(at, column, cell)
            if rows:
                self._table.setCurrentCell(min(max(chosen, 0), len(rows) - 1), 0)
        self._table.setVisible(bool(rows))
        self._vacant.setVisible(not rows)
        self._on_selection()

    def table(self) -> QTableWidget:
        """The table itself, for keyboard focus."""
        return self._table

    def _rows(self) -> list[int]:
        return sorted({index.row() for index in self._table.selectedIndexes()})

    @Slot()
    def _on_selection(self) -> None:
        self._remove.setEnabled(bool(self._rows()))

    @Slot()
    def _on_remove(self) -> None:
        if self._rows():
            self.removed.emit(self._rows())

    @Slot(QTableWidgetItem)
    def _on_item(self, item: QTableWidgetItem) -> None:
        field = _FIELDS.get(item.column())
        if field is not None:
            self.edited.emit(item.row(), field, item.text())
