"""Near misses under the list of segments: what a lower threshold would flag next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.language import tr
from app.numerals import decimal, duration, significant, whole
from app.views.key_button import explain
from app.views.times_table import TimesTable
from engine.timebase import timecode


@dataclass(frozen=True, slots=True)
class NearRow:
    """A near miss: frames [start, stop), when it peaks, how long it is, how high it rises, and the
    threshold that would find it.

    key: of its file.  Where files are joined: its file's name, and when it peaks by their clock.
    """

    start: int
    stop: int
    peak_frame: int
    peak_time: float
    length: float
    peak: float
    key: str = ""
    file: str = ""
    clock: str = ""
    level: float = 0.0


class NearList(QWidget):
    """Folds away to its title."""

    activated = Signal(int)
    take_requested = Signal(int)
    unfolded = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[NearRow] = []
        self.title = QToolButton()
        self.title.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.title.setAutoRaise(True)
        self._open = True
        self._room = True
        self.title.setToolTip(
            tr("What a lower threshold would flag, the first first; click folds the list")
        )
        self.title.setAccessibleDescription(self.title.toolTip())
        self.take = QPushButton(tr("Make a segment"))
        self.take.setAccessibleName(tr("Make a segment of the chosen near miss"))
        self.table = TimesTable(
            tr("Near misses"),
            (tr("Peak at"), tr("Length"), tr("Peak")),
            tr("Nothing comes close to the threshold."),
        )
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.take)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 0, 6, 6)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self.table, 1)
        self.title.clicked.connect(self._turn)
        self.take.clicked.connect(self._take)
        self.table.row_activated.connect(self.activated)
        self.table.itemSelectionChanged.connect(self._refresh)
        self.set_key_hints({})
        self._fold(True)

    # setters

    def set_key_hints(self, keys: Mapping[str, str]) -> None:
        """The keys of commands, for tooltips."""
        help = tr("Make a segment of the chosen near miss")
        explain(self.take, help, keys.get("segments.near_take", ""))

    def set_rows(self, rows: Sequence[NearRow]) -> None:
        """The highest first.  The chosen one stays chosen while it is among them, wherever."""
        at = self.chosen()
        before = None if at is None else _same(self._rows[at])
        self._rows = list(rows)
        texts = [
            (
                row.clock or timecode(row.peak_time, digits=1),
                duration(row.length),
                decimal(row.peak, 2),
            )
            for row in self._rows
        ]
        tips = [
            tr("Flagged with a threshold of {peak} or less", peak=significant(row.peak, 3))
            + (f"\n{tr('{clock} in {file}', clock=row.clock, file=row.file)}" if row.file else "")
            for row in self._rows
        ]
        self.table.set_rows(texts, tips, [""] * len(texts))
        now = next((i for i, row in enumerate(self._rows) if _same(row) == before), -1)
        if now != self.table.currentRow():  # the table keeps the place, whatever lies there now
            self.table.choose(now)
        if now < 0:
            self.table.clearSelection()
        self._refresh()

    def chosen(self) -> int | None:
        """The chosen row."""
        at = self.table.currentRow()
        return at if 0 <= at < len(self._rows) else None

    def choose(self, row: int) -> None:
        """Mark a row; emits nothing."""
        self.table.choose(row)
        self._refresh()

    def is_open(self) -> bool:
        """Whether the list is unfolded."""
        return self._open

    # inner

    def give_room(self, room: bool) -> None:
        """Fold where there is no room, and unfold when there is some again."""
        if room != self._room:
            self._room = room
            self._fold(room)

    @Slot()
    def _turn(self) -> None:
        self._fold(not self._open)

    def _fold(self, shown: bool) -> None:
        self._open = shown
        self.table.setVisible(shown)
        self.take.setVisible(shown)
        self.setMaximumHeight(16777215 if shown else self.title.sizeHint().height() + 8)
        self._refresh()
        self.unfolded.emit(shown)

    @Slot()
    def _refresh(self) -> None:
        arrow = Qt.ArrowType.DownArrow if self.is_open() else Qt.ArrowType.RightArrow
        self.title.setArrowType(arrow)
        count = f" ({whole(len(self._rows))})" if self._rows else ""
        self.title.setText(tr("Near misses") + count)
        self.title.setAccessibleName(self.title.text())
        self.take.setEnabled(self.chosen() is not None)

    @Slot()
    def _take(self) -> None:
        at = self.chosen()
        if at is not None:
            self.take_requested.emit(at)


def _same(row: NearRow) -> tuple[str, int]:
    """What a near miss is known by: its edges follow the settings, its peak stays."""
    return row.key, row.peak_frame
