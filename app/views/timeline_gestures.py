"""What the mouse does on the timeline: scrub, pan, drag a line or an edge, choose a segment."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, QPointF, Qt, Slot

from app.views.timeline_rows import Row
from app.views.timeline_view import TimelineView


class Surface(Protocol):
    """What the gestures ask of the timeline, and tell it.  Points are pixels of the view."""

    def seconds_at(self, point: QPointF) -> float:
        """The time under a point, within the footage."""

    def row_grasped(self, point: QPointF) -> Row | None:
        """The row whose line is under a point."""

    def edge_grasped(self, point: QPointF) -> int | None:
        """The edge of the selected segment under a point: 0 start, 1 stop."""

    def match_at(self, point: QPointF) -> int | None:
        """What two analyses found, under a point."""

    def match_chosen(self, match: int) -> None:
        """Such a block was clicked."""

    def hovered_at(self, point: QPointF, row: Row | None) -> None:
        """The mouse rests or moves there without holding anything, perhaps over a row's line."""

    def segment_at(self, point: QPointF) -> str | None:
        """The segment whose block is under a point."""

    def on_rows(self, point: QPointF) -> bool:
        """Whether a point lies on the ruler or a row."""

    def scrubbed(self, seconds: float, final: bool) -> None:
        """The analyst looks for a time."""

    def line_dragged(self, row: Row, value: float, final: bool) -> None:
        """A line is at a value."""

    def edge_dragged(self, edge: int, seconds: float, final: bool) -> None:
        """An edge of the selected segment is at a time."""

    def segment_chosen(self, segment: str) -> None:
        """A block was clicked."""

    def pan_by(self, pixels: float) -> None:
        """Move the content to the right."""

    def zoom_at(self, seconds: float, steps: float) -> None:
        """Zoom in by wheel steps around a time."""

    def fit_all(self) -> None:
        """Show everything."""


class Gestures(QObject):
    """Turns presses, moves and releases of a view into the surface's words."""

    def __init__(self, view: TimelineView, surface: Surface, parent: QObject) -> None:
        super().__init__(parent)
        self._view, self._surface = view, surface
        self._kind = ""
        self._row: Row | None = None
        self._edge = 0
        self._offset = 0.0
        self._last = QPointF()
        self._moved = False
        view.pressed.connect(self._press)
        view.dragged.connect(self._drag)
        view.released.connect(self._release)
        view.hovered.connect(self._hover)
        view.double_clicked.connect(self._fit)
        view.zoomed.connect(self._zoom)
        view.panned.connect(surface.pan_by)

    @property
    def busy(self) -> bool:
        """Whether the mouse holds something."""
        return bool(self._kind)

    @Slot(QPointF, object, object)
    def _press(
        self, point: QPointF, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier
    ) -> None:
        surface = self._surface
        self._last, self._moved, self._kind = point, False, ""
        shifted = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        if button != Qt.MouseButton.LeftButton or shifted:
            self._kind = "pan"
            self._view.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            return
        edge, row = surface.edge_grasped(point), surface.row_grasped(point)
        segment, match = surface.segment_at(point), surface.match_at(point)
        if edge is not None:
            self._kind, self._edge = "edge", edge
        elif row is not None:
            self._kind, self._row = "line", row
            self._offset = float(row.line.value()) - row.value_at(point)
            row.held = True
        elif segment is not None:
            surface.segment_chosen(segment)
        elif match is not None:
            surface.match_chosen(match)
        elif surface.on_rows(point):
            self._kind = "scrub"
            surface.scrubbed(surface.seconds_at(point), False)

    @Slot(QPointF)
    def _drag(self, point: QPointF) -> None:
        self._moved = self._moved or point != self._last
        if self._kind == "pan":
            self._surface.pan_by(point.x() - self._last.x())
        else:
            self._go(self._kind, self._row, point, False)
        self._last = point

    @Slot(QPointF)
    def _release(self, point: QPointF) -> None:
        kind, row = self._kind, self._row
        self._kind, self._row = "", None  # so that the owner's answer is taken in
        if row is not None:
            row.held = False
        self._go(kind, row, point, True)
        self._hover(point)

    def _go(self, kind: str, row: Row | None, point: QPointF, final: bool) -> None:
        surface = self._surface
        if kind == "scrub":
            surface.scrubbed(surface.seconds_at(point), final)
        elif kind == "line" and row is not None and self._moved:
            surface.line_dragged(row, row.value_at(point) + self._offset, final)
        elif kind == "edge" and self._moved:
            surface.edge_dragged(self._edge, surface.seconds_at(point), final)

    @Slot(QPointF)
    def _hover(self, point: QPointF) -> None:
        shape, surface = Qt.CursorShape.ArrowCursor, self._surface
        row = surface.row_grasped(point)
        if surface.edge_grasped(point) is not None:
            shape = Qt.CursorShape.SizeHorCursor
        elif row is not None:
            shape = Qt.CursorShape.SizeVerCursor
        elif surface.segment_at(point) is not None or surface.match_at(point) is not None:
            shape = Qt.CursorShape.PointingHandCursor
        self._view.viewport().setCursor(shape)
        surface.hovered_at(point, row)

    @Slot(QPointF)
    def _fit(self, point: QPointF) -> None:
        if self._surface.on_rows(point):
            self._surface.fit_all()

    @Slot(QPointF, float)
    def _zoom(self, point: QPointF, steps: float) -> None:
        self._surface.zoom_at(self._surface.seconds_at(point), steps)
