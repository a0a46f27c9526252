"""Portraits of the frame at rest, in a worker with its own decoder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.controllers.at_rest import AtRest

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


class Portraying(AtRest["Sitting", "Portrait | None"]):
    """Portraits of the frame at rest."""

    portrayed = Signal(object)  # a Portrait, or None where the frame has no score

    def __init__(self, load: Callable[[Analysis], Detector], parent: QObject | None = None) -> None:
        super().__init__(load, "portraying", SETTLE_MS, parent)

    def _answer(self, question: Sitting) -> Portrait | None:
        from engine.analysis.portrait import portrait
        from engine.detectors.running import budget

        decoder, detector = self._seat.of(question.footage), self._load(question.analysis)
        with budget():
            return portrait(question.footage, detector, question.analysis, decoder, question.index)

    def _take(self, answer: Portrait | None) -> None:
        self.portrayed.emit(answer)
