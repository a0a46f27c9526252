"""Steps of the history say what was changed, from what to what."""

from __future__ import annotations

import pytest
from hands import CTRL, KEY, SHIFT, Keyboard

from engine.scoring.ignoring import IgnoredArea


@pytest.fixture
def keys(on_walk):
    return Keyboard(on_walk)


def titles(application) -> list[str]:
    return application.desk.reviewing.session.history


def test_steps_of_settings_name_the_values(on_walk, keys):
    tuning = on_walk.window.tuning
    keys.press(KEY.Key_F2)
    assert tuning.normalise.hasFocus()
    keys.press(KEY.Key_Down)
    keys.tab_to(tuning.smooth_row.box)
    keys.type("1.5")
    keys.press(KEY.Key_Return)
    keys.tab_to(tuning.threshold_row.box)
    before = tuning.threshold_row.box.text()
    for value in ("0.57", "0.61"):  # quickly one after the other: one step
        keys.type(value)
        keys.press(KEY.Key_Return)
    assert titles(on_walk) == [
        "Normalisation: per video (papers)",
        "Smoothing 0.0 → 1.5 s",
        f"Threshold {before} → 0.61",
    ]
    shown = on_walk.window.history.steps
    assert "Threshold" in shown.item(shown.count() - 1).text()
    keys.press(KEY.Key_Z, CTRL)
    assert on_walk.window.statusBar().currentMessage().startswith("Undone: Threshold")


def test_steps_of_ignored_areas_tell_drawing_removing_and_clearing(on_walk, keys):
    corner = IgnoredArea(((0.0, 0.0), (0.1, 0.0), (0.1, 0.1)))
    other = IgnoredArea(((0.5, 0.5), (0.6, 0.5), (0.6, 0.6)))
    for area in (corner, other):
        on_walk.window.canvas.area_drawn.emit(area)
    on_walk.window.canvas.area_removed.emit(1)
    keys.press(KEY.Key_A, CTRL | SHIFT)
    assert titles(on_walk) == [
        "1 ignored area drawn",
        "1 ignored area drawn",
        "1 ignored area removed",
        "Ignored areas cleared",
    ]
