"""Why the frame at rest scores as it does, in a worker with its own decoder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.controllers.at_rest import AtRest
from engine.errors import UnreadableWeights

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
    """Which frame of which analysis, under which settings; region: x, y, width, height in it."""

    footage: Footage
    analysis: Analysis
    index: int
    state: ReviewState
    calibration: Calibration | None
    region: tuple[int, int, int, int] | None = None


class Explaining(AtRest["Question", "Explanation | None"]):
    """The reasons of the frame at rest."""

    explained = Signal(object)  # an Explanation, or None where there is nothing to explain

    def __init__(self, load: Callable[[Analysis], Detector], parent: QObject | None = None) -> None:
        super().__init__(load, "explaining", SETTLE_MS, parent)

    def _answer(self, question: Question) -> Explanation | None:
        from engine import api

        analysis = question.analysis
        facts = analysis.facts
        measures = facts.name == "attributes" or (
            question.region is not None and bool(facts.weights_id)
        )
        return api.explain(
            question.footage,
            analysis,
            question.index,
            question.state.score,
            region=question.region,
            areas=question.state.areas,
            calibration=question.calibration,
            detector=self._detector(question) if measures else None,
            decoder=self._seat.of(question.footage) if measures else None,
        )

    def _detector(self, question: Question) -> Detector | None:
        """A network that is gone leaves out what it expected, and no more."""
        try:
            return self._load(question.analysis)
        except UnreadableWeights:
            if question.analysis.facts.name == "attributes":
                raise
            return None

    def _take(self, answer: Explanation | None) -> None:
        self.explained.emit(answer)
