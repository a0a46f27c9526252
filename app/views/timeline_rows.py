"""One row of the timeline: an axis, a curve over a pyramid, and a line that can be dragged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFont

from app import theme
from app.views.timeline_chips import ChipItem, pixel_of
from app.views.timeline_files import GapsItem, Line
from app.views.timeline_items import BandsItem, CurveItem, faded
from app.views.timeline_pyramid import MinMaxPyramid
from app.views.timeline_stretches import Stretches

AXIS_WIDTH = 58
TRACK_HEIGHT = 56
_CROWDED = 40  # pixels of a row, up to which its numbers would touch; hovering tells them
_APART = 15  # pixels between two values of an axis
_GRASP = 5  # pixels around a line that take hold of it


def make_box(view: Any, row: int) -> Any:
    """An empty row that only follows what the timeline tells it."""
    box = pg.ViewBox(enableMouse=False, enableMenu=False, defaultPadding=0)
    box.disableAutoRange()
    view.ci.addItem(box, row, 1)
    return box


class ValueAxis(pg.AxisItem):  # type: ignore[misc]
    """Values of a row, told as far apart as their text is high."""

    def tickSpacing(self, low: float, high: float, size: float) -> list[Any]:
        """The first level only; the others carry no values here."""
        spacing, offset = super().tickSpacing(low, high, size)[0]
        while high > low and spacing * size / (high - low) < _APART and spacing < high - low:
            spacing *= 2
        return [(spacing, offset)]


class Row:
    """A curve with its own vertical range, linked to the others by the times it is given."""

    def __init__(self, view: Any, place: int, *, title: str, height: int | None) -> None:
        self.place = place
        self.view = view
        self.height = height
        self.box = make_box(view, place)
        self.axis = ValueAxis("left")
        self.axis.setWidth(AXIS_WIDTH)
        self.axis.setStyle(
            tickLength=-4, autoExpandTextSpace=False, tickTextOffset=4, hideOverlappingLabels=True
        )
        self.axis.enableAutoSIPrefix(False)
        self.axis.linkToView(self.box)
        view.ci.addItem(self.axis, place, 0)
        self.curve = CurveItem(self.box)
        self.bands = BandsItem(self.box)
        self.line = pg.InfiniteLine(0.0, angle=0, movable=False)
        self.line.setVisible(False)
        self.box.addItem(self.line, ignoreBounds=True)
        self.title = ChipItem(self.box)
        self.title.set_text(title)
        self.meaning = ChipItem(self.box, self.line, self.curve, self.title)
        self.tip = ""  # what the line means, at length
        self.gaps = GapsItem(self.box, named=height is None)
        self.over = Stretches()
        self.pyramid = self.over.own
        self.seconds: NDArray[np.float64] = np.empty(0)
        self._pending: tuple[NDArray[np.float32], int] | None = None
        self._mask: MinMaxPyramid | None = None
        self.tint = "#000000"  # of masked frames
        self.done = 0
        self.stretches = height is None
        self.visible = True
        self.show(True)

    @property
    def held(self) -> bool:
        """Whether the vertical range and the words stay, while a line is dragged."""
        return self.meaning.held

    @held.setter
    def held(self, held: bool) -> None:
        self.meaning.held = held

    def show(self, visible: bool) -> None:
        """Show or hide the row; a hidden one takes no room."""
        self.visible = visible
        for part in (self.box, self.axis):
            part.setVisible(visible)
        layout = self.view.ci.layout
        if not visible:
            layout.setRowFixedHeight(self.place, 0)
        elif self.stretches:
            layout.setRowMinimumHeight(self.place, self.height or 40)
            layout.setRowMaximumHeight(self.place, 16_777_215)
        else:
            layout.setRowFixedHeight(self.place, self.height)

    def set_height(self, height: int) -> None:
        """Another height for a track."""
        if height != self.height:
            self.height = height
            self.axis.setStyle(showValues=height > _CROWDED)
            self.show(self.visible)

    def remove(self) -> None:
        """Take the row out of the view."""
        self.show(False)
        for part in (self.axis, self.box):
            self.view.ci.removeItem(part)

    def paint_with(self, colour: str, line: str) -> None:
        """Take the theme's colours in."""
        colours = theme.colours()
        self.curve.colour = colour
        self.title.colour, self.meaning.colour = colours.faint, line
        self.tint = line
        self.line.setPen(pg.mkPen(line, width=1.5, style=Qt.PenStyle.DashLine))
        self.axis.setPen(pg.mkPen(colours.line))
        self.axis.setTextPen(pg.mkPen(colours.faint))
        font = QFont()
        font.setPixelSize(11)
        self.axis.setStyle(tickFont=font, maxTickLevel=0)
        for item in (self.curve, self.bands, self.meaning, self.title, self.gaps):
            item.update()

    def set_values(self, values: NDArray[np.float32], done: int) -> None:
        """Values (N,) of which the first `done` are there; read at the next `take_in`."""
        self._pending = (values, done)

    def set_mask(self, mask: NDArray[np.bool_] | None) -> None:
        """Frames to tint (N,)."""
        if mask is None:
            self._mask = None
            return
        self._mask = MinMaxPyramid()
        self._mask.become(mask.astype(np.float32))

    def set_line(self, value: float | None) -> None:
        """Where the line lies; None takes it away."""
        self.line.setVisible(value is not None)
        if value is not None:
            self.line.setValue(value)
        self.meaning.update()

    def take_in(self) -> None:
        """Bring the pyramid up to date."""
        if self._pending is not None:
            values, self.done = self._pending
            self._pending = None
            self.pyramid.become(np.asarray(values[: self.done], np.float32))

    def set_files(self, line: Line | None) -> None:
        """The files that the row goes over."""
        self.gaps.set_line(line)

    def redraw(
        self,
        x0: float,
        x1: float,
        end: float,
        beyond: Sequence[tuple[float, float]] = (),
        beside: NDArray[np.float32] | None = None,
    ) -> None:
        """Draw what lies between two times.  end: of the current file; beyond: what has no score
        yet in others; beside: values of another curve that the row has room for.
        """
        self.over.set_seconds(self.seconds)
        columns = max(int(self.box.width()), 1)
        x, low, high = self.over.query(x0, x1, columns)
        if not self.held:
            all_low, all_high = low, high
            if beside is not None and len(beside):
                all_low, all_high = np.append(low, beside), np.append(high, beside)
            self.box.setYRange(*self._range(all_low, all_high), padding=0)
        self.box.setXRange(x0, x1, padding=0)
        self.curve.set_envelope(x, low, high)
        waiting = list(beyond)
        if self.done < len(self.seconds):
            waiting.append((float(self.seconds[self.done]), end))
        self.bands.set_beyond(waiting)
        self.bands.set_bands(self._spans(x0, x1, columns), faded(self.tint, 0.28))
        self.meaning.update()

    def _range(
        self, lowest: NDArray[np.float32], highest: NDArray[np.float32]
    ) -> tuple[float, float]:
        finite = bool(np.isfinite(lowest).any())
        low = float(np.nanmin(lowest)) if finite else 0.0
        high = float(np.nanmax(highest)) if finite else 1.0
        if self.line.isVisible():
            value = float(self.line.value())
            low, high = min(low, value), max(high, value * 1.25 if value > 0 else value)
        if high <= low:
            high = low + 1.0
        spare = (high - low) * 0.08
        close_to_zero = 0 <= low < 0.5 * high
        return (0.0 if close_to_zero else low - spare), high + spare * (
            5 if self.height else 1
        )  # room for a track's title

    def _spans(self, x0: float, x1: float, columns: int) -> list[tuple[float, float]]:
        """Runs of tinted frames, in seconds, joined where they share a pixel column."""
        if self._mask is None or len(self.seconds) < 2:
            return []
        self._mask.set_seconds(self.seconds)
        x, low, high = self._mask.query(x0, x1, columns)
        edges = np.flatnonzero(np.diff((high > 0.5).astype(np.int8), prepend=0, append=0))
        starts, stops = x[edges[0::2]], x[edges[1::2] - 1]
        if low is high:  # single frames, each until the next
            stops = stops + (self.seconds[-1] - self.seconds[0]) / (len(self.seconds) - 1)
        else:
            half = (x1 - x0) / columns / 2
            starts, stops = starts - half, stops + half
        return list(zip(starts.tolist(), stops.tolist(), strict=True))

    def grasps(self, scene: QPointF) -> bool:
        """Whether a point of the scene takes hold of the line."""
        if not (self.visible and self.line.isVisible()):
            return False
        if not self.box.sceneBoundingRect().contains(scene):
            return False
        at = self.box.mapFromScene(scene)
        near = abs(at.y() - pixel_of(self.box, self.line.value())) <= _GRASP
        return near or self.meaning.chip().contains(at)

    def value_at(self, scene: QPointF) -> float:
        """The value at a height of the scene, kept inside the row."""
        _, (y0, y1) = self.box.viewRange()
        value = float(self.box.mapSceneToView(scene).y())
        return min(max(value, float(y0)), float(y1))
