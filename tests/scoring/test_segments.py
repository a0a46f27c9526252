"""From a score to segments, in seconds, with steady and unsteady rates."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from engine.errors import BadSetting
from engine.scoring.segments import (
    FoundSegment,
    SegmentSettings,
    find_segments,
    flagged_seconds,
    runs,
)
from engine.timebase import FrameSpan

PLAIN = {"threshold": 1.0, "hysteresis": 1.0, "min_length": 0.0, "merge_gap": 0.0, "padding": 0.0}


def cut(scores: list[float], step: float = 0.1, **changed: float) -> list[tuple[int, int]]:
    values = np.array(scores, np.float32)
    found = find_segments(values, np.arange(len(values)) * step, SegmentSettings(**PLAIN | changed))
    return [(s.span.start, s.span.stop) for s in found]


def test_runs_are_starts_and_stops() -> None:
    rng = np.random.default_rng(0)
    for _ in range(100):
        mask = rng.random(rng.integers(0, 30)) < 0.5
        again = np.zeros(len(mask), bool)
        for start, stop in runs(mask):
            assert start < stop
            assert not again[max(0, start - 1) : stop].any()
            again[start:stop] = True
        np.testing.assert_array_equal(again, mask)


def test_a_segment_goes_on_until_the_score_falls_below_the_lower_threshold() -> None:
    scores = [0.0, 0.8, 1.1, 0.85, 0.8, 0.7, 0.85, 0.0]
    assert cut(scores) == [(2, 3)]
    assert cut(scores, hysteresis=0.75) == [(1, 5)]
    assert cut(scores, hysteresis=0.0) == [(0, 8)]


def test_nan_ends_a_segment() -> None:
    assert cut([2, 2, float("nan"), 2]) == [(0, 2), (3, 4)]
    assert cut([float("nan")] * 5) == []
    assert cut([]) == []


def test_neighbours_merge_up_to_the_gap() -> None:
    scores = [2, 0, 0, 0, 2, 0, 0, 0, 0, 2]
    assert cut(scores, merge_gap=0.3) == [(0, 5), (9, 10)]
    assert cut(scores, merge_gap=0.4) == [(0, 10)]
    assert cut(scores, merge_gap=0.29) == [(0, 1), (4, 5), (9, 10)]


def test_short_ones_are_left_out_after_merging() -> None:
    scores = [2, 0, 2, 0, 0, 0, 2, 2, 0]
    assert cut(scores, min_length=0.2) == [(6, 8)]
    assert cut(scores, min_length=0.3, merge_gap=0.1) == [(0, 3)]
    assert cut(scores, min_length=0.301) == []


def test_padding_is_in_seconds_whatever_the_rate() -> None:
    seconds = np.array([0, 0.1, 0.2, 1.0, 1.1, 1.2, 3.0, 3.1, 9.0])
    scores = np.array([0, 0, 0, 0, 2, 0, 0, 0, 0], np.float32)
    found = find_segments(scores, seconds, SegmentSettings(**PLAIN | {"padding": 0.95}))
    assert [s.span for s in found] == [FrameSpan(2, 6)]
    found = find_segments(scores, seconds, SegmentSettings(**PLAIN | {"padding": 2.0}))
    assert [s.span for s in found] == [FrameSpan(0, 8)]


def test_length_and_gap_are_in_seconds_whatever_the_rate() -> None:
    seconds = np.array([0, 0.1, 0.2, 2.2, 2.3])
    scores = np.array([0, 2, 2, 0, 2], np.float32)
    # frame 2 stays on the screen for two seconds
    found = find_segments(scores, seconds, SegmentSettings(**PLAIN | {"min_length": 2.1}))
    assert [s.span for s in found] == [FrameSpan(1, 3)]
    found = find_segments(scores, seconds, SegmentSettings(**PLAIN | {"merge_gap": 0.1}))
    assert [s.span for s in found] == [FrameSpan(1, 5)]


def test_padded_segments_that_touch_become_one_with_the_higher_peak() -> None:
    scores = [0, 0, 2, 0, 0, 3, 0, 0]
    assert cut(scores, padding=0.1) == [(1, 7)]
    found = find_segments(
        np.array(scores, np.float32),
        np.arange(8) * 0.1,
        SegmentSettings(**PLAIN | {"padding": 0.1}),
    )
    assert found == [FoundSegment(FrameSpan(1, 7), 3.0, 5)]
    assert cut([0, 0, 2, 0, 0, 0, 3, 0, 0], padding=0.1) == [(1, 4), (5, 8)]


def test_segments_are_in_order_apart_and_hold_their_peak() -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        count = int(rng.integers(1, 60))
        scores = rng.gamma(2, 0.5, count).astype(np.float32)
        scores[rng.random(count) < 0.1] = np.nan
        seconds = np.cumsum(rng.gamma(2, 0.05, count) + 1e-3)
        settings = SegmentSettings(
            threshold=float(rng.uniform(0.2, 3)),
            hysteresis=float(rng.random()),
            min_length=float(rng.uniform(0, 0.3)),
            merge_gap=float(rng.uniform(0, 0.5)),
            padding=float(rng.choice([0, rng.uniform(0, 0.5)])),
        )
        found = find_segments(scores, seconds, settings)
        for before, after in itertools.pairwise(found):
            assert before.span.stop < after.span.start
        inside = np.zeros(count, bool)
        for segment in found:
            assert 0 <= segment.span.start < segment.span.stop <= count
            assert segment.peak_frame in segment.span
            assert segment.peak >= settings.threshold
            assert segment.peak == np.float32(
                np.nanmax(scores[segment.span.start : segment.span.stop])
            )
            inside[segment.span.start : segment.span.stop] = True
        if settings.min_length == 0:
            assert inside[scores >= settings.threshold].all()


def test_flagged_time_counts_each_frame_until_the_next() -> None:
    seconds = np.array([0.0, 0.1, 0.2, 5.0, 5.1])
    assert flagged_seconds([FrameSpan(0, 5)], seconds) == pytest.approx(5.2)
    assert flagged_seconds([FrameSpan(2, 3)], seconds) == pytest.approx(4.8)
    assert flagged_seconds([], seconds) == 0
    assert flagged_seconds([FrameSpan(0, 0)], np.zeros(0)) == 0


def test_impossible_settings_are_refused() -> None:
    for wrong in (
        {"hysteresis": 1.1},
        {"min_length": -1.0},
        {"merge_gap": -0.1},
        {"padding": -1.0},
    ):
        with pytest.raises(BadSetting):
            SegmentSettings(**wrong)
