"""How often each score occurs, with the threshold as a line to drag."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import theme
from app.language import tr, tr_count
from app.numerals import decimal, significant

_BINS = 64
_MARGIN = 8
_FOOT = 18  # room for the labels of the scores
_STEPS = 100  # arrow keys move the threshold by such a share of the width
_GRASP = 6  # pixels around the threshold that take hold of it
_BRUSH_STEPS = 8  # how wide a range begins that is made with the keyboard


class Histogram(QWidget):
    """Counts on a logarithmic scale: the few high scores are seen beside the many low ones."""

    threshold_moved = Signal(float)
    threshold_set = Signal(float)
    range_selected = Signal(object)  # (low, high), or None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: NDArray[np.float64] = np.zeros(0)
        self._low, self._high = 0.0, 1.0
        self._threshold = 1.0
        self._dragged = False
        self._pressed: float | None = None
        self._brush: tuple[float, float] | None = None
        self._values: NDArray[np.float32] = np.zeros(0, np.float32)
        self._shown = (0.0, 1.0)
        self.setFixedHeight(104)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Histogram of scores"))
        self.setAccessibleDescription(
            tr(
                "How many frames have each score, with the threshold. Left and Right move it; "
                "Up and Down move a range of scores whose frames are tinted on the timeline, "
                "Escape takes it away."
            )
        )
        self.setToolTip(
            tr(
                "How many frames have each score (logarithmic)\n"
                "Drag the dashed line to set the threshold; drag elsewhere to tint the frames of a "
                "range of scores on the timeline, click to clear it"
            )
        )

    def sizeHint(self) -> QSize:
        return QSize(260, 104)

    def set_values(self, values: NDArray[np.float32]) -> None:
        """Scores (N,), NaN for frames without one."""
        finite = self._values = values[np.isfinite(values)]
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
            painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, tr("No scores yet"))
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
        if self._brush is not None:
            self._paint_brush(painter, self._brush, foot)
        low, high = self._span()
        painter.setPen(QColor(colours.faint))
        labels = QRectF(_MARGIN, foot + 1, self.width() - 2 * _MARGIN, _FOOT - 3)
        painter.drawText(labels, Qt.AlignmentFlag.AlignLeft, significant(low, 3))
        painter.drawText(labels, Qt.AlignmentFlag.AlignRight, significant(high, 3))
        x = self._x_of(self._threshold)
        painter.setPen(QPen(QColor(colours.alert), 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(round(x), 4, round(x), foot)
        painter.setPen(QColor(colours.alert))
        text = significant(self._threshold, 3)
        width = painter.fontMetrics().horizontalAdvance(text)
        left = min(max(x - width / 2, _MARGIN + 36), self.width() - _MARGIN - width - 36)
        painter.drawText(round(left), self.height() - 5, text)

    def _paint_brush(self, painter: QPainter, brush: tuple[float, float], foot: int) -> None:
        colours = theme.colours()
        left, right = (self._x_of(value) for value in brush)
        tint = QColor(colours.accent)
        tint.setAlphaF(0.25)
        area = QRectF(left, 3, max(right - left, 2), foot - 3)
        painter.fillRect(area, tint)
        painter.setPen(QColor(colours.accent))
        painter.drawLine(area.topLeft(), area.bottomLeft())
        painter.drawLine(area.topRight(), area.bottomRight())
        inside = int(((self._values >= brush[0]) & (self._values <= brush[1])).sum())
        text = tr_count(
            inside,
            "{low} to {high}: {count} frame",
            "{low} to {high}: {count} frames",
            low=decimal(brush[0], 2),
            high=decimal(brush[1], 2),
        )
        width = painter.fontMetrics().horizontalAdvance(text)
        at = min(max((left + right - width) / 2, _MARGIN), self.width() - _MARGIN - width)
        plate = QColor(colours.panel)
        plate.setAlphaF(0.85)
        painter.fillRect(QRectF(at - 3, 4, width + 6, 15), plate)
        painter.setPen(QColor(colours.text))
        painter.drawText(round(at), 15, text)

    def brush(self) -> tuple[float, float] | None:
        """The selected range of scores."""
        return self._brush

    def set_brush(self, brush: tuple[float, float] | None) -> None:
        """Show a range; emits nothing."""
        self._brush = brush
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not len(self._counts):
            return
        x = event.position().x()
        self._shown = self._span()
        if abs(x - self._x_of(self._threshold)) <= _GRASP:
            self._dragged = True
        else:
            self._pressed = x

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        near = self._dragged or abs(x - self._x_of(self._threshold)) <= _GRASP
        self.setCursor(Qt.CursorShape.SizeHorCursor if near else Qt.CursorShape.CrossCursor)
        if self._dragged:
            self._move_to(self._score_at(x))
        elif self._pressed is not None and abs(x - self._pressed) > 2:
            ends = sorted((self._score_at(self._pressed), self._score_at(x)))
            self._select((ends[0], ends[1]))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        x, pressed, self._pressed = event.position().x(), self._pressed, None
        if self._dragged:
            self._dragged = False
            self.threshold_set.emit(self._threshold)
            self.update()
        elif pressed is not None and abs(x - pressed) <= 2:
            if self._brush is not None:
                self._select(None)
            else:  # a click says: from here on
                self._move_to(self._score_at(x))
                self.threshold_set.emit(self._threshold)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        side = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(key, 0)
        rise = {Qt.Key.Key_Down: -1, Qt.Key.Key_Up: 1}.get(key, 0)
        step = (self._high - self._low) / _STEPS
        if side:
            self._move_to(self._threshold + side * step)
            self.threshold_set.emit(self._threshold)
        elif rise and len(self._counts):
            below = (self._threshold - _BRUSH_STEPS * step, self._threshold)
            low, high = self._brush or below
            moved = 0.0 if self._brush is None else rise * step
            self._select((low + moved, high + moved))
        elif key == Qt.Key.Key_Escape and self._brush is not None:
            self._select(None)
        else:
            super().keyPressEvent(event)

    def _select(self, brush: tuple[float, float] | None) -> None:
        self._brush = brush
        self.update()
        self.range_selected.emit(brush)

    def _move_to(self, value: float) -> None:
        self._threshold = value
        self.update()
        self.threshold_moved.emit(value)
