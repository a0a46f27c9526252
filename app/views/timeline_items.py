"""What the rows of the timeline paint: curves, segments, tints and the part without a score.

The items are children of a ViewBox and paint in its pixels, so pens and patterns keep
their size at any zoom.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from app import theme
from app.models.segment_model import GLYPHS, SegmentRow

Floats = NDArray[np.float32] | NDArray[np.float64]


def faded(colour: str, alpha: float) -> QColor:
    """A colour at a share of its strength."""
    result = QColor(colour)
    result.setAlphaF(alpha)
    return result


class RowItem(QGraphicsItem):
    """Paints over the whole of one row."""

    def __init__(self, box: Any, depth: float) -> None:
        super().__init__(box)
        self._box = box
        self.setZValue(depth)

    def boundingRect(self) -> QRectF:
        return QRectF(self._box.rect())

    def left_of(self, seconds: float) -> float:
        """Pixels from the row's left edge, kept near the row."""
        return self.ruler()(seconds)

    def ruler(self) -> Callable[[float], float]:
        """`left_of` for many times of one painting; to ask the row each time costs more."""
        (x0, x1), _ = self._box.viewRange()
        x0, width = float(x0), float(self._box.width())
        scale, most = width / (float(x1) - x0), width + 50.0

        def left_of(seconds: float) -> float:
            return min(max((seconds - x0) * scale, -50.0), most)

        return left_of

    def _pixels(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        (x0, x1), (y0, y1) = self._box.viewRange()
        width, height = self._box.width(), self._box.height()
        return (x - x0) * (width / (x1 - x0)), height - (y - y0) * (height / (y1 - y0))


class CurveItem(RowItem):
    """The score between its lowest and highest value in every column, filled downwards."""

    def __init__(self, box: Any) -> None:
        super().__init__(box, -2)
        none = np.empty(0, np.float32)
        self._x: Floats = np.empty(0)
        self._low: Floats = none
        self._high: Floats = none
        self.colour = "#000000"
        self.filled = True
        self.provisional = False
        self.dashed = False  # the upper edge alone, for a curve beside another one
        self.paints = 0

    def set_envelope(self, x: Floats, low: Floats, high: Floats) -> None:
        """What the pyramid answered."""
        self._x, self._low, self._high = x, low, high
        self.update()

    def tops(self, width: float, lefts: Floats) -> Floats:
        """The highest pixel of the curve over stretches of a width that begin at `lefts`; infinite
        where there is no curve.
        """
        x, high = self._pixels(self._x, self._high)
        x, high = x[np.isfinite(high)], high[np.isfinite(high)]
        first, last = np.searchsorted(x, lefts), np.searchsorted(x, lefts + width, "right")
        pairs = zip(first.tolist(), last.tolist(), strict=True)
        return np.array([high[a:b].min(initial=math.inf) for a, b in pairs])

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        self.paints += 1
        if not len(self._x):
            return
        x, high = self._pixels(self._x, self._high)
        _, low = self._pixels(self._x, self._low)
        single = self._low is self._high
        finite = np.isfinite(high)
        edges = np.flatnonzero(np.diff(finite.astype(np.int8), prepend=0, append=0)).reshape(-1, 2)
        pen = QPen(faded(self.colour, 0.55 if self.provisional else 1.0), 1)
        pen.setCosmetic(True)
        if self.provisional and single and len(x) < 300:  # more dashes read as dots
            pen.setStyle(Qt.PenStyle.DashLine)
        wash = faded(self.colour, 0.10 if self.provisional else 0.24)
        foot = self._box.height()
        for start, stop in edges.tolist():
            if stop - start == 1:
                painter.setPen(QPen(pen.color(), 3))
                painter.drawPoint(QPointF(x[start], high[start]))
                painter.setPen(pen)
                painter.drawLine(QPointF(x[start], high[start]), QPointF(x[start], low[start]))
                continue
            run = slice(start, stop)
            if self.dashed:
                pen.setDashPattern([5, 3])
                painter.setPen(pen)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.drawPolyline(_polygon(x[run], high[run]))
                continue
            if self.filled:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(wash)
                painter.drawPolygon(_under(x[run], high[run], foot))
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            if single:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.drawPolyline(_polygon(x[run], high[run]))
            else:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
                zigzag = np.column_stack((low[run], high[run])).ravel()
                painter.drawPolyline(_polygon(np.repeat(x[run], 2), zigzag))


def _polygon(x: ArrayLike, y: ArrayLike) -> QPolygonF:
    polygon: QPolygonF = pg.functions.arrayToQPolygonF(
        np.asarray(x, np.float64), np.asarray(y, np.float64)
    )
    return polygon


def _under(x: Floats, y: Floats, foot: float) -> QPolygonF:
    """A run of the curve closed along the row's foot."""
    return _polygon(np.pad(x, 1, mode="edge"), np.pad(y, 1, constant_values=foot))


class BandsItem(RowItem):
    """Tinted spans of time, and hatching over the part that has no score yet."""

    def __init__(self, box: Any) -> None:
        super().__init__(box, -3)
        self._bands: list[tuple[float, float]] = []
        self._tint = QColor(0, 0, 0, 0)
        self._beyond: list[tuple[float, float]] = []

    def set_bands(self, bands: Sequence[tuple[float, float]], tint: QColor) -> None:
        """Spans in seconds."""
        self._bands, self._tint = list(bands), tint
        self.update()

    def set_beyond(self, beyond: Sequence[tuple[float, float]]) -> None:
        """The parts without a score yet, in seconds."""
        self._beyond = list(beyond)
        self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        height = self._box.height()
        painter.fillRect(QRectF(0, 0, self._box.width(), 1), QColor(theme.colours().line))
        for start, stop in self._bands:
            left = self.left_of(start)
            painter.fillRect(QRectF(left, 0, max(self.left_of(stop) - left, 1), height), self._tint)
        for span in self._beyond:
            left, right = (self.left_of(t) for t in span)
            if right > left:
                rect = QRectF(left, 0, right - left, height)
                painter.fillRect(rect, faded(theme.colours().line, 0.25))
                hatch = QBrush(faded(theme.colours().faint, 0.35), Qt.BrushStyle.BDiagPattern)
                painter.fillRect(rect, hatch)


class SegmentsItem(RowItem):
    """All segments as blocks, told apart by colour, pattern and glyph.  One for all."""

    _NARROW = 3.0  # pixels, at least
    _PLAIN = 6.0  # under which a block is drawn by its colour alone
    _GRASP = 2.0  # pixels beside a block that still mean it

    def __init__(self, box: Any) -> None:
        super().__init__(box, 1)
        self._rows: list[SegmentRow] = []
        self._starts: list[float] = []
        self._longest = 0.0
        self._selected: str | None = None

    def set_rows(self, rows: Sequence[SegmentRow]) -> None:
        self._rows = sorted(rows, key=lambda row: row.begins)
        self._starts = [row.begins for row in self._rows]
        self._longest = max((row.length for row in self._rows), default=0.0)
        self.update()

    def set_selected(self, segment: str | None) -> None:
        self._selected = segment
        self.update()

    def row(self, segment: str | None) -> SegmentRow | None:
        """A segment by its id."""
        return next((row for row in self._rows if row.id == segment), None)

    def at(self, pixels: float) -> SegmentRow | None:
        """The segment under a point of the row, the nearest where several are."""
        (x0, x1), _ = self._box.viewRange()
        a_pixel = (x1 - x0) / max(float(self._box.width()), 1.0)  # in seconds
        reach = (self._NARROW / 2 + self._GRASP) * a_pixel
        at = x0 + pixels * a_pixel
        near = [(i, self._span(row)) for i, row in self._between(at - reach, at + reach)]
        hits = [
            (abs((left + right) / 2 - pixels), i)
            for i, (left, right) in near
            if left - self._GRASP <= pixels <= right + self._GRASP
        ]
        return self._rows[min(hits)[1]] if hits else None

    def _visible(self) -> list[tuple[int, SegmentRow]]:
        (x0, x1), _ = self._box.viewRange()
        return self._between(x0, x1)

    def _between(self, start: float, stop: float) -> list[tuple[int, SegmentRow]]:
        """Those of which some part lies between two times, with their numbers."""
        first = bisect_left(self._starts, start - self._longest)
        last = bisect_left(self._starts, stop)
        return [(i, self._rows[i]) for i in range(first, last) if self._rows[i].ends >= start]

    def _span(self, row: SegmentRow) -> tuple[float, float]:
        left, right = self.left_of(row.begins), self.left_of(row.ends)
        spare = max(self._NARROW - (right - left), 0) / 2
        return left - spare, right + spare

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        colours = theme.colours()
        font = QFont(painter.font())
        font.setPixelSize(11)
        font.setBold(True)
        painter.setFont(font)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        styles = {
            "confirmed": (colours.good, QBrush(faded(colours.good, 0.85)), colours.panel),
            "dismissed": (
                colours.faint,
                QBrush(faded(colours.faint, 0.6), Qt.BrushStyle.BDiagPattern),
                colours.text,
            ),
            "unsure": (
                colours.warn,
                QBrush(faded(colours.warn, 0.6), Qt.BrushStyle.Dense6Pattern),
                colours.text,
            ),
            "unjudged": (colours.alert, QBrush(faded(colours.alert, 0.35)), colours.text),
        }
        (x0, x1), _ = self._box.viewRange()
        scale, height = self._box.width() / (x1 - x0), self._box.height() - 6
        ordered = sorted(self._visible(), key=lambda pair: pair[1].id == self._selected)
        for _, row in ordered:
            left = max((row.begins - x0) * scale, -50.0)
            right = min((row.ends - x0) * scale, self._box.width() + 50.0)
            spare = max(self._NARROW - (right - left), 0) / 2
            block = QRectF(left - spare, 3, right - left + 2 * spare, height)
            colour, brush, ink = styles[row.verdict]
            chosen = row.id == self._selected
            if block.width() < self._PLAIN and not chosen:  # no pattern could be told in it
                painter.fillRect(block, QColor(colour))
                continue
            edge = QPen(QColor(colours.text if chosen else colour), 2 if chosen else 1)
            painter.setPen(edge)
            painter.setBrush(brush)
            painter.drawRoundedRect(block, 2, 2)
            if block.width() >= 14 and row.verdict != "unjudged":
                painter.setPen(QColor(ink))
                painter.drawText(block, Qt.AlignmentFlag.AlignCenter, GLYPHS[row.verdict])
