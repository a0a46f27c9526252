"""Segments as rows of a table: what the timeline draws, the list shows and the analyst judges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QIcon, QImage, QPixmap

from app.language import mark, tr
from app.numerals import decimal, duration, whole
from engine.timebase import timecode

Verdict = Literal["unjudged", "confirmed", "dismissed", "unsure"]
Origin = Literal["found", "made"]
Index = QModelIndex | QPersistentModelIndex

GLYPHS: dict[str, str] = {
    mark("unjudged"): "○",
    mark("confirmed"): "✓",
    mark("dismissed"): "✕",
    mark("unsure"): "?",
}
ORIGINS = (mark("Found by the detector"), mark("Marked by hand"))
THUMBNAIL, START, LENGTH, PEAK, VERDICT, TAGS, NOTE = range(7)
HEADERS = (
    "",
    mark("Start"),
    mark("Length"),
    mark("Peak"),
    mark("Verdict"),
    mark("Tags"),
    mark("Note"),
)
THUMBNAIL_SIZE, DENSITY = QSize(64, 36), 2
SORT_ROLE = Qt.ItemDataRole.UserRole + 1
ID_ROLE = Qt.ItemDataRole.UserRole + 2
_MANY = 40  # past so many insertions and removals one reset is cheaper


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """One segment as the views see it.

    Frames are ordinals, `stop` excluded; times are seconds after the first frame.  Where files are
    joined: the name of its file, when that file begins on their line of time, and the time of the
    segment by their clock.
    """

    id: str
    start: int
    stop: int
    start_time: float
    stop_time: float
    peak: float
    peak_frame: int
    peak_time: float
    origin: Origin = "found"
    verdict: Verdict = "unjudged"
    note: str = ""
    tags: tuple[str, ...] = ()
    file: str = ""
    line_start: float = 0.0
    clock: str = ""

    @property
    def begins(self) -> float:
        """Where it starts on the timeline, in seconds."""
        return self.line_start + self.start_time

    @property
    def ends(self) -> float:
        """Where it stops on the timeline, in seconds."""
        return self.line_start + self.stop_time

    @property
    def length(self) -> float:
        """Seconds."""
        return self.stop_time - self.start_time


class SegmentModel(QAbstractTableModel):
    """Rows of segments, in the order given.  Thumbnails and ticks stay with their id."""

    note_edited = Signal(str, str)
    checked_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[SegmentRow] = []
        self._pictures: dict[str, QIcon] = {}
        self._sources: dict[str, int] = {}  # cache keys of the images that they were made of
        self._checked: set[str] = set()

    def rows(self) -> list[SegmentRow]:
        """The segments, in source order."""
        return list(self._rows)

    def row(self, at: int) -> SegmentRow:
        """The segment in a source row."""
        return self._rows[at]

    def row_of(self, segment: str) -> int | None:
        """The source row of a segment."""
        return next((i for i, row in enumerate(self._rows) if row.id == segment), None)

    def checked_ids(self) -> list[str]:
        """Ticked segments, in source order."""
        return [row.id for row in self._rows if row.id in self._checked]

    def set_thumbnail(self, segment: str, image: QImage) -> None:
        """The picture at the peak; the same one again costs nothing."""
        if segment in self._pictures and self._sources.get(segment) == image.cacheKey():
            return
        self._sources[segment] = image.cacheKey()
        # two pixels a point, so that it is sharp on dense screens
        size = THUMBNAIL_SIZE * DENSITY
        scaled = image.scaled(
            size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        scaled.setDevicePixelRatio(DENSITY)
        self._pictures[segment] = QIcon(QPixmap.fromImage(scaled))
        row = self.row_of(segment)
        if row is not None:
            at = self.index(row, THUMBNAIL)
            self.dataChanged.emit(at, at, [Qt.ItemDataRole.DecorationRole])

    def set_rows(self, rows: Sequence[SegmentRow]) -> bool:
        """Show other rows with as few changes as possible, so that selection and editors survive.

        Returns whether the model was reset.
        """
        new = list(rows)
        ids = {row.id for row in new}
        before = set(self._checked)
        self._checked &= ids
        for gone in self._pictures.keys() - ids:
            del self._pictures[gone]
        reset = self._become(new, ids)
        if before != self._checked:
            self.checked_changed.emit()
        return reset

    def _become(self, new: list[SegmentRow], ids: set[str]) -> bool:
        old_ids = {row.id for row in self._rows}
        kept = [row.id for row in self._rows if row.id in ids]
        same_order = kept == [row.id for row in new if row.id in old_ids]
        if not same_order or len(ids ^ old_ids) > _MANY:
            self.beginResetModel()
            self._rows = new
            self.endResetModel()
            return True
        for at in reversed(range(len(self._rows))):
            if self._rows[at].id not in ids:
                self.beginRemoveRows(QModelIndex(), at, at)
                del self._rows[at]
                self.endRemoveRows()
        for at, row in enumerate(new):
            if at == len(self._rows) or self._rows[at].id != row.id:
                self.beginInsertRows(QModelIndex(), at, at)
                self._rows.insert(at, row)
                self.endInsertRows()
            elif self._rows[at] != row:
                self._rows[at] = row
                self.dataChanged.emit(self.index(at, 0), self.index(at, NOTE))
        return False

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(HEADERS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return tr(HEADERS[section]) if HEADERS[section] else ""
        if role == Qt.ItemDataRole.ToolTipRole:
            tick = section == THUMBNAIL
            return tr("Tick the segments to export") if tick else tr("Click to sort")
        if role == Qt.ItemDataRole.TextAlignmentRole and section in (LENGTH, PEAK):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() == THUMBNAIL:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        if index.column() == NOTE:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], index.column()
        if role == ID_ROLE:
            return row.id
        if role == SORT_ROLE:
            return _SORT[column](row)
        if role == Qt.ItemDataRole.DisplayRole:
            return _TEXT[column](row)
        if role == Qt.ItemDataRole.EditRole and column == NOTE:
            return row.note
        if role == Qt.ItemDataRole.ToolTipRole:
            return _described(row)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return _described(row) if column == THUMBNAIL else _TEXT[column](row)
        if role == Qt.ItemDataRole.TextAlignmentRole and column in (LENGTH, PEAK):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if column == THUMBNAIL and role == Qt.ItemDataRole.DecorationRole:
            return self._pictures.get(row.id)
        if column == THUMBNAIL and role == Qt.ItemDataRole.CheckStateRole:
            ticked = row.id in self._checked
            return Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if not index.isValid():
            return False
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole and index.column() == THUMBNAIL:
            if Qt.CheckState(value) == Qt.CheckState.Checked:
                self._checked.add(row.id)
            else:
                self._checked.discard(row.id)
            self.dataChanged.emit(index, index, [role])
            self.checked_changed.emit()
            return True
        if role == Qt.ItemDataRole.EditRole and index.column() == NOTE:
            text = str(value).strip()
            if text != row.note:  # the owner answers with new rows
                self.note_edited.emit(row.id, text)
            return True
        return False


def _described(row: SegmentRow) -> str:
    lines = [
        tr(
            "{start} to {stop} ({length}), frames {first} to {last}",
            start=timecode(row.start_time),
            stop=timecode(row.stop_time),
            length=duration(row.length),
            first=whole(row.start),
            last=whole(row.stop - 1),
        ),
        tr("Peak {peak} at {time}", peak=decimal(row.peak, 2), time=timecode(row.peak_time)),
        f"{tr(ORIGINS[row.origin == 'made'])}, {tr(row.verdict)}",
    ]
    if row.file:
        lines.insert(0, tr("{clock} in {file}", clock=row.clock, file=row.file))
    if row.tags:
        lines.append(tr("Tags: {tags}", tags=", ".join(row.tags)))
    if row.note:
        lines.append(tr("Note: {note}", note=row.note))
    return "\n".join(lines)


_TEXT: dict[int, Callable[[SegmentRow], str | None]] = {
    THUMBNAIL: lambda row: None,
    START: lambda row: row.clock or timecode(row.start_time, digits=1),
    LENGTH: lambda row: duration(row.length),
    PEAK: lambda row: decimal(row.peak, 2),
    VERDICT: lambda row: f"{GLYPHS[row.verdict]} {tr(row.verdict)}",
    TAGS: lambda row: ", ".join(row.tags),
    NOTE: lambda row: row.note,
}
_ORDER = {"unjudged": 0, "unsure": 1, "confirmed": 2, "dismissed": 3}
_LAST = "\uffff"  # what says nothing comes after what says something
_SORT: dict[int, Callable[[SegmentRow], float | str]] = {
    THUMBNAIL: lambda row: row.begins,
    START: lambda row: row.begins,
    LENGTH: lambda row: row.length,
    PEAK: lambda row: row.peak,
    VERDICT: lambda row: _ORDER[row.verdict],
    TAGS: lambda row: ", ".join(row.tags).casefold() or _LAST,
    NOTE: lambda row: row.note.casefold() or _LAST,
}
