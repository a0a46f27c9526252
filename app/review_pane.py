"""The review's side of the desk: what the settings make of the stored values, and the segments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Slot

from app.controllers.document import Document
from app.controllers.judging import VerdictName
from app.language import tr
from app.presenting import footage_row, segment_rows
from app.views.dialogs import parse_place
from engine.timebase import FrameSpan, timecode

if TYPE_CHECKING:
    from app.desk import Desk
    from engine.scoring.score import ScoreSettings
    from engine.scoring.segments import SegmentSettings


class ReviewPane(QObject):
    """Joins the reviewing controller with timeline, tuning panel and segment list."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        reviewing, w = desk.reviewing, desk.window
        reviewing.track_changed.connect(self._on_track)
        reviewing.state_changed.connect(self._on_state)
        desk.thumbnails.ready.connect(self._show_thumbnails)
        w.timeline.scrub_moved.connect(self._on_scrub)
        w.timeline.scrub_released.connect(desk.playback.seek_seconds)
        w.timeline.threshold_moved.connect(reviewing.set_threshold)
        w.timeline.threshold_set.connect(reviewing.set_threshold)
        w.timeline.gamma_moved.connect(reviewing.set_gamma)
        w.timeline.gamma_set.connect(reviewing.set_gamma)
        w.timeline.segment_clicked.connect(self.select_segment)
        w.timeline.segment_edges_moved.connect(self._on_edges)
        w.tuning.score_settings_changed.connect(self._on_score_settings)
        w.tuning.smooth_seconds_changed.connect(reviewing.set_smoothing)
        w.tuning.segment_settings_changed.connect(self._on_segment_settings)
        w.tuning.gamma_changed.connect(reviewing.set_gamma)
        w.segments.segment_activated.connect(self.go_to_segment)
        w.segments.selection_changed.connect(self._on_selection)
        w.segments.verdict_requested.connect(self.judge)
        w.segments.note_edited.connect(self._on_note)
        w.segments.inspector.note_typed.connect(self._on_note_typed)
        w.segments.inspector.tags_edited.connect(self._on_tags)
        w.segments.inspector.edge_typed.connect(self._on_edge_typed)

    @Slot()
    def _on_state(self) -> None:
        state, w = self._desk.reviewing.state, self._desk.window
        if state is None:
            w.canvas.set_areas([])
            w.timeline.set_gamma(None)
            w.timeline.set_gamma_preview(None)
            w.tuning.set_gamma_text("")
            w.tuning.set_rerun(False, "Re-run")
            return
        w.tuning.set_score_settings(state.score)
        w.tuning.set_smooth_seconds(state.smooth_seconds)
        w.tuning.set_segment_settings(state.segments)
        w.timeline.set_threshold(state.segments.threshold)
        document = self._desk.current
        if document is not None and document.analysis is not None:
            memory = document.analysis.facts.has_memory
            w.timeline.set_gamma(state.gamma if memory else None)
            if memory and state.gamma is not None:
                w.tuning.set_gamma(state.gamma)
        w.canvas.set_areas(list(state.areas))
        self._show_gamma()
        self._desk.allow()

    def _show_gamma(self) -> None:
        document, state, w = self._desk.current, self._desk.reviewing.state, self._desk.window
        if document is None or document.analysis is None or state is None:
            return
        text, change = self._desk.reviewing.gamma_sentence()
        w.tuning.set_gamma_text(text)
        self._desk.time.say_gamma(document.analysis, state.gamma, text)
        possible = change is not None and document.analysis.complete and not document.running
        seconds = document.analysis.seconds
        at = "" if change is None else f" from {timecode(float(seconds[change]), digits=1)}"
        w.tuning.set_rerun(possible, f"Re-run{at}" if possible else "Re-run")
        if change is None or state.gamma is None:
            w.timeline.set_gamma_preview(None)
        else:
            analysis = document.analysis
            stops = analysis.updated & ~(analysis.regular_score < state.gamma)
            w.timeline.set_gamma_preview(stops)

    @Slot()
    def _on_track(self) -> None:
        track, document, w = self._desk.reviewing.track, self._desk.current, self._desk.window
        if document is None or document.analysis is None or track is None:
            w.timeline.set_segments([])
            w.timeline.set_threshold_text("")
            w.segments.set_segments([])
            w.tuning.set_scores_for_histogram(np.zeros(0, np.float32))
            w.tuning.set_sentence("")
            w.sentence.setText("")
            return
        analysis, state = document.analysis, self._desk.reviewing.state
        w.timeline.set_score(track.score, track.done)
        pooling = state.score.pooling if state is not None else "patch"
        for part in analysis.facts.parts:
            if part.pooling == pooling:
                values = self._desk.reviewing.parts.get(part.name, analysis.parts[part.name])
                w.timeline.set_track(part.name, part.title, values, track.done)
                w.timeline.show_track(part.name, True)
            else:
                w.timeline.show_track(part.name, False)
        if analysis.facts.has_memory:
            w.timeline.set_regular_score(analysis.regular_score, track.done)
            self._show_gamma()
        w.timeline.set_provisional(track.provisional)
        self._desk.time.say_threshold()
        rows = segment_rows(track, analysis)
        w.timeline.set_segments(rows)
        w.timeline.set_selected(document.selected)
        w.segments.set_segments(rows)
        w.segments.set_selected(document.selected, document.chosen)
        self._show_thumbnails(document)
        self._desk.thumbnails.want(document, [row.peak_frame for row in rows])
        w.tuning.set_scores_for_histogram(track.score[: track.done])
        w.tuning.set_sentence(track.sentence)
        w.sentence.setText(track.sentence)
        self._desk.window.footage.update_row(footage_row(document))
        if not self._desk.playback.speed:  # while it plays, the next frame refreshes anyway
            self._desk.picture.refresh()
        self._desk.allow()

    @Slot(object)
    def _show_thumbnails(self, document: Document) -> None:
        track = self._desk.reviewing.track
        if document is self._desk.current and track is not None:
            for segment in track.segments:
                image = document.thumbnails.get(str(segment.peak_frame))
                if image is not None:
                    self._desk.window.segments.set_thumbnail(segment.id, image)

    @Slot(object)
    def _on_score_settings(self, settings: ScoreSettings) -> None:
        self._desk.reviewing.set_score(settings)

    @Slot(object)
    def _on_segment_settings(self, settings: SegmentSettings) -> None:
        self._desk.reviewing.set_segments(settings)

    @Slot(float)
    def _on_scrub(self, seconds: float) -> None:
        self._desk.playback.seek_seconds(seconds, exact=False)

    # --- segments -------------------------------------------------------------------------------

    @Slot(str)
    def select_segment(self, segment_id: str) -> None:
        """Choose a segment without moving the playhead."""
        self.select_segments([segment_id] if segment_id else [])

    def select_segments(self, ids: Sequence[str]) -> None:
        """Choose segments; the first is the current one."""
        document = self._desk.current
        if document is not None:
            document.chosen = list(ids)
            document.selected = ids[0] if ids else None
            self._desk.window.timeline.set_selected(document.selected)
            self._desk.window.segments.set_selected(document.selected, ids)
            self._desk.time.follow_selection()
            self._desk.allow()

    def chosen(self) -> list[str]:
        """The chosen segments that are still there."""
        document = self._desk.current
        if document is None:
            return []
        ids = document.chosen or ([document.selected] if document.selected else [])
        return [each for each in ids if self._desk.reviewing.segment(each) is not None]

    @Slot(list)
    def _on_selection(self, ids: list[str]) -> None:
        document = self._desk.current
        if document is not None:
            current = self._desk.window.segments.selected_id()
            document.chosen = ids
            document.selected = current if current in ids else (ids[0] if ids else None)
            self._desk.window.timeline.set_selected(document.selected)
            self._desk.time.follow_selection()
            self._desk.allow()

    @Slot(str)
    def go_to_segment(self, segment_id: str) -> None:
        """Choose a segment and show its peak."""
        segment = self._desk.reviewing.segment(segment_id)
        if segment is not None:
            self.select_segment(segment_id)
            self._desk.playback.set_speed(0.0)
            self._desk.playback.seek(segment.peak_frame)

    def walk(self, direction: int) -> None:
        """To the next or previous flagged segment."""
        segment = self._desk.reviewing.neighbour(self._desk.playback.wanted, direction)
        if segment is not None:
            self.go_to_segment(segment.id)

    @Slot(list, str)
    def judge(self, ids: list[str], value: VerdictName) -> None:
        """Give a verdict; the segments stay chosen under their new ids."""
        self._keep(self._desk.judging.judge(ids, value))

    def _keep(self, stored: list[str]) -> None:
        current = self._desk.window.segments.selected_id()
        if stored:
            self.select_segments(sorted(stored, key=lambda each: each != current))

    @Slot(str, str)
    def _on_note(self, segment_id: str, text: str) -> None:
        self._keep([self._desk.judging.note(segment_id, text)])

    @Slot(str, str)
    def _on_note_typed(self, segment_id: str, text: str) -> None:
        self._keep([self._desk.judging.note(segment_id, text, typing=True)])

    @Slot(list, list, list)
    def _on_tags(self, ids: list[str], add: list[str], remove: list[str]) -> None:
        self._keep(self._desk.judging.retag(ids, add, remove))

    @Slot(str, float, float)
    def _on_edges(self, segment_id: str, start: float, stop: float) -> None:
        document = self._desk.current
        if document is None or document.footage is None:
            return
        table = document.footage.table
        first = table.index_at(start)
        last = max(first, table.index_at(max(start, stop - 1e-6)))
        self._keep([self._desk.judging.move_edges(segment_id, FrameSpan(first, last + 1))])

    @Slot(str, str, str)
    def _on_edge_typed(self, segment_id: str, edge: str, text: str) -> None:
        """A frame or a time for one edge; the frame of an end is the last one of the segment."""
        segment, inspector = self._desk.reviewing.segment(segment_id), self._desk.window.segments
        document, place = self._desk.current, parse_place(text)
        if segment is None or document is None or document.footage is None:
            return
        if place is None:
            wrong = tr("'{typed}' is neither a frame nor a time.", typed=text)
            inspector.inspector.say(wrong, edge)
            return
        table, (kind, value) = document.footage.table, place
        if kind == "frame":
            index = min(int(value), len(table) - 1)
        else:
            index = table.index_at(max(0.0, value - (1e-6 if edge == "stop" else 0.0)))
        start = index if edge == "start" else segment.span.start
        stop = index + 1 if edge == "stop" else segment.span.stop
        if start >= stop:
            inspector.inspector.say(tr("A segment cannot end before it starts."), edge)
            return
        inspector.inspector.say("")
        self._keep([self._desk.judging.move_edges(segment_id, FrameSpan(start, stop))])
