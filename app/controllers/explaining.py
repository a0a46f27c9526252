"""Why the frame at rest scores as it does, in a worker with its own decoder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.controllers.decoder_seat import DecoderSeat
from app.jobs import LatestWorker
from engine.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.analysis.analysis import Analysis
    from engine.detectors.base import Calibration, Detector
    from engine.explain import Explanation
    from engine.footage import Footage
    from engine.review.state import ReviewState

SETTLE_MS = 250  # the overlay comes first


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """Which frame of which analysis, under which settings."""

    footage: Footage
    analysis: Analysis
    index: int
    state: ReviewState
    calibration: Calibration | None


class Explaining(QObject):
    """The last question is answered; earlier ones are dropped."""

    explained = Signal(object)  # an Explanation, or None where there is nothing to explain
    failed = Signal(object)

    def __init__(self, load: Callable[[Analysis], Detector], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._load = load
        self._seat = DecoderSeat(self._given_up)
        self._worker: LatestWorker[Question, tuple[Question, Explanation | None]] = LatestWorker(
            self._answer, "explaining", self._seat.close
        )
        self._worker.answered.connect(self._on_answer)
        self._worker.failed.connect(self._on_failure)
        self._worker.start()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._ask)
        self._question: Question | None = None

    def want(self, question: Question) -> None:
        """Explain as soon as picture and settings have come to rest."""
        self._question = question
        self._timer.start()

    def forget(self) -> None:
        """The picture moved on."""
        self._timer.stop()
        self._question = None

    def stop(self) -> None:
        """End the worker."""
        self._timer.stop()
        self._worker.stop()

    @Slot()
    def _ask(self) -> None:
        if self._question is not None:
            self._worker.ask(self._question)

    def _answer(self, question: Question) -> tuple[Question, Explanation | None]:
        from engine import api

        analysis = question.analysis
        measures = analysis.facts.name == "attributes"
        found = api.explain(
            question.footage,
            analysis,
            question.index,
            question.state.score,
            areas=question.state.areas,
            calibration=question.calibration,
            detector=self._load(analysis) if measures else None,
            decoder=self._seat.of(question.footage) if measures else None,
        )
        return question, found

    def _given_up(self) -> bool:
        return self._worker.stopping or self._worker.waiting is not None

    @Slot(int)
    def _on_answer(self, generation: int) -> None:
        given = self._worker.take()
        if given is None or given[0] != generation or generation != self._worker.generation:
            return
        question, found = given[1]
        if question is self._question:
            self.explained.emit(found)

    @Slot(int, object)
    def _on_failure(self, generation: int, error: Exception) -> None:
        if not isinstance(error, EngineError):
            raise error
        if generation == self._worker.generation:
            self.failed.emit(error)
