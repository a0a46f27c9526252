"""Changes of the scene as a table: what the pennants on the timeline stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.language import tr
from app.views.times_table import TimesTable

_MOST = 4  # rows that are seen without scrolling
_ROW = 26


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """When, what, and at length.  key and frame: where to go."""

    at: str
    what: str
    sentence: str
    key: str
    frame: int


class ChangesList(QWidget):
    """Not there while nothing changed."""

    activated = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = self._title = QLabel(tr("Changes of the scene"))
        title.setContentsMargins(4, 0, 0, 0)
        self._room = True
        self.table = TimesTable(
            tr("Changes of the scene"),
            (tr("At"), tr("What changed")),
            tr("Neither the camera nor the light changed."),
        )
        title.setBuddy(self.table)
        self.table.row_activated.connect(self.activated)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 0, 6, 6)
        layout.setSpacing(4)
        layout.addWidget(title)
        layout.addWidget(self.table, 1)
        self.hide()

    def set_rows(self, rows: Sequence[ChangeRow]) -> None:
        """In order of time."""
        self.table.set_rows(
            [(row.at, row.what) for row in rows],
            [row.sentence for row in rows],
            [""] * len(rows),
        )
        self._share_height()
        self.setVisible(bool(rows))

    def give_room(self, room: bool) -> None:
        """One line alone, where there is no room for more: the segments above come first."""
        if room != self._room:
            self._room = room
            self._title.setVisible(room)
            self.table.horizontalHeader().setVisible(room)
            self._share_height()

    def _share_height(self) -> None:
        head = self.table.horizontalHeader().sizeHint().height() if self._room else 0
        most = _MOST if self._room else 1
        self.table.setFixedHeight(head + _ROW * min(self.table.rowCount(), most) + 4)
        self.setMaximumHeight(self.sizeHint().height())
