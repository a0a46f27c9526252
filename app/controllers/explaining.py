"""Why the frame at rest scores as it does, in a worker with its own decoder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.controllers.at_rest import AtRest

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


class Explaining(AtRest["Question", "Explanation | None"]):
    """The reasons of the frame at rest."""

    explained = Signal(object)  # an Explanation, or None where there is nothing to explain

    def __init__(self, load: Callable[[Analysis], Detector], parent: QObject | None = None) -> None:
        super().__init__(load, "explaining", SETTLE_MS, parent)

    def _answer(self, question: Question) -> Explanation | None:
        from engine import api

        analysis = question.analysis
        measures = analysis.facts.name == "attributes"
        return api.explain(
            question.footage,
            analysis,
            question.index,
            question.state.score,
            areas=question.state.areas,
            calibration=question.calibration,
            detector=self._load(analysis) if measures else None,
            decoder=self._seat.of(question.footage) if measures else None,
        )

    def _take(self, answer: Explanation | None) -> None:
        self.explained.emit(answer)
