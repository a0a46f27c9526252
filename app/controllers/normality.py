"""What normal means to the review at hand: taken anew only where it may have become another."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.analysis.analysis import Analysis
    from engine.detectors.base import Calibration
    from engine.review.state import ReviewState
    from engine.scoring.score import Values

PROVISIONAL_SECONDS = 1.0  # how often a growing calibration is taken anew


class Normality:
    """The calibration in force; the very same one until analysis, marks or ignored areas change."""

    def __init__(self) -> None:
        self._calibration: Calibration | None = None
        self._basis: tuple[object, ...] | None = None
        self._taken_at = 0.0

    def forget(self) -> None:
        """Another footage is reviewed."""
        self._calibration, self._basis, self._taken_at = None, None, 0.0

    def of(
        self, analysis: Analysis, state: ReviewState, parts: dict[str, Values]
    ) -> Calibration | None:
        """parts: those of the review, ignored areas left out."""
        from engine.review.scoring import calibration_in_force

        own, areas = analysis.calibration, state.areas if state.normal else ()
        basis = (analysis, own, parts if areas else None, state.normal, areas)
        now = time.monotonic()
        grown = own is None and now - self._taken_at > PROVISIONAL_SECONDS
        if grown or not _same(basis, self._basis):
            self._basis, self._taken_at = basis, now
            self._calibration = calibration_in_force(analysis, state, parts)
        return self._calibration


def _same(one: tuple[object, ...], other: tuple[object, ...] | None) -> bool:
    """Large things by identity, settings by value."""
    return (
        other is not None
        and all(a is b for a, b in zip(one[:3], other[:3], strict=True))
        and one[3:] == other[3:]
    )
