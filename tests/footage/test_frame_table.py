"""Frame tables: time comes from PTS alone."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from engine.errors import FrameOutOfRange
from engine.footage import FrameTable
from engine.timebase import timecode


def table(
    pts: list[int], keys: tuple[int, ...] = (0,), base: Fraction = Fraction(1, 10)
) -> FrameTable:
    keyframe = np.zeros(len(pts), dtype=bool)
    keyframe[list(keys)] = True
    return FrameTable(np.array(pts), keyframe, base)


def test_times_are_exact_fractions_even_far_from_zero() -> None:
    late = table([7_971_786_000, 7_971_789_003], base=Fraction(1, 90_000))
    assert late.time(1) == Fraction(7_971_789_003, 90_000)
    assert late.seconds().tolist() == [0.0, 3003 / 90_000]


def seconds_of(text: str) -> float:
    hours, minutes, seconds = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def test_the_frame_shown_at_a_time_is_the_last_that_began_by_then() -> None:
    uneven = table([5, 6, 10])
    assert [uneven.index_at(t) for t in (-1, 0, 0.09, 0.1, 0.49, 0.5, 99)] == [0, 0, 0, 1, 1, 2, 2]


def test_every_frame_is_found_at_its_own_time() -> None:
    steps = np.random.default_rng(1).integers(1, 4000, 500)
    many = FrameTable(np.cumsum(steps), np.ones(500, dtype=bool), Fraction(1001, 90_000))
    assert [many.index_at(t) for t in many.seconds()] == list(range(500))


@pytest.mark.parametrize(
    ("rate", "base"),
    [
        (Fraction(30_000, 1001), Fraction(1, 30_000)),
        (Fraction(30_000, 1001), Fraction(1, 90_000)),
        (Fraction(30_000, 1001), Fraction(1, 1000)),
        (Fraction(24_000, 1001), Fraction(1, 1_000_000)),
        (Fraction(10), Fraction(1, 10)),
    ],
)
def test_a_time_typed_as_it_is_shown_names_the_frame_and_the_end_that_it_was_shown_for(
    rate: Fraction, base: Fraction
) -> None:
    pts = [round(i / rate / base) for i in range(3000)]
    shown = table(pts, base=base)
    typed = [seconds_of(timecode(t)) for t in [*shown.seconds(), shown.duration]]
    assert [shown.index_told(t) for t in typed[:-1]] == list(range(3000))
    assert [shown.stop_told(t) for t in typed] == list(range(3001))


def test_a_time_within_a_frame_begins_and_ends_with_that_frame() -> None:
    tenths = table(list(range(40)))
    assert (tenths.index_told(3.4), tenths.stop_told(3.4)) == (34, 34)
    assert (tenths.index_told(3.45), tenths.stop_told(3.45)) == (34, 35)
    assert (tenths.index_told(3.399), tenths.stop_told(3.401)) == (33, 35)


def test_duration_adds_the_time_for_which_the_last_frame_is_shown() -> None:
    assert table([0, 1, 2, 3]).duration == Fraction(4, 10)
    assert table([3]).duration == 0


def test_the_rate_survives_rounding_to_milliseconds() -> None:
    pts = [round(i * 1001 / 30) for i in range(300)]
    assert table(pts, base=Fraction(1, 1000)).rate == pytest.approx(29.97, abs=0.01)
    assert not table(pts, base=Fraction(1, 1000)).variable_rate
    assert table([4]).rate is None


def test_one_dropout_is_a_gap_and_not_a_variable_rate() -> None:
    pts = [*range(100), *range(150, 250)]
    assert table(pts).gaps().tolist() == [100]
    assert not table(pts).variable_rate
    assert table([0, 1, 3, 4, 7, 8, 9, 12]).variable_rate


def test_the_keyframe_before_a_frame_is_found() -> None:
    some = table(list(range(10)), keys=(0, 4, 8))
    assert [some.keyframe_at_or_before(i) for i in (0, 3, 4, 7, 8, 9)] == [0, 0, 4, 4, 8, 8]
    assert table([0, 1], keys=()).keyframe_at_or_before(1) == 0


@pytest.mark.parametrize("index", [-1, 3])
def test_an_index_outside_is_refused(index: int) -> None:
    with pytest.raises(FrameOutOfRange, match="3 frames"):
        table([0, 1, 2]).time(index)


def test_times_that_do_not_increase_are_refused() -> None:
    with pytest.raises(ValueError, match="increase"):
        table([0, 2, 2])


def test_a_table_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        table([0, 1]).pts[0] = 7
