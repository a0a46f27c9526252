"""What the analyst marked as normal, as the normal of a detector that brings none of its own.

Scored already, the ranges need no second run.  Weights keep their held-out calibration: they have
learned, and what they learned from would look too normal to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.analysis.analysis import Analysis
from engine.detectors.base import Calibration
from engine.learning.normal import joined
from engine.review.state import ReviewState
from engine.timebase import FrameSpan, spoken_at_least

# The score's unit is what one normal frame in a hundred exceeds: fewer cannot say what that is.
ENOUGH = 100


def takes_marks(analysis: Analysis) -> bool:
    """Whether marked ranges say what normal is for the detector of this analysis."""
    return not analysis.facts.weights_id and analysis.facts.calibration is None


def missing_seconds(analysis: Analysis, normal: tuple[FrameSpan, ...]) -> float:
    """How much more must be marked before it can be calibrated on; 0 where there is enough."""
    scored = _scored(analysis, normal)
    rows = np.flatnonzero(analysis.scored[: analysis.frames_done])
    step = float(np.median(np.diff(analysis.seconds[rows]))) if len(rows) > 1 else analysis.step
    return max(0, ENOUGH - scored) * step


def marked_calibration(
    analysis: Analysis,
    state: ReviewState,
    parts: Mapping[str, NDArray[np.float32]] | None = None,
) -> Calibration | None:
    """The calibration on a review's marked ranges; None where they do not say what normal is.

    parts: those that the score is made of, ignored areas left out; None for the stored ones.
    """
    if not state.normal or not takes_marks(analysis):
        return None
    scored = _scored(analysis, state.normal)
    if scored < ENOUGH:
        return None
    spans = joined(state.normal)
    made = analysis.calibrate_on_spans(spans, "", known=True, parts=parts)
    seconds = scored / made.series.rate if made.series is not None else 0.0
    origin = f"{spoken_at_least(seconds)} that the analyst marked as normal"
    return replace(made, origin=origin, marked=True)


def _scored(analysis: Analysis, normal: tuple[FrameSpan, ...]) -> int:
    done = analysis.scored[: analysis.frames_done]
    return sum(int(done[span.start : span.stop].sum()) for span in joined(normal))
