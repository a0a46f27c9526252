"""What the application proposes and never does by itself: weights, a threshold, a new version."""

from __future__ import annotations

from dataclasses import replace

import pytest
from desk_driver import (
    build,
    open_and_analyse,
    press,
    wait_analysed,
    wait_frame,
    write_tiny_weights,
)
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from engine import api
from engine.detectors.versions import in_force, versions_of
from engine.detectors.weights import find_weights, write_card
from engine.footage.background import background_of
from engine.timebase import FrameSpan

KEY, MOD = Qt.Key, Qt.KeyboardModifier
LEFT = Qt.MouseButton.LeftButton


def know_the_camera(footage) -> None:
    """Weights `tiny` that saw the background of a footage."""
    write_tiny_weights(footage)
    seen = background_of(api.open_footage(footage))
    write_card(replace(find_weights("tiny"), background=seen.as_dict()))


# the camera


def test_known_weights_are_proposed_and_analyse_at_a_click(qtbot, walk):
    know_the_camera(walk)
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk)
    notice = application.window.notice
    qtbot.waitUntil(lambda: "camera that 'tiny' learned" in notice.text())
    assert application.desk.current.choice == "speed"  # nothing is done unasked
    assert notice._action.text() == "Analyse with tiny"
    QTest.mouseClick(notice._action, LEFT)
    assert notice.text() == ""
    qtbot.waitUntil(
        lambda: application.desk.current.analysis.facts.weights_id.startswith("tiny@"),
        timeout=30_000,
    )
    wait_analysed(qtbot, application)
    assert application.window.detector.current() == "tiny"


def test_an_unknown_camera_is_told_once_and_learning_is_a_click_away(qtbot, walk):
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk)
    notice = application.window.notice
    qtbot.waitUntil(lambda: "No weights know this camera" in notice.text())
    QTest.mouseClick(notice._action, LEFT)
    dialog = application.desk.learning.dialog
    qtbot.waitUntil(dialog.isVisible)
    notice.clear()
    application.desk.cameras.propose(application.desk.current)
    assert notice.text() == ""


# the threshold


@pytest.fixture
def judged(qtbot, walk):
    """A low threshold that flags much; the highest peak is confirmed, a quiet part dismissed."""
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk)
    reviewing, judging = application.desk.reviewing, application.desk.judging
    low = replace(reviewing.state.segments, threshold=0.1, merge_gap=0.0, min_length=0.0)
    reviewing.set_segments(low)
    qtbot.waitUntil(lambda: len(reviewing.track.segments) > 1)
    segments = sorted(reviewing.track.segments, key=lambda s: s.peak)
    judging.judge([segments[-1].id], "confirmed")
    judging.judge([s.id for s in segments[:-1]], "dismissed")
    return application


def test_verdicts_suggest_a_threshold_that_only_a_click_applies(qtbot, judged):
    panel, reviewing = judged.window.tuning.suggestion, judged.desk.reviewing
    qtbot.waitUntil(lambda: panel.text() != "")
    assert "confirmed" in panel.text()
    assert reviewing.state.segments.threshold == 0.1
    press(judged, KEY.Key_F2)
    QTest.mouseClick(panel._apply, LEFT)
    assert 0.1 < reviewing.state.segments.threshold < 1.1
    assert reviewing.session.history[-1] == "suggested threshold"
    qtbot.waitUntil(lambda: panel.text() == "")  # nothing better is left to suggest
    press(judged, KEY.Key_Z, MOD.ControlModifier)
    assert reviewing.state.segments.threshold == 0.1


def test_without_a_confirmed_segment_nothing_is_suggested(qtbot, judged):
    panel, reviewing = judged.window.tuning.suggestion, judged.desk.reviewing
    qtbot.waitUntil(lambda: panel.text() != "")
    confirmed = [s.id for s in reviewing.track.segments if s.verdict.value == "confirmed"]
    judged.desk.judging.judge(confirmed, "dismissed")
    qtbot.waitUntil(lambda: panel.text() == "")


# dismissed segments are normal


@pytest.fixture
def tiny_plan(monkeypatch):
    """Networks of width 2 on 32 x 32 pixels."""
    from engine.detectors.mnad import MnadConfig
    from engine.learning.plan import TrainingPlan

    config = MnadConfig(channels=1, width=2, size=32, items=4)
    plan = TrainingPlan(config, epochs=1, batch=2, device="cpu", precision="fp32", clip_rate=None)
    monkeypatch.setattr("engine.learning.recipes.network_plan", lambda order, base: plan)


def add_dismissed(application) -> None:
    press(application, KEY.Key_L, MOD.ControlModifier | MOD.ShiftModifier)


def button(dialog, text: str) -> QPushButton:
    return next(b for b in dialog.findChildren(QPushButton) if b.text() == text and b.isVisible())


def test_dismissed_segments_become_a_version_that_can_be_rolled_back(qtbot, walk, tiny_plan):
    write_tiny_weights(walk)
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk, "tiny")
    add_dismissed(application)
    assert application.desk.learning.dialog is None
    assert "Dismiss the segments" in application.window.statusBar().currentMessage()
    made = application.desk.judging.make(FrameSpan(2, 42))
    application.desk.judging.judge([made], "dismissed")
    add_dismissed(application)
    dialog = application.desk.learning.dialog
    qtbot.waitUntil(dialog.isVisible)
    settings = dialog.form.settings()
    assert (settings.detector, settings.base, settings.name) == (
        "mnad-prediction", "tiny", "tiny-2",
    )  # fmt: skip
    table = dialog.form.ranges.table()
    assert ["0:00:00.2", "0:00:04.2"] in [
        [table.item(row, column).text() for column in (1, 2)] for row in range(table.rowCount())
    ]
    QTest.mouseClick(button(dialog, "Learn"), LEFT)
    qtbot.waitUntil(lambda: dialog.state == "done", timeout=60_000)
    assert [card.name for card in versions_of("tiny")] == ["tiny", "tiny-2"]
    assert in_force("tiny").name == "tiny-2"
    dialog.close()
    application.window.activateWindow()
    qtbot.waitUntil(application.window.isActiveWindow)
    press(application, KEY.Key_W, MOD.ControlModifier | MOD.ShiftModifier)
    weights = application.desk.learning.weights.dialog
    assert "used here" in weights.tree.currentItem().text(1)
    QTest.mouseClick(weights.back, LEFT)
    assert in_force("tiny").name == "tiny"
    wait_frame(qtbot, application, application.desk.playback.wanted)
