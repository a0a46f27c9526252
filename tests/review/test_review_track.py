"""What a review's settings make of stored values: scores, segments and a sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tiny_engine import finished, new_run

from engine.analysis.analysis import Analysis
from engine.detectors.mnad_stream import MnadDetector
from engine.detectors.speed import SpeedDetector
from engine.review.defaults import default_state
from engine.review.scoring import calibration_in_force, kept_parts, smooth_frames, track
from engine.review.state import ReviewState
from engine.scoring.ignoring import IgnoredArea


@pytest.fixture(scope="module")
def analysis(walk: Path, tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return finished(new_run(walk, SpeedDetector(), tmp_path_factory.mktemp("run") / "walk.h5"))


def at(state: ReviewState, threshold: float) -> ReviewState:
    return replace(state, segments=replace(state.segments, threshold=threshold))


def test_the_fast_part_of_the_walk_is_found(analysis: Analysis) -> None:
    scored = track(analysis, default_state(analysis), analysis.calibration)
    assert len(scored.segments) == 1
    assert scored.segments[0].peak_frame in range(30, 40)
    assert scored.sentence.startswith("1 segment, ")
    assert not scored.provisional


def test_the_sentence_says_what_the_settings_would_flag_on_normal(analysis: Analysis) -> None:
    state = default_state(analysis)
    assert "normal" not in track(analysis, state, analysis.calibration).sentence
    quiet = analysis.calibrate_on(0, 30, "frames 0 to 29", known=True)
    scored = track(analysis, state, quiet)
    assert scored.false_alarms is not None
    assert scored.false_alarms.count == 0
    assert scored.sentence.endswith(
        "flagged (20.8 %); at most 3,800 false alarms an hour"
        " can be said from 2 s of normal footage"
    ), scored.sentence
    none = track(analysis, at(state, 99.0), quiet)
    assert none.sentence.startswith("No segments at this threshold; at most 3,800 false alarms")
    low = track(analysis, replace(state, segments=replace(state.segments, threshold=-9.0)), quiet)
    assert low.false_alarms is not None
    assert low.false_alarms.count == 1


def test_raw_parts_of_two_units_make_no_score_and_the_sentence_says_so(
    walk: Path, mnad: MnadDetector, tmp_path: Path
) -> None:
    two = finished(new_run(walk, mnad, tmp_path / "two.h5"))
    normal = two.calibrate_on(0, 30, "frames 0 to 29", known=True)
    state = default_state(two)
    raw = replace(state, score=replace(state.score, normalise="none", lambda_=0.5))
    scored = track(two, raw, normal)
    assert np.isnan(scored.score).all()
    assert scored.segments == []
    assert not len(scored.normal)
    assert scored.sentence == "No score: raw parts of different units cannot be added."
    alone = track(two, replace(raw, score=replace(raw.score, lambda_=1.0)), normal)
    assert np.isfinite(alone.score).any()


def test_a_run_that_goes_on_is_scored_as_far_as_it_is(walk: Path, tmp_path: Path) -> None:
    run = new_run(walk, SpeedDetector(), tmp_path / "a.h5")
    progress = run.run()
    state = default_state(run.analysis)
    nothing = track(run.analysis, state, calibration_in_force(run.analysis))
    assert nothing.sentence == "Nothing is analysed yet."
    for _ in range(38):
        next(progress)
    scored = track(run.analysis, state, calibration_in_force(run.analysis))
    assert scored.provisional
    assert scored.done == run.analysis.frames_done > 30
    assert np.isnan(scored.score[scored.done :]).all()
    assert np.isfinite(scored.score[1 : scored.done]).all()
    progress.close()  # type: ignore[attr-defined]


def test_no_score_is_held_across_a_cut(broken_walk: Path, tmp_path: Path) -> None:
    analysis = finished(new_run(broken_walk, SpeedDetector(), tmp_path / "a.h5"))
    score = track(analysis, default_state(analysis), analysis.calibration).score
    assert np.flatnonzero(np.isnan(score)).tolist() == [0, 20, 40]


def test_sampled_footage_has_a_score_on_every_frame_between(
    fast_walk: Path, tmp_path: Path
) -> None:
    analysis = finished(new_run(fast_walk, SpeedDetector(), tmp_path / "a.h5"))
    scored = track(analysis, default_state(analysis), analysis.calibration)
    assert np.isfinite(scored.score[3:]).all()
    assert smooth_frames(analysis, 0.4) == pytest.approx(10, rel=0.05)


def test_ignored_areas_follow_the_state(analysis: Analysis) -> None:
    area = IgnoredArea(((0, 0), (1, 0), (1, 1), (0, 1)))
    assert kept_parts(analysis, ()) is analysis.parts
    assert np.isnan(kept_parts(analysis, (area,))["patch_speed"]).all()
    state = replace(default_state(analysis), areas=(area,))
    assert track(analysis, state, analysis.calibration).segments == []
