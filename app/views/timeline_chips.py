"""Words in a row of the timeline: its title, and the meaning of a line."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from app import theme
from app.views.timeline_items import CurveItem, RowItem, faded


class ChipItem(RowItem):
    """A few words in a row: its title at the top, or the meaning of a line beside the line, as far
    to the right as the curve leaves room.
    """

    def __init__(
        self,
        box: Any,
        line: Any = None,
        curve: CurveItem | None = None,
        title: ChipItem | None = None,
    ) -> None:
        super().__init__(box, 5)
        self._line, self._curve, self._title = line, curve, title
        self._left: float | None = None
        self.held = False  # it stays where it is while its line is dragged
        self._font = QFont()
        self._font.setPixelSize(11)
        self.text = ""
        self.colour = "#000000"

    def set_text(self, text: str) -> None:
        self.text = text
        self.update()

    def chip(self) -> QRectF:
        """Where the words are, in pixels of the row; empty without words."""
        if not self.text or (self._line is not None and not self._line.isVisible()):
            return QRectF()
        metrics = QFontMetricsF(self._font)
        room = self._box.width() - 12
        width = min(metrics.horizontalAdvance(self.text) + 12, room)
        height = metrics.height() + 4
        if self._line is None:
            return QRectF(4, 3, width, height)
        y = pixel_of(self._box, self._line.value())
        top = y - height - 2
        if top < 1:  # no room above: below, or in a low row wherever it is seen whole
            top = max(1.0, min(y + 3, self._box.height() - height - 1))
        right = max(self._box.width() - width - 6, 0.0)
        if self._left is None or not self.held:
            title = QRectF() if self._title is None else self._title.chip()
            left = title.right() + 4 if top < title.bottom() else 0.0
            self._left = self._clear_of_the_curve(left, right, width, top + height)
        return QRectF(min(self._left, right), top, width, height)

    def _clear_of_the_curve(self, left: float, right: float, width: float, bottom: float) -> float:
        """Where the curve passes below the words; where it does so nowhere, where it is lowest."""
        places = np.arange(right, left, -width / 4)
        if self._curve is None or not len(places):
            return right
        tops = self._curve.tops(width, places)
        below = np.flatnonzero(tops >= bottom)
        return float(places[below[0] if len(below) else tops.argmax()])

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        chip = self.chip()
        if chip.isEmpty():
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        title = self._line is None  # it stands over the first values of its curve
        painter.setBrush(faded(theme.colours().panel, 0.4 if title else 0.86))
        painter.drawRoundedRect(chip, 3, 3)
        painter.setFont(self._font)
        painter.setPen(QColor(self.colour))
        room = chip.adjusted(6, 0, -6, 0)
        text = QFontMetricsF(self._font).elidedText(
            self.text, Qt.TextElideMode.ElideRight, room.width() + 1
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)


def pixel_of(box: Any, value: float) -> float:
    """Where a value stands in a row, in pixels from its top."""
    _, (y0, y1) = box.viewRange()
    return float(box.height() - (value - y0) / (y1 - y0) * box.height())
