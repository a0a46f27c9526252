"""A review: verdicts stick, undo restores exactly, the file is never half-written."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from tiny_engine import finished, new_run

from engine import files
from engine.analysis.analysis import Analysis, FootageReference
from engine.detectors.speed import SpeedDetector
from engine.review.defaults import default_state
from engine.review.scoring import track
from engine.review.session import (
    ReviewSession,
    UnreadableReview,
    open_review,
    read_review,
    review_path,
)
from engine.review.state import ReviewSegment, ReviewState, Verdict
from engine.review.versions import KEPT_VERSIONS
from engine.scoring.ignoring import IgnoredArea
from engine.scoring.segments import FoundSegment
from engine.timebase import FrameSpan

REFERENCE = FootageReference("/footage/yard.mp4", 123, "abc")
CONFIRMED = Verdict("confirmed", "2026-01-02T03:04:05+01:00", "Kim")


@pytest.fixture(scope="module")
def analysis(walk: Path, tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return finished(new_run(walk, SpeedDetector(), tmp_path_factory.mktemp("run") / "walk.h5"))


@pytest.fixture
def session(tmp_path: Path) -> ReviewSession:
    return open_review(tmp_path / "yard.review.json", REFERENCE, ReviewState(), "yard.h5")


def at(state: ReviewState, threshold: float) -> ReviewState:
    return replace(state, segments=replace(state.segments, threshold=threshold))


def found(start: int, stop: int) -> FoundSegment:
    return FoundSegment(FrameSpan(start, stop), 2.0, start)


def test_a_verdict_sticks_although_the_threshold_moves(analysis: Analysis) -> None:
    state = default_state(analysis)
    (segment,) = track(analysis, state, analysis.calibration).segments
    state = state.with_segment(replace(segment, verdict=CONFIRMED, note="the runner"))
    for threshold in (0.2, 0.5, 1.5, 99.0):
        segments = track(analysis, at(state, threshold), analysis.calibration).segments
        judged = [s for s in segments if s.verdict.value == "confirmed"]
        assert len(judged) == 1
        assert judged[0].span == segment.span
        assert judged[0].note == "the runner"
        assert not any(s.span.overlaps(segment.span) for s in segments if s is not judged[0])


def test_a_second_verdict_replaces_the_first_in_place() -> None:
    state = ReviewState().with_segment(ReviewSegment("f3", FrameSpan(3, 9), 2.0, 4))
    (kept,) = state.stored
    assert kept.id == "s1"
    assert kept.stored
    again = state.with_segment(replace(kept, verdict=CONFIRMED))
    assert [s.id for s in again.stored] == ["s1"]
    assert again.stored[0].verdict == CONFIRMED


def test_ids_are_never_used_twice() -> None:
    state = ReviewState().with_segment(ReviewSegment("f3", FrameSpan(3, 9), 2.0, 4))
    state = state.without_segment("s1").with_segment(ReviewSegment("f3", FrameSpan(3, 9), 2.0, 4))
    assert [s.id for s in state.stored] == ["s2"]


def test_undo_and_redo_restore_exact_states(session: ReviewSession) -> None:
    rng = np.random.default_rng(0)
    states, titles = [session.state], []
    for number in range(12):
        kind = int(rng.integers(3))
        state = session.state
        if kind == 0:
            state = at(state, 1.0 + number)
        elif kind == 1:
            segment = ReviewSegment("f", FrameSpan(number, number + 2), 1.0, number)
            state = state.with_segment(replace(segment, verdict=CONFIRMED))
        else:
            state = replace(state, areas=(*state.areas, IgnoredArea(((0, 0), (1, 0), (1, 1)))))
        session.change(f"change {number}", state)
        states.append(state)
        titles.append(f"change {number}")
    assert session.history == titles
    for at_state in range(11, -1, -1):
        assert session.undo() == titles[at_state]
        assert session.state == states[at_state]
        assert read_review(session.path) == states[at_state]
    assert session.undo() is None
    for at_state in range(12):
        assert session.redo() == titles[at_state]
        assert session.state == states[at_state + 1]
    assert session.redo() is None


def test_a_new_change_ends_what_can_be_redone(session: ReviewSession) -> None:
    session.change("one", at(session.state, 2))
    session.undo()
    session.change("two", at(session.state, 3))
    assert session.redo() is None
    assert session.history == ["two"]


def test_a_dragged_slider_is_one_step(session: ReviewSession) -> None:
    before = session.state
    for threshold in np.linspace(1.1, 2.0, 10):
        session.change("threshold", at(session.state, float(threshold)), merge=True)
    session.change("note", replace(session.state, smooth_seconds=1.0))
    assert session.history == ["threshold", "note"]
    session.undo()
    assert session.state.segments.threshold == 2.0
    session.undo()
    assert session.state == before


def test_a_change_that_changes_nothing_is_no_step(session: ReviewSession) -> None:
    session.change("nothing", session.state)
    assert session.history == []
    assert not session.path.exists()


def test_a_review_is_read_back_as_it_was(session: ReviewSession) -> None:
    state = ReviewState(
        replace(session.state.score, lambda_=0.25, normalise="minmax", pooling="frame"),
        replace(session.state.segments, threshold=1.25, padding=0.5),
        0.4,
        0.011,
        (IgnoredArea(((0.1, 0.2), (0.3, 0.4), (0.5, 0.1)), "the clock"),),
        start_time="2024-01-31T14:22:33+01:00",
    ).with_segment(
        ReviewSegment("f1", FrameSpan(1, 7), 3.5, 2, "made", CONFIRMED, 'He said "hm", 1 < 2\n日本')
    )
    session.change("all", state)
    again = open_review(session.path, REFERENCE, ReviewState())
    assert again.state == state
    document = json.loads(session.path.read_text(encoding="utf-8"))
    for name in ("version", "footage", "analysis", "lambda", "gamma", "ignored_areas", "segments"):
        assert name in document
    assert document["start_time"] == {
        "time": "2024-01-31T14:22:33+01:00",
        "offset": "+01:00",
        "origin": "analyst",
    }
    assert set(document["footage"]) >= {"path", "relative_path", "size", "fingerprint"}
    assert review_path(Path("/x/yard.h5")) == Path("/x/yard.review.json")


def test_saving_that_fails_leaves_the_old_file_whole(
    session: ReviewSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.change("one", at(session.state, 2))
    whole = session.path.read_bytes()

    def disk_full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(files.os, "fsync", disk_full)
        with pytest.raises(OSError, match="No space"):
            session.change("two", at(session.state, 3))
    assert session.path.read_bytes() == whole
    assert [p.name for p in session.path.parent.iterdir() if "part" in p.name] == []
    session.save()
    assert read_review(session.path).segments.threshold == 3


def test_older_versions_are_kept(session: ReviewSession) -> None:
    path = session.path
    session.change("first", at(session.state, 100))
    for number in range(1, KEPT_VERSIONS + 3):
        later = open_review(path, REFERENCE, ReviewState())
        later.change("t", at(later.state, 100 + number))
        later.change("t", at(later.state, 100.5 + number))
    kept = {p.name for p in path.parent.glob("yard.review.*.json")}
    assert kept == {f"yard.review.{n}.json" for n in range(1, KEPT_VERSIONS + 1)}
    last = 100.5 + KEPT_VERSIONS + 2
    assert read_review(path).segments.threshold == last
    assert read_review(path.with_name("yard.review.1.json")).segments.threshold == last - 1
    oldest = read_review(path.with_name(f"yard.review.{KEPT_VERSIONS}.json"))
    assert oldest.segments.threshold == last - KEPT_VERSIONS


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"format": "normscope-review", "version": 1}',
        b'{"format": "normscope-review", "version": 99}',
        b'{"format": "else", "version": 1}',
    ],
)
def test_a_damaged_review_is_said_so_and_left_alone(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "yard.review.json"
    path.write_bytes(damage)
    with pytest.raises(UnreadableReview) as caught:
        open_review(path, REFERENCE, ReviewState())
    assert caught.value.hint
    assert path.read_bytes() == damage


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lambda", 7),
        ("lambda", None),
        ("next_id", 1e999),
        ("segments", [{"id": "s1"}]),
        ("segment_settings", {"threshold": 1, "hysteresis": 5}),
        ("segment_settings", {"unknown": 1}),
        ("ignored_areas", [[1, 2]]),
        ("segments", 4),
        ("normalise", "sideways"),
        ("pooling", 3),
    ],
)
def test_a_review_with_impossible_values_is_damaged(
    session: ReviewSession, name: str, value: object
) -> None:
    session.save()
    document = json.loads(session.path.read_text(encoding="utf-8"))
    document[name] = value
    session.path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(UnreadableReview):
        read_review(session.path)


def test_there_is_no_review_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableReview, match="no review file"):
        read_review(tmp_path / "nothing.review.json")


def test_the_same_moment_in_another_zone_is_another_start_and_a_step_of_undo(
    session: ReviewSession,
) -> None:
    start = "2024-01-31T14:22:33"
    for text in (f"{start}+00:00", "2024-01-31T15:22:33+01:00", start):
        session.change("Start of the recording", replace(session.state, start_time=text))
    again = open_review(session.path, REFERENCE, ReviewState())
    assert again.state.began == datetime(2024, 1, 31, 14, 22, 33)
    again.undo()
    assert again.state.start_time == "2024-01-31T15:22:33+01:00"
    again.undo()
    again.undo()
    assert again.state == ReviewState()


def test_a_review_from_before_start_times_opens(session: ReviewSession) -> None:
    session.change("one", at(session.state, 2))
    document = json.loads(session.path.read_text(encoding="utf-8"))
    del document["start_time"]
    session.path.write_text(json.dumps(document), encoding="utf-8")
    again = open_review(session.path, REFERENCE, ReviewState())
    assert again.state == session.state
    assert again.state.began is None


def test_normal_ranges_are_part_of_the_review_and_of_undo(session: ReviewSession) -> None:
    for spans in ((FrameSpan(3, 9),), (FrameSpan(3, 9), FrameSpan(20, 40))):
        session.change("Marked as normal", replace(session.state, normal=spans))
    again = open_review(session.path, REFERENCE, ReviewState())
    assert again.state.normal == (FrameSpan(3, 9), FrameSpan(20, 40))
    again.undo()
    assert again.state.normal == (FrameSpan(3, 9),)
    document = json.loads(session.path.read_text(encoding="utf-8"))
    del document["normal"]
    session.path.write_text(json.dumps(document), encoding="utf-8")
    assert open_review(session.path, REFERENCE, ReviewState()).state.normal == ()


def test_a_dragged_slider_is_one_step_whose_title_tells_both_ends(session: ReviewSession) -> None:
    def title(before: ReviewState, after: ReviewState) -> str:
        return f"{before.segments.threshold:.1f} to {after.segments.threshold:.1f}"

    session.change(title, at(session.state, 1.5), kind="threshold")
    for threshold in (1.6, 1.8, 2.0):
        session.change(title, at(session.state, threshold), merge=True, kind="threshold")
    session.change(title, at(session.state, 2.5), merge=True, kind="another")
    first = f"{ReviewState().segments.threshold:.1f}"
    assert session.history == [f"{first} to 2.0", "2.0 to 2.5"]
