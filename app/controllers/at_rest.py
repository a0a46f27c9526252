"""A question about the frame at rest: asked once the picture has settled, answered in a worker with
its own decoder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.controllers.decoder_seat import DecoderSeat
from app.jobs import LatestWorker
from engine.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.analysis.analysis import Analysis
    from engine.detectors.base import Detector

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class AtRest(QObject, Generic[Question, Answer]):
    """The last question is answered; earlier ones are dropped.

    A heir says how (`_answer`, in the worker) and takes what comes (`_take`, on the GUI thread).
    """

    failed = Signal(object)

    def __init__(
        self,
        load: Callable[[Analysis], Detector],
        name: str,
        settle_ms: int,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._load = load
        self._question: Question | None = None
        self._asked: Question | None = None
        self._seat = DecoderSeat(self._given_up)
        self._worker: LatestWorker[Question, Answer] = LatestWorker(
            self._answer, name, self._seat.close
        )
        self._worker.answered.connect(self._on_answer)
        self._worker.failed.connect(self._on_failure)
        self._worker.start()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(settle_ms)
        self._timer.timeout.connect(self._ask)

    def want(self, question: Question) -> None:
        """Answer as soon as the picture has come to rest."""
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

    def _answer(self, question: Question) -> Answer:
        raise NotImplementedError

    def _take(self, answer: Answer) -> None:
        raise NotImplementedError

    def _busy(self, now: bool) -> None:
        """A heir may show that an answer is under way."""

    def _given_up(self) -> bool:
        return self._worker.stopping or self._worker.waiting is not None

    @Slot()
    def _ask(self) -> None:
        if self._question is not None:
            self._asked = self._question
            self._busy(True)
            self._worker.ask(self._asked)

    @Slot(int)
    def _on_answer(self, generation: int) -> None:
        given = self._worker.take()
        if given is None or given[0] != generation or generation != self._worker.generation:
            return
        self._busy(False)
        if self._question is self._asked:  # else the picture has moved on
            self._take(given[1])

    @Slot(int, object)
    def _on_failure(self, generation: int, error: Exception) -> None:
        if generation == self._worker.generation:
            self._busy(False)
        if not isinstance(error, EngineError):
            raise error
        if generation == self._worker.generation:
            self.failed.emit(error)
