"""The whole footage in a strip below the timeline, with the part that the timeline shows."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import theme
from app.language import tr
from app.views.timeline_files import hatch
from app.views.timeline_stretches import Stretches

HEIGHT = 24
_EDGE = 5  # pixels around an edge of the window that take hold of it
_ZOOM_STEP = 1.25
_RENEW_MS = 300


class TimelineOverview(QWidget):
    """Drag the window to move it, its edges to zoom, anywhere else to go there.

    Times are seconds after the first frame.  The setters never emit.
    """

    span_wanted = Signal(float, float)

    def __init__(self, left: int, right: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._left, self._right = left, right
        self._duration = 1.0
        self._span = (0.0, 1.0)
        self._playhead = 0.0
        self._track = Stretches()
        self._gaps: list[tuple[float, float]] = []
        self._segments: list[tuple[float, float]] = []
        self._picture: QPixmap | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_RENEW_MS)
        self._timer.timeout.connect(self._renew)
        self._held = ""
        self._grip = 0.0
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(tr("Overview of the footage"))
        self.setAccessibleDescription(
            tr(
                "The whole footage, with the part that the timeline shows. "
                "Left and Right move it, plus and minus zoom, 0 shows everything."
            )
        )
        self.setToolTip(tr("The whole footage: drag the window to move it, its edges to zoom"))

    def sizeHint(self) -> QSize:
        return QSize(400, HEIGHT)

    # setters

    def set_track(self, track: Stretches, duration: float) -> None:
        """The score to draw, which is shared and not copied, and how long the footage is.

        A growing score is drawn anew a few times a second: it is read beside the timeline.
        """
        duration = max(duration, 1e-3)
        other = track is not self._track or duration != self._duration
        self._track, self._duration = track, duration
        if other:
            self._renew()
        elif not self._timer.isActive():
            self._timer.start()

    def set_segments(self, segments: list[tuple[float, float]]) -> None:
        """Start and stop of each."""
        if segments != self._segments:
            self._segments = segments
            self._renew()

    def set_gaps(self, gaps: list[tuple[float, float]]) -> None:
        """Start and stop of what nothing recorded, where files are joined."""
        if gaps != self._gaps:
            self._gaps = gaps
            self._renew()

    def set_span(self, start: float, stop: float) -> None:
        """What the timeline shows."""
        if (start, stop) != self._span:
            self._span = (start, stop)
            self.update()

    def set_playhead(self, seconds: float) -> None:
        """Where the shown frame is."""
        before, self._playhead = self._x(self._playhead), seconds
        if round(before) != round(self._x(seconds)):
            self.update()

    def refresh(self) -> None:
        """The theme changed."""
        self._renew()

    # painting

    @Slot()
    def _renew(self) -> None:
        self._picture = None
        self.update()

    def _width(self) -> float:
        return float(max(self.width() - self._left - self._right, 1))

    def _x(self, seconds: float) -> float:
        return self._left + seconds / self._duration * self._width()

    def _seconds(self, x: float) -> float:
        return (x - self._left) / self._width() * self._duration

    def _window(self) -> QRectF:
        left, right = self._x(self._span[0]), self._x(self._span[1])
        if right - left < 6:  # a day at the zoom of single frames
            middle = (left + right) / 2
            left, right = middle - 3, middle + 3
        return QRectF(left, 1.5, right - left, self.height() - 3)

    def _whole(self) -> bool:
        return self._span[1] - self._span[0] >= self._duration * (1 - 1e-9)

    def _drawn(self) -> QPixmap:
        colours, ratio = theme.colours(), self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(colours.panel))
        painter = QPainter(picture)
        foot, room = self.height() - 3.0, self.height() - 7.0
        painter.fillRect(QRectF(self._left, 2, self._width(), self.height() - 4), colours.window)
        for start, stop in self._segments:
            left = self._x(start)
            block = QRectF(left, 2, max(self._x(stop) - left, 1.5), self.height() - 4)
            tint = QColor(colours.alert)
            tint.setAlphaF(0.4)
            painter.fillRect(block, tint)
        for start, stop in self._gaps:
            left = self._x(start)
            hatch(painter, QRectF(left, 2, max(self._x(stop) - left, 1.0), self.height() - 4))
        x, low, high = self._track.query(0.0, self._duration, int(self._width()))
        finite = np.isfinite(high)
        if finite.any():
            top = float(high[finite].max())
            base = min(0.0, float(low[finite].min()))
            shares = np.where(finite, (high - base) / max(top - base, 1e-9), 0.0)
            across = self._left + x / self._duration * self._width()
            edges = np.flatnonzero(np.diff(finite.astype(np.int8), prepend=0, append=0))
            tint = QColor(colours.track[0])
            tint.setAlphaF(0.65)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tint)
            for start, stop in edges.reshape(-1, 2).tolist():  # nothing is drawn over a gap
                run = slice(start, stop)
                outline = pg.functions.arrayToQPolygonF(
                    np.concatenate(
                        (
                            across[start : start + 1] - 0.5,
                            across[run],
                            across[stop - 1 : stop] + 0.5,
                        )
                    ),
                    np.pad(foot - shares[run] * room, 1, constant_values=foot).astype(np.float64),
                )
                painter.drawPolygon(outline)
        painter.end()
        return picture

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._picture is None:
            self._picture = self._drawn()
        colours = theme.colours()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        window = self._window()
        if not self._whole():
            veil = QColor(colours.panel)
            veil.setAlphaF(0.6)
            before, beyond = window.left() - self._left, self._left + self._width() - window.right()
            painter.fillRect(QRectF(self._left, 0, before, self.height()), veil)
            painter.fillRect(QRectF(window.right(), 0, beyond, self.height()), veil)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.accent if self.hasFocus() else colours.faint), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(window, 3, 3)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(QRectF(round(self._x(self._playhead)), 0, 1, self.height()), colours.text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._renew()

    # mouse and keys

    def _grasp(self, x: float) -> str:
        window = self._window()
        if not self._whole() or window.width() > 20:
            if abs(x - window.left()) <= _EDGE and window.width() > 3 * _EDGE:
                return "start"
            if abs(x - window.right()) <= _EDGE and window.width() > 3 * _EDGE:
                return "stop"
        return "window" if window.left() <= x <= window.right() else ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        x = event.position().x()
        self._held = self._grasp(x)
        if not self._held:
            half = (self._span[1] - self._span[0]) / 2
            middle = self._seconds(x)
            self._want(middle - half, middle + half)
            self._held = "window"
        self._grip = self._seconds(x) - self._span[0]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        at, (start, stop) = self._seconds(x), self._span
        if self._held == "window":
            self._want(at - self._grip, at - self._grip + stop - start)
        elif self._held == "start":
            self._want(min(at, stop), stop)
        elif self._held == "stop":
            self._want(start, max(at, start))
        else:
            edge = self._grasp(x) in ("start", "stop")
            self.setCursor(Qt.CursorShape.SizeHorCursor if edge else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = ""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._want(0.0, self._duration)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta().y() / 120
        self._zoom(self._seconds(event.position().x()), turn)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        start, stop = self._span
        shift = (stop - start) / 4
        keys = Qt.Key
        if event.key() in (keys.Key_Left, keys.Key_Right):
            by = shift if event.key() == keys.Key_Right else -shift
            self._want(start + by, stop + by)
        elif event.key() in (keys.Key_Plus, keys.Key_Equal, keys.Key_Minus):
            self._zoom((start + stop) / 2, -2 if event.key() == keys.Key_Minus else 2)
        elif event.key() == keys.Key_0:
            self._want(0.0, self._duration)
        else:
            super().keyPressEvent(event)

    def _zoom(self, around: float, steps: float) -> None:
        factor = _ZOOM_STEP**-steps
        start, stop = self._span
        around = min(max(around, start), stop)
        self._want(around - (around - start) * factor, around + (stop - around) * factor)

    def _want(self, start: float, stop: float) -> None:
        self.span_wanted.emit(start, stop)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._renew()
