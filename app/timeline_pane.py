"""The timeline's side of the desk: the loop, rows, ranges, and where each footage was left."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Slot

from app.controllers.document import Document
from app.language import tr
from app.views.timeline import REGULAR, SCORE
from app.wording import gamma_label, gamma_tip, threshold_tip
from engine.timebase import FrameSpan

if TYPE_CHECKING:
    from app.desk import Desk
    from engine.analysis.analysis import Analysis

ROWS = ("score", "part_a", "part_b", "regular")


class TimelinePane(QObject):
    """Joins the timeline with playback and review."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._hidden = set(desk.settings.hidden_tracks)
        window = desk.window
        window.tuning.histogram.range_selected.connect(self._on_range)
        desk.playback.loop_changed.connect(self._show_loop)
        desk.reviewing.track_changed.connect(self._on_track)
        self._show_rows()

    def commands(self) -> dict[str, Callable[[], object]]:
        """What each command does."""
        timeline = self._desk.window.timeline
        rows = {f"timeline.{row}": partial(self.toggle_row, row) for row in ROWS}
        return rows | {
            "playback.loop": self.toggle_loop,
            "timeline.zoom_in": partial(timeline.zoom_by, 2),
            "timeline.zoom_out": partial(timeline.zoom_by, -2),
            "timeline.fit": timeline.fit_all,
            "timeline.zoom_segment": self.zoom_to_segment,
        }

    # --- each footage as it was left ------------------------------------------------------------

    def leave(self) -> None:
        """Remember where the current footage is being looked at."""
        document, timeline = self._desk.current, self._desk.window.timeline
        if document is None:
            return
        document.position = self._desk.playback.wanted
        document.loop = self._desk.playback.loop
        document.look = self._desk.window.canvas.look()
        if timeline.line() is None:
            document.seen = None if timeline.shows_everything() else timeline.visible_span()

    def enter(self, document: Document) -> None:
        """Look at a footage where it was left."""
        window = self._desk.window
        self._desk.hover.leave()
        window.tuning.histogram.set_brush(None)
        window.timeline.set_brush(None)
        if window.timeline.line() is not None:
            pass  # the view goes over all files, and stays
        elif document.seen is None:
            window.timeline.fit_all()
        else:
            window.timeline.look_at(*document.seen)
        if window.timeline.line() is None:
            window.canvas.set_look(document.look)
        self._desk.playback.set_footage(document.footage, document.position, document.loop)

    # --- loop -----------------------------------------------------------------------------------

    def toggle_loop(self) -> None:
        """Play the chosen segment over and over, or from the in-point to here; or stop that."""
        playback, document = self._desk.playback, self._desk.current
        if document is None or playback.loop is not None:
            playback.set_loop(None)
            return
        span = self._loop_span(document)
        if span is None:
            self._show_loop()
            self._desk.window.statusBar().showMessage(
                tr(
                    "Choose a segment to loop, or set an in-point with {key} and go to where it "
                    "ends",
                    key=self._desk.window.actions_.named("segments.in"),
                ),
                5000,
            )
            return
        playback.set_loop(span)
        if playback.index not in span:
            playback.seek(span.start)
        if not playback.speed:
            playback.set_speed(1.0)

    def _loop_span(self, document: Document) -> FrameSpan | None:
        segment = self._desk.reviewing.segment(document.selected)
        if segment is not None:
            return segment.span
        if document.in_point is None or document.in_point == self._desk.playback.index:
            return None
        first, last = sorted((document.in_point, self._desk.playback.index))
        return FrameSpan(first, last + 1)

    def follow_selection(self) -> None:
        """A loop goes along to the segment that is chosen."""
        document = self._desk.current
        if document is None or self._desk.playback.loop is None:
            return
        segment = self._desk.reviewing.segment(document.selected)
        if segment is not None:
            self._desk.playback.set_loop(segment.span)

    @Slot()
    def _show_loop(self) -> None:
        playback, window = self._desk.playback, self._desk.window
        window.actions_.check("playback.loop", playback.loop is not None)
        if playback.loop is None or playback.footage is None:
            window.timeline.set_loop(None)
            return
        window.timeline.set_loop(self._times(playback.loop))

    def _times(self, span: FrameSpan) -> tuple[float, float]:
        footage = self._desk.playback.footage
        if footage is None:
            return 0.0, 0.0
        seconds = footage.table.seconds()
        stop = seconds[span.stop] if span.stop < len(seconds) else footage.table.duration
        return float(seconds[span.start]), float(stop)

    def zoom_to_segment(self) -> None:
        """Show the chosen segment with some of what is around it."""
        document = self._desk.current
        segment = None if document is None else self._desk.reviewing.segment(document.selected)
        if segment is not None:
            start, stop = self._times(segment.span)
            around = max(1.0, (stop - start) / 2)
            self._desk.window.timeline.look_at(start - around, stop + around)

    # --- rows and what their lines mean ---------------------------------------------------------

    def toggle_row(self, row: str) -> None:
        """Show or hide a row; remembered for all footage."""
        self._hidden ^= {row}
        self._desk.settings.hidden_tracks = frozenset(self._hidden)
        self._show_rows()

    def _show_rows(self) -> None:
        window, document = self._desk.window, self._desk.current
        for row in ROWS:
            window.actions_.check(f"timeline.{row}", row not in self._hidden)
        names = {SCORE} if "score" in self._hidden else set()
        if "regular" in self._hidden:
            names.add(REGULAR)
        if document is not None and document.analysis is not None:
            for part in document.analysis.facts.parts:
                if f"part_{part.slot.lower()}" in self._hidden:
                    names.add(part.name)
        window.timeline.set_hidden(frozenset(names))

    @Slot()
    def _on_track(self) -> None:
        self._show_rows()
        self._tint(self._desk.window.tuning.histogram.brush())

    def say_threshold(self) -> None:
        """What the threshold means, beside its line."""
        reviewing = self._desk.reviewing
        tip = ""
        if reviewing.state is not None:
            tip = threshold_tip(reviewing.track, reviewing.state.segments.threshold)
        self._desk.window.timeline.set_threshold_text(reviewing.threshold_sentence(), tip)

    def say_gamma(self, analysis: Analysis, gamma: float | None, effect: str) -> None:
        """What gamma means, beside its line."""
        if gamma is not None and analysis.facts.has_memory:
            label, tip = gamma_label(analysis, gamma), gamma_tip(analysis, gamma, effect)
            self._desk.window.timeline.set_gamma_text(label, tip)

    # --- a range of scores ----------------------------------------------------------------------

    @Slot(object)
    def _on_range(self, brush: tuple[float, float] | None) -> None:
        self._tint(brush, force=True)

    def _tint(self, brush: tuple[float, float] | None, *, force: bool = False) -> None:
        track = self._desk.reviewing.track
        if track is None or brush is None:
            if force:
                self._desk.window.timeline.set_brush(None)
            return
        with np.errstate(invalid="ignore"):
            inside = (track.score >= brush[0]) & (track.score <= brush[1])
        self._desk.window.timeline.set_brush(inside)

    def tint_span(self, span: FrameSpan) -> None:
        """Tint the frames of a span instead of a range of scores."""
        track = self._desk.reviewing.track
        if track is not None:
            self._desk.window.tuning.histogram.set_brush(None)
            mask = np.zeros(len(track.score), np.bool_)
            mask[span.start : span.stop] = True
            self._desk.window.timeline.set_brush(mask)
