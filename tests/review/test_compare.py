"""Two analyses of one footage: which segments both found, and which only one."""

from __future__ import annotations

from engine.review.compare import Agreement, Match, agreement, compare
from engine.timebase import FrameSpan


def spans(*ends: tuple[int, int]) -> list[FrameSpan]:
    return [FrameSpan(a, b) for a, b in ends]


def test_segments_that_share_a_frame_are_one_match_and_the_others_are_told_apart():
    matches = compare(spans((0, 10), (30, 40)), spans((9, 20), (50, 60)))
    assert matches == [
        Match("both", FrameSpan(0, 20), (0,), (0,)),
        Match("first", FrameSpan(30, 40), (1,), ()),
        Match("second", FrameSpan(50, 60), (), (1,)),
    ]
    assert agreement(matches) == Agreement(both=1, first=1, second=1)


def test_segments_that_only_touch_are_not_the_same():
    assert [m.found_by for m in compare(spans((0, 10)), spans((10, 20)))] == ["first", "second"]


def test_one_long_segment_matches_several_short_ones_at_once():
    matches = compare(spans((0, 100)), spans((5, 10), (50, 60), (200, 210)))
    assert matches[0] == Match("both", FrameSpan(0, 100), (0,), (0, 1))
    assert matches[1].found_by == "second"


def test_overlapping_segments_of_one_side_alone_stay_apart():
    assert compare(spans((0, 10), (5, 15)), []) == [
        Match("first", FrameSpan(0, 10), (0,), ()),
        Match("first", FrameSpan(5, 15), (1,), ()),
    ]


def test_comparing_the_other_way_round_only_swaps_the_sides():
    a, b = spans((3, 9), (20, 31), (80, 85)), spans((0, 4), (30, 50), (90, 91))
    swapped = {"both": "both", "first": "second", "second": "first"}
    there = [(m.found_by, m.span, m.firsts, m.seconds) for m in compare(a, b)]
    back = [(swapped[m.found_by], m.span, m.seconds, m.firsts) for m in compare(b, a)]
    assert there == back


def test_every_segment_is_in_one_match():
    a, b = spans((0, 5), (2, 8), (20, 30)), spans((1, 3), (7, 22), (40, 41))
    matches = compare(a, b)
    assert sorted(i for m in matches for i in m.firsts) == [0, 1, 2]
    assert sorted(i for m in matches for i in m.seconds) == [0, 1, 2]
