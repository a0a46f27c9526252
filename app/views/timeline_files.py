"""Files that follow each other on the timeline: their names, their borders, the gaps between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from app import theme
from app.language import tr
from app.numerals import duration
from app.views.timeline_items import RowItem, faded
from engine.timebase import timecode

LEAST_GAP = 0.5  # seconds; recorders lose so much at every change of file
_PAD = 6
_HATCHED = 3.0  # pixels of width from which crossed lines can be told
_WIDE, _NARROW = 64, 14  # pixels that a name, and a number in its place, need


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file on the line: it lies there from `start` for `duration` seconds.  state: what is to
    be said of it beside its name.
    """

    key: str
    name: str
    start: float
    duration: float
    state: str = ""

    @property
    def stop(self) -> float:
        """When it ends on the line."""
        return self.start + self.duration


@dataclass(frozen=True, slots=True)
class Line:
    """Files in order of time, and the current one's key.  Seconds are counted from the start of
    the first file; began: when that was, where it is known.
    """

    files: tuple[FileRow, ...]
    current: str
    began: datetime | None = None

    @property
    def duration(self) -> float:
        """Seconds from the first file's start to the last one's end."""
        return self.files[-1].stop if self.files else 0.0

    @property
    def origin(self) -> float:
        """Where the current file begins."""
        return next((file.start for file in self.files if file.key == self.current), 0.0)

    def gaps(self) -> list[tuple[float, float]]:
        """(start, stop) of what nothing recorded."""
        between = zip(self.files, self.files[1:], strict=False)
        return [(a.stop, b.start) for a, b in between if b.start - a.stop > LEAST_GAP]

    def file_at(self, seconds: float) -> FileRow | None:
        """The file that was recorded then."""
        return next((file for file in self.files if file.start <= seconds < file.stop), None)

    def clock(self, seconds: float, digits: int = 0) -> str:
        """A moment by the recorder's clock, or as time since the start."""
        if self.began is None:
            return timecode(max(0.0, seconds), digits=digits)
        moment = self.began + timedelta(seconds=round(seconds, max(digits, 0)))
        fraction = f".{moment.microsecond // 10 ** (6 - digits):0{digits}d}" if digits else ""
        return f"{moment:%H:%M:%S}{fraction}"


@dataclass(frozen=True, slots=True, eq=False)
class BesideRow:
    """What is drawn of a file beside the current one.

    seconds (N,) after its own first frame; rows: values (N,) by the name of their row, of which
    the first `done` are there; scale brings its threshold to the height of the line.
    """

    key: str
    seconds: NDArray[np.float64]
    done: int
    rows: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    scale: float = 1.0


def _small_font() -> QFont:
    font = QFont()
    font.setPixelSize(11)
    return font


def hatch(painter: QPainter, area: QRectF) -> None:
    """Nothing was recorded: crossed lines, unlike the single ones of what has no score yet."""
    colours = theme.colours()
    painter.fillRect(area, QColor(colours.panel))
    brush = QBrush(faded(colours.faint, 0.30), Qt.BrushStyle.DiagCrossPattern)
    painter.fillRect(area, brush)


