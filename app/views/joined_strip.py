"""Several recordings on one line of time: each with its score and segments, gaps as gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import theme
from app.views.timeline_view import STEPS
from engine.timebase import timecode

HEIGHT = 54
_LABEL, _FOOT = 15, 3
_ZOOM_STEP = 1.25
_LEAST = 5.0  # seconds in view


@dataclass(frozen=True, slots=True, eq=False)
class PieceRow:
    """One recording: when it lies on the line, its score's envelope over it (columns of equal
    length, NaN where there is none), its segments, and what is to be said of it.
    """

    key: str
    name: str
    start: float
    duration: float
    state: str = ""
    heights: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    segments: tuple[tuple[float, float, str], ...] = ()


class JoinedStrip(QWidget):
    """A click goes to that moment, the wheel zooms, a drag with Shift or the right button pans.

    Times are seconds after the start of the first recording.  The setters never emit.
    """

    place_wanted = Signal(float)

    def __init__(self, left: int, right: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._left, self._right = left, right
        self._pieces: list[PieceRow] = []
        self._duration = 1.0
        self._began: datetime | None = None
        self._span = (0.0, 1.0)
        self._playhead: float | None = None
        self._current = ""
        self._panning: float | None = None
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Joined recordings")
        self.setAccessibleDescription(
            "Recordings that follow each other on one line of time. Left and Right move along it, "
            "plus and minus zoom, 0 shows everything, Page Up and Page Down change the recording."
        )

    def sizeHint(self) -> QSize:
        return QSize(400, HEIGHT)

    # setters

    def set_pieces(
        self, pieces: Sequence[PieceRow], duration: float, began: datetime | None
    ) -> None:
        """The recordings in order of time."""
        other = [p.key for p in pieces] != [p.key for p in self._pieces]
        self._pieces, self._began = list(pieces), began
        self._duration = max(duration, 1e-3)
        if other:
            self._span = (0.0, self._duration)
        self.update()

    def set_current(self, key: str) -> None:
        """The recording on the desk."""
        self._current = key
        self.update()

    def set_playhead(self, seconds: float | None) -> None:
        """Where the shown frame is on the line."""
        before = self._x(self._playhead or 0.0)
        changed = self._playhead is None or seconds is None
        self._playhead = seconds
        if changed or round(before) != round(self._x(seconds or 0.0)):
            self.update()

    def visible_span(self) -> tuple[float, float]:
        """The times at the left and right edge."""
        return self._span

    # places

    def _width(self) -> float:
        return float(max(self.width() - self._left - self._right, 1))

    def _x(self, seconds: float) -> float:
        start, stop = self._span
        return self._left + (seconds - start) / (stop - start) * self._width()

    def seconds_at(self, x: float) -> float:
        """The moment under a pixel."""
        start, stop = self._span
        share = min(max((x - self._left) / self._width(), 0.0), 1.0)
        return start + share * (stop - start)

    def _look_at(self, start: float, stop: float) -> None:
        span = min(max(stop - start, min(_LEAST, self._duration)), self._duration)
        middle = (start + stop) / 2
        start = min(max(middle - span / 2, 0.0), self._duration - span)
        self._span = (start, start + span)
        self.update()

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.colours()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colours.panel))
        font = QFont(self.font())
        font.setPixelSize(11)
        painter.setFont(font)
        painter.setPen(QColor(colours.faint))
        where = QRectF(0, _LABEL, self._left - 6, HEIGHT - _LABEL)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(where, right, f"{len(self._pieces)} files")
        area = QRectF(self._left, 0, self._width(), HEIGHT)
        painter.setClipRect(area)
        rows = QRectF(self._left, _LABEL, self._width(), HEIGHT - _LABEL - _FOOT)
        painter.fillRect(rows, QBrush(QColor(colours.line), Qt.BrushStyle.Dense7Pattern))
        self._paint_ticks(painter)
        for piece in self._pieces:
            if self._x(piece.start + piece.duration) >= area.left() - 1:
                self._paint_piece(painter, piece)
        if self._playhead is not None:
            painter.fillRect(QRectF(round(self._x(self._playhead)), 0, 1, HEIGHT), colours.text)
        painter.setClipping(False)
        if self.hasFocus():
            painter.setPen(QColor(colours.accent))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint_ticks(self, painter: QPainter) -> None:
        start, stop = self._span
        wanted = (stop - start) / max(self._width() / 92, 1)
        step = next((s for s in STEPS if s >= wanted), STEPS[-1])
        offset = 0.0
        if self._began is not None:
            midnight = self._began.replace(hour=0, minute=0, second=0, microsecond=0)
            offset = (self._began - midnight).total_seconds()
        first = int((start + offset) // step)
        painter.setPen(QColor(theme.colours().faint))
        for number in range(first, int((stop + offset) // step) + 2):
            moment = number * step - offset
            x = self._x(moment)
            if x < self._left:
                continue
            painter.fillRect(QRectF(round(x), _LABEL - 4, 1, 4), QColor(theme.colours().line))
            painter.drawText(QPointF(x + 3, _LABEL - 4), self._clock(moment, step < 60))

    def _clock(self, seconds: float, precise: bool) -> str:
        if self._began is None:
            return timecode(max(0.0, seconds), digits=0)
        moment = self._began + timedelta(seconds=round(seconds, 3))
        return moment.strftime("%H:%M:%S" if precise else "%H:%M")

    def _paint_piece(self, painter: QPainter, piece: PieceRow) -> None:
        colours = theme.colours()
        left, right = self._x(piece.start), self._x(piece.start + piece.duration)
        block = QRectF(left, _LABEL, max(right - left, 2), HEIGHT - _LABEL - _FOOT)
        painter.fillRect(block, QColor(colours.window))
        for start, stop, verdict in piece.segments:
            tint = {"confirmed": colours.good, "dismissed": colours.faint}.get(verdict)
            shade = QColor(tint or colours.alert)
            shade.setAlphaF(0.45)
            x = self._x(piece.start + start)
            wide = max(self._x(piece.start + stop) - x, 1.5)
            painter.fillRect(QRectF(x, block.top(), wide, block.height()), shade)
        self._paint_heights(painter, piece, block)
        here = piece.key == self._current
        painter.setPen(QPen(QColor(colours.accent if here else colours.line), 2 if here else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(block.adjusted(0.5, 0.5, -0.5, -0.5))
        if block.width() > 60:
            painter.setPen(QColor(colours.text if here else colours.faint))
            seen = block.intersected(QRectF(self._left, 0, self._width(), HEIGHT))
            text = f"{piece.name}  {piece.state}".strip()
            shown = painter.fontMetrics().elidedText(
                text, Qt.TextElideMode.ElideMiddle, max(0, round(seen.width()) - 10)
            )
            painter.drawText(QPointF(seen.left() + 5, block.top() + 13), shown)

    def _paint_heights(self, painter: QPainter, piece: PieceRow, block: QRectF) -> None:
        count = len(piece.heights)
        finite = np.isfinite(piece.heights)
        if not count or not finite.any():
            return
        room, foot = block.height() - 18, block.bottom() - 1
        each = block.width() / count
        first = max(0, int((self._left - block.left()) / each) - 1)
        last = min(count, int((self._left + self._width() - block.left()) / each) + 2)
        shares = np.clip(np.where(finite, piece.heights, 0.0), 0.0, 1.0)[first:last]
        if not len(shares):
            return
        points = [QPointF(block.left() + first * each, foot)]
        for at, share in enumerate(shares.tolist()):
            points.append(QPointF(block.left() + (first + at + 0.5) * each, foot - share * room))
        points.append(QPointF(points[-1].x(), foot))
        tint = QColor(theme.colours().track[0])
        tint.setAlphaF(0.7)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint)
        painter.drawPolygon(QPolygonF(points))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    # mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.button() == Qt.MouseButton.LeftButton and not shifted:
            self.place_wanted.emit(self.seconds_at(event.position().x()))
        else:
            self._panning = event.position().x()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._panning is not None:
            start, stop = self._span
            shift = (self._panning - event.position().x()) / self._width() * (stop - start)
            self._panning = event.position().x()
            self._look_at(start + shift, stop + shift)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._panning = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._look_at(0.0, self._duration)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or abs(turn.x()) > abs(turn.y()):
            start, stop = self._span
            shift = -(turn.x() or turn.y()) / 120 * (stop - start) / 8
            self._look_at(start + shift, stop + shift)
        else:
            self._zoom(self.seconds_at(event.position().x()), turn.y() / 120)
        event.accept()

    def _zoom(self, around: float, steps: float) -> None:
        factor = _ZOOM_STEP**-steps
        start, stop = self._span
        self._look_at(around - (around - start) * factor, around + (stop - around) * factor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys, here = Qt.Key, self._playhead or 0.0
        step = (self._span[1] - self._span[0]) / 50
        if event.key() in (keys.Key_Left, keys.Key_Right):
            by = step if event.key() == keys.Key_Right else -step
            self.place_wanted.emit(min(max(here + by, 0.0), self._duration))
        elif event.key() in (keys.Key_PageUp, keys.Key_PageDown):
            self._change_piece(here, 1 if event.key() == keys.Key_PageDown else -1)
        elif event.key() in (keys.Key_Plus, keys.Key_Equal, keys.Key_Minus):
            self._zoom(here, -2 if event.key() == keys.Key_Minus else 2)
        elif event.key() == keys.Key_0:
            self._look_at(0.0, self._duration)
        else:
            super().keyPressEvent(event)

    def _change_piece(self, here: float, direction: int) -> None:
        starts = [piece.start for piece in self._pieces]
        if direction > 0:
            found = next((s for s in starts if s > here + 1e-6), None)
        else:
            found = next((s for s in reversed(starts) if s < here - 1.0), None)
        if found is not None:
            self.place_wanted.emit(found)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._told(float(event.pos().x())), self)
            return True
        return super().event(event)

    def _told(self, x: float) -> str:
        at = self.seconds_at(x)
        clock = self._clock(at, True)
        for piece in self._pieces:
            if piece.start <= at < piece.start + piece.duration:
                return f"{clock}  {piece.name}\n{piece.state}".strip()
        return f"{clock}  nothing was recorded"
