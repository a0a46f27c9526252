"""The settings that a review starts from."""

from __future__ import annotations

from engine.analysis.analysis import Analysis
from engine.detectors.base import Pooling
from engine.review.state import ReviewState
from engine.scoring.score import Normalise, ScoreSettings
from engine.scoring.segments import SegmentSettings


def default_state(analysis: Analysis) -> ReviewState:
    """The detector's own lambda and gamma, calibrated scores, the worst patch, threshold 1.

    A score of 1 is as rare as one normal frame in a hundred.
    """
    facts = analysis.facts
    pooling: Pooling = "patch" if "patch" in facts.poolings else "frame"
    normalise: Normalise = (
        "calibrated" if analysis.calibration is not None or not analysis.complete else "minmax"
    )
    settings = ScoreSettings(facts.default_lambda, normalise, pooling).fitting(facts)
    return ReviewState(settings, SegmentSettings(), gamma=analysis.head.gamma)
