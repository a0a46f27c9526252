"""Ranges marked as normal calibrate a detector without weights, from stored scores alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tiny_engine import finished, new_run, write_long_walk

from engine.analysis.analysis import Analysis
from engine.detectors.base import Calibration
from engine.detectors.speed import SpeedDetector
from engine.export.viewpoint import Viewpoint
from engine.footage import open_footage
from engine.review.defaults import default_state
from engine.review.marked import ENOUGH, marked_calibration, missing_seconds
from engine.review.scoring import ScoreTrack, calibration_in_force, kept_parts, track
from engine.review.session import open_review, review_path
from engine.review.state import ReviewState
from engine.review.stored import stored_track
from engine.scoring.false_alarms import rate_bound
from engine.scoring.ignoring import IgnoredArea
from engine.scoring.score import anomaly_score, rarity
from engine.scoring.segments import find_segments
from engine.timebase import FrameSpan

CALM = (FrameSpan(5, 80), FrameSpan(160, 205), FrameSpan(210, 285))  # 195 frames at 10 a second


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    folder = tmp_path_factory.mktemp("marked")
    footage = write_long_walk(folder / "long.mp4")
    return finished(new_run(footage, SpeedDetector(), folder / "long.h5"))


def marked(analysis: Analysis, *spans: FrameSpan) -> ReviewState:
    return replace(default_state(analysis), normal=spans)


def seen(analysis: Analysis, state: ReviewState) -> ScoreTrack:
    return track(analysis, state, calibration_in_force(analysis, state))


def test_quantiles_and_series_are_those_of_the_marked_frames_alone(analysis: Analysis) -> None:
    made = marked_calibration(analysis, marked(analysis, *CALM))
    assert made is not None
    assert made.series is not None
    rows = np.concatenate([np.arange(s.start, s.stop) for s in CALM])
    speeds = analysis.parts["patch_speed"][rows]
    assert made.frames == len(rows) == 195
    assert made.parts["patch_speed"][-1] == pytest.approx(float(speeds.max()))
    assert made.series.lengths == (75, 45, 75)  # three stretches, across which nothing is counted
    assert np.allclose(np.concatenate([s["patch_speed"] for s in made.series.stretches()]),
                       speeds, rtol=1e-3)  # fmt: skip
    assert made.origin == "19 s that the analyst marked as normal"


def test_ranges_one_frame_apart_are_two_stretches(analysis: Analysis) -> None:
    made = marked_calibration(analysis, marked(analysis, FrameSpan(84, 140), FrameSpan(141, 200)))
    assert made is not None
    assert made.series is not None
    assert made.series.lengths == (56, 59)


def test_what_is_counted_on_the_marks_is_said_with_its_exact_bound(analysis: Analysis) -> None:
    state = marked(analysis, *CALM)
    state = replace(state, segments=replace(state.segments, threshold=50.0))
    alarms = seen(analysis, state).false_alarms
    assert alarms is not None
    assert alarms.count == 0
    assert alarms.seconds == pytest.approx(19.5)
    assert alarms.at_most == pytest.approx(rate_bound(0, 19.5 / 3600))
    assert alarms.at_most == pytest.approx(3 / (19.5 / 3600), rel=0.002)  # the rule of three
    assert alarms.sentence == (
        "at most 560 false alarms an hour can be said from 19 s that you marked as normal"
    )
    assert seen(analysis, state).sentence.endswith(alarms.sentence + ".")


def test_from_three_segments_on_the_rate_is_said(analysis: Analysis) -> None:
    state = marked(analysis, *CALM)
    low = replace(state.segments, threshold=0.0, hysteresis=1.0, min_length=0.0, merge_gap=0.0,
                  padding=0.0)  # fmt: skip
    state = replace(state, segments=low)
    made = calibration_in_force(analysis, state)
    assert made is not None
    count = 0
    for span in CALM:  # counted by hand, range by range
        parts = {"patch_speed": analysis.parts["patch_speed"][span.start : span.stop]}
        score = anomaly_score(parts, analysis.facts, state.score, made)
        count += len(find_segments(score, np.arange(len(score)) / 10, low))
    alarms = seen(analysis, state).false_alarms
    assert alarms is not None
    assert abs(alarms.count - count) <= 1
    assert count > 3
    rate = alarms.count / (19.5 / 3600)
    assert alarms.sentence == (
        f"about {rate:.0f} false alarms an hour, from 19 s that you marked as normal"
    )


def test_rarity_is_among_the_marked_frames(analysis: Analysis) -> None:
    whole = seen(analysis, marked(analysis))
    calm = seen(analysis, marked(analysis, *CALM))
    assert len(calm.normal) == 195
    run = int(np.nanargmax(calm.score))
    assert rarity(float(calm.score[run]), calm.normal) == pytest.approx(195 / 196)
    assert rarity(float(whole.score[run]), whole.normal) is not None
    assert float(np.nanmax(calm.score)) > float(np.nanmax(whole.score))


def test_a_score_of_one_is_what_a_marked_frame_in_a_hundred_exceeds(analysis: Analysis) -> None:
    calm = seen(analysis, marked(analysis, *CALM))
    rows = np.concatenate([np.arange(s.start, s.stop) for s in CALM])
    assert float(np.quantile(calm.score[rows], 0.99)) == pytest.approx(1.0, abs=0.02)


def test_too_short_a_mark_changes_nothing_and_says_how_much_is_missing(analysis: Analysis) -> None:
    state = marked(analysis, FrameSpan(10, 50))
    assert calibration_in_force(analysis, state) is analysis.calibration
    assert missing_seconds(analysis, state.normal) == pytest.approx((ENOUGH - 40) / 10)
    assert missing_seconds(analysis, CALM) == 0
    assert calibration_in_force(analysis, marked(analysis)) is analysis.calibration


def test_weights_keep_their_held_out_calibration(analysis: Analysis) -> None:
    own = analysis.calibration
    assert isinstance(own, Calibration)
    for facts in (
        replace(analysis.facts, weights_id="yard@1", weights_sha256="00"),
        replace(analysis.facts, calibration=own),
    ):
        learned = replace(analysis, head=replace(analysis.head, facts=facts))
        assert calibration_in_force(learned, marked(analysis, *CALM)) is learned.calibration


def test_ignored_areas_are_left_out_of_normal_too(analysis: Analysis) -> None:
    left = IgnoredArea(((0.0, 0.0), (0.3, 0.0), (0.3, 1.0), (0.0, 1.0)))
    state = replace(marked(analysis, *CALM), areas=(left,))
    made, plain = calibration_in_force(analysis, state), marked_calibration(analysis, state)
    assert made is not None
    assert plain is not None
    rows = np.concatenate([np.arange(s.start, s.stop) for s in CALM])
    kept = kept_parts(analysis, state.areas)["patch_speed"][rows]
    assert made.parts["patch_speed"][-1] == pytest.approx(float(kept.max()))
    assert float(plain.parts["patch_speed"].mean()) > float(made.parts["patch_speed"].mean())


def test_what_is_exported_and_summarised_is_what_was_on_the_screen(analysis: Analysis) -> None:
    assert analysis.path is not None
    state = marked(analysis, *CALM)
    session = open_review(
        review_path(analysis.path), analysis.head.footage, default_state(analysis)
    )
    session.change("Marked as normal", state)
    assert np.array_equal(stored_track(analysis).score, seen(analysis, state).score, equal_nan=True)
    footage = open_footage(Path(analysis.head.footage.path))
    view = Viewpoint(footage, analysis, state, seen(analysis, state).score)
    assert view.calibration is not None
    assert view.calibration.origin == "19 s that the analyst marked as normal"


def test_marks_ahead_of_a_growing_analysis_wait_for_it(analysis: Analysis) -> None:
    growing = analysis.with_rows_below(200)
    state = marked(analysis, FrameSpan(160, 300))
    before = calibration_in_force(growing, state)
    assert before is not None
    assert not before.marked
    growing = analysis.with_rows_below(280)
    after = calibration_in_force(growing, state)
    assert after is not None
    assert after.marked
    assert after.frames == 119
