"""What lies over the picture: coarse maps at once, the exact prediction on demand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from app.controllers.decoder_seat import DecoderSeat
from app.controllers.document import Document
from app.imaging import to_qimage
from app.jobs import LatestWorker
from engine.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.analysis.analysis import Analysis
    from engine.detectors.base import Calibration, Detector, Look
    from engine.footage import Footage
    from engine.review.state import ReviewState
    from engine.scoring.regions import Region

SETTLE_MS = 120


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """Which frame of which analysis to look at."""

    footage: Footage
    analysis: Analysis
    index: int


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """The answer: what was asked, frame that was scored, expected image, fine maps."""

    question: Question
    index: int
    expected: QImage | None
    maps: dict[str, NDArray[np.float32]]


def coarse_maps(analysis: Analysis, index: int) -> dict[str, NDArray[np.float32]]:
    """Stored maps of the scored frame that stands for `index`; empty where there is none."""
    from engine.review.overlaying import stored_maps

    return stored_maps(analysis, index)


def overlay_of(
    maps: dict[str, NDArray[np.float32]],
    analysis: Analysis,
    state: ReviewState,
    calibration: Calibration | None,
) -> tuple[NDArray[np.float32], list[Region]]:
    """The overlay (h, w) and its regions in pixels of the shown picture; ignored areas are
    cleared.
    """
    from engine.review.overlaying import overlay_of as laid

    return laid(maps, analysis, state, calibration)


class Looking(QObject):
    """Closer looks at the shown frame, in a worker with its own decoder."""

    looked = Signal()
    failed = Signal(object)
    waiting = Signal(bool)

    def __init__(self, load: Callable[[Analysis], Detector], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._load = load
        self._seat = DecoderSeat(self._given_up)
        self._worker: LatestWorker[Question, Picture | None] = LatestWorker(
            self._answer, "looking", self._seat.close
        )
        self._worker.answered.connect(self._on_answer)
        self._worker.failed.connect(self._on_failure)
        self._worker.start()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._ask)
        self._question: Question | None = None
        self.picture: Picture | None = None

    def want(self, document: Document, index: int) -> None:
        """Look at a frame as soon as the picture has come to rest."""
        if document.footage is None or document.analysis is None:
            return
        self._question = Question(document.footage, document.analysis, index)
        self._timer.start()

    def wanted(self, analysis: Analysis, index: int) -> bool:
        """Whether a look at this frame of this analysis is under way or there."""
        question = self._question
        if question is None:
            return False
        return question.analysis is analysis and question.index == index

    def forget(self) -> None:
        """The picture moved on."""
        self._timer.stop()
        self._question, self.picture = None, None

    def stop(self) -> None:
        """End the worker."""
        self._timer.stop()
        self._worker.stop()

    @Slot()
    def _ask(self) -> None:
        if self._question is not None:
            self.waiting.emit(True)
            self._worker.ask(self._question)

    def _answer(self, question: Question) -> Picture | None:
        from engine.analysis.looking import Looker
        from engine.detectors.running import budget

        decoder = self._seat.of(question.footage)
        detector = self._load(question.analysis)
        with budget():
            look: Look | None = Looker(question.footage, detector, question.analysis).look(
                decoder, question.index
            )
        if look is None:
            return None
        expected = None if look.expected is None else to_qimage(look.expected)
        return Picture(question, look.index, expected, dict(look.maps))

    def _given_up(self) -> bool:
        return self._worker.stopping or self._worker.waiting is not None

    @Slot(int)
    def _on_answer(self, generation: int) -> None:
        given = self._worker.take()
        if given is None or given[0] != generation or generation != self._worker.generation:
            return
        self.waiting.emit(False)
        answer = given[1]
        if answer is not None and answer.question is self._question:
            self.picture = answer
            self.looked.emit()

    @Slot(int, object)
    def _on_failure(self, generation: int, error: Exception) -> None:
        self.waiting.emit(False)
        if not isinstance(error, EngineError):
            raise error
        self.failed.emit(error)
