"""The segments of a review: those that the analyst decided on, and what the score finds beside
them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.review.state import ReviewSegment, ReviewState
from engine.scoring.segments import FoundSegment, leaving_times
from engine.timebase import FrameSpan

Values = NDArray[np.float32]


def listed(
    state: ReviewState,
    found: Sequence[FoundSegment],
    score: Values,
    seconds: NDArray[np.float64],
) -> list[ReviewSegment]:
    """Stored segments with the peaks of the present score (N,), and the found ones, in time order.

    Of a found run that reaches over a stored segment, or over a found one in the bin, what lies
    outside counts as found by itself where it is above the threshold, not shorter than a segment,
    and longer than the merge gap: so little beside a segment is merged with it elsewhere, too.
    """
    away = [kept.span for kept in state.binned if kept.origin == "found"]
    covered = sorted(
        [*(kept.span for kept in state.stored), *away], key=lambda span: (span.start, span.stop)
    )
    ends = leaving_times(seconds) if found and covered else seconds
    settings = state.segments
    shortest = max(settings.min_length, settings.merge_gap)
    fresh = []
    for run in found:
        pieces = _outside(run.span, covered)
        if pieces == [run.span]:
            fresh.append(ReviewSegment(f"f{run.span.start}", run.span, run.peak, run.peak_frame))
            continue
        for span in pieces:
            at, peak = _peak(score, span)
            long = ends[span.stop - 1] - seconds[span.start] > shortest + 1e-9
            if at is not None and long and peak >= settings.threshold:
                fresh.append(ReviewSegment(f"f{span.start}", span, peak, at))
    kept = [_as_scored(segment, score) for segment in state.stored]
    return sorted([*kept, *fresh], key=lambda s: (s.span.start, s.span.stop))


def _outside(span: FrameSpan, covered: Sequence[FrameSpan]) -> list[FrameSpan]:
    """What of a span lies in none of others, which are sorted."""
    pieces, start = [], span.start
    for other in covered:
        if not other.overlaps(span):
            continue
        if other.start > start:
            pieces.append(FrameSpan(start, other.start))
        start = max(start, other.stop)
    if start < span.stop:
        pieces.append(FrameSpan(start, span.stop))
    return pieces


def _peak(score: Values, span: FrameSpan) -> tuple[int | None, float]:
    """Where the score is highest in a span, and how high; None where it has no score."""
    inside = score[span.start : span.stop]
    if not np.isfinite(inside).any():
        return None, float("nan")
    at = int(np.nanargmax(inside))
    return span.start + at, float(inside[at])


def _as_scored(segment: ReviewSegment, score: Values) -> ReviewSegment:
    """A stored segment with its peak in the score that is in force; as it is where there is
    none.
    """
    at, peak = _peak(score, segment.span)
    if at is None:
        return segment
    return replace(segment, peak=peak, peak_frame=at)
