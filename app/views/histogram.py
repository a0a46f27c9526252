"""How often each score occurs, with the threshold as a line to drag."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import theme

_BINS = 64
_MARGIN = 8
_FOOT = 18  # room for the labels of the scores
_STEPS = 100  # arrow keys move the threshold by such a share of the width


class Histogram(QWidget):
    """Counts on a logarithmic scale: the few high scores are seen beside the many low ones."""

    threshold_moved = Signal(float)
    threshold_set = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: NDArray[np.float64] = np.zeros(0)
        self._low, self._high = 0.0, 1.0
        self._threshold = 1.0
        self._dragged = False
        self._shown = (0.0, 1.0)
        self.setFixedHeight(104)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Histogram of scores")
        self.setAccessibleDescription(
            "How many frames have each score, with the threshold. Left and Right move it."
        )
        self.setToolTip("How many frames have each score (logarithmic). Drag the threshold.")

    def sizeHint(self) -> QSize:
        return QSize(260, 104)

    def set_values(self, values: NDArray[np.float32]) -> None:
        """Scores (N,), NaN for frames without one."""
        finite = values[np.isfinite(values)]
        if len(finite):
            low, high = float(finite.min()), float(finite.max())
            low = 0.0 if 0 <= low < high / 2 else low
            self._low, self._high = low, high if high > low else low + 1.0
            counts, _ = np.histogram(finite, bins=_BINS, range=(self._low, self._high))
            self._counts = np.log1p(counts)
        else:
            self._counts = np.zeros(0)
        self.update()

    def set_threshold(self, value: float) -> None:
        """Where the threshold lies; left alone while it is dragged."""
        if not self._dragged:
            self._threshold = value
            self.update()

    def _span(self) -> tuple[float, float]:
        """The scores at the left and right edge; the threshold is always among them."""
        if self._dragged:
            return self._shown
        return min(self._low, self._threshold), max(self._high, self._threshold * 1.05)

    def _x_of(self, score: float) -> float:
        low, high = self._span()
        return _MARGIN + (score - low) / (high - low) * (self.width() - 2 * _MARGIN)

    def _score_at(self, x: float) -> float:
        low, high = self._span()
        share = (x - _MARGIN) / max(self.width() - 2 * _MARGIN, 1)
        return low + min(max(share, 0.0), 1.0) * (high - low)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QColor(colours.accent if self.hasFocus() else colours.line))
        painter.setBrush(QColor(colours.panel))
        painter.drawRoundedRect(frame, 5, 5)
        font = painter.font()
        font.setPixelSize(11)
        painter.setFont(font)
        foot = self.height() - _FOOT
        painter.setPen(QColor(colours.faint))
        if not len(self._counts):
            painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, "No scores yet")
            return
        painter.setPen(Qt.PenStyle.NoPen)
        step = (self._high - self._low) / len(self._counts)
        top = max(float(self._counts.max()), 1e-9)
        for i, count in enumerate(self._counts.tolist()):
            if not count:
                continue
            start = self._low + i * step
            left, right = self._x_of(start), self._x_of(start + step)
            height = max(count / top * (foot - 12), 1.0)
            above = start + step / 2 >= self._threshold
            painter.setBrush(QColor(colours.alert if above else colours.track[0]))
            painter.drawRect(QRectF(left, foot - height, max(right - left - 1, 1), height))
        low, high = self._span()
        painter.setPen(QColor(colours.faint))
        labels = QRectF(_MARGIN, foot + 1, self.width() - 2 * _MARGIN, _FOOT - 3)
        painter.drawText(labels, Qt.AlignmentFlag.AlignLeft, f"{low:.3g}")
        painter.drawText(labels, Qt.AlignmentFlag.AlignRight, f"{high:.3g}")
        x = self._x_of(self._threshold)
        painter.setPen(QPen(QColor(colours.alert), 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(round(x), 4, round(x), foot)
        painter.setPen(QColor(colours.alert))
        text = f"{self._threshold:.3g}"
        width = painter.fontMetrics().horizontalAdvance(text)
        left = min(max(x - width / 2, _MARGIN + 36), self.width() - _MARGIN - width - 36)
        painter.drawText(round(left), self.height() - 5, text)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and len(self._counts):
            self._shown = self._span()
            self._dragged = True
            self._move_to(self._score_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        if self._dragged:
            self._move_to(self._score_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._dragged:
            self._dragged = False
            self.threshold_set.emit(self._threshold)
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        side = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if not side:
            super().keyPressEvent(event)
            return
        self._move_to(self._threshold + side * (self._high - self._low) / _STEPS)
        self.threshold_set.emit(self._threshold)

    def _move_to(self, value: float) -> None:
        self._threshold = value
        self.update()
        self.threshold_moved.emit(value)
