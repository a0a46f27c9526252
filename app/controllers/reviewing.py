"""The review of the current footage: settings and segments, recomputed live from stored values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.controllers.areas import AreaScoring
from app.controllers.carrying import with_carried_ids
from app.controllers.document import Document
from app.controllers.normality import Normality
from app.controllers.sessions import ensure_session, unsaved
from app.controllers.under_review import peak_of, segment_of
from app.language import tr
from app.numerals import decimal
from app.setting_words import area_words, changed_settings, setting_words
from app.wording import gamma_words, rarity_words
from engine.timebase import FrameSpan

if TYPE_CHECKING:
    from engine.detectors.base import Calibration
    from engine.review.scoring import ScoreTrack
    from engine.review.session import ReviewSession, Title
    from engine.review.state import ReviewSegment, ReviewState
    from engine.review.versions import ReviewVersion
    from engine.scoring.ignoring import IgnoredArea
    from engine.scoring.score import ScoreSettings, Values
    from engine.scoring.segments import SegmentSettings

Outcome = TypeVar("Outcome")
SAVE_MS = 300  # a dragged slider is saved this often while it moves


class Reviewing(QObject):
    """State of the current review; `track_changed` after every recomputation; `joined` with what
    another window had changed in it.
    """

    track_changed = Signal()
    state_changed = Signal()
    failed = Signal(object)
    joined = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document: Document | None = None
        self.track: ScoreTrack | None = None
        self.calibration: Calibration | None = None
        self._parts: dict[str, Values] = {}
        self._areas = AreaScoring(self)
        self._areas.ready.connect(self.refresh)
        self._normality = Normality()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._recompute)
        self._saving = QTimer(self)
        self._saving.setSingleShot(True)
        self._saving.setInterval(SAVE_MS)
        self._saving.timeout.connect(self.save)

    def set_document(self, document: Document | None) -> None:
        """Review another footage."""
        self.save()
        self._document = document
        self.track = None if document is None else document.track
        self.calibration, self._parts = None, {}
        self._normality.forget()
        self._ensure_session()
        self.catch_up()
        self._recompute()
        self.state_changed.emit()

    @property
    def state(self) -> ReviewState | None:
        """The state in force."""
        document = self._document
        return document.session.state if document is not None and document.session else None

    @property
    def session(self) -> ReviewSession | None:
        """The review of the current footage."""
        return self._document.session if self._document is not None else None

    @property
    def document(self) -> Document | None:
        """The footage under review."""
        return self._document

    def _ensure_session(self) -> None:
        problem = ensure_session(self._document)
        if problem is not None:
            self.failed.emit(problem)

    @Slot()
    def refresh(self) -> None:
        """Rows were added or a setting changed: recompute once the event loop is free."""
        had = self._document is not None and self._document.session is not None
        self._ensure_session()
        if self._document is not None and self._document.session is not None and not had:
            self.state_changed.emit()
        if not self._timer.isActive():
            self._timer.start()

    def settle(self) -> None:
        """Recompute now what waits until the event loop is free."""
        if self._timer.isActive():
            self._timer.stop()
            self._recompute()

    @Slot()
    def _recompute(self) -> None:
        document, state = self._document, self.state
        if document is None or document.analysis is None or state is None:
            self.track = None
            self.track_changed.emit()
            return
        from engine.review.scoring import track

        analysis = document.analysis
        self._parts = self._areas.parts(analysis, state.areas)
        self.calibration = self._normality.of(analysis, state, self._parts)
        before = self.track.segments if self.track is not None else []
        made = track(analysis, state, self.calibration, self._parts)
        self.track = replace(made, segments=with_carried_ids(before, made.segments))
        document.track = self.track
        finite = self.track.score[np.isfinite(self.track.score)]
        document.peak = float(finite.max()) if len(finite) else None
        self.track_changed.emit()

    def stop(self) -> None:
        """Save, and end the worker."""
        self.save()
        self._timer.stop()
        self._areas.stop()

    @property
    def parts(self) -> dict[str, Values]:
        """Parts with ignored areas left out."""
        return self._parts

    # --- settings -------------------------------------------------------------------------------

    def change(
        self, title: Title, state: ReviewState, *, merge: bool = False, kind: str = ""
    ) -> None:
        """Put a state in force as a step of undo; merge: steps of one kind, or title, in a row are
        one.
        """
        document = self._document
        if document is None or document.session is None:
            return
        document.session.change(title, state, merge=merge, kind=kind, save=False)
        if merge:  # a dragged slider is saved now and then, a decision at once
            if not self._saving.isActive():
                self._saving.start()
        else:
            self.save()
        self.state_changed.emit()
        if merge:
            self.refresh()
        else:  # the next key may speak of the segment that this one stored
            self._timer.stop()
            self._recompute()

    def set_score(self, settings: ScoreSettings) -> None:
        """lambda, normalisation, pooling."""
        if self.state is not None:
            self._tune(replace(self.state, score=settings))

    def set_smoothing(self, seconds: float) -> None:
        """Gaussian sigma in seconds."""
        if self.state is not None:
            self._tune(replace(self.state, smooth_seconds=seconds))

    def set_segments(self, settings: SegmentSettings) -> None:
        """Threshold, hysteresis, lengths."""
        if self.state is not None:
            self._tune(replace(self.state, segments=settings))

    def take_threshold(self, settings: SegmentSettings) -> None:
        """A suggested threshold: one step of undo of its own."""
        if self.state is not None:
            self.change(tr("suggested threshold"), replace(self.state, segments=settings))

    def set_threshold(self, threshold: float) -> None:
        """The threshold alone, as dragged on the timeline."""
        if self.state is not None:
            self.set_segments(replace(self.state.segments, threshold=threshold))

    def set_gamma(self, gamma: float) -> None:
        """gamma as wanted for the next run; until then it only tints the timeline."""
        if self.state is not None:
            self._tune(replace(self.state, gamma=gamma))

    def set_areas(self, areas: tuple[IgnoredArea, ...]) -> None:
        """Ignored areas."""
        if self.state is not None:
            title = area_words(len(self.state.areas), len(areas))
            self.change(title, replace(self.state, areas=areas))

    def _tune(self, state: ReviewState) -> None:
        """A step that tells what was set, as far as one control is dragged."""
        if self.state is not None:
            kind = " ".join(changed_settings(self.state, state))
            self.change(setting_words, state, merge=True, kind=kind)

    @Slot()
    def save(self) -> None:
        """Write the review, if anything changed since the last time."""
        self._saving.stop()
        if self.session is not None:
            self._on_file(self.session.save_if_changed)

    @Slot()
    def catch_up(self) -> None:
        """Take in what another window decided meanwhile."""
        if self.session is not None:
            self._on_file(self.session.catch_up)
            self.save()

    def _on_file(self, work: Callable[[], Outcome]) -> Outcome | None:
        """Reading or writing the review: tells what went wrong, and what another window wrote."""
        outcome = None
        try:
            outcome = work()
        except OSError as error:
            self.failed.emit(unsaved(error))
        joined = self.session.take_joined() if self.session is not None else None
        if joined is not None:
            self.joined.emit(joined)
            self.state_changed.emit()
            self.refresh()
        return outcome

    # --- segments -------------------------------------------------------------------------------

    def segment(self, segment_id: str | None) -> ReviewSegment | None:
        """A segment by its id; one that was just stored is known before the next recomputation."""
        return segment_of(self.state, self.track, segment_id)

    def neighbour(self, index: int, direction: int) -> ReviewSegment | None:
        """The next (1) or previous (-1) segment seen from a frame."""
        if self.track is None:
            return None
        found = self.track.segments
        if direction > 0:
            return next((s for s in found if s.peak_frame > index), None)
        return next((s for s in reversed(found) if s.peak_frame < index), None)

    def peak(self, span: FrameSpan) -> tuple[float, int]:
        """The highest score in a span, and its frame."""
        return peak_of(self.track, span)

    # --- undo -----------------------------------------------------------------------------------

    def undo(self) -> str | None:
        """Take the last change back; returns its title."""
        return self._step(forwards=False)

    def redo(self) -> str | None:
        """Make the last undone change again."""
        return self._step(forwards=True)

    def go_to_step(self, done: int) -> None:
        """Undo or redo until so many steps are in force."""
        if self.session is not None:
            self._walked(partial(self.session.go_to, done))

    def go_back_to(self, version: ReviewVersion) -> None:
        """Put an older version of the review in force, as a step that can be undone."""
        if self.session is not None:
            self._walked(partial(self.session.go_back_to, version))

    def _walked(self, walk: Callable[[], object]) -> None:
        self.save()
        self._on_file(walk)
        self.state_changed.emit()
        self.refresh()

    def _step(self, *, forwards: bool) -> str | None:
        document = self._document
        if document is None or document.session is None:
            return None
        self.save()
        session = document.session
        title = self._on_file(session.redo if forwards else session.undo)
        if title is not None:
            self.state_changed.emit()
            self.refresh()
        return title

    def threshold_sentence(self) -> str:
        """What the threshold means on this footage, for its line on the timeline."""
        if self.track is None or self.state is None:
            return ""
        threshold = self.state.segments.threshold
        return " · ".join(filter(None, (decimal(threshold, 2), self.rarity_words(threshold))))

    def rarity_words(self, score: float) -> str:
        """How rare a score is among normal frames, as the end of a sentence."""
        return rarity_words(self.track, score)

    def gamma_sentence(self) -> tuple[str, int | None]:
        """What the wanted gamma would change, and the first frame whose decision differs."""
        document, state = self._document, self.state
        if document is None or document.analysis is None or state is None or state.gamma is None:
            return "", None
        return gamma_words(document.analysis, state.gamma)
