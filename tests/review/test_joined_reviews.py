"""Two windows on one review: nothing that either decided is lost."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from engine.analysis.analysis import FootageReference
from engine.review.joining import joined_states
from engine.review.session import ELSEWHERE, ReviewSession, open_review, read_review
from engine.review.state import ReviewSegment, ReviewState, Verdict
from engine.scoring.ignoring import IgnoredArea
from engine.timebase import FrameSpan

REFERENCE = FootageReference("/footage/yard.mp4", 123, "abc")
CONFIRMED, DISMISSED = Verdict("confirmed"), Verdict("dismissed")


def segment(start: int, verdict: Verdict = CONFIRMED, note: str = "") -> ReviewSegment:
    return ReviewSegment(
        f"f{start}", FrameSpan(start, start + 5), math.nan, start, verdict=verdict, note=note
    )


def opened(path: Path) -> ReviewSession:
    return open_review(path, REFERENCE, ReviewState(), "yard.h5")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "yard.review.json"


def judged(state: ReviewState) -> dict[int, str]:
    return {s.span.start: s.verdict.value for s in state.stored}


def test_verdicts_of_two_windows_end_in_one_file(path: Path) -> None:
    one, other = opened(path), opened(path)
    one.change("confirmed", one.state.with_segment(segment(10)))
    other.change("dismissed", other.state.with_segment(segment(50, DISMISSED)))
    assert judged(read_review(path)) == {10: "confirmed", 50: "dismissed"}
    assert other.history == ["dismissed", ELSEWHERE]
    joined = other.take_joined()
    assert joined is not None
    assert joined.clashes == 0
    assert other.take_joined() is None
    assert one.catch_up()
    assert judged(one.state) == {10: "confirmed", 50: "dismissed"}
    assert len({s.id for s in one.state.stored}) == 2


def test_a_window_that_looks_takes_over_what_the_other_decided(path: Path) -> None:
    one, other = opened(path), opened(path)
    one.change("confirmed", one.state.with_segment(segment(10)))
    assert other.catch_up()
    assert other.state == read_review(path)
    assert not other.catch_up()
    other.save_if_changed()
    assert other.undo() == ELSEWHERE
    assert other.state == ReviewState()


def test_a_session_is_not_told_of_its_own_changes(path: Path) -> None:
    one = opened(path)
    one.change("confirmed", one.state.with_segment(segment(10)))
    one.change("dismissed", one.state.with_segment(segment(50, DISMISSED)))
    assert not one.catch_up()
    assert one.take_joined() is None
    assert one.history == ["confirmed", "dismissed"]


def test_the_same_segment_judged_in_both_is_one_and_the_other_state_is_kept(path: Path) -> None:
    one, other = opened(path), opened(path)
    one.change("confirmed", one.state.with_segment(segment(10)))
    other.change("dismissed", other.state.with_segment(segment(10, DISMISSED)))
    joined = other.take_joined()
    assert joined is not None
    assert joined.clashes == 1
    assert judged(read_review(path)) == {10: "dismissed"}
    versions = [judged(v.state) for v in other.versions if v.state is not None]
    assert {10: "confirmed"} in versions


def test_what_the_file_says_of_no_peak_is_no_change(path: Path) -> None:
    one = opened(path)
    one.change("confirmed", one.state.with_segment(segment(10)))
    other = opened(path)
    one.change("note", one.state.with_segment(replace(one.state.stored[0], note="a cart")))
    other.change("more", other.state.with_segment(segment(50)))
    joined = other.take_joined()
    assert joined is not None
    assert joined.clashes == 0
    assert [s.note for s in other.state.stored] == ["a cart", ""]


def test_a_deletion_holds_unless_the_other_changed_what_was_deleted() -> None:
    base = ReviewState().with_segment(segment(10)).with_segment(segment(50))
    mine = base.without_segment("s1").without_segment("s2")
    theirs = base.with_segment(replace(base.stored[1], note="look again"))
    joined = joined_states(base, mine, theirs)
    assert [(s.id, s.note) for s in joined.state.stored] == [("s2", "look again")]
    assert joined.clashes == 1


def test_a_segment_put_into_the_bin_stays_there() -> None:
    base = ReviewState().with_segment(segment(10))
    mine = base.with_binned(base.stored[0])
    joined = joined_states(base, mine, replace(base, smooth_seconds=1.0))
    assert [s.id for s in joined.state.binned] == ["s1"]
    assert joined.state.stored == ()
    assert joined.state.smooth_seconds == 1.0


def test_settings_that_one_side_changed_hold_and_both_sides_areas_are_kept() -> None:
    base = ReviewState(normal=(FrameSpan(0, 9),))
    corner, clock = (IgnoredArea(((0, 0), (1, 0), (x, 1))) for x in (0.2, 0.7))
    mine = replace(base, gamma=0.5, areas=(corner,), normal=(FrameSpan(0, 9), FrameSpan(90, 99)))
    theirs = replace(base, smooth_seconds=2.0, areas=(clock,), normal=(FrameSpan(40, 49),))
    joined = joined_states(base, mine, theirs)
    assert joined.clashes == 0
    assert joined.state.gamma == 0.5
    assert joined.state.smooth_seconds == 2.0
    assert joined.state.areas == (clock, corner)
    assert joined.state.normal == (FrameSpan(40, 49), FrameSpan(90, 99))
    otherwise = joined_states(base, mine, replace(theirs, gamma=0.9))
    assert otherwise.state.gamma == 0.5
    assert otherwise.clashes == 1


def test_a_file_that_another_program_damaged_is_kept_and_written_anew(path: Path) -> None:
    one = opened(path)
    one.change("confirmed", one.state.with_segment(segment(10)))
    path.write_text("{", encoding="utf-8")
    one.change("more", one.state.with_segment(segment(50)))
    assert judged(read_review(path)) == {10: "confirmed", 50: "confirmed"}
    assert any(version.state is None for version in one.versions)
