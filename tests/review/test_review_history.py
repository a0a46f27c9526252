"""Steps of undo survive reopening; the bin gives back; older versions can be gone back to."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.analysis.analysis import FootageReference
from engine.review import session as sessions
from engine.review.history import LONGEST, patch_between, patched
from engine.review.session import ReviewSession, open_review, recovered_review
from engine.review.state import ReviewSegment, ReviewState, Verdict, clean_tags
from engine.scoring.ignoring import IgnoredArea
from engine.timebase import FrameSpan

REFERENCE = FootageReference("/footage/yard.mp4", 123, "abc")
CONFIRMED = Verdict("confirmed", "2026-01-02T03:04:05+01:00", "Kim")


@pytest.fixture
def session(tmp_path: Path) -> ReviewSession:
    return open_review(tmp_path / "yard.review.json", REFERENCE, ReviewState(), "yard.h5")


def again(session: ReviewSession) -> ReviewSession:
    return open_review(session.path, REFERENCE, ReviewState(), "yard.h5")


def segment(start: int, stop: int, **fields: object) -> ReviewSegment:
    return replace(ReviewSegment("f", FrameSpan(start, stop), 2.0, start), **fields)  # type: ignore[arg-type]


def at(state: ReviewState, threshold: float) -> ReviewState:
    return replace(state, segments=replace(state.segments, threshold=threshold))


def varied(session: ReviewSession, steps: int) -> list[ReviewState]:
    """Random changes of every kind; returns all states in order."""
    rng = np.random.default_rng(4)
    states = [session.state]
    for number in range(steps):
        state, kind = session.state, int(rng.integers(7))
        if kind == 0:
            state = at(state, 1.0 + number)
        elif kind == 1:
            area = IgnoredArea(((0, 0), (1, 0), (1, 1)), f"area {number}")
            state = replace(state, areas=(*state.areas, area))
        elif kind == 2 and state.stored:
            state = state.with_binned(state.stored[int(rng.integers(len(state.stored)))])
        elif kind == 3 and state.binned:
            state = state.put_back(state.binned[0].id)
        elif kind == 4 and len(state.stored) > 1:
            state = state.with_merged(state.stored[:2])
        elif kind == 5 and state.stored:
            state = state.with_segment(replace(state.stored[-1], note=f"n{number}", tags=("a",)))
        else:
            state = state.with_segment(segment(number, number + 3, verdict=CONFIRMED))
        state = replace(state, gamma=0.01 * number)
        session.change(f"change {number}", state)
        states.append(state)
    return states


def test_undo_and_redo_go_on_after_reopening(session: ReviewSession) -> None:
    states = varied(session, 40)
    for _ in range(15):
        session.undo()
    later = again(session)
    assert later.state == states[25]
    assert [s.title for s in later.steps] == [f"change {n}" for n in range(40)]
    assert [s.done for s in later.steps] == [True] * 25 + [False] * 15
    for number in range(24, -1, -1):
        assert later.undo() == f"change {number}"
        assert later.state == states[number]
    assert later.undo() is None
    last = again(later)
    for number in range(40):
        assert last.redo() == f"change {number}"
        assert last.state == states[number + 1]
    assert last.redo() is None


def test_any_step_is_gone_to_at_once(session: ReviewSession) -> None:
    states = varied(session, 12)
    assert session.go_to(3) == 9
    assert session.state == states[3]
    assert again(session).state == states[3]
    assert session.go_to(12) == 9
    assert session.state == states[12]
    assert session.go_to(12) == 0
    assert session.go_to(-5) == 12
    assert session.state == states[0]


def test_patches_lead_from_any_state_to_any_other(session: ReviewSession) -> None:
    states = varied(session, 20)
    for before in states[::4]:
        for after in states[::5]:
            patch = json.loads(json.dumps(patch_between(before, after)))
            assert patched(before, patch) == after


def test_a_long_history_stays_small_and_is_cut_at_its_far_end(session: ReviewSession) -> None:
    state = session.state
    for number in range(300):
        state = state.with_segment(segment(10 * number, 10 * number + 5))
    session.change("many", state)
    for number in range(LONGEST + 20):
        state = session.state.stored[number % 300]
        noted = session.state.with_segment(replace(state, note=str(number)))
        session.change("note", noted, save=False)
    session.save()
    assert len(session.steps) == LONGEST
    assert session.path.stat().st_size < 700_000
    assert again(session).steps == session.steps


@pytest.mark.parametrize("damage", [{"undo": 3}, {"undo": [], "redo": [{"title": "x"}]}, {}])
def test_damaged_steps_do_not_cost_the_review(session: ReviewSession, damage: object) -> None:
    session.change("verdict", session.state.with_segment(segment(3, 9, verdict=CONFIRMED)))
    document = json.loads(session.path.read_text(encoding="utf-8"))
    document["history"] = damage
    session.path.write_text(json.dumps(document), encoding="utf-8")
    later = again(session)
    assert later.history_lost
    assert later.steps == []
    assert later.state == session.state


def test_a_review_of_the_first_version_is_read(session: ReviewSession) -> None:
    session.change("verdict", session.state.with_segment(segment(3, 9, verdict=CONFIRMED)))
    document = json.loads(session.path.read_text(encoding="utf-8"))
    document["version"], document["history"] = 1, ["verdict"]
    del document["bin"]
    for d in document["segments"]:
        del d["tags"]
    session.path.write_text(json.dumps(document), encoding="utf-8")
    later = again(session)
    assert later.state == session.state
    assert not later.history_lost


def test_merging_joins_edges_notes_and_tags() -> None:
    state = ReviewState().with_segment(segment(10, 20, note="one", tags=("red",)))
    state = state.with_segment(segment(40, 50, peak=5.0, peak_frame=44, tags=("Red", "van")))
    fresh = segment(25, 30, peak=1.0)
    merged = state.with_merged([state.stored[1], fresh, state.stored[0]])
    (whole,) = merged.stored
    assert (whole.span, whole.peak, whole.peak_frame) == (FrameSpan(10, 50), 5.0, 44)
    assert (whole.note, whole.tags, whole.id) == ("one", ("red", "van"), "s1")
    judged = replace(state, stored=tuple(replace(s, verdict=CONFIRMED) for s in state.stored))
    assert judged.with_merged(judged.stored).stored[0].verdict == CONFIRMED
    assert merged.stored[0].verdict.value == "unjudged"


def test_tags_are_cleaned() -> None:
    assert clean_tags(["  white  van ", "night, White van", ""]) == ("white van", "night")


def test_going_back_to_an_older_version_is_a_step_that_can_be_undone(
    session: ReviewSession,
) -> None:
    session.change("one", at(session.state, 2))
    later = again(session)
    later.change("two", at(later.state, 3))
    (version,) = later.versions
    assert version.state is not None
    assert version.judged == 0
    assert later.go_back_to(version)
    assert later.state.segments.threshold == 2
    assert later.undo() is not None
    assert later.state.segments.threshold == 3


def test_a_long_sitting_keeps_versions_too(
    session: ReviewSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "VERSION_SECONDS", 0.0)
    for number in range(4):
        session.change("t", at(session.state, 10.0 + number))
    thresholds = [v.state.segments.threshold for v in session.versions if v.state is not None]
    assert thresholds == [12.0, 11.0, 10.0]


def test_a_damaged_review_goes_on_from_its_youngest_readable_version(
    session: ReviewSession,
) -> None:
    for number in range(3):
        later = again(session)
        later.change("t", at(later.state, 5.0 + number))
    session.path.write_bytes(b"{")
    session.path.with_name("yard.review.1.json").write_bytes(b"")
    assert session.versions[0].state is None
    found = recovered_review(session.path, REFERENCE, ReviewState())
    assert found.state.segments.threshold == 5.0
    found.change("more", at(found.state, 9.0))
    assert session.path.read_bytes() == b"{"
    assert recovered_review(session.path, REFERENCE, ReviewState()).state == found.state
