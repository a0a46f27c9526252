"""Recorder files that follow each other lie on one line of time, with gaps where there are any."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from engine.footage.joining import Recording, joinable, pattern_of

SIZE = (640, 360)
BEGAN = datetime(2024, 5, 11, 8, 0, 0)


def named(name: str, minutes: float | None, seconds: float = 600, size=SIZE) -> Recording:
    start = None if minutes is None else BEGAN + timedelta(minutes=minutes)
    return Recording(Path("/rec") / name, seconds, size, start)


def timed(minutes: float, seconds: float = 600, camera: str = "cam1") -> Recording:
    moment = BEGAN + timedelta(minutes=minutes)
    return named(f"{camera}_{moment:%Y%m%d_%H%M%S}.mp4", minutes, seconds)


def test_files_that_follow_each_other_are_laid_out_by_their_times_and_gaps_stay():
    (joined,) = joinable([timed(25), timed(0), timed(10)])
    assert [p.start for p in joined.pieces] == [0, 600, 1500]
    assert joined.gaps() == [(1200, 1500)]
    assert joined.duration == 2100
    assert joined.began == BEGAN
    assert not joined.assumed


def test_a_moment_on_the_line_is_a_piece_and_a_time_in_it():
    (joined,) = joinable([timed(0), timed(10), timed(25)])
    assert joined.place(0) == (0, 0.0)
    assert joined.place(599.5) == (0, 599.5)
    assert joined.place(600) == (1, 0.0)
    assert joined.place(1300) is None
    assert joined.place(2100) is None
    assert joined.nearest(1210) == (1, 600)
    assert joined.nearest(1490) == (2, 0.0)
    assert joined.nearest(9999) == (2, 600)
    assert joined.seconds_of(joined.pieces[2].path, 5.0) == 1505.0
    assert joined.seconds_of(Path("/rec/other.mp4"), 5.0) is None


def test_two_cameras_are_two_lines():
    cameras = [timed(m, camera=c) for m in (0, 10) for c in ("cam1", "cam2")]
    assert [len(j.pieces) for j in joinable(cameras)] == [2, 2]


def test_clocks_that_disagree_by_a_second_do_not_part_files_nor_make_them_overlap():
    (joined,) = joinable([timed(0, 601), timed(10)])
    assert [p.start for p in joined.pieces] == [0, 601]


def test_files_that_overlap_or_lie_days_apart_are_not_joined():
    assert joinable([timed(0), timed(5)]) == []
    assert joinable([timed(0), timed(24 * 60)]) == []


def test_numbered_files_without_times_are_laid_end_to_end_and_that_is_said():
    (joined,) = joinable([named(f"part{n:02d}.mp4", None) for n in (2, 1, 3)])
    assert joined.assumed
    assert [p.path.name for p in joined.pieces] == ["part01.mp4", "part02.mp4", "part03.mp4"]
    assert [p.start for p in joined.pieces] == [0, 600, 1200]


def test_a_missing_number_without_times_is_not_bridged():
    assert joinable([named(f"part{n:02d}.mp4", None) for n in (1, 3)]) == []


def test_pictures_of_another_size_do_not_belong_together():
    assert joinable([named("part1.mp4", None), named("part2.mp4", None, size=(320, 180))]) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("cam3_20240131_142233", "cam3_20240131_143233", True),
        ("cam3_20240131_142233", "cam4_20240131_143233", False),
        ("part0001_of_0099", "part0002_of_0099", True),
        ("gate_2024-01-31T14-22-33_001", "gate_2024-01-31T14-32-33_002", True),
        ("yard", "square", False),
    ],
)
def test_names_tell_which_files_belong_together(one, other, same):
    assert (pattern_of(one) == pattern_of(other)) is same


def test_a_zone_that_is_known_of_one_file_only_does_not_part_the_recorders_files():
    zone = timezone(timedelta(hours=5, minutes=30))
    second = timed(10)
    second = replace(second, start_time=second.start_time.replace(tzinfo=zone))
    (joined,) = joinable([timed(0), second, timed(25)])
    assert [p.start for p in joined.pieces] == [0, 600, 1500]
