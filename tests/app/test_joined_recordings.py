"""Recordings that follow each other are shown, played and walked as one."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from desk_driver import build, press, wait_frame
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

CTRL = Qt.KeyboardModifier.ControlModifier
NAMES = ("gate_20240511_080000.mp4", "gate_20240511_080005.mp4", "gate_20240511_080020.mp4")


@pytest.fixture
def joined(qtbot, walk, tmp_path):
    """Three recordings of 4.8 s; 10.2 s are missing before the last."""
    folder = tmp_path / "recorder"
    folder.mkdir()
    for number, name in enumerate(NAMES):
        shutil.copy(walk, folder / name)
        with open(folder / name, "ab") as file:  # another fingerprint, the same pictures
            file.write(b"\0\0\0\x0cfree" + bytes([number] * 4))
    application = build(qtbot)
    application.desk.open([folder])
    qtbot.waitUntil(
        lambda: (
            len(application.desk.documents) == 3
            and all(d.summary is not None for d in application.desk.documents)
            and application.desk.analysing.running is None
        ),
        timeout=60_000,
    )
    press(application, Qt.Key.Key_J, CTRL)
    return application


def name(application) -> str:
    return application.desk.current.path.name


def test_a_click_on_the_line_goes_to_that_moment_of_that_recording(qtbot, joined):
    strip = joined.window.joined
    assert strip.isVisible()
    assert joined.desk.joined.joined.gaps() == [(9.8, 20.0)]
    x = round(strip._x(22.0))
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(x, 30))
    assert name(joined) == NAMES[2]
    wait_frame(qtbot, joined, joined.desk.playback.wanted)
    assert joined.desk.playback.index == pytest.approx(20, abs=1)
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(round(strip._x(11.0)), 30))
    assert name(joined) == NAMES[1]  # in the gap: the nearer end
    wait_frame(qtbot, joined, 47)
    assert np.isfinite(joined.desk.documents[2].summary.heights[1:]).all()


def test_playing_goes_on_in_the_next_recording(qtbot, joined):
    joined.desk.playback.seek(44)
    wait_frame(qtbot, joined, 44)
    joined.desk.playback.set_speed(4.0)
    qtbot.waitUntil(lambda: name(joined) == NAMES[1] and joined.desk.playback.index > 3)
    assert joined.desk.playback.speed == 4.0
    joined.desk.playback.set_speed(-8.0)
    qtbot.waitUntil(lambda: name(joined) == NAMES[0])
    joined.desk.playback.set_speed(0.0)


def test_n_and_p_walk_over_the_ends_and_each_keeps_its_own_review(qtbot, joined):
    press(joined, Qt.Key.Key_Home)
    wait_frame(qtbot, joined, 0)
    for _ in range(20):
        press(joined, Qt.Key.Key_N)
        if name(joined) != NAMES[0]:
            break
        wait_frame(qtbot, joined, joined.desk.playback.wanted)
    assert name(joined) == NAMES[1]
    press(joined, Qt.Key.Key_C)
    assert [s.verdict.value for s in joined.desk.reviewing.state.stored] == ["confirmed"]
    wait_frame(qtbot, joined, joined.desk.playback.wanted)
    press(joined, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: name(joined) == NAMES[0])
    assert not joined.desk.reviewing.state.stored
    press(joined, Qt.Key.Key_J, CTRL)
    assert not joined.window.joined.isVisible()
