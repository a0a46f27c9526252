"""The timeline: the score, its parts, the segments and the playhead over one axis of time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Signal
from PySide6.QtWidgets import QWidget

from app.language import tr
from app.models.segment_model import SegmentRow
from app.numerals import significant
from app.views.timeline_gestures import Gestures
from app.views.timeline_joined import JoinedStage
from app.views.timeline_rows import TRACK_HEIGHT, Row
from app.views.timeline_stage import FOUND_BY, FOUND_BY_HEIGHT, REGULAR, SCORE

__all__ = ["REGULAR", "SCORE", "Timeline"]

_EDGE_GRASP = 5
Values = NDArray[np.float32]


class Timeline(JoinedStage):
    """Times are seconds after the first frame, also outside the footage where files are joined.
    The setters never emit.
    """

    scrub_moved = Signal(float)
    scrub_released = Signal(float)
    threshold_moved = Signal(float)
    threshold_set = Signal(float)
    gamma_moved = Signal(float)
    gamma_set = Signal(float)
    segment_clicked = Signal(str)
    segment_edges_moved = Signal(str, float, float)
    match_clicked = Signal(int)
    hover_moved = Signal(float, QPointF)
    hover_left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._selected: str | None = None
        self._wanted: dict[str, bool] = {}
        self._gestures = Gestures(self.view, self, self)
        self.view.left.connect(self.hover_left)
        self.view.pressed.connect(self.hover_left)  # what is held or chosen now speaks for itself

    # setters

    def set_score(self, score: Values, done: int) -> None:
        """Anomaly score (N,) of which the first `done` frames are there."""
        self._score.set_values(score, done)
        self._later()

    def set_track(self, name: str, title: str, values: Values, done: int) -> None:
        """A score part in its own row (N,)."""
        row = self._tracks.get(name)
        if row is None:
            row = Row(self.view, self._free_place(), title=title, height=TRACK_HEIGHT)
            self._join(row, name)
            row.curve.filled = False
            self._tracks[name] = row
            self.apply_theme()
            row.show(name not in self._hidden)
            self._resize_to_rows()
        row.title.set_text(title)
        row.set_values(values, done)
        self._later()

    def remove_tracks(self, but: Sequence[str] = ()) -> None:
        """Take away every row but the score's and those named, with gamma and its preview."""
        for name in self._tracks.keys() - set(but):
            self._tracks.pop(name).remove()
            self._wanted.pop(name, None)
        self._resize_to_rows()
        self._later()

    def set_regular_score(self, values: Values, done: int) -> None:
        """The regular score E_t (N,), which gamma is compared with."""
        self.set_track(REGULAR, tr("regular score E_t"), values, done)

    def set_gamma(self, value: float | None) -> None:
        """Where the line on the regular score lies; None without one."""
        row = self._tracks.get(REGULAR)
        if row is not None and not row.held:
            row.set_line(value)
            text = "" if value is None else tr("gamma {gamma}", gamma=significant(value))
            if not text or not row.meaning.text.startswith(text):
                row.meaning.set_text(text)
            self._later()

    def set_gamma_text(self, text: str, tip: str) -> None:
        """What gamma means, beside its line, and at length."""
        row = self._tracks.get(REGULAR)
        if row is not None:
            row.meaning.set_text(text if row.line.isVisible() else "")
            row.tip = tip

    def set_gamma_preview(self, mask: NDArray[np.bool_] | None) -> None:
        """Frames that would stop updating the memory (N,)."""
        row = self._tracks.get(REGULAR)
        if row is not None:
            row.set_mask(mask)
            self._later()

    def set_threshold(self, value: float) -> None:
        """Where the threshold lies; left alone while it is dragged."""
        if not self._score.held:
            self._score.set_line(value)
            self._later()

    def set_threshold_text(self, text: str, tip: str = "") -> None:
        """What the threshold means, beside its line, and at length."""
        self._score.meaning.set_text(text)
        self._score.tip = tip

    def set_loop(self, span: tuple[float, float] | None) -> None:
        """The part that is played over and over, in seconds."""
        self._loop.set_span(None if span is None else self._moved([span])[0])

    def set_in_point(self, seconds: float | None) -> None:
        """Where a segment or a range is to begin; None without an in-point."""
        self._in_point.set_at(None if seconds is None else seconds + self.origin)

    def set_changes(self, seconds: Sequence[float]) -> None:
        """When the camera was moved or the light changed."""
        self._changes.set_changes([at + self.origin for at in seconds])

    def set_brush(self, mask: NDArray[np.bool_] | None) -> None:
        """Frames to tint under the score (N,)."""
        self._score.set_mask(mask)
        self._later()

    def set_compared(self, score: Values | None) -> None:
        """The score of another analysis (N,), drawn beside the first; None takes it away."""
        self._other.become(np.zeros(0, np.float32) if score is None else score)
        self._later()

    def set_matches(self, matches: Sequence[tuple[str, float, float]] | None) -> None:
        """(found by, start, stop) of what two analyses found; None takes the row away."""
        by = self.origin
        self._found_by.set_matches([(f, a + by, b + by) for f, a, b in matches or []])
        shown = matches is not None
        if shown != self._found_box.isVisible():
            self._found_box.setVisible(shown)
            height = FOUND_BY_HEIGHT if shown else 0
            self.view.ci.layout.setRowFixedHeight(FOUND_BY, height)
            self._resize_to_rows()
            self._later()

    def set_hidden(self, names: frozenset[str]) -> None:
        """Rows that the analyst does not want to see, by their names; SCORE is the score's."""
        if names == self._hidden:
            return
        self._hidden = names
        self._score.show(SCORE not in names)
        for name, row in self._tracks.items():
            row.show(self._wanted.get(name, True) and name not in names)
        self._resize_to_rows()
        self._later()

    def set_segments(self, rows: Sequence[SegmentRow]) -> None:
        """The blocks above the curve."""
        self._segments.set_rows(rows)
        self.overview.set_segments([(row.begins, row.ends) for row in rows])
        if not self._gestures.busy:
            self._show_selected()

    def set_normal(self, spans: Sequence[tuple[float, float]]) -> None:
        """Ranges that were marked as normal, in seconds."""
        self._normal.set_spans(self._moved(spans))
        self._later()

    def set_selected(self, segment: str | None) -> None:
        """The segment whose edges can be dragged."""
        self._selected = segment
        self._segments.set_selected(segment)
        self._show_selected()

    def set_playhead(self, seconds: float) -> None:
        """Where the shown frame is.  Turns the page where the playhead leaves the view."""
        seconds += self.origin
        was_there = self._x0 <= self._playhead <= self._x1
        self._playhead = seconds
        if was_there and not self._x0 <= seconds <= self._x1 and not self._gestures.busy:
            span = self._x1 - self._x0
            start = seconds - span * (0.1 if seconds > self._x1 else 0.9)
            self._look_at(start, start + span)
        self._place_playhead()

    def show_track(self, name: str, visible: bool) -> None:
        """Whether a row has anything to show, by its name; REGULAR is the regular score's."""
        row = self._tracks.get(name)
        self._wanted[name] = visible
        if row is not None and row.visible != (visible and name not in self._hidden):
            row.show(visible and name not in self._hidden)
            self._resize_to_rows()
            self._later()

    def _show_selected(self) -> None:
        row = self._segments.row(self._selected)
        self._region.setVisible(row is not None)
        if row is not None:
            self._region.setRegion((row.begins, row.ends))

    # what the mouse does (see Gestures)

    def seconds_at(self, point: QPointF) -> float:
        """The time on the axis under a point of the view, within the shown part."""
        area = self._strip.sceneBoundingRect()
        share = float((point.x() - area.left()) / max(area.width(), 1.0))
        return self._x0 + min(max(share, 0.0), 1.0) * (self._x1 - self._x0)

    def row_grasped(self, point: QPointF) -> Row | None:
        """The row whose line is under a point."""
        return next((row for row in self._rows() if row.grasps(point)), None)

    def edge_grasped(self, point: QPointF) -> int | None:
        """The edge of the selected segment under a point: 0 start, 1 stop."""
        rows = self._score.box.sceneBoundingRect().united(self._strip.sceneBoundingRect())
        if not self._region.isVisible() or not rows.contains(point):
            return None
        edges = [self._strip.mapViewToScene(QPointF(t, 0)).x() for t in self._region.getRegion()]
        near = [(abs(point.x() - x), i) for i, x in enumerate(edges)]
        distance, edge = min(near)
        if abs(near[0][0] - near[1][0]) < 1e-6:  # a block of no width opens towards the mouse
            edge = int(point.x() >= edges[0])
        return edge if distance <= _EDGE_GRASP else None

    def segment_at(self, point: QPointF) -> str | None:
        """The segment whose block is under a point."""
        if not self._strip.sceneBoundingRect().contains(point):
            return None
        row = self._segments.at(self._strip.mapFromScene(point).x())
        return None if row is None else row.id

    def segment_across(self, point: QPointF) -> SegmentRow | None:
        """The segment that goes over a point, in whichever row it lies."""
        return self._segments.at(self._strip.mapFromScene(point).x())

    def on_rows(self, point: QPointF) -> bool:
        """Whether a point lies on the ruler or a row."""
        return bool(point.x() >= self._strip.sceneBoundingRect().left() - 4)

    def match_at(self, point: QPointF) -> int | None:
        """What two analyses found, under a point."""
        box = self._found_box
        if not box.isVisible() or not box.sceneBoundingRect().contains(point):
            return None
        return self._found_by.at(box.mapFromScene(point).x())

    def match_chosen(self, match: int) -> None:
        """Such a block was clicked."""
        self.match_clicked.emit(match)

    def hovered_at(self, point: QPointF, row: Row | None) -> None:
        """Tell the time under the mouse; over a line, what it means."""
        self.view.viewport().setToolTip("" if row is None else row.tip)
        if self.on_rows(point) and self._duration > 0:
            self.hover_moved.emit(self.seconds_at(point) - self.origin, point)
        else:
            self.hover_left.emit()

    def scrubbed(self, seconds: float, final: bool) -> None:
        """The analyst looks for a time."""
        (self.scrub_released if final else self.scrub_moved).emit(seconds - self.origin)

    def line_dragged(self, row: Row, value: float, final: bool) -> None:
        """A line is at a value."""
        row.set_line(value)
        if row is self._score:
            (self.threshold_set if final else self.threshold_moved).emit(value)
        else:
            row.meaning.set_text(tr("gamma {gamma}", gamma=significant(value)))
            (self.gamma_set if final else self.gamma_moved).emit(value)
        if final:
            self._later()

    def edge_dragged(self, edge: int, seconds: float, final: bool) -> None:
        """An edge of the selected segment is at a time; it stops at the other edge."""
        start, stop = self._region.getRegion()
        start, stop = (min(seconds, stop), stop) if edge == 0 else (start, max(seconds, start))
        self._region.setRegion((start, stop))
        if final and self._selected is not None:
            by = self.origin
            self.segment_edges_moved.emit(self._selected, start - by, stop - by)

    def segment_chosen(self, segment: str) -> None:
        """A block was clicked."""
        self.segment_clicked.emit(segment)
