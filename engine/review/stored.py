"""What a stored analysis comes to under its stored review, without opening a session."""

from __future__ import annotations

import numpy as np

from engine.analysis.analysis import Analysis
from engine.review.defaults import default_state
from engine.review.scoring import ScoreTrack, calibration_in_force, track
from engine.review.session import UnreadableReview, read_review, review_path
from engine.review.state import ReviewState


def stored_state(analysis: Analysis) -> ReviewState:
    """The state in the analysis's review file; the default one where there is none or it is
    damaged.
    """
    path = review_path(analysis.path) if analysis.path is not None else None
    if path is None or not path.is_file():
        return default_state(analysis)
    try:
        return read_review(path)
    except UnreadableReview:
        return default_state(analysis)


def stored_track(analysis: Analysis) -> ScoreTrack:
    """Score and segments as the review would show them."""
    return track(analysis, stored_state(analysis), calibration_in_force(analysis))


def peak_of(made: ScoreTrack) -> float | None:
    """The highest score; None where nothing is scored."""
    finite = made.score[np.isfinite(made.score)]
    return float(finite.max()) if len(finite) else None


def stored_peak(analysis: Analysis) -> float | None:
    """The highest score under the stored review."""
    return peak_of(stored_track(analysis)) if analysis.frames_done else None
