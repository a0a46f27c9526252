"""The desk joins controllers and views: what a controller says is shown, what a view asks for is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from app.commands import Need
from app.controllers.analysing import Analysing
from app.controllers.document import Document
from app.controllers.exporting import Exporting
from app.controllers.looking import Looking
from app.controllers.opening import Opener
from app.controllers.playback import Playback
from app.controllers.reviewing import Reviewing
from app.jobs import Job
from app.main_window import MainWindow
from app.picture import PicturePane
from app.presenting import footage_row, segment_rows
from app.settings import Settings
from app.views.detector_bar import DetectorChoice
from engine import api
from engine.errors import EngineError
from engine.progress import Progress
from engine.timebase import FrameSpan, timecode

if TYPE_CHECKING:
    from engine.analysis.analysis import Analysis
    from engine.detectors.base import Detector
    from engine.scoring.score import ScoreSettings
    from engine.scoring.segments import SegmentSettings


class Desk(QObject):
    """All documents, the current one, and the controllers that serve it."""

    crashed = Signal(object)

    def __init__(self, window: MainWindow, settings: Settings) -> None:
        super().__init__(window)
        self.window, self.settings = window, settings
        self.documents: list[Document] = []
        self.current: Document | None = None
        self._analyse_when_open: dict[str, str] = {}
        self._demo: Job | None = None
        self.opener, self.playback = Opener(self), Playback(self)
        self.analysing, self.reviewing = Analysing(self), Reviewing(self)
        self.exporting = Exporting(self)
        self.looking = Looking(self._detector_of, self)
        self.picture = PicturePane(self)
        self._join_controllers()
        self._join_views()
        self.load_weights()
        window.start.set_recent(settings.recent)
        self._allow()

    def _join_controllers(self) -> None:
        self.opener.opened.connect(self._on_opened)
        self.opener.crashed.connect(self.crashed)
        self.analysing.grown.connect(self._on_grown)
        self.analysing.changed.connect(self._on_changed)
        self.analysing.finished.connect(self._on_analysed)
        self.analysing.failed.connect(self._on_analysis_failed)
        self.analysing.crashed.connect(self.crashed)
        self.reviewing.track_changed.connect(self._on_track)
        self.reviewing.state_changed.connect(self._on_state)
        self.reviewing.failed.connect(self.tell)
        self.playback.failed.connect(self.tell)
        self.exporting.crashed.connect(self.crashed)

    def _join_views(self) -> None:
        w = self.window
        w.start.files_dropped.connect(self.open_texts)
        w.start.recent_chosen.connect(self._open_one)
        w.footage.files_dropped.connect(self.open_texts)
        w.footage.footage_chosen.connect(self.choose)
        w.footage.remove_requested.connect(self.remove)
        w.canvas.files_dropped.connect(self.open_texts)
        w.timeline.scrub_moved.connect(self._on_scrub)
        w.timeline.scrub_released.connect(self.playback.seek_seconds)
        w.timeline.threshold_moved.connect(self.reviewing.set_threshold)
        w.timeline.threshold_set.connect(self.reviewing.set_threshold)
        w.timeline.gamma_moved.connect(self.reviewing.set_gamma)
        w.timeline.gamma_set.connect(self.reviewing.set_gamma)
        w.timeline.segment_clicked.connect(self.select_segment)
        w.timeline.segment_edges_moved.connect(self._on_edges)
        w.tuning.score_settings_changed.connect(self._on_score_settings)
        w.tuning.smooth_seconds_changed.connect(self.reviewing.set_smoothing)
        w.tuning.segment_settings_changed.connect(self._on_segment_settings)
        w.tuning.gamma_changed.connect(self.reviewing.set_gamma)
        w.tuning.rerun_requested.connect(self.rerun)
        w.segments.segment_activated.connect(self.go_to_segment)
        w.segments.verdict_requested.connect(self.judge)
        w.segments.note_edited.connect(self._on_note)
        w.detector.choice_changed.connect(self._on_choice)
        w.detector.analyse_requested.connect(self.analyse)
        w.detector.cancel_requested.connect(self.cancel)

    # --- documents ------------------------------------------------------------------------------

    def open(self, paths: Sequence[Path]) -> None:
        """Open footage in the background."""
        known = {document.key for document in self.documents}
        fresh = [path for path in paths if str(path.absolute()) not in known]
        for path in paths:
            if str(path.absolute()) in known:
                self.choose(str(path.absolute()))
        if fresh:
            self.window.show_desk(True)
            self.opener.open(fresh)

    def analyse_with(self, path: Path, choice: str) -> None:
        """Open footage and analyse it with a detector or weights as soon as it is open."""
        self._analyse_when_open[str(path.absolute())] = choice
        self.open([path])

    @Slot(list)
    def open_texts(self, paths: list[str]) -> None:
        """Open dropped paths."""
        self.open([Path(path) for path in paths])

    @Slot(str)
    def _open_one(self, path: str) -> None:
        self.open([Path(path)])

    @Slot(object)
    def _on_opened(self, document: Document) -> None:
        if any(known.key == document.key for known in self.documents):
            return
        self.documents.append(document)
        self._show_list()
        if document.thumbnail is not None:
            self.window.footage.set_thumbnail(document.key, document.thumbnail)
        if document.footage is None:
            return
        self.settings.remember(document.key)
        wanted = self._analyse_when_open.pop(document.key, "")
        if wanted:
            document.choice = wanted
        if self.current is None or wanted:
            self.choose(document.key)
        # unknown footage gets a timeline at once; a run that was cut short goes on
        unfinished = document.analysis is None or not document.analysis.complete
        if (unfinished or wanted) and document.choice in self._known_choices():
            self.analysing.start(document)

    @Slot(str)
    def choose(self, key: str) -> None:
        """Make a footage the current one."""
        document = next((d for d in self.documents if d.key == key), None)
        if document is None:
            return
        if document.footage is None:
            if document.error is not None:
                self.tell(document.error)
            return
        if self.current is not None:
            self.current.position = self.playback.index
        self.current = document
        self.window.footage.set_current(key)
        self.window.setWindowTitle(f"{document.path.name} - Normscope")
        self.window.detector.set_current(document.choice)
        self.picture.set_document(document)
        self._show_tracks_of(document)
        self.reviewing.set_document(document)
        self.playback.set_footage(document.footage, document.position)
        self._on_changed(document)
        self._allow()

    @Slot(str)
    def remove(self, key: str) -> None:
        """Take a footage off the list; files and review stay."""
        document = next((d for d in self.documents if d.key == key), None)
        if document is None:
            return
        self.analysing.cancel(document)
        self.documents.remove(document)
        self._show_list()
        if document is self.current:
            self.current = None
            self.playback.set_footage(None)
            self.reviewing.set_document(None)
            self.picture.set_document(None)
            rest = [d for d in self.documents if d.footage is not None]
            if rest:
                self.choose(rest[0].key)
            else:
                self.window.show_desk(False)
                self.window.start.set_recent(self.settings.recent)
                self.window.setWindowTitle("Normscope")
        self._allow()

    def _show_list(self) -> None:
        self.window.footage.set_rows([footage_row(document) for document in self.documents])
        for document in self.documents:
            if document.thumbnail is not None:
                self.window.footage.set_thumbnail(document.key, document.thumbnail)
        if self.current is not None:
            self.window.footage.set_current(self.current.key)

    # --- analysis -------------------------------------------------------------------------------

    def load_weights(self) -> None:
        """Fill the list of detectors."""
        choices = [
            DetectorChoice(
                "speed",
                "speed (no weights)",
                "How fast the fastest thing moves; works on any camera at once",
            )
        ]
        for card in api.list_weights():
            choices.append(
                DetectorChoice(
                    card.name,
                    f"{card.name} ({card.detector})",
                    f"Learned from {card.trained_on}",
                    f"{card.name} learned another scene; its scores may mean little here",
                )
            )
        self._choices = tuple(choices)
        self.window.detector.set_choices(choices)

    def _known_choices(self) -> set[str]:
        return {choice.id for choice in self._choices}

    def _detector_of(self, analysis: Analysis) -> Detector:
        """Called in the looking worker."""
        facts = analysis.facts
        choice = facts.weights_id.partition("@")[0] or facts.name
        detector = self.analysing.detector(choice)
        if detector.facts.weights_sha256 != facts.weights_sha256:
            return api.detector_of(analysis)
        return detector

    @Slot()
    def analyse(self) -> None:
        """Score the current footage with the chosen detector."""
        if self.current is not None:
            self.current.choice = self.window.detector.current()
            self.analysing.start(self.current)
            self._allow()

    @Slot()
    def cancel(self) -> None:
        """Cancel the analysis of the current footage."""
        self.analysing.cancel(self.current)

    @Slot()
    def rerun(self) -> None:
        """Re-run with the wanted gamma."""
        state = self.reviewing.state
        if self.current is not None and state is not None and state.gamma is not None:
            self.analysing.start(self.current, gamma=state.gamma)

    @Slot(str)
    def _on_choice(self, choice: str) -> None:
        if self.current is not None:
            self.current.choice = choice
            self._tell_calibration()

    @Slot(object)
    def _on_changed(self, document: Document) -> None:
        self.window.footage.update_row(footage_row(document))
        if document is self.current:
            waiting = document.progress == "waiting"
            self.window.detector.set_running(document.running or waiting, document.fraction)
            self._tell_calibration()
            self._allow()

    def _tell_calibration(self) -> None:
        document, bar = self.current, self.window.detector
        if document is None:
            return
        if document.running or document.progress:
            bar.set_text(document.progress)
            return
        warning = bar.warning_of(document.choice)
        foreign = self._is_foreign(document)
        if foreign and warning:
            bar.set_text(warning, warning=True)
        elif document.analysis is not None and document.analysis.calibration is not None:
            bar.set_text(f"Normal is: {document.analysis.calibration.origin}")
        else:
            bar.set_text("")

    def _is_foreign(self, document: Document) -> bool:
        """Weights of another scene: all that do not name this footage.  Recognising scenes comes later."""
        from engine.demo import DEMO_WEIGHTS, demo_clip

        if document.choice == "speed":
            return False
        return not (document.choice == DEMO_WEIGHTS and document.path == demo_clip())

    @Slot(object)
    def _on_grown(self, document: Document) -> None:
        if document is self.current:
            if self.reviewing.state is None:
                self._show_tracks_of(document)
            self.reviewing.refresh()

    @Slot(object)
    def _on_analysed(self, document: Document) -> None:
        if document is self.current:
            self._show_tracks_of(document)
            self.reviewing.set_document(document)
            self.picture.refresh()
        self._on_changed(document)

    @Slot(object, object)
    def _on_analysis_failed(self, document: Document, error: EngineError) -> None:
        self._on_changed(document)
        self.tell(error)

    def _show_tracks_of(self, document: Document) -> None:
        w, footage = self.window, document.footage
        if footage is None:
            return
        w.timeline.remove_tracks()
        w.timeline.set_duration(float(footage.table.duration))
        w.timeline.set_seconds(footage.table.seconds())
        facts = document.analysis.facts if document.analysis is not None else None
        if facts is None:
            w.timeline.set_score(np.full(len(footage.table), np.nan, np.float32), 0)
            w.timeline.set_segments([])
            return
        w.tuning.set_poolings(facts.poolings)
        names = [p.title for p in facts.parts if p.pooling == facts.poolings[-1]]
        two = len({part.slot for part in facts.parts}) == 2
        if two:
            w.tuning.set_part_names(*names[:2])
        w.tuning.set_lambda_available(two, f"{facts.name} has one part: nothing to weigh")
        w.tuning.set_gamma_available(facts.has_memory, f"{facts.name} has no memory to update")

    # --- what the review says -------------------------------------------------------------------

    @Slot()
    def _on_state(self) -> None:
        state, w = self.reviewing.state, self.window
        if state is None:
            return
        w.tuning.set_score_settings(state.score)
        w.tuning.set_smooth_seconds(state.smooth_seconds)
        w.tuning.set_segment_settings(state.segments)
        w.timeline.set_threshold(state.segments.threshold)
        document = self.current
        if document is not None and document.analysis is not None:
            memory = document.analysis.facts.has_memory
            w.timeline.set_gamma(state.gamma if memory else None)
            if memory and state.gamma is not None:
                w.tuning.set_gamma(state.gamma)
        w.canvas.set_areas(list(state.areas))
        self._show_gamma()
        self._allow()

    def _show_gamma(self) -> None:
        document, state, w = self.current, self.reviewing.state, self.window
        if document is None or document.analysis is None or state is None:
            return
        text, change = self.reviewing.gamma_sentence()
        w.tuning.set_gamma_text(text)
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
        track, document, w = self.reviewing.track, self.current, self.window
        if document is None or document.analysis is None:
            return
        if track is None:
            w.timeline.set_segments([])
            w.segments.set_segments([])
            w.sentence.setText("")
            return
        analysis, state = document.analysis, self.reviewing.state
        w.timeline.set_score(track.score, track.done)
        pooling = state.score.pooling if state is not None else "patch"
        for part in analysis.facts.parts:
            if part.pooling == pooling:
                values = self.reviewing.parts.get(part.name, analysis.parts[part.name])
                w.timeline.set_track(part.name, part.title, values, track.done)
            else:
                w.timeline.show_track(part.name, False)
        if analysis.facts.has_memory:
            w.timeline.set_regular_score(analysis.regular_score, track.done)
            self._show_gamma()
        w.timeline.set_provisional(track.provisional)
        w.timeline.set_threshold_text(self.reviewing.threshold_sentence())
        rows = segment_rows(track, analysis)
        w.timeline.set_segments(rows)
        w.timeline.set_selected(document.selected)
        w.segments.set_segments(rows)
        w.tuning.set_scores_for_histogram(track.score[: track.done])
        w.tuning.set_sentence(track.sentence)
        w.sentence.setText(track.sentence)
        self.window.footage.update_row(footage_row(document))
        self.picture.refresh()
        self._allow()

    @Slot(object)
    def _on_score_settings(self, settings: ScoreSettings) -> None:
        self.reviewing.set_score(settings)

    @Slot(object)
    def _on_segment_settings(self, settings: SegmentSettings) -> None:
        self.reviewing.set_segments(settings)

    @Slot(float)
    def _on_scrub(self, seconds: float) -> None:
        self.playback.seek_seconds(seconds, exact=False)

    # --- segments -------------------------------------------------------------------------------

    @Slot(str)
    def select_segment(self, segment_id: str) -> None:
        """Choose a segment without moving the playhead."""
        if self.current is not None:
            self.current.selected = segment_id or None
            self.window.timeline.set_selected(segment_id or None)
            self._allow()

    @Slot(str)
    def go_to_segment(self, segment_id: str) -> None:
        """Choose a segment and show its peak."""
        segment = self.reviewing.segment(segment_id)
        if segment is not None:
            self.select_segment(segment_id)
            self.playback.set_speed(0.0)
            self.playback.seek(segment.peak_frame)

    def walk(self, direction: int) -> None:
        """To the next or previous flagged segment."""
        segment = self.reviewing.neighbour(self.playback.wanted, direction)
        if segment is not None:
            self.go_to_segment(segment.id)

    @Slot(str, str)
    def judge(self, segment_id: str, value: str) -> None:
        """Give a verdict; the segment stays chosen under its new id."""
        stored = self.reviewing.judge(segment_id, value)
        if stored is not None:
            self.select_segment(stored)

    @Slot(str, str)
    def _on_note(self, segment_id: str, text: str) -> None:
        stored = self.reviewing.note(segment_id, text)
        if stored is not None:
            self.select_segment(stored)

    @Slot(str, float, float)
    def _on_edges(self, segment_id: str, start: float, stop: float) -> None:
        document = self.current
        if document is None or document.footage is None:
            return
        table = document.footage.table
        first = table.index_at(start)
        last = max(first, table.index_at(max(start, stop - 1e-6)))
        stored = self.reviewing.move_edges(segment_id, FrameSpan(first, last + 1))
        if stored is not None:
            self.select_segment(stored)

    # --- demo, notices, shutdown ----------------------------------------------------------------

    def start_demo(self) -> None:
        """Render the demo's footage if need be, open it and analyse it for real."""
        if self._demo is not None and self._demo.running:
            return
        from engine.demo import render_demo

        def work() -> Iterator[Progress]:
            yield from render_demo()

        self.window.show_desk(True)
        self.window.canvas.set_empty(
            "Rendering the demo", "A scene is drawn on this machine, once."
        )
        self._demo = Job(work, "demo", self)
        self._demo.progressed.connect(self._on_demo_progress)
        self._demo.finished.connect(self._on_demo)
        self._demo.failed.connect(self.tell)
        self._demo.crashed.connect(self.crashed)
        self._demo.start()

    @Slot(object)
    def _on_demo_progress(self, report: Progress) -> None:
        hint = f"A scene is drawn on this machine, once: {int(100 * report.fraction)} %"
        self.window.canvas.set_empty("Rendering the demo", hint)

    @Slot()
    def _on_demo(self) -> None:
        from engine.demo import DEMO_WEIGHTS, demo_clip

        clip = demo_clip()
        known = DEMO_WEIGHTS in self._known_choices()
        self.analyse_with(clip, DEMO_WEIGHTS if known else "speed")

    @Slot(object)
    def tell(self, error: EngineError) -> None:
        """An expected failure, above the desk."""
        self.window.notice.show_notice(str(error), error.hint)

    def _allow(self) -> None:
        present: set[Need] = {"nothing"}
        document = self.current
        if document is not None:
            present.add("footage")
            if document.running or document.progress == "waiting":
                present.add("running")
            if document.analysis is not None:
                present.add("analysis")
            if document.session is not None:
                present.add("review")
            if self.reviewing.segment(document.selected) is not None:
                present.add("segment")
        self.window.actions_.allow(present)
        self.window.transport.set_enabled_controls(document is not None)

    def stop(self) -> None:
        """Ordered shutdown: no thread outlives it, nothing scored is lost."""
        self.playback.close()
        self.opener.stop()
        self.exporting.stop()
        if self._demo is not None:
            self._demo.stop()
        self.analysing.stop()
        self.looking.stop()
