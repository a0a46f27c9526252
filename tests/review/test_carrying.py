"""Decisions go along when an analysis is made anew with another gamma."""

from __future__ import annotations

import json

from engine.analysis.analysis import FootageReference
from engine.review.carrying import carry_review
from engine.review.session import ReviewSession, read_review, review_path
from engine.review.state import ReviewSegment, ReviewState, Verdict
from engine.timebase import FrameSpan


def session(analysis, *spans: tuple[int, int]) -> ReviewSession:
    state = ReviewState(gamma=0.02)
    for a, b in spans:
        segment = ReviewSegment("", FrameSpan(a, b), 1.0, a, verdict=Verdict("confirmed"))
        state = state.with_segment(segment)
    reference = FootageReference("/footage/yard.mp4", 1, "f" * 32)
    made = ReviewSession(review_path(analysis), reference, analysis.name)
    made.change("decisions", state)
    return made


def spans(analysis) -> list[tuple[int, int]]:
    return [(s.span.start, s.span.stop) for s in read_review(review_path(analysis)).stored]


def test_a_new_run_begins_with_the_review_of_the_one_before(tmp_path):
    old, new = tmp_path / "ped2.h5", tmp_path / "ped2.gamma-0.02.h5"
    before = session(old, (0, 10)).state
    carry_review(old, new)
    assert read_review(review_path(new)) == before
    assert json.loads(review_path(new).read_text())["analysis"] == new.name


def test_what_was_decided_there_before_stays_unless_it_was_decided_anew(tmp_path):
    old, new = tmp_path / "ped2.h5", tmp_path / "ped2.gamma-0.02.h5"
    session(old, (0, 10), (50, 60))
    session(new, (5, 12), (80, 90))
    carry_review(old, new)
    assert spans(new) == [(0, 10), (50, 60), (80, 90)]
    assert spans(old) == [(0, 10), (50, 60)]


def test_a_damaged_review_is_left_alone(tmp_path):
    old, new = tmp_path / "ped2.h5", tmp_path / "ped2.gamma-0.02.h5"
    session(old, (0, 10))
    review_path(new).write_text("{")
    carry_review(old, new)
    assert review_path(new).read_text() == "{"
