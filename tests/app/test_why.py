"""The line that says why: measured words for the frame at rest, and nothing while it moves."""

from __future__ import annotations

import re

import numpy as np
from desk_driver import build, open_and_analyse, press, wait_frame, write_tiny_weights
from PySide6.QtCore import Qt

from app.views.why_line import WhyLine
from engine import api


def wait_reason(qtbot, application) -> str:
    line = application.window.why
    qtbot.waitUntil(lambda: line.text() not in ("", "…"), timeout=10_000)
    return line.text()


def test_the_line_shows_a_reason_and_its_shares(qtbot):
    line = WhyLine()
    qtbot.addWidget(line)
    line.set_reason("Moving left.", "Motion 71 %, appearance 29 %")
    assert line.text() == "Moving left. Motion 71 %, appearance 29 %"
    assert line.accessibleDescription() == line.text()
    line.clear("Not analysed yet.")
    assert line.text() == "Not analysed yet."


def test_the_frame_at_rest_is_explained_by_what_was_measured(qtbot, walk):
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk)
    desk = application.desk
    analysis = desk.current.analysis
    peak = int(np.nanargmax(analysis.parts["patch_speed"]))
    desk.playback.seek(peak)
    wait_frame(qtbot, application, peak)
    shown = wait_reason(qtbot, application)
    found = api.explain(
        desk.current.footage,
        analysis,
        peak,
        desk.reviewing.state.score,
        calibration=desk.reviewing.calibration,
    )
    assert found is not None
    assert shown == found.sentence
    assert set(re.findall(r"\d+(?:\.\d+)?", shown)) <= {one.text for one in found.measured}
    assert application.window.why.isVisible()
    press(application, Qt.Key.Key_Space)
    assert application.window.why.text() == "Said when the picture rests."
    press(application, Qt.Key.Key_Space)
    assert "normal" in wait_reason(qtbot, application)


def test_a_first_frame_has_no_score_and_the_line_says_so(qtbot, walk):
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk)
    application.desk.playback.seek(0)
    wait_frame(qtbot, application, 0)
    assert wait_reason(qtbot, application) == "This frame has no score."


def test_a_network_is_explained_with_shares_that_follow_lambda(qtbot, walk):
    write_tiny_weights(walk)
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk, "tiny")
    application.desk.playback.seek(30)
    wait_frame(qtbot, application, 30)
    first = wait_reason(qtbot, application)
    assert re.search(r"Appearance \d+ %, memory \d+ %|Memory \d+ %, appearance \d+ %", first)
    tuning = application.window.tuning
    from dataclasses import replace

    state = application.desk.reviewing.state
    application.desk.reviewing.set_score(replace(state.score, lambda_=0.0))
    qtbot.waitUntil(lambda: application.window.why.text() not in ("…", first), timeout=10_000)
    assert tuning.isVisible()
    assert "memory" in application.window.why.text()
    assert "ppearance" not in application.window.why.text()


def test_without_footage_there_is_no_line(qtbot):
    application = build(qtbot)
    assert not application.window.why.isVisible()
