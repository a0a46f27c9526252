"""The ranges that were marked as normal, along the foot of the strip of segments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from app import theme
from app.views.timeline_items import RowItem, faded

_HEIGHT = 5.0


class NormalItem(RowItem):
    """Hatched bars with a firm lower edge; segments are drawn above them."""

    def __init__(self, box: Any) -> None:
        super().__init__(box, 0)
        self._spans: list[tuple[float, float]] = []

    def set_spans(self, spans: Sequence[tuple[float, float]]) -> None:
        """Spans in seconds."""
        self._spans = list(spans)
        self.update()

    def spans(self) -> list[tuple[float, float]]:
        """What is shown."""
        return self._spans

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        good = theme.colours().good
        foot = self._box.height()
        for start, stop in self._spans:
            left = self.left_of(start)
            width = max(self.left_of(stop) - left, 2.0)
            bar = QRectF(left, foot - _HEIGHT, width, _HEIGHT)
            painter.fillRect(bar, faded(good, 0.35))
            painter.fillRect(bar, QBrush(faded(good, 0.8), Qt.BrushStyle.FDiagPattern))
            painter.fillRect(QRectF(left, foot - 1.5, width, 1.5), QColor(good))
