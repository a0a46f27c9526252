"""Which segments a review lists: decisions stay, and hide nothing that lies beside them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.review.listing import listed
from engine.review.state import ReviewSegment, ReviewState, Verdict
from engine.scoring.segments import FoundSegment, SegmentSettings, find_segments
from engine.timebase import FrameSpan

FRAMES = 400
SECONDS = np.arange(FRAMES) / 10.0
SETTINGS = SegmentSettings(threshold=1.0, merge_gap=1.0, min_length=0.3)


def score(**bumps: float) -> np.ndarray:
    """0.2 everywhere but in the given stretches, as in f100_120=1.5."""
    found = np.full(FRAMES, 0.2, np.float32)
    for name, height in bumps.items():
        start, stop = map(int, name.removeprefix("f").split("_"))
        found[start:stop] = height
    return found


def shown(state: ReviewState, scores: np.ndarray) -> list[tuple[str, int, int]]:
    state = replace(state, segments=SETTINGS)
    found = find_segments(scores, SECONDS, SETTINGS)
    return [(s.id, s.span.start, s.span.stop) for s in listed(state, found, scores, SECONDS)]


def judged(start: int, stop: int, **changes: object) -> ReviewState:
    segment = ReviewSegment(f"f{start}", FrameSpan(start, stop), 1.5, start)
    segment = replace(segment, verdict=Verdict("confirmed"), **changes)  # type: ignore[arg-type]
    return ReviewState().with_segment(segment)


def test_what_no_decision_touches_is_listed_as_it_is_found() -> None:
    assert shown(judged(10, 20), score(f10_20=1.5, f100_120=1.2)) == [
        ("s1", 10, 20),
        ("f100", 100, 120),
    ]


def test_a_run_that_grows_over_a_judged_segment_keeps_what_lies_outside_it() -> None:
    scores = score(f100_160=1.4, f160_165=0.9, f165_200=1.3)
    assert shown(judged(120, 140), scores) == [
        ("f100", 100, 120),
        ("s1", 120, 140),
        ("f140", 140, 200),
    ]
    found = find_segments(scores, SECONDS, SETTINGS)
    pieces = listed(replace(judged(120, 140), segments=SETTINGS), found, scores, SECONDS)
    assert [(p.peak, p.peak_frame) for p in pieces if not p.stored] == [
        (pytest.approx(1.4), 100),
        (pytest.approx(1.4), 140),
    ]


def test_less_than_the_merge_gap_beside_a_judged_segment_belongs_to_it() -> None:
    assert shown(judged(110, 190), score(f100_200=1.4)) == [("s1", 110, 190)]
    assert shown(judged(111, 189), score(f100_200=1.4)) == [
        ("f100", 100, 111),
        ("s1", 111, 189),
        ("f189", 189, 200),
    ]


def test_what_only_lingers_above_the_lower_threshold_is_no_segment_of_its_own() -> None:
    assert shown(judged(100, 120), score(f100_120=1.4, f120_170=0.9)) == [("s1", 100, 120)]


def test_a_run_over_several_decisions_is_parted_by_all_of_them() -> None:
    state = judged(100, 120)
    other = ReviewSegment("f160", FrameSpan(160, 180), 1.5, 165, verdict=Verdict("dismissed"))
    state = state.with_segment(other)
    assert shown(state, score(f100_200=1.4)) == [
        ("s1", 100, 120),
        ("f120", 120, 160),
        ("s2", 160, 180),
        ("f180", 180, 200),
    ]


def test_a_stored_segment_has_its_peak_in_the_score_that_is_in_force() -> None:
    state = replace(judged(100, 120), segments=SETTINGS)
    (kept,) = listed(state, [], score(f105_106=0.7), SECONDS)
    assert (kept.peak, kept.peak_frame) == (pytest.approx(0.7), 105)
    nothing = np.full(FRAMES, np.nan, np.float32)
    assert listed(state, [], nothing, SECONDS) == list(state.stored)


def test_a_forgotten_segment_comes_back_as_found() -> None:
    scores = score(f30_45=1.5, f200_220=1.5)
    state = ReviewState().with_segment(ReviewSegment("f30", FrameSpan(30, 45), 1.5, 30))
    assert shown(state, scores) == [("s1", 30, 45), ("f200", 200, 220)]
    state = state.without_segment("s1")
    assert shown(state, scores) == [("f30", 30, 45), ("f200", 200, 220)]


def test_a_binned_found_segment_stays_away_until_it_is_put_back() -> None:
    scores = score(f100_120=1.5)
    (found,) = find_segments(scores, SECONDS, SETTINGS)
    (only,) = listed(ReviewState(), [found], scores, SECONDS)
    state = ReviewState().with_binned(only)
    assert shown(state, scores) == []
    assert shown(state, score(f95_125=1.5)) == [], "a little wider is the same"
    assert shown(state, score(f95_125=1.5, f125_160=1.8)) == [("f120", 120, 160)]
    back = state.put_back(state.binned[0].id)
    assert shown(back, scores) == [("s1", 100, 120)]
    assert back.binned == ()


def test_binning_a_segment_of_ones_own_hides_nothing_that_is_found() -> None:
    own = ReviewSegment("m", FrameSpan(100, 120), 1.5, 100, origin="made", note="mine")
    state = ReviewState().with_segment(own)
    state = state.with_binned(state.stored[0])
    found = FoundSegment(FrameSpan(102, 118), 3.0, 104)
    assert len(listed(state, [found], score(), SECONDS)) == 1
    assert state.put_back(state.binned[0].id).stored[0].note == "mine"
