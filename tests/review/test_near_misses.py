"""Near misses: what a lower threshold would flag next."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.review.near_misses import near_misses
from engine.scoring.segments import SegmentSettings, find_segments
from engine.timebase import FrameSpan

SETTINGS = SegmentSettings(threshold=1.0, hysteresis=0.8, min_length=0.3, merge_gap=1.0)


def track(*bumps: tuple[int, float], frames: int = 1000) -> tuple[np.ndarray, np.ndarray]:
    at = np.arange(frames)
    score = np.full(frames, 0.1, np.float32)
    for centre, height in bumps:
        score = np.maximum(score, (height * np.exp(-(((at - centre) / 8) ** 2))).astype(np.float32))
    return score, at / 10


def test_the_highest_peaks_under_the_threshold_come_first_and_segments_are_left_out():
    score, seconds = track((100, 2.0), (300, 0.7), (500, 0.9), (800, 0.4))
    taken = [s.span for s in find_segments(score, seconds, SETTINGS)]
    found = near_misses(score, seconds, SETTINGS, taken)
    assert [(m.peak_frame, round(m.peak, 2)) for m in found] == [(500, 0.9), (300, 0.7), (800, 0.4)]


def test_each_is_the_segment_that_its_own_peak_as_threshold_would_find():
    score, seconds = track((300, 0.7), (500, 0.9), (800, 0.4))
    for miss in near_misses(score, seconds, SETTINGS, []):
        lower = replace(SETTINGS, threshold=miss.peak)
        again = find_segments(score, seconds, lower)
        assert miss.span in [s.span for s in again]


def test_the_flanks_of_a_segment_are_no_near_misses():
    score, seconds = track((100, 2.0))
    assert near_misses(score, seconds, SETTINGS, [FrameSpan(85, 116)]) == []


def test_a_flash_over_nothing_is_found_at_no_threshold():
    score, seconds = track((500, 0.6))
    score[200] = 0.95
    assert [m.peak_frame for m in near_misses(score, seconds, SETTINGS, [])] == [500]


def test_a_flash_comes_where_a_lower_threshold_would_find_it_and_tells_its_own_peak():
    score, seconds = track((500, 0.6), (800, 0.4))
    score[199:202] = (0.4, 1.3, 0.4)  # above the threshold, and too short for a segment
    assert find_segments(score, seconds, SETTINGS) == []
    found = near_misses(score, seconds, SETTINGS, [])
    assert [m.peak_frame for m in found] == [500, 200, 800]
    assert found[1].peak == np.float32(1.3)
    assert found[1].span == FrameSpan(199, 202)
    lower = replace(SETTINGS, threshold=0.4 / 0.8)
    assert found[1].span in [s.span for s in find_segments(score, seconds, lower)]


def test_frames_without_a_score_and_constant_scores_give_none():
    seconds = np.arange(100) / 10
    assert near_misses(np.full(100, np.nan, np.float32), seconds, SETTINGS, []) == []
    assert near_misses(np.full(100, 0.5, np.float32), seconds, SETTINGS, []) == []


def test_no_more_are_listed_than_asked_for():
    score, seconds = track(*((c, 0.5 + c / 5000) for c in range(50, 1000, 60)))
    found = near_misses(score, seconds, SETTINGS, [], most=5)
    assert [m.peak_frame for m in found] == [950, 890, 830, 770, 710]


def test_a_negative_threshold_has_near_misses_too():
    score, seconds = track((300, 0.7), (500, 0.9))
    below = replace(SETTINGS, threshold=-1.0, min_length=0.0)
    found = near_misses(score - 2.0, seconds, below, [])
    assert [m.peak_frame for m in found] == [500, 300]
