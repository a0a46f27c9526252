"""What a stored analysis comes to under its stored review, without opening a session."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.analysis.analysis import Analysis
from engine.review.defaults import default_state
from engine.review.scoring import ScoreTrack, calibration_in_force, kept_parts, track
from engine.review.session import UnreadableReview, read_review, review_path
from engine.review.state import ReviewState
from engine.scoring.segments import leaving_times

COLUMNS = 600


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
    state = stored_state(analysis)
    parts = kept_parts(analysis, state.areas)
    return track(analysis, state, calibration_in_force(analysis, state, parts), parts)


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """A footage at a glance: its highest score, the score's envelope in `COLUMNS` equal parts of
    its time (fewer where it has fewer frames) as shares of twice the threshold (NaN where there is
    none), and its segments as (start, stop in seconds, verdict).
    """

    peak: float | None
    heights: NDArray[np.float32]
    segments: tuple[tuple[float, float, str], ...]


def summary_of(made: ScoreTrack, analysis: Analysis, threshold: float) -> Summary:
    """What a track comes to."""
    score, seconds = made.score, analysis.seconds
    finite = np.isfinite(score)
    columns = max(1, min(COLUMNS, len(score)))
    heights = np.full(columns, np.nan, np.float32)
    if finite.any():
        ends = leaving_times(seconds)
        share = seconds[finite] / max(float(ends[-1]), 1e-9)
        column = np.minimum((share * columns + 1e-6).astype(np.intp), columns - 1)
        highest = np.full(columns, -np.inf, np.float32)
        np.maximum.at(highest, column, score[finite])
        unit = 2 * threshold if threshold > 0 else max(float(score[finite].max()), 1e-9)
        heights = np.where(np.isfinite(highest), highest / np.float32(unit), heights)
        segments = tuple(
            (float(seconds[s.span.start]), float(ends[s.span.stop - 1]), s.verdict.value)
            for s in made.segments
        )
        return Summary(float(score[finite].max()), heights, segments)
    return Summary(None, heights, ())


def stored_summary(analysis: Analysis) -> Summary:
    """A summary under the stored review."""
    threshold = stored_state(analysis).segments.threshold
    return summary_of(stored_track(analysis), analysis, threshold)
