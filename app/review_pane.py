"""What the settings of the review make of the stored values: tuning panel and timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Slot

from app.language import tr
from app.presenting import footage_row
from app.segments_pane import SegmentsPane
from engine.timebase import timecode

if TYPE_CHECKING:
    from app.desk import Desk
    from engine.scoring.score import ScoreSettings
    from engine.scoring.segments import SegmentSettings


class ReviewPane(SegmentsPane):
    """Joins the reviewing controller with timeline and tuning panel."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        reviewing, w = desk.reviewing, desk.window
        reviewing.track_changed.connect(self._on_track)
        reviewing.state_changed.connect(self._on_state)
        w.timeline.scrub_moved.connect(self._on_scrub)
        w.timeline.scrub_released.connect(self._on_scrubbed)
        w.timeline.threshold_moved.connect(reviewing.set_threshold)
        w.timeline.threshold_set.connect(reviewing.set_threshold)
        w.timeline.gamma_moved.connect(reviewing.set_gamma)
        w.timeline.gamma_set.connect(reviewing.set_gamma)
        w.tuning.score_settings_changed.connect(self._on_score_settings)
        w.tuning.smooth_seconds_changed.connect(reviewing.set_smoothing)
        w.tuning.segment_settings_changed.connect(self._on_segment_settings)
        w.tuning.gamma_changed.connect(reviewing.set_gamma)

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
        text = tr("Re-run")
        if possible and change is not None:
            text = tr("Re-run from {time}", time=timecode(float(seconds[change]), digits=1))
        w.tuning.set_rerun(possible, text)
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
            w.timeline.set_threshold_text("")
            self.show_rows()
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
        self.show_rows()
        w.tuning.set_scores_for_histogram(track.score[: track.done])
        w.tuning.set_sentence(track.sentence)
        self._desk.window.footage.update_row(footage_row(document))
        if not self._desk.playback.speed:  # while it plays, the next frame refreshes anyway
            self._desk.picture.refresh()
        self._desk.allow()

    @Slot(object)
    def _on_score_settings(self, settings: ScoreSettings) -> None:
        self._desk.reviewing.set_score(settings)

    @Slot(object)
    def _on_segment_settings(self, settings: SegmentSettings) -> None:
        self._desk.reviewing.set_segments(settings)

    @Slot(float)
    def _on_scrub(self, seconds: float) -> None:
        self._desk.joined.seek(seconds, exact=False)

    @Slot(float)
    def _on_scrubbed(self, seconds: float) -> None:
        self._desk.joined.seek(seconds)