class GapsItem(RowItem):
    """Hatching over the gaps of a row, a shade over those too narrow for it, a thin line where one
    file ends and the next begins.  The shades and lines of a day are painted at one go.

    named: a wide gap says how long it is.
    """

    def __init__(self, box: Any, *, named: bool = False) -> None:
        super().__init__(box, -2.5)  # what is narrower than a pixel still shows above it
        self._line: Line | None = None
        self.named = named

    def set_line(self, line: Line | None) -> None:
        """The files; None takes everything away."""
        self._line = line
        self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if self._line is None:
            return
        colours, height, left_of = theme.colours(), self._box.height(), self.ruler()
        (x0, x1), _ = self._box.viewRange()
        edges = [
            QRectF(round(left_of(file.start)), 0, 1, height)
            for file in self._line.files[1:]
            if x0 <= file.start <= x1
        ]
        narrow: list[QRectF] = []
        for start, stop in self._line.gaps():
            if stop <= x0 or start >= x1:
                continue
            left, right = left_of(start), left_of(stop)
            area = QRectF(left, 0, max(right - left, 2), height)
            if area.width() < _HATCHED:
                narrow.append(area)
                continue
            hatch(painter, area)
            edges.append(QRectF(left, 0, 1, height))
            if self.named:
                seen = area.intersected(QRectF(0, 0, self._box.width(), height))
                self._name(painter, seen, stop - start)
        for shades, alpha in ((narrow, 0.35), (edges, 0.55)):
            shade = faded(colours.faint, alpha)
            for area in shades:  # whole pixels are filled ten times as fast as shares of them
                painter.fillRect(area.toRect(), shade)

    def _name(self, painter: QPainter, area: QRectF, seconds: float) -> None:
        length = duration(seconds)
        font = _small_font()
        metrics = QFontMetricsF(font)
        for text in (tr("nothing recorded for {length}", length=length), length):
            plate = QRectF(0, 0, metrics.horizontalAdvance(text) + 2 * _PAD, metrics.height() + 4)
            if plate.width() <= area.width() - 4:
                plate.moveCenter(area.center())
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(theme.colours().panel))
                painter.drawRoundedRect(plate, 3, 3)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
                painter.setFont(font)
                painter.setPen(QColor(theme.colours().faint))
                painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
                return


class FilesItem(RowItem):
    """Each file as a block with its name; the current one stands out by colour and a bar."""

    def __init__(self, box: Any) -> None:
        super().__init__(box, 1)
        self._line: Line | None = None

    def set_line(self, line: Line | None) -> None:
        """The files; None takes everything away."""
        self._line = line
        self.update()

    def at(self, pixels: float) -> FileRow | None:
        """The file under a point of the row."""
        files = () if self._line is None else self._line.files
        return next((f for f in files if self._block(f).contains(QPointF(pixels, 4))), None)

    def _block(self, file: FileRow) -> QRectF:
        left, right = self.left_of(file.start), self.left_of(file.stop)
        return QRectF(left, 1, max(right - left, 2), self._box.height() - 2)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if self._line is None:
            return
        (x0, x1), _ = self._box.viewRange()
        whole = QRectF(0, 0, self._box.width(), self._box.height())
        for start, stop in self._line.gaps():
            if stop > x0 and start < x1:
                left = self.left_of(start)
                gap = QRectF(left, 1, self.left_of(stop) - left, whole.height() - 2)
                if gap.width() >= _HATCHED:  # of a narrower one nothing could be seen
                    hatch(painter, gap)
        for number, file in enumerate(self._line.files, 1):
            if file.stop >= x0 and file.start <= x1:
                self._paint_file(painter, number, file, whole)

    def _paint_file(self, painter: QPainter, number: int, file: FileRow, whole: QRectF) -> None:
        colours = theme.colours()
        here = self._line is not None and file.key == self._line.current
        block = self._block(file)
        painter.fillRect(block, faded(colours.accent, 0.22) if here else QColor(colours.window))
        painter.fillRect(QRectF(block.left(), 1, 1, block.height()), faded(colours.faint, 0.55))
        if here:
            foot = QRectF(block.left(), block.bottom() - 2, block.width(), 2)
            painter.fillRect(foot, QColor(colours.accent))
        seen = block.intersected(whole).adjusted(_PAD, 0, -_PAD, 0)
        font = _small_font()
        font.setBold(here)
        painter.setFont(font)
        painter.setPen(QColor(colours.text if here else colours.faint))
        metrics = QFontMetricsF(font)
        text = f"{file.name}   {file.state}".rstrip()
        if seen.width() < _WIDE:
            text = str(number) if block.width() >= _NARROW + 2 else ""
            seen = block.intersected(whole)
        elif metrics.horizontalAdvance(text) > seen.width():
            text = file.name
        centred = Qt.AlignmentFlag.AlignCenter if seen.width() < _WIDE else Qt.AlignmentFlag(0)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, seen.width() + 1)
        painter.drawText(seen, Qt.AlignmentFlag.AlignVCenter | centred, shown)
