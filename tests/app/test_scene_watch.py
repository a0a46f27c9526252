"""A moved camera and nightfall are noticed after the analysis, said, marked, and there again."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from desk_driver import build, in_front, open_and_analyse, wait_frame
from footage_maker import make_video
from hands import Keyboard, Mouse
from pointer import move_mouse
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from tiny_engine import paint

from app.review_commands import SEGMENTS
from app.views.notice_bar import NoticeBar

FRAMES, CHANGE = 120, 62


def moved(number: int, width: int, height: int) -> np.ndarray:
    back = np.array([[1, 0, 6 if number >= CHANGE else 0], [0, 1, 0]], np.float32)
    return cv2.warpAffine(paint(number), back, (96, 64), borderMode=cv2.BORDER_REPLICATE)


def nightfall(number: int, width: int, height: int) -> np.ndarray:
    light = 0.4 if number >= CHANGE else 1.0
    return np.clip(paint(number) * light, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def moved_clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("scene") / "gate_20240511_080000.mp4"
    return make_video(path, FRAMES, size=(96, 64), look=moved)


@pytest.fixture(scope="module")
def night_clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("scene") / "night.mp4"
    return make_video(path, FRAMES, size=(96, 64), look=nightfall)


def wait_looked(qtbot, application) -> None:
    current = application.desk.current
    qtbot.waitUntil(lambda: current.changes is not None, timeout=20_000)
    qtbot.waitUntil(lambda: not application.desk.scenes.watch.busy)


def marked(application) -> list[float]:
    return application.window.timeline._changes.changes()


def row_tip(application) -> str:
    model = application.window.footage.model
    return model.data(model.index(0), Qt.ItemDataRole.ToolTipRole)


def test_a_moved_camera_is_said_marked_and_gone_to(qtbot, moved_clip):
    application = build(qtbot)
    open_and_analyse(qtbot, application, moved_clip)
    wait_looked(qtbot, application)
    notice: NoticeBar = application.window.notice
    qtbot.waitUntil(lambda: "moved" in notice.text())
    assert "The camera was moved at 08:00:06." in notice.text()
    assert marked(application) == [pytest.approx(CHANGE / 10, abs=0.11)]
    assert "The camera was moved at 08:00:06." in row_tip(application)
    QTest.mouseClick(notice._action, Qt.MouseButton.LeftButton)
    index = application.desk.current.changes[0].index
    wait_frame(qtbot, application, index)
    assert index == pytest.approx(CHANGE, abs=1)


def test_the_mouse_over_a_mark_says_what_changed(qtbot, moved_clip):
    application = build(qtbot)
    open_and_analyse(qtbot, application, moved_clip)
    wait_looked(qtbot, application)
    timeline, hover = application.window.timeline, application.window.hover

    def over(seconds: float) -> None:
        at = timeline._strip.mapViewToScene(QPointF(seconds, 0.5))
        move_mouse(timeline.view.viewport(), at)

    (moved,) = marked(application)
    over(moved)
    assert "Camera moved" in hover.lines()
    over(moved + 2.0)
    assert hover.isVisible()
    assert "Camera moved" not in hover.lines()


@pytest.mark.parametrize("way", ["keys", "mouse"])
def test_the_camera_that_no_weights_know_and_its_move_are_both_seen(qtbot, moved_clip, way):
    application = build(qtbot)
    in_front(application)
    open_and_analyse(qtbot, application, moved_clip)
    notice: NoticeBar = application.window.notice
    qtbot.waitUntil(lambda: "No weights know this camera" in notice.text())
    wait_looked(qtbot, application)
    qtbot.waitUntil(lambda: "moved" in notice.text())
    if way == "keys":
        Keyboard(application).push(notice._close)
    else:
        Mouse(application).click(notice._close)
    assert "No weights know this camera" in notice.text()
    assert notice._action.text() == "Learn normal..."


@pytest.mark.parametrize("way", ["keys", "mouse"])
def test_a_change_is_a_row_of_a_table_that_leads_to_it(qtbot, moved_clip, way):
    application = build(qtbot)
    in_front(application)
    open_and_analyse(qtbot, application, moved_clip)
    changes = application.window.changes
    assert changes.isHidden(), "nothing is known of a change yet"
    wait_looked(qtbot, application)
    qtbot.waitUntil(lambda: not changes.isHidden())
    table = changes.table
    assert [table.item(0, column).text() for column in (0, 1)] == ["08:00:06", "Camera moved"]
    assert table.item(0, 0).toolTip() == "The camera was moved at 08:00:06."
    application.window.resize(1024, 640)
    QApplication.processEvents()
    assert application.window.height() == 640, "there is room for it in the smallest window"
    if way == "keys":
        keys = Keyboard(application)
        keys.press(Qt.Key.Key_F3)
        keys.tab_to(table)
        keys.press(Qt.Key.Key_Down)
        keys.press(Qt.Key.Key_Return)
    else:
        mouse = Mouse(application)
        mouse.tab(SEGMENTS)
        mouse.click(table.viewport(), table.visualItemRect(table.item(0, 0)).center())
    wait_frame(qtbot, application, application.desk.current.changes[0].index)


def test_nightfall_is_said_and_there_again_without_another_look(qtbot, night_clip, monkeypatch):
    application = build(qtbot)
    open_and_analyse(qtbot, application, night_clip)
    wait_looked(qtbot, application)
    qtbot.waitUntil(lambda: "times darker" in application.window.notice.text())
    assert "From 0:00:06 on it is 2." in application.window.notice.text()
    before = marked(application)
    assert len(before) == 1
    application.desk.remove(str(night_clip))
    monkeypatch.setattr(
        "engine.footage.changing.finding_changes", lambda footage: pytest.fail("looked again")
    )
    application.desk.open([night_clip])
    qtbot.waitUntil(lambda: application.desk.current is not None)
    assert marked(application) == before
    assert "times darker" in row_tip(application)


def test_a_resting_camera_is_looked_over_in_silence(qtbot, walk):
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk)
    wait_looked(qtbot, application)
    assert application.desk.current.changes == ()
    assert marked(application) == []
    assert "moved" not in application.window.notice.text()


def test_looking_waits_until_nothing_plays(qtbot, moved_clip):
    application = build(qtbot)
    open_and_analyse(qtbot, application, moved_clip)
    scenes, playback = application.desk.scenes, application.desk.playback
    assert scenes.watch.busy
    playback.set_speed(-1.0)
    scenes._on_quiet()
    assert not scenes.watch.running
    playback.set_speed(0.0)
    wait_looked(qtbot, application)
    assert len(application.desk.current.changes) == 1


def test_looking_rests_while_an_analysis_runs_and_goes_on_after_it(qtbot, moved_clip, walk):
    application = build(qtbot)
    in_front(application)
    open_and_analyse(qtbot, application, moved_clip)
    scenes = application.desk.scenes
    assert scenes.watch.busy
    application.desk.analyse_with(walk, "speed")
    while application.desk.analysing.running is not None:
        QApplication.processEvents()
        if application.desk.analysing.running is not None and scenes.watch.running:
            assert scenes._quiet.isActive()  # it goes on only after a quiet moment
    qtbot.waitUntil(lambda: not scenes.watch.busy, timeout=20_000)
    found = [document.changes for document in application.desk.documents]
    assert [len(changes) for changes in found] == [1, 0]
