"""What is chosen is what is on the screen: segments after undo and on the walk, near misses."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from desk_driver import build, in_front, open_and_analyse, press, wait_analysed, wait_frame
from hands import CTRL, KEY, SHIFT, Keyboard, Mouse

from app.review_commands import HISTORY
from app.views.near_list import NearRow


@pytest.fixture
def desk(qtbot, walk):
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk)
    in_front(application)
    press(application, KEY.Key_Home)
    wait_frame(qtbot, application, 0)
    return application


def said(application) -> str:
    return application.window.statusBar().currentMessage()


def chosen(application):
    return application.desk.reviewing.segment(application.desk.current.selected)


def make_segment(qtbot, application, first: int, last: int) -> None:
    for frame, key in ((first, KEY.Key_I), (last, KEY.Key_O)):
        application.desk.playback.seek(frame)
        wait_frame(qtbot, application, frame)
        press(application, key)


def near_by_key(qtbot, application) -> int:
    """Nothing is flagged; the nearest of the near misses is gone to."""
    application.desk.reviewing.set_threshold(1e6)
    qtbot.waitUntil(lambda: all(s.stored for s in application.desk.reviewing.track.segments))
    press(application, KEY.Key_N, SHIFT)
    frame = application.desk.near._rows[0].peak_frame
    wait_frame(qtbot, application, frame)
    return frame


def test_a_near_miss_that_was_chosen_in_one_recording_makes_no_segment_in_another(
    qtbot, desk, walk, tmp_path
):
    other = tmp_path / "other.mp4"
    shutil.copy(walk, other)
    with open(other, "ab") as file:  # another fingerprint, the same pictures
        file.write(b"\0\0\0\x0cfree\1\1\1\1")
    near_by_key(qtbot, desk)
    desk.desk.analyse_with(other, "speed")
    qtbot.waitUntil(lambda: desk.desk.current.path == other)
    press(desk, KEY.Key_M, SHIFT)
    wait_analysed(qtbot, desk)
    desk.desk.reviewing.set_threshold(1e6)
    qtbot.waitUntil(lambda: {row.key for row in desk.desk.near._rows} == {str(other)})
    assert desk.window.near.chosen() is None
    assert not desk.window.near.take.isEnabled()
    press(desk, KEY.Key_M, SHIFT)
    assert said(desk) == "Choose a near miss first"
    assert not desk.desk.reviewing.state.stored


def test_a_near_miss_stays_chosen_while_others_come_and_go(qtbot, desk):
    near_by_key(qtbot, desk)
    near = desk.window.near
    rows = [NearRow(10 * at, 10 * at + 5, 10 * at + 2, at, 0.5, 0.9, "a") for at in range(3)]
    near.set_rows(rows)
    near.choose(1)
    near.set_rows(rows[1:])
    assert near.chosen() == 0
    near.set_rows(rows)
    assert near.chosen() == 1
    near.set_rows([rows[0], replace(rows[1], key="b"), rows[2]])
    assert near.chosen() is None


def test_the_walk_over_near_misses_goes_on_below_the_one_that_was_made_a_segment(qtbot, desk):
    settings = desk.desk.reviewing.state.segments
    peaks = replace(settings, hysteresis=1.0, min_length=0.0, merge_gap=0.0)
    desk.desk.reviewing.set_segments(peaks)
    near_by_key(qtbot, desk)
    press(desk, KEY.Key_N, SHIFT)
    taken, below = desk.desk.near._rows[1:3]
    press(desk, KEY.Key_M, SHIFT)
    qtbot.waitUntil(lambda: taken.peak_frame not in [r.peak_frame for r in desk.desk.near._rows])
    press(desk, KEY.Key_N, SHIFT)
    wait_frame(qtbot, desk, below.peak_frame)


def test_verdict_keys_judge_nothing_while_a_near_miss_is_on_the_screen(qtbot, desk):
    make_segment(qtbot, desk, 2, 5)
    assert chosen(desk) is not None
    near_by_key(qtbot, desk)
    assert chosen(desk) is None
    press(desk, KEY.Key_C)
    assert said(desk) == "Choose a segment first"
    assert [s.verdict.value for s in desk.desk.reviewing.state.stored] == ["unjudged"]


@pytest.mark.parametrize(
    "key", [KEY.Key_C, KEY.Key_X, KEY.Key_U, KEY.Key_B, KEY.Key_M, KEY.Key_T, KEY.Key_Delete]
)
def test_keys_for_a_segment_say_that_none_is_chosen(desk, key):
    press(desk, key)
    assert said(desk) == "Choose a segment first"


def test_undo_of_a_split_and_of_a_merge_chooses_what_is_on_the_screen(qtbot, desk):
    make_segment(qtbot, desk, 10, 19)
    desk.desk.playback.seek(14)
    wait_frame(qtbot, desk, 14)
    press(desk, KEY.Key_B)
    press(desk, KEY.Key_Z, CTRL)
    assert chosen(desk).span.start == 10
    assert len(chosen(desk).span) == 10
    press(desk, KEY.Key_C)
    assert chosen(desk).verdict.value == "confirmed"
    press(desk, KEY.Key_Z, CTRL)
    press(desk, KEY.Key_Z, CTRL | SHIFT)
    assert chosen(desk).verdict.value == "confirmed"
    press(desk, KEY.Key_B)
    press(desk, KEY.Key_M)
    press(desk, KEY.Key_Z, CTRL)
    assert (chosen(desk).span.start, chosen(desk).span.stop) == (14, 20)
    press(desk, KEY.Key_X)
    assert chosen(desk).verdict.value == "dismissed"


def test_a_step_that_is_chosen_in_the_history_chooses_what_is_on_the_screen(desk):
    press(desk, KEY.Key_N)
    found = chosen(desk)
    press(desk, KEY.Key_C)
    mouse, steps = Mouse(desk), desk.window.history.steps
    mouse.tab(HISTORY)
    mouse.row(steps, 0)  # before the first step
    assert not desk.desk.reviewing.state.stored
    assert chosen(desk).span == found.span


def test_a_verdict_that_is_undone_elsewhere_chooses_what_was_judged(qtbot, desk):
    press(desk, KEY.Key_N)
    found = chosen(desk)
    press(desk, KEY.Key_C)
    press(desk, KEY.Key_Home)
    wait_frame(qtbot, desk, 0)
    press(desk, KEY.Key_Z, CTRL)
    assert chosen(desk).span == found.span


@pytest.mark.parametrize("key", [KEY.Key_N, KEY.Key_P])
def test_the_walk_begins_with_the_segment_that_is_on_the_screen(qtbot, desk, key):
    segment = desk.desk.reviewing.track.segments[0]
    desk.desk.playback.seek(segment.peak_frame)
    wait_frame(qtbot, desk, segment.peak_frame)
    assert chosen(desk) is None
    press(desk, key)
    assert chosen(desk) == segment


def test_the_walk_says_where_it_ends(desk):
    count = len(desk.desk.reviewing.track.segments)
    Keyboard(desk).press(KEY.Key_N, times=count)
    assert said(desk) == ""
    press(desk, KEY.Key_N)
    assert said(desk) == "No flagged segment after this one"
    Keyboard(desk).press(KEY.Key_P, times=count)
    assert said(desk) == "No flagged segment before this one"
