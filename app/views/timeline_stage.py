"""The rows of the timeline, the part of the time they show, and when they are drawn."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QElapsedTimer, QRectF, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app import theme
from app.language import tr
from app.views.timeline_files import FilesItem, GapsItem
from app.views.timeline_items import CurveItem, SegmentsItem, faded
from app.views.timeline_marks import ChangesItem, FoundByItem, InPointItem, LoopItem, NearItem
from app.views.timeline_normal import NormalItem
from app.views.timeline_overview import HEIGHT, TimelineOverview
from app.views.timeline_pyramid import MinMaxPyramid
from app.views.timeline_rows import AXIS_WIDTH, TRACK_HEIGHT, Row, make_box
from app.views.timeline_view import TimeAxis, TimelineView

REGULAR = "regular_score"  # the name of the row of E_t for show_track
SCORE = "score"  # the name of the score's row for set_hidden

_INTERVAL = 66  # ms between redraws of growing curves: 15 Hz
_RULER, FILES, _STRIP, FOUND_BY, _SCORE, _FIRST_TRACK = 0, 1, 2, 3, 4, 5
_RULER_HEIGHT, _STRIP_HEIGHT, FOUND_BY_HEIGHT, _SCORE_HEIGHT = 22, 22, 18, 76
FILES_HEIGHT = 18
_LEAST_SCORE, _LEAST_TRACK, _FOOT = 44, 28, 6  # _FOOT: below the last row
_MOST = 2.2  # times its usual height; beyond that only the score grows
RIGHT = 8  # pixels beside the rows
_FEWEST_FRAMES = 6
_ZOOM_STEP = 1.25


class TimelineStage(QWidget):
    """Ruler, strip of segments, score and tracks over one axis of time."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._duration = 1.0  # of all that the axis shows
        self._end = 1.0  # where the current footage ends on it
        self._beyond: list[tuple[float, float]] = []
        self._seconds: NDArray[np.float64] = np.empty(0)
        self._x0, self._x1 = 0.0, 1.0
        self._fitted = True
        self._playhead = 0.0
        self._provisional = False
        self._tracks: dict[str, Row] = {}
        self._hidden: frozenset[str] = frozenset()
        self.view = TimelineView()
        self.overview = TimelineOverview(AXIS_WIDTH, RIGHT)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.overview)
        self.setFocusProxy(self.view)
        self.view.setAccessibleName(tr("Timeline"))
        self.view.setAccessibleDescription(
            tr(
                "Anomaly score over time with segments, threshold and playhead. "
                "Plus and minus zoom, 0 shows everything. Drag to scrub; the wheel zooms, "
                "a drag with Shift or the right button pans, a double click shows everything."
            )
        )
        self._build()
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.redraw)
        self.view.resized.connect(self._resized)
        self.overview.span_wanted.connect(self._look_at)
        self.apply_theme()

    def _build(self) -> None:
        grid = self.view.ci
        grid.layout.setSpacing(0)
        grid.layout.setContentsMargins(0, 0, RIGHT, _FOOT)
        grid.layout.setColumnFixedWidth(0, AXIS_WIDTH)
        self._ruler = TimeAxis("top")
        self._ruler.setStyle(tickLength=4, tickTextOffset=2, autoExpandTextSpace=False)
        grid.addItem(self._ruler, _RULER, 1)
        self._files_box = make_box(self.view, FILES)
        self._files_box.setYRange(0, 1, padding=0)
        self._files = FilesItem(self._files_box)
        self._files_box.setVisible(False)
        grid.layout.setRowFixedHeight(FILES, 0)
        self._strip = make_box(self.view, _STRIP)
        self._strip.setYRange(0, 1, padding=0)
        self._ruler.linkToView(self._strip)
        self._segments = SegmentsItem(self._strip)
        self._loop = LoopItem(self._strip)
        self._near = NearItem(self._strip)
        self._in_point, self._changes = InPointItem(self._strip), ChangesItem(self._strip)
        self._gaps = GapsItem(self._strip)
        self._found_box = make_box(self.view, FOUND_BY)
        self._found_box.setYRange(0, 1, padding=0)
        self._found_by = FoundByItem(self._found_box)
        self._found_box.setVisible(False)
        grid.layout.setRowFixedHeight(FOUND_BY, 0)
        self._normal = NormalItem(self._strip)
        grid.layout.setRowFixedHeight(_RULER, _RULER_HEIGHT)
        grid.layout.setRowFixedHeight(_STRIP, _STRIP_HEIGHT)
        self._score = Row(self.view, _SCORE, title="", height=None)
        self._score.axis.setLabel("score")
        self._compared = CurveItem(self._score.box)
        self._compared.filled, self._compared.dashed = False, True
        self._compared.setZValue(-1)
        self._other = MinMaxPyramid()
        self._region = pg.LinearRegionItem((0, 1), movable=False, swapMode="block")
        self._region.setVisible(False)
        self._score.box.addItem(self._region, ignoreBounds=True)
        self._resize_to_rows()

    def set_provisional(self, provisional: bool) -> None:
        """Scores that a calibration to come will still move are drawn paler."""
        self._provisional = provisional
        for row in self._rows():
            row.curve.provisional = provisional
            row.curve.update()
        self._score.title.set_text("provisional" if provisional else "")

    def apply_theme(self) -> None:
        """Take the colours in force."""
        colours = theme.colours()
        self._score.paint_with(colours.track[0], colours.alert)
        self._score.tint = colours.accent
        self._compared.colour = colours.compared
        self._score.axis.setLabel("score", color=colours.faint, **{"font-size": "8pt"})
        parts = [row for name, row in self._tracks.items() if name != REGULAR]
        for i, row in enumerate(parts):
            row.paint_with(colours.track[1 + i % 2], colours.alert)
        if REGULAR in self._tracks:
            self._tracks[REGULAR].paint_with(colours.gamma, colours.gamma)
        self._ruler.setPen(pg.mkPen(colours.line))
        self._ruler.setTextPen(pg.mkPen(colours.faint))
        font = self._score.axis.style["tickFont"]
        self._ruler.setStyle(tickFont=font)
        self._region.setBrush(faded(colours.text, 0.10))
        for line in self._region.lines:
            line.setPen(pg.mkPen(colours.text, width=1.5))
        self.set_provisional(self._provisional)
        self.view.playhead.update()
        self.view.refresh()
        self.overview.refresh()

    # what is shown

    @Slot()
    def redraw(self) -> None:
        """Bring curves and rows up to date now; the setters do it at most 15 times a second."""
        self._timer.stop()
        self._clock.start()
        for box in (self._files_box, self._strip, self._found_box):
            box.setXRange(self._x0, self._x1, padding=0)
        self._other.set_seconds(self._seconds)
        columns = max(int(self._score.box.width()), 1)
        compared = self._other.query(self._x0, self._x1, columns)
        self._compared.set_envelope(*compared)
        for row in self._rows():
            row.take_in()
            if row.visible:
                beside = compared[2] if row is self._score else None
                row.redraw(self._x0, self._x1, self._end, self._beyond, beside)
        marks = (self._loop, self._in_point, self._changes, self._found_by, self._near)
        for item in (self._segments, self._normal, *marks, self._files, self._gaps):
            item.update()
        self.view.release()
        self._place_playhead()
        self.overview.set_track(self._score.over, self._duration)
        self.overview.set_span(self._x0, self._x1)

    def shows_everything(self) -> bool:
        """Whether nothing lies outside the view."""
        return self._fitted

    def visible_span(self) -> tuple[float, float]:
        """The times at the left and right edge."""
        return self._x0, self._x1

    def look_at(self, start: float, stop: float) -> None:
        """Show the part between two times, as far as it lies within the footage."""
        self._look_at(start, stop)

    def zoom_by(self, steps: float) -> None:
        """Zoom in around the playhead, or the middle where it is out of view."""
        middle = (self._x0 + self._x1) / 2
        inside = self._x0 <= self._playhead <= self._x1
        self.zoom_at(self._playhead if inside else middle, steps)

    def fit_all(self) -> None:
        """Show everything."""
        self._look_at(0.0, self._duration)

    def zoom_at(self, seconds: float, steps: float) -> None:
        """Zoom in by wheel steps, out where negative; the given time stays where it is."""
        factor = _ZOOM_STEP**-steps
        left = seconds - (seconds - self._x0) * factor
        self._look_at(left, left + (self._x1 - self._x0) * factor)

    def pan_by(self, pixels: float) -> None:
        """Move the content to the right."""
        shift = pixels * (self._x1 - self._x0) / max(self._strip.width(), 1.0)
        self._look_at(self._x0 - shift, self._x1 - shift)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_by(2)
        elif event.key() == Qt.Key.Key_Minus:
            self.zoom_by(-2)
        elif event.key() == Qt.Key.Key_0:
            self.fit_all()
        else:
            super().keyPressEvent(event)

    @Slot(float, float)
    def _look_at(self, start: float, stop: float) -> None:
        own = self._end - (float(self._seconds[0]) if len(self._seconds) else 0.0)
        step = max(own, 1e-6) / max(len(self._seconds), 1)
        least = min(_FEWEST_FRAMES * step, self._duration)
        span = min(max(stop - start, least), self._duration)
        middle = (start + stop) / 2
        start = min(max(middle - span / 2, 0.0), self._duration - span)
        self._x0, self._x1 = start, start + span
        self._fitted = span >= self._duration * (1 - 1e-9)
        self.redraw()

    def _later(self) -> None:
        if not self._timer.isActive():
            self.view.hold()
            since = self._clock.elapsed() if self._clock.isValid() else _INTERVAL
            self._timer.start(int(max(_INTERVAL - since, 0)))

    def _rows(self) -> list[Row]:
        return [self._score, *self._tracks.values()]

    def _free_place(self) -> int:
        return max((row.place + 1 for row in self._tracks.values()), default=_FIRST_TRACK)

    def _resize_to_rows(self) -> None:
        rows = [row for row in self._tracks.values() if row.visible]
        height = self._fixed_height() + HEIGHT + _LEAST_TRACK * len(rows)
        height += _LEAST_SCORE if self._score.visible else 0
        for row in rows:  # without the score the tracks take its room
            if row.stretches == self._score.visible:
                row.stretches = not self._score.visible
                row.show(True)
        self.setMinimumHeight(height)
        self._share_height()

    def _fixed_height(self) -> int:
        """What the rows do not share."""
        found_by = FOUND_BY_HEIGHT if self._found_box.isVisible() else 0
        files = FILES_HEIGHT if self._files_box.isVisible() else 0
        return _RULER_HEIGHT + _STRIP_HEIGHT + found_by + files + _FOOT

    def _share_height(self) -> None:
        """In a low window the tracks shrink with the score, so that none is cut off; in a high
        one they grow with it.
        """
        rows = [row for row in self._tracks.values() if row.visible]
        usual = TRACK_HEIGHT * len(rows) + (_SCORE_HEIGHT if self._score.visible else 0)
        room = self.view.height() - self._fixed_height()
        share = min(_MOST, room / max(usual, 1))
        for row in rows:
            row.set_height(max(_LEAST_TRACK, int(TRACK_HEIGHT * share)))

    @Slot()
    def _resized(self) -> None:
        self._share_height()
        self.view.ci.layout.activate()
        # the scene does not shrink below what the rows needed a moment ago
        self.view.ci.setGeometry(QRectF(self.view.rect()))
        self.redraw()

    def _place_playhead(self) -> None:
        head = self.view.playhead
        area = self._strip.sceneBoundingRect()
        share = (self._playhead - self._x0) / (self._x1 - self._x0)
        head.setVisible(-1e-9 <= share <= 1 + 1e-9)
        top = _RULER_HEIGHT - 8
        self.overview.set_playhead(self._playhead)
        head.place(area.left() + share * area.width(), top, self.view.height() - top - 2)
