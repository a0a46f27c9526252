"""The whole journey on a rendered scene with the shipped weights: open, analyse, tune,
export, reopen."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from desk_driver import build, open_and_analyse, press, wait_analysed, wait_frame
from PySide6.QtCore import Qt

from engine.footage import open_footage
from engine.scene import SceneSpec, write_scene


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    spec = SceneSpec(seed=23, seconds=9, anomalies=(("cyclist", 5.0),))
    return write_scene(spec, tmp_path_factory.mktemp("scene"), name="cyclist", with_masks=False)


def test_open_analyse_tune_export_reopen(qtbot, scene, tmp_path):
    application = build(qtbot)
    desk = application.desk
    open_and_analyse(qtbot, application, scene.video, "scene")
    labels = np.array(json.loads(scene.labels.read_text())["labels"], bool)
    analysis, score = desk.current.analysis, desk.reviewing.track.score
    assert analysis.facts.name == "mnad-prediction"
    scored = np.isfinite(score)
    assert np.nanmedian(score[labels & scored]) > np.nanquantile(score[~labels & scored], 0.9)

    between = float((np.nanmax(score[~labels]) + np.nanmax(score[labels])) / 2)
    desk.reviewing.set_threshold(between)
    qtbot.waitUntil(lambda: len(desk.reviewing.track.segments) >= 1)
    segment = desk.reviewing.track.segments[0]
    assert labels[segment.span.start : segment.span.stop].any()

    press(application, Qt.Key.Key_Home)
    wait_frame(qtbot, application, 0)
    press(application, Qt.Key.Key_N)
    wait_frame(qtbot, application, segment.peak_frame)
    press(application, Qt.Key.Key_C)

    press(application, Qt.Key.Key_E)
    dialog = application.dispatch.dialog
    target = tmp_path / "case"
    dialog._folder.setText(str(target))
    qtbot.mouseClick(dialog._export, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "written to" in dialog._state.text(), timeout=60_000)
    manifest = json.loads((target / "manifest.json").read_text())
    excerpt = manifest["excerpts"][0]
    assert excerpt["packets_identical"]
    copied = open_footage(target / excerpt["file"])
    assert len(copied.table) == excerpt["actual"][1] - excerpt["actual"][0]
    qtbot.mouseClick(dialog._close, Qt.MouseButton.LeftButton)
    application.window.close()

    again = build(qtbot)
    again.desk.open([scene.video])
    wait_analysed(qtbot, again)
    assert again.desk.current.choice == "scene"
    assert again.desk.reviewing.state.segments.threshold == pytest.approx(between)
    assert [s.verdict.value for s in again.desk.reviewing.state.stored] == ["confirmed"]
    np.testing.assert_array_equal(again.desk.reviewing.track.score, score)


def test_lambda_moves_curve_and_overlay_together(qtbot, scene):
    application = build(qtbot)
    desk = application.desk
    open_and_analyse(qtbot, application, scene.video, "scene")
    desk.playback.seek(60)
    wait_frame(qtbot, application, 60)
    from app.controllers.looking import coarse_maps, overlay_of

    def overlay(lambda_: float) -> np.ndarray:
        state = desk.reviewing.state
        state = replace(state, score=replace(state.score, lambda_=lambda_))
        maps = coarse_maps(desk.current.analysis, 60)
        return overlay_of(maps, desk.current.analysis, state, desk.reviewing.calibration)[0]

    a, b, middle = overlay(1.0), overlay(0.0), overlay(0.5)
    np.testing.assert_allclose(middle, (a + b) / 2, atol=1e-3)
