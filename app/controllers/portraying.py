"""Portraits of the frame at rest, in a worker with its own decoder."""

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
    from engine.analysis.portrait import Portrait
    from engine.detectors.base import Detector
    from engine.footage import Footage

SETTLE_MS = 300


@dataclass(frozen=True, slots=True, eq=False)
class Sitting:
    """Which frame of which analysis."""

    footage: Footage
    analysis: Analysis
    index: int


class Portraying(QObject):
    """The last frame asked for is portrayed; earlier ones are dropped."""

    portrayed = Signal(object)  # a Portrait, or None where the frame has no score
    failed = Signal(object)

    def __init__(self, load: Callable[[Analysis], Detector], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._load = load
        self._seat = DecoderSeat(self._given_up)
        self._worker: LatestWorker[Sitting, Portrait | None] = LatestWorker(
            self._answer, "portraying", self._seat.close
        )
        self._worker.answered.connect(self._on_answer)
        self._worker.failed.connect(self._on_failure)
        self._worker.start()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._ask)
        self._sitting: Sitting | None = None

    def want(self, sitting: Sitting) -> None:
        """Portray a frame as soon as the picture has come to rest."""
        self._sitting = sitting
        self._timer.start()

    def forget(self) -> None:
        """Nobody waits for a portrait."""
        self._timer.stop()
        self._sitting = None

    def stop(self) -> None:
        """End the worker."""
        self._timer.stop()
        self._worker.stop()

    @Slot()
    def _ask(self) -> None:
        if self._sitting is not None:
            self._worker.ask(self._sitting)

    def _answer(self, sitting: Sitting) -> Portrait | None:
        from engine.analysis.portrait import portrait
        from engine.detectors.running import budget

        decoder, detector = self._seat.of(sitting.footage), self._load(sitting.analysis)
        with budget():
            return portrait(sitting.footage, detector, sitting.analysis, decoder, sitting.index)

    def _given_up(self) -> bool:
        return self._worker.stopping or self._worker.waiting is not None

    @Slot(int)
    def _on_answer(self, generation: int) -> None:
        given = self._worker.take()
        if given is not None and given[0] == generation == self._worker.generation:
            self.portrayed.emit(given[1])

    @Slot(int, object)
    def _on_failure(self, generation: int, error: Exception) -> None:
        if not isinstance(error, EngineError):
            raise error
        if generation == self._worker.generation:
            self.failed.emit(error)
