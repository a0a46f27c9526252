"""The reviews of files that are joined with the current one: drawn, judged and tuned with it.

Each file keeps its own analysis and its own review with its own undo; what is shared are the
settings of score and segments, among files that the same detector scored.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.controllers.carrying import with_carried_ids
from app.controllers.document import Document
from app.controllers.reviewing import SAVE_MS
from app.controllers.sessions import ensure_session, unsaved
from app.controllers.under_review import peak_of, segment_of
from app.language import tr
from engine.timebase import FrameSpan

if TYPE_CHECKING:
    from engine.analysis.analysis import Analysis
    from engine.review.scoring import ScoreTrack
    from engine.review.state import ReviewSegment, ReviewState
    from engine.scoring.ignoring import IgnoredArea
    from engine.scoring.score import Values

AT_ONCE = 0.006  # seconds of recomputing between two looks at the event loop
_Basis = tuple["Analysis", "ReviewState", int]


class BesideReview:
    """The review of one such file, as far as judging needs it.  Never without an analysis."""

    def __init__(self, document: Document, changed: Callable[[Document], None]) -> None:
        self.document: Document | None = document
        self._document = document
        self._changed = changed

    @property
    def state(self) -> ReviewState | None:
        """The state in force."""
        session = self._document.session
        return None if session is None else session.state

    @property
    def track(self) -> ScoreTrack | None:
        """Score and segments."""
        return self._document.track

    def change(self, title: str, state: ReviewState, *, merge: bool = False) -> None:
        """Put a state in force as a step of undo of this file."""
        if self._document.session is not None:
            self._document.session.change(title, state, merge=merge, save=False)
            self._changed(self._document)

    def segment(self, segment_id: str | None) -> ReviewSegment | None:
        """A segment by its id."""
        return segment_of(self.state, self.track, segment_id)

    def peak(self, span: FrameSpan) -> tuple[float, int]:
        """The highest score in a span, and its frame."""
        return peak_of(self.track, span)


class Beside(QObject):
    """Keeps `document.track` of every joined file true, a few milliseconds at a time.

    changed: the track of a Document is new.  joined: what another window had changed in a review.
    """

    changed = Signal(object)
    failed = Signal(object)
    joined = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._documents: list[Document] = []
        self._waiting: list[Document] = []
        self._made: dict[str, _Basis] = {}
        self._parts: dict[str, tuple[Analysis, tuple[IgnoredArea, ...], int, dict[str, Values]]]
        self._parts = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._work)
        self._saving = QTimer(self)
        self._saving.setSingleShot(True)
        self._saving.setInterval(SAVE_MS)
        self._saving.timeout.connect(self.save)

    def set_documents(self, documents: Sequence[Document]) -> None:
        """The files beside the current one; what was decided in others is saved."""
        self.save()
        self._documents = list(documents)
        self._waiting = []
        keys = {document.key for document in documents}
        for gone in self._made.keys() - keys:
            self._made.pop(gone)
            self._parts.pop(gone, None)
        for document in documents:
            self.refresh(document)

    def refresh(self, document: Document) -> None:
        """Its analysis grew, or its review changed."""
        if document in self._documents and document not in self._waiting:
            self._waiting.append(document)
            if not self._timer.isActive():
                self._timer.start()

    def first(self, documents: Sequence[Document]) -> None:
        """Of what waits, do these first: they are in view."""
        wanted = [document for document in documents if document in self._waiting]
        self._waiting = wanted + [each for each in self._waiting if each not in wanted]

    def track(self, document: Document) -> ScoreTrack | None:
        """Score and segments of a file, now."""
        if document in self._waiting:
            self._waiting.remove(document)
            self._make(document)
        return document.track

    def review(self, document: Document) -> BesideReview:
        """For judging."""
        self.track(document)
        return BesideReview(document, self._on_judged)

    def share(self, state: ReviewState, analysis: Analysis) -> None:
        """Put the settings of score and segments in force in every file of the same detector, as a
        step of undo of each.
        """
        title = tr("Settings of the joined files")
        for document in self._documents:
            self._ensure(document)
            session, own = document.session, document.analysis
            if session is None or own is None or not same_detector(own, analysis):
                continue
            fresh = replace(
                session.state,
                score=state.score,
                smooth_seconds=state.smooth_seconds,
                segments=state.segments,
            )
            if fresh != session.state:
                session.change(title, fresh, merge=True, save=False)
                self.refresh(document)
                if not self._saving.isActive():
                    self._saving.start()

    @Slot()
    def save(self) -> None:
        """Write what was changed beside the current file."""
        self._saving.stop()
        for document in self._documents:
            if document.session is not None:
                self._with(document, document.session.save_if_changed)

    @Slot()
    def catch_up(self) -> None:
        """Take in what other windows decided meanwhile."""
        for document in self._documents:
            if document.session is not None:
                self._with(document, document.session.catch_up)
        self.save()

    def _with(self, document: Document, work: Callable[[], object]) -> None:
        try:
            work()
        except OSError as error:
            self.failed.emit(unsaved(error))
        joined = document.session.take_joined() if document.session is not None else None
        if joined is not None:
            self.refresh(document)
            self.joined.emit(joined)

    def stop(self) -> None:
        """Nothing is worked out any more."""
        self._timer.stop()
        self.save()

    def _on_judged(self, document: Document) -> None:
        self.save()
        self._make(document)

    def _ensure(self, document: Document) -> None:
        problem = ensure_session(document)
        if problem is not None:
            self.failed.emit(problem)

    @Slot()
    def _work(self) -> None:
        began = time.perf_counter()
        while self._waiting and time.perf_counter() - began < AT_ONCE:
            self._make(self._waiting.pop(0))
        if self._waiting:
            self._timer.start()

    def _make(self, document: Document) -> None:
        self._ensure(document)
        analysis, session = document.analysis, document.session
        if analysis is None or session is None:
            return
        basis = (analysis, session.state, analysis.frames_done)
        known = self._made.get(document.key)
        if known is not None and known[0] is analysis and known[1:] == basis[1:]:
            return
        from engine.review.scoring import calibration_in_force, track

        parts = self._kept(document.key, analysis, session.state.areas)
        made = track(
            analysis,
            session.state,
            calibration_in_force(analysis, session.state, parts),
            parts,
        )
        before = document.track.segments if document.track is not None else []
        document.track = replace(made, segments=with_carried_ids(before, made.segments))
        self._made[document.key] = basis
        self.changed.emit(document)

    def _kept(
        self, key: str, analysis: Analysis, areas: tuple[IgnoredArea, ...]
    ) -> dict[str, Values]:
        """The parts without ignored areas, kept because only a changed area changes them."""
        if not areas:
            return analysis.parts
        from engine.review.scoring import kept_parts

        known = self._parts.get(key)
        if known is None or known[0] is not analysis or known[1:3] != (areas, analysis.frames_done):
            known = (analysis, areas, analysis.frames_done, kept_parts(analysis, areas))
            self._parts[key] = known
        return known[3]


def same_detector(one: Analysis, other: Analysis) -> bool:
    """Whether thresholds of one mean the same for the other."""
    a, b = one.facts, other.facts
    return (a.name, a.weights_sha256) == (b.name, b.weights_sha256)
