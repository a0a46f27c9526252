"""The surface of the timeline: a cached picture of the rows, the playhead, and raw mouse input."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsView, QWidget

from app import theme
from engine.timebase import timecode

STEPS = (
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600,
    900, 1800, 3600, 7200, 14400, 21600, 43200, 86400,
)  # fmt: skip
_PIXELS_A_LABEL = 92


class TimeAxis(pg.AxisItem):  # type: ignore[misc]
    """Seconds after the first frame as H:MM:SS, with a fraction where the zoom asks for one; or
    the time of day, where it is known when the first of joined files began.
    """

    began: datetime | None = None

    def tickValues(self, minimum: float, maximum: float, size: float) -> list[Any]:
        """Steps that are round in hours, minutes and seconds."""
        wanted = (maximum - minimum) / max(size / _PIXELS_A_LABEL, 1)
        step = next((s for s in STEPS if s >= wanted), STEPS[-1])
        offset = _seconds_of_day(self.began) if self.began is not None else 0.0
        first = int((minimum + offset) // step)
        last = int((maximum + offset) // step) + 1
        ticks = [i * step - offset for i in range(max(first, 0), last + 1)]
        return [(step, [t for t in ticks if minimum <= t <= maximum])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Truncation of a rounded millisecond cannot show the tick before."""
        digits = 0 if spacing >= 1 else 1 if spacing >= 0.1 else 2 if spacing >= 0.01 else 3
        if self.began is not None:
            return [_time_of_day(self.began, v, digits, spacing) for v in values]
        return [timecode(round(v, 3) + 1e-6, digits=digits) for v in values]


def _seconds_of_day(moment: datetime) -> float:
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return (moment - midnight).total_seconds()


def _time_of_day(began: datetime, seconds: float, digits: int, spacing: float) -> str:
    """HH:MM, finer where ticks are closer; the day where it begins."""
    moment = began + timedelta(seconds=round(seconds, 3) + 1e-6)
    if spacing >= 60 and moment.hour == moment.minute == 0:
        return f"{moment:%Y-%m-%d}"
    text = f"{moment:%H:%M}" if spacing >= 60 else f"{moment:%H:%M:%S}"
    return f"{text}.{moment.microsecond // 10 ** (6 - digits):0{digits}d}" if digits else text


class PlayheadLine(QWidget):
    """A thin line across all rows with a grip at its top.  Moving it repaints only itself."""

    WIDTH = 11

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)

    def place(self, x: float, top: float, height: float) -> None:
        """Put the line at a pixel."""
        self.setGeometry(round(x) - self.WIDTH // 2, round(top), self.WIDTH, round(height))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        middle = self.WIDTH // 2
        colour = QColor(theme.colours().text)
        painter.fillRect(QRect(middle, 0, 1, self.height()), colour)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        grip = [QPointF(0.5, 0), QPointF(self.WIDTH - 0.5, 0), QPointF(middle + 0.5, 8)]
        painter.drawPolygon(QPolygonF(grip))


class TimelineView(pg.GraphicsLayoutWidget):  # type: ignore[misc]
    """Shows the scene from a picture that is made anew only when the scene changed.

    Mouse input is handed on in pixels; pyqtgraph's own gestures stay out of it, because they
    swallow exceptions, drop fast moves and turn short drags into clicks.
    """

    pressed = Signal(QPointF, object, object)
    dragged = Signal(QPointF)
    released = Signal(QPointF)
    hovered = Signal(QPointF)
    double_clicked = Signal(QPointF)
    zoomed = Signal(QPointF, float)
    panned = Signal(float)
    resized = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.NoViewportUpdate)
        self.setBackground(None)  # the picture brings its own
        self.setFrameShape(QGraphicsView.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._picture: QPixmap | None = None
        self._stale = self._held = False
        self._releasing = QTimer(self)
        self._releasing.setSingleShot(True)
        self._releasing.timeout.connect(self._show)
        self._down: Qt.MouseButton | None = None
        self.pictures = 0
        self.playhead = PlayheadLine(self.viewport())
        self.scene().changed.connect(self._on_changed)

    def refresh(self) -> None:
        """Make the picture anew at the next paint, whatever is held."""
        self._picture = None
        self.viewport().update()

    def hold(self) -> None:
        """More changes are about to come: one picture for all of them, after `release`."""
        self._held = True

    def release(self) -> None:
        """All is there: show it, once the scene has told what changed, which it does later."""
        self.scene().prepareForPaint()  # else it tells of it only after it was painted
        self._releasing.start()

    @Slot()
    def _show(self) -> None:
        self._held = False
        if self._stale:
            self.viewport().update()

    @Slot(list)
    def _on_changed(self, places: list[QRectF]) -> None:
        if not places:  # pyqtgraph tidies up while it paints; nothing looks different
            return
        self._stale = True
        if not self._held:
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._picture is None or (self._stale and not self._held):
            self._picture = self._drawn()
        painter = QPainter(self.viewport())
        painter.drawPixmap(QPointF(0, 0), self._picture)
        if self.hasFocus():
            painter.setPen(QColor(theme.colours().accent))
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))

    def _drawn(self) -> QPixmap:
        self.pictures += 1
        self._stale = False
        ratio = self.devicePixelRatioF()
        area = self.viewport().rect()
        picture = QPixmap(area.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(theme.colours().panel))
        painter = QPainter(picture)
        self.render(painter, QRectF(area), area)
        painter.end()
        return picture

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if event is not None:  # pyqtgraph calls it with None while it is being made
            self.refresh()
            self.resized.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()  # Timeline and the window's commands decide

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if self._down is None:
            self._down = event.button()
            self.pressed.emit(event.position(), event.button(), event.modifiers())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if self._down is None:
            self.hovered.emit(event.position())
        else:
            self.dragged.emit(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if event.button() == self._down:
            self._down = None
            self.released.emit(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if event.button() == Qt.MouseButton.LeftButton:
            self.double_clicked.emit(event.position())

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.accept()
        turn = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or abs(turn.x()) > abs(turn.y()):
            self.panned.emit(-(turn.x() or turn.y()) * 0.5)
        else:
            self.zoomed.emit(event.position(), turn.y() / 120)

    def leaveEvent(self, event: QEvent) -> None:
        self.viewport().unsetCursor()
        self.left.emit()
