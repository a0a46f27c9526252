"""Footage as rows of a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
)
from PySide6.QtGui import QImage, QPixmap

from app.models.telling_apart import partings

Index = QModelIndex | QPersistentModelIndex

ROW_ROLE = Qt.ItemDataRole.UserRole + 1
KEY_ROLE = Qt.ItemDataRole.UserRole + 2
PARTINGS_ROLE = Qt.ItemDataRole.UserRole + 3  # letters that tell its name from the others
THUMBNAIL_SIZE = QSize(64, 36)
WIDE = 90  # letters of a line of a tooltip
WARNING = "⚠"  # before a word on what is wrong, so that it is not told by colour alone


@dataclass(frozen=True, slots=True)
class FootageRow:
    """One footage as the list shows it.

    detail: duration and size.  rate: frames a second.  state: how far its analysis is, in words;
    shorter: the same in fewer words each, where there is little room.  fraction: 0 to 1 while it is
    opened or analysed, else None.  error: what is wrong with it, and what helps.  cancellable:
    something goes on that can be given up.  problems: what is odd about footage that can be worked
    with all the same, in sentences; notes: what is worth knowing of it.
    """

    key: str
    name: str
    path: str
    detail: str
    state: str
    fraction: float | None = None
    error: str | None = None
    cancellable: bool = False
    rate: str = ""
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    shorter: tuple[str, ...] = ()


def facts_of(row: FootageRow) -> str:
    """Duration, size and rate."""
    return " · ".join(fact for fact in (row.detail, row.rate) if fact)


class FootageModel(QAbstractListModel):
    """Rows of footage in the order given; thumbnails stay with their keys."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[FootageRow] = []
        self._pictures: dict[str, QPixmap] = {}
        self._partings: dict[str, tuple[int, ...]] = {}

    def row_of(self, key: str) -> int | None:
        """Where a footage is."""
        return next((i for i, row in enumerate(self._rows) if row.key == key), None)

    def set_rows(self, rows: Sequence[FootageRow]) -> None:
        """Show other footage."""
        keys = {row.key for row in rows}
        for gone in self._pictures.keys() - keys:
            del self._pictures[gone]
        if [row.key for row in rows] == [row.key for row in self._rows]:
            for row in rows:
                self.update_row(row)
            return
        self.beginResetModel()
        self._rows = list(rows)
        self._partings = partings(row.name for row in rows)
        self.endResetModel()

    def update_row(self, row: FootageRow) -> None:
        """Show a footage's new state; one that is not in the list is ignored."""
        at = self.row_of(row.key)
        if at is not None and self._rows[at] != row:
            self._rows[at] = row
            self.dataChanged.emit(self.index(at), self.index(at))

    def set_thumbnail(self, key: str, image: QImage) -> None:
        """A picture of the footage, cropped to the list's shape."""
        scaled = image.scaled(
            THUMBNAIL_SIZE * 2,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        self._pictures[key] = QPixmap.fromImage(scaled)
        at = self.row_of(key)
        if at is not None:
            self.dataChanged.emit(self.index(at), self.index(at))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.name
        if role == ROW_ROLE:
            return row
        if role == KEY_ROLE:
            return row.key
        if role == PARTINGS_ROLE:
            return self._partings.get(row.name, ())
        if role == Qt.ItemDataRole.DecorationRole:
            return self._pictures.get(row.key)
        if role == Qt.ItemDataRole.ToolTipRole:
            odd = [line for problem in row.problems for line in wrap(f"{WARNING} {problem}", WIDE)]
            return "\n".join([row.path, row.error or facts_of(row), *odd, *row.notes])
        if role == Qt.ItemDataRole.AccessibleTextRole:
            told = " ".join((row.error or row.state, *row.problems))
            return ", ".join((row.name, facts_of(row), told, *row.notes))
        return None
