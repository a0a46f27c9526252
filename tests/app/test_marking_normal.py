"""Mark as normal with the keys: rarity and false alarms an hour are said, undo takes it back."""

from __future__ import annotations

import pytest
from desk_driver import build, open_and_analyse, press, wait_frame
from PySide6.QtCore import Qt
from tiny_engine import write_long_walk

KEY, MOD = Qt.Key, Qt.KeyboardModifier


@pytest.fixture(scope="module")
def long_walk(tmp_path_factory):
    return write_long_walk(tmp_path_factory.mktemp("long") / "long.mp4")


@pytest.fixture
def desk(qtbot, long_walk):
    application = build(qtbot)
    open_and_analyse(qtbot, application, long_walk)
    qtbot.waitUntil(application.window.actions_["segments.in"].isEnabled)
    return application


def mark(qtbot, application, first: int, last: int) -> None:
    for frame, key, modifier in (
        (first, KEY.Key_I, MOD.NoModifier),
        (last, KEY.Key_O, MOD.ShiftModifier),
    ):
        application.desk.playback.seek(frame)
        wait_frame(qtbot, application, frame)
        press(application, key, modifier)


def said(application) -> str:
    return application.window.tuning.sentence.text()


def scope(application) -> str:
    return application.window.detector._text.full()


def test_marks_state_false_alarms_and_their_scope_without_a_second_run(qtbot, desk):
    assert "false alarm" not in said(desk)
    assert scope(desk) == "Normal is: the whole footage, taken as normal"
    before = desk.desk.current.analysis
    mark(qtbot, desk, 145, 204)
    mark(qtbot, desk, 210, 284)
    alarms = desk.desk.reviewing.track.false_alarms
    assert alarms.seconds == pytest.approx(13.4, abs=0.11)
    assert said(desk).endswith(alarms.sentence)
    assert "false alarms an hour" in said(desk)
    assert said(desk).endswith("from 13 s that you marked as normal")
    assert scope(desk) == "Normal is: 13 s that the analyst marked as normal"
    assert desk.desk.current.analysis is before
    assert desk.desk.analysing.running is None
    desk.desk.playback.seek(130)
    wait_frame(qtbot, desk, 130)
    assert "rarer than 99.2 % of normal" in desk.window.canvas._badge  # 135 of 136, not 100 %


def test_undo_takes_the_marks_calibration_back_and_redo_brings_it_again(qtbot, desk):
    plain = desk.desk.reviewing.track.score.copy()
    mark(qtbot, desk, 160, 284)
    marked = desk.desk.reviewing.track.score.copy()
    assert "that you marked as normal" in said(desk)
    press(desk, KEY.Key_Z, MOD.ControlModifier)
    qtbot.waitUntil(lambda: "false alarm" not in said(desk))
    assert (desk.desk.reviewing.track.score[1:80] == plain[1:80]).all()
    assert scope(desk) == "Normal is: the whole footage, taken as normal"
    press(desk, KEY.Key_Z, MOD.ControlModifier | MOD.ShiftModifier)
    qtbot.waitUntil(lambda: "that you marked as normal" in said(desk))
    assert (desk.desk.reviewing.track.score[1:80] == marked[1:80]).all()
    assert not (marked[1:80] == plain[1:80]).all()


def test_a_short_mark_says_how_much_more_is_needed(qtbot, desk):
    mark(qtbot, desk, 160, 199)
    told = desk.window.statusBar().currentMessage()
    assert told.endswith("With 6.0 s more the score is calibrated on it")
    assert "false alarm" not in said(desk)
    mark(qtbot, desk, 210, 284)
    assert desk.window.statusBar().currentMessage().endswith("The score is calibrated on it")


def test_the_marks_count_again_after_reopening(qtbot, desk, long_walk):
    mark(qtbot, desk, 160, 284)
    before = said(desk)
    press(desk, KEY.Key_W, MOD.ControlModifier)
    desk.desk.open([long_walk])
    qtbot.waitUntil(lambda: "that you marked as normal" in said(desk))
    assert said(desk) == before
    assert scope(desk) == "Normal is: 12 s that the analyst marked as normal"
