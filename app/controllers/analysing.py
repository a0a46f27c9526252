"""The detector in the background: one run at a time, others wait; the timeline reads
what is done."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.controllers.document import Document
from app.jobs import Job
from app.language import tr
from app.numerals import decimal, percent_done
from engine import api
from engine.errors import EngineError
from engine.progress import Progress
from engine.timebase import timecode

if TYPE_CHECKING:
    from pathlib import Path

    from engine.analysis.analysis import Analysis
    from engine.analysis.run import AnalysisRun
    from engine.detectors.base import Detector, DetectorFacts
    from engine.footage import Footage

GROW_MS = 95  # the timeline grows at more than 10 Hz


def _same_detector(one: DetectorFacts, other: DetectorFacts) -> bool:
    return (one.name, one.weights_sha256) == (other.name, other.weights_sha256)


class Analysing(QObject):
    """Runs analyses of documents.

    grown: rows were added to the running document's analysis.  changed: a document's state text
    changed.  replaced: one by another detector takes the place of this one, whose review is still
    there.
    """

    grown = Signal(object)
    changed = Signal(object)
    replaced = Signal(object, object)
    finished = Signal(object)
    failed = Signal(object, object)
    crashed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self._document: Document | None = None
        self._waiting: list[tuple[Document, float | None]] = []
        self._run: AnalysisRun | None = None
        self._mark = -1
        self._ran_at: Path | None = None
        self._whole: Analysis | None = None  # a complete analysis that this run is to replace
        self._timer = QTimer(self)
        self._timer.setInterval(GROW_MS)
        self._timer.timeout.connect(self._look)
        self._detectors: dict[tuple[str, str, str], Detector] = {}
        self.device, self.precision = "auto", "auto"
        self.threads = 0  # all cores but one

    @property
    def running(self) -> Document | None:
        """The document that is being analysed."""
        return self._document

    def frames_done(self) -> int:
        """The running analysis's high-water mark; 0 while none runs."""
        return self._run.analysis.frames_done if self._run is not None else 0

    def start(self, document: Document, *, gamma: float | None = None) -> None:
        """Analyse a document with its chosen detector; with gamma: re-run from the first changed
        decision.
        """
        if document.footage is None or document is self._document:
            return
        if any(waiting is document for waiting, _ in self._waiting):
            return
        document.progress = tr("waiting")
        self._waiting.append((document, gamma))
        self.changed.emit(document)
        self._next()

    def start_next(self, document: Document) -> None:
        """Analyse a document with another choice, even while it is being analysed: what is scored
        by then is kept, and the new run comes next.
        """
        if document is not self._document or self._job is None:
            self.start(document)
            return
        document.progress = tr("waiting")
        self._waiting.insert(0, (document, None))
        self._job.cancel()

    def cancel(self, document: Document | None = None) -> None:
        """Stop the running analysis (of this document); what is scored is kept."""
        if document is not None and document is not self._document:
            self._waiting = [w for w in self._waiting if w[0] is not document]
            document.progress = ""
            self.changed.emit(document)
        elif self._job is not None:
            self._job.cancel()

    def stop(self) -> None:
        """For the shutdown: cancel and wait."""
        self._waiting.clear()
        self._timer.stop()
        if self._job is not None:
            self._job.stop()

    def detector(self, choice: str) -> Detector:
        """A loaded detector by name of weights, or `speed`.  Called in a job's thread."""
        key = (choice, self.device, self.precision)
        if key not in self._detectors:
            if choice == "speed":
                self._detectors[key] = api.load_detector(detector="speed")
            else:
                self._detectors[key] = api.load_detector(
                    weights=choice, device=self.device, precision=self.precision
                )
        return self._detectors[key]

    def detector_of(self, analysis: Analysis) -> Detector:
        """The detector that made an analysis.  Raises UnreadableWeights where it is gone."""
        facts = analysis.facts
        if not facts.weights_id:
            return self.detector(facts.name)
        settings = (self.device, self.precision)
        for (_, *others), detector in list(self._detectors.items()):
            if _same_detector(facts, detector.facts) and tuple(others) == settings:
                return detector
        found = api.detector_of(analysis, device=self.device, precision=self.precision)
        self._detectors[(facts.weights_id, *settings)] = found
        return found

    def _next(self) -> None:
        if self._job is not None or not self._waiting:
            return
        document, gamma = self._waiting.pop(0)
        self._document, self._mark = document, -1
        whole = document.analysis
        self._whole = whole if whole is not None and whole.complete else None
        self._ran_at = None
        if gamma is not None and document.session is not None:
            document.session.save()  # it is carried over to the new run
        document.running, document.fraction = True, 0.0
        document.progress = tr("loading the detector")
        self._job = Job(lambda: self._work(document, gamma), "analysis", self)
        self._job.progressed.connect(self._on_progress)
        self._job.finished.connect(self._on_finished)
        self._job.cancelled.connect(self._on_cancelled)
        self._job.failed.connect(self._on_failed)
        self._job.crashed.connect(self._on_crashed)
        self.changed.emit(document)
        self._job.start()
        self._timer.start()

    def _work(self, document: Document, gamma: float | None) -> Iterator[Progress]:
        from engine.detectors.running import budget

        footage = document.footage
        if footage is None:
            return
        yield Progress("loading the detector", 0, len(footage.table))
        earlier = document.analysis
        if gamma is not None and earlier is not None and earlier.path is not None:
            from engine.analysis.replay import rerun
            from engine.analysis.store import path_for
            from engine.review.carrying import carry_review

            # rows of two detectors must never meet, whatever is chosen by now
            detector = self.detector_of(earlier)
            path = path_for(footage.path, detector.facts, gamma, True)
            run = rerun(earlier, footage, detector, gamma, path)
            carry_review(earlier.path, path)
        else:
            detector = yield from self._chosen(document, footage)
            own = earlier is not None and _same_detector(earlier.facts, detector.facts)
            head = earlier.head if earlier is not None and own else None
            run = api.start_analysis(
                footage,
                detector,
                earlier.path if own and earlier is not None else None,
                gamma=None if head is None else head.gamma,
                update=None if head is None else head.update,
            )
        self._run, self._ran_at = run, run.path
        with budget(self.threads or None):
            yield from run.run()
        from engine.review.stored import stored_summary

        document.summary = stored_summary(run.analysis)
        document.peak = document.summary.peak

    def _chosen(self, document: Document, footage: Footage) -> Generator[Progress, None, Detector]:
        """The detector that a document is to be scored with, adapted to it where that is wanted."""
        if not document.adapt:
            return self.detector(document.choice)
        adapting = api.adapting_here(footage, document.choice, document.adapt)
        yield from adapting.run()
        card = adapting.adapted
        assert card is not None
        key = (card.weights_id, self.device, self.precision)
        if key not in self._detectors:
            self._detectors[key] = api.load_detector(
                weights=str(card.path), device=self.device, precision=self.precision
            )
        return self._detectors[key]

    @Slot()
    def _look(self) -> None:
        run, document = self._run, self._document
        if run is None or document is None:
            return
        if document.analysis is not run.analysis:
            earlier = document.analysis
            before = earlier.path if earlier is not None else None
            if earlier is not None and not _same_detector(earlier.facts, run.analysis.facts):
                self.replaced.emit(document, earlier)
            document.analysis = run.analysis
            if document.session is not None and before != run.path:
                document.session.save_if_changed()
                document.session = None
        if run.analysis.frames_done != self._mark:
            self._mark = run.analysis.frames_done
            self.grown.emit(document)

    @Slot(object)
    def _on_progress(self, report: Progress) -> None:
        document = self._document
        if document is None:
            return
        document.fraction = report.fraction
        if report.rate and report.eta is not None:
            far = {
                "share": percent_done(report.fraction),
                "rate": decimal(report.rate, 0),
                "eta": timecode(report.eta, digits=0).removeprefix("0:"),
            }
            document.progress = tr("analysing {share}, {rate} frame/s, ETA {eta}", **far)
            document.shorter = (
                tr("{share}, {rate} frame/s, ETA {eta}", **far),
                tr("{share}, ETA {eta}", **far),
            )
        else:
            document.progress, document.shorter = tr(report.phase), ()
        self.changed.emit(document)

    def _end(self) -> Document | None:
        self._look()
        document, job = self._document, self._job
        self._timer.stop()
        self._job = self._document = self._run = None
        if job is not None:
            job.deleteLater()
        if document is not None:
            document.running, document.progress, document.fraction = False, "", None
            document.shorter = ()
            self.changed.emit(document)
        return document

    @Slot()
    def _on_finished(self) -> None:
        document = self._end()
        if document is not None:
            self.finished.emit(document)
        self._next()

    @Slot()
    def _on_cancelled(self) -> None:
        document = self._end()
        if document is not None:
            self._restore_whole(document)
            self.finished.emit(document)
        self._next()

    def _restore_whole(self, document: Document) -> None:
        """A run that was cut short does not take the place of the complete one by the same
        detector; what was decided meanwhile is kept.
        """
        whole, part = self._whole, document.analysis
        if whole is None or part is None or whole is part or part.complete:
            return
        if whole.path is None or not _same_detector(whole.facts, part.facts):
            return
        from engine.analysis.store import mark_used
        from engine.review.carrying import carry_review

        document.analysis = whole
        mark_used(whole.path)
        if self._ran_at is not None and self._ran_at != whole.path:
            if document.session is not None:
                document.session.save_if_changed()
                document.session = None
            carry_review(self._ran_at, whole.path)

    @Slot(object)
    def _on_failed(self, error: EngineError) -> None:
        document = self._end()
        if document is not None:
            self.failed.emit(document, error)
        self._next()

    @Slot(object)
    def _on_crashed(self, error: Exception) -> None:
        self._end()
        self.crashed.emit(error)
        self._next()
