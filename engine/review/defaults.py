"""The settings that a review starts from."""

from __future__ import annotations

import numpy as np

from engine.analysis.analysis import Analysis
from engine.detectors.base import Pooling
from engine.review.state import ReviewState
from engine.scoring.score import Normalise, ScoreSettings, normal_scores
from engine.scoring.segments import SegmentSettings

USUAL = 0.99


def default_state(analysis: Analysis) -> ReviewState:
    """The detector's own lambda and gamma, calibrated scores, the worst patch.

    The threshold is what one normal frame in a hundred exceeds; 1 where that is not known.
    """
    facts = analysis.facts
    pooling: Pooling = "patch" if "patch" in facts.poolings else "frame"
    normalise: Normalise = (
        "calibrated" if analysis.calibration is not None or not analysis.complete else "minmax"
    )
    settings = ScoreSettings(facts.default_lambda, normalise, pooling).fitting(facts)
    normal = normal_scores(facts, settings, analysis.calibration)
    threshold = round(float(np.quantile(normal, USUAL)), 3) if len(normal) else 1.0
    if not np.isfinite(threshold):
        threshold = 1.0
    return ReviewState(settings, SegmentSettings(threshold), gamma=analysis.head.gamma)
