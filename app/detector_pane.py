"""The detector's side of the desk: which one is chosen, how far it is, what it yields."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Slot

from app.controllers.document import Document
from app.language import tr
from app.presenting import footage_row
from app.views.detector_bar import DetectorChoice
from app.views.timeline import REGULAR
from engine import api
from engine.errors import EngineError

if TYPE_CHECKING:
    from app.desk import Desk
    from engine.analysis.analysis import Analysis
    from engine.detectors.base import Calibration, Detector


class DetectorPane(QObject):
    """Joins the analysing controller with the detector bar, the list and the timeline's rows."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._choices: tuple[DetectorChoice, ...] = ()
        analysing, window = desk.analysing, desk.window
        analysing.grown.connect(self._on_grown)
        analysing.changed.connect(self.on_changed)
        analysing.finished.connect(self._on_analysed)
        analysing.failed.connect(self._on_analysis_failed)
        desk.reviewing.track_changed.connect(self._tell_calibration)
        window.detector.choice_changed.connect(self._on_choice)
        window.detector.analyse_requested.connect(self.analyse)
        window.detector.cancel_requested.connect(self.cancel)
        window.tuning.rerun_requested.connect(self.rerun)
        self.load_weights()

    def load_weights(self) -> None:
        """Fill the list of detectors."""
        from engine.detectors.adapted import frames_before

        choices = [
            DetectorChoice(
                "speed",
                tr("speed (no weights)"),
                tr("How fast the fastest thing moves; works on any camera at once"),
            )
        ]
        for card in api.list_weights():
            choices.append(
                DetectorChoice(
                    card.name,
                    f"{card.name} ({card.detector})",
                    tr("Learned from {footage}", footage=card.trained_on),
                    tr(
                        "{name} learned another scene; its scores may mean little here",
                        name=card.name,
                    ),
                    frames_before(card),
                )
            )
        self._choices = tuple(choices)
        self._desk.window.detector.set_choices(choices)

    def known_choices(self) -> set[str]:
        """Ids that can be chosen."""
        return {choice.id for choice in self._choices}

    def detector_of(self, analysis: Analysis) -> Detector:
        """The detector that made an analysis; called in the looking worker."""
        return self._desk.analysing.detector_of(analysis)

    @Slot()
    def analyse(self) -> None:
        """Score the current footage with the chosen detector."""
        if self._desk.current is not None:
            self._desk.current.choice = self._desk.window.detector.current()
            self._desk.analysing.start(self._desk.current)
            self._desk.allow()

    @Slot()
    def cancel(self) -> None:
        """Cancel the analysis of the current footage."""
        self._desk.analysing.cancel(self._desk.current)

    @Slot()
    def rerun(self) -> None:
        """Re-run with the wanted gamma."""
        state = self._desk.reviewing.state
        if self._desk.current is not None and state is not None and state.gamma is not None:
            self._desk.analysing.start(self._desk.current, gamma=state.gamma)

    @Slot(str)
    def _on_choice(self, choice: str) -> None:
        if self._desk.current is not None:
            self._desk.current.choice = choice
            self._desk.adapting.show(self._desk.current)
            self._tell_calibration()
            self._desk.allow()

    @Slot(object)
    def on_changed(self, document: Document) -> None:
        """A document's state text changed."""
        self._desk.window.footage.update_row(footage_row(document))
        if document is self._desk.current:
            waiting = document.progress == tr("waiting")
            self._desk.window.detector.set_current(document.choice)
            self._desk.adapting.show(document)
            self._desk.window.detector.set_running(document.running or waiting, document.fraction)
            self._tell_calibration()
            self._desk.allow()

    @Slot()
    def _tell_calibration(self) -> None:
        document, bar = self._desk.current, self._desk.window.detector
        if document is None:
            return
        if document.running or document.progress:
            bar.set_text(document.progress)
            return
        warning = bar.warning_of(document.choice)
        foreign = self._desk.cameras.is_foreign(document)
        known = self._desk.cameras.known_by(document)
        adapted = self._desk.adapting.words(document)
        if adapted:
            bar.set_text(adapted, warning=True)
        elif foreign and warning:
            bar.set_text(warning, warning=True)
        elif known and known == document.choice and document.analysis is None:
            bar.set_text(tr("The camera that {name} learned", name=known))
        elif (normal := self._normal_of(document)) is not None:
            bar.set_text(tr("Normal is: {origin}", origin=normal.origin))
        else:
            bar.set_text("")

    def _normal_of(self, document: Document) -> Calibration | None:
        """What is normal in the review of a footage, marks included."""
        if document.analysis is None:
            return None
        reviewing = self._desk.reviewing
        mine = reviewing.document is document and reviewing.track is not None
        return reviewing.calibration if mine else document.analysis.calibration

    @Slot(object)
    def _on_grown(self, document: Document) -> None:
        if document is self._desk.current:
            if self._desk.reviewing.state is None:
                self.show_tracks_of(document)
            self._desk.reviewing.refresh()

    @Slot(object)
    def _on_analysed(self, document: Document) -> None:
        if document is self._desk.current:
            self.show_tracks_of(document)
            self._desk.reviewing.set_document(document)
            self._desk.picture.refresh()
        self.on_changed(document)

    @Slot(object, object)
    def _on_analysis_failed(self, document: Document, error: EngineError) -> None:
        self.on_changed(document)
        self._desk.tell(error)

    def show_tracks_of(self, document: Document) -> None:
        """Empty rows for what the document's detector yields, and which controls have a meaning."""
        w, footage = self._desk.window, document.footage
        if footage is None:
            return
        names = [p.name for p in document.analysis.facts.parts] if document.analysis else []
        memory = document.analysis is not None and document.analysis.facts.has_memory
        w.timeline.remove_tracks([*names, REGULAR] if memory else names)
        w.timeline.set_duration(float(footage.table.duration))
        w.timeline.set_seconds(footage.table.seconds())
        facts = document.analysis.facts if document.analysis is not None else None
        if facts is None:
            w.timeline.set_score(np.full(len(footage.table), np.nan, np.float32), 0)
            w.timeline.set_segments([])
            return
        w.tuning.set_poolings(facts.poolings)
        names = [tr(p.title) for p in facts.parts if p.pooling == facts.poolings[-1]]
        two = len({part.slot for part in facts.parts}) == 2
        if two:
            w.tuning.set_part_names(*names[:2])
        w.tuning.set_lambda_available(
            two, tr("{name} has one part: nothing to weigh", name=facts.name)
        )
        w.tuning.set_gamma_available(
            facts.has_memory, tr("{name} has no memory to update", name=facts.name)
        )
