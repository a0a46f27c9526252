"""Marks on the timeline beside its curves: the loop, and which of two analyses found what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from app import theme
from app.views.timeline_items import RowItem, faded

Span = tuple[float, float]
_LETTERS = {"both": "=", "first": "A", "second": "B"}


class NearItem(RowItem):
    """Hollow diamonds where a peak just misses the threshold."""

    _HALF = 4.0

    def __init__(self, box: Any) -> None:
        super().__init__(box, 2)
        self._peaks: list[float] = []

    def set_peaks(self, seconds: Sequence[float]) -> None:
        """When each peaks."""
        self._peaks = sorted(seconds)
        self.update()

    def peaks(self) -> list[float]:
        """What is shown."""
        return self._peaks

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        colours, half = theme.colours(), self._HALF
        (x0, x1), _ = self._box.viewRange()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.alert), 1.2))
        painter.setBrush(QColor(colours.panel))
        y = self._box.height() / 2
        for peak in self._peaks:
            if x0 <= peak <= x1:
                x = self.left_of(peak)
                corners = [(x - half, y), (x, y - half), (x + half, y), (x, y + half)]
                painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))


class LoopItem(RowItem):
    """A bracket under the segments, from where the loop begins to where it ends."""

    def __init__(self, box: Any) -> None:
        super().__init__(box, 4)
        self._span: Span | None = None

    def set_span(self, span: Span | None) -> None:
        """Start and stop in seconds; None without a loop."""
        self._span = span
        self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if self._span is None:
            return
        left, right = (self.left_of(t) for t in self._span)
        height = self._box.height()
        accent = QColor(theme.colours().accent)
        painter.fillRect(QRectF(left, 0, right - left, height), faded(theme.colours().accent, 0.16))
        painter.fillRect(QRectF(left, height - 3, right - left, 3), accent)
        for x in (left, right - 3):
            painter.fillRect(QRectF(x, 0, 3, height), accent)


class InPointItem(RowItem):
    """An opening bracket where a segment or a range is to begin, with a shade to its right."""

    _HOOK, _BAR, _SHADE = 7.0, 2.0, 14.0

    def __init__(self, box: Any) -> None:
        super().__init__(box, 5)
        self._at: float | None = None

    def set_at(self, seconds: float | None) -> None:
        """When it begins; None without an in-point."""
        self._at = seconds
        self.update()

    def at(self) -> float | None:
        """What is shown."""
        return self._at

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        (x0, x1), _ = self._box.viewRange()
        if self._at is None or not x0 <= self._at <= x1:
            return
        left, height = round(self.left_of(self._at)), self._box.height()
        colour = QColor(theme.colours().text)
        painter.fillRect(QRectF(left, 0, self._SHADE, height), faded(theme.colours().text, 0.14))
        painter.fillRect(QRectF(left, 0, self._BAR, height), colour)
        for y in (0.0, height - self._BAR):
            painter.fillRect(QRectF(left, y, self._HOOK, self._BAR), colour)


class ChangesItem(RowItem):
    """Dashed lines with a pennant where the camera was moved or the light changed."""

    _PENNANT = 8.0

    def __init__(self, box: Any) -> None:
        super().__init__(box, 3)
        self._changes: list[float] = []

    def set_changes(self, seconds: Sequence[float]) -> None:
        """When each begins."""
        self._changes = sorted(seconds)
        self.update()

    def changes(self) -> list[float]:
        """What is shown."""
        return self._changes

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        colour, size = QColor(theme.colours().warn), self._PENNANT
        (x0, x1), _ = self._box.viewRange()
        dashes = QPen(colour, 1.5, Qt.PenStyle.DashLine)
        for at in self._changes:
            if not x0 <= at <= x1:
                continue
            left = round(self.left_of(at)) + 0.5
            painter.setPen(dashes)
            painter.drawLine(QPointF(left, 0), QPointF(left, self._box.height()))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            corners = [(left, 0.0), (left + size, size / 2), (left, size)]
            painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))


class FoundByItem(RowItem):
    """Blocks of what both analyses found and what only one did: colour, pattern and letter."""

    def __init__(self, box: Any) -> None:
        super().__init__(box, 1)
        self._matches: list[tuple[str, float, float]] = []

    def set_matches(self, matches: Sequence[tuple[str, float, float]]) -> None:
        """(found by: both, first or second; start, stop in seconds) in time order."""
        self._matches = list(matches)
        self.update()

    def at(self, pixels: float) -> int | None:
        """The match under a point of the row."""
        for number, (_, start, stop) in enumerate(self._matches):
            left, right = self.left_of(start), self.left_of(stop)
            if left - 2 <= pixels <= max(right, left + 3) + 2:
                return number
        return None

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        colours = theme.colours()
        styles = {
            "both": (colours.faint, Qt.BrushStyle.SolidPattern, 0.30),
            "first": (colours.track[0], Qt.BrushStyle.BDiagPattern, 0.9),
            "second": (colours.compared, Qt.BrushStyle.FDiagPattern, 0.9),
        }
        (x0, x1), _ = self._box.viewRange()
        font = QFont(painter.font())
        font.setPixelSize(11)
        font.setBold(True)
        painter.setFont(font)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for found_by, start, stop in self._matches:
            if stop < x0 or start > x1:
                continue
            colour, pattern, strength = styles[found_by]
            left = self.left_of(start)
            block = QRectF(left, 2, max(self.left_of(stop) - left, 3), self._box.height() - 4)
            painter.setPen(QPen(QColor(colour), 1))
            painter.setBrush(QBrush(faded(colour, strength), pattern))
            painter.drawRoundedRect(block, 2, 2)
            if block.width() >= 16:
                plate = QRectF(0, 0, 11, block.height() - 2)
                plate.moveCenter(block.center())
                painter.fillRect(plate, faded(colours.panel, 0.85))
                painter.setPen(QColor(colours.text if found_by == "both" else colour))
                painter.drawText(block, Qt.AlignmentFlag.AlignCenter, _LETTERS[found_by])
