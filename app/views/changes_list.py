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
        title = QLabel(tr("Changes of the scene"))
        title.setContentsMargins(4, 0, 0, 0)
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
        head = self.table.horizontalHeader().sizeHint().height()
        self.table.setFixedHeight(head + _ROW * min(len(rows), _MOST) + 4)
        self.setMaximumHeight(self.sizeHint().height())
        self.setVisible(bool(rows))
