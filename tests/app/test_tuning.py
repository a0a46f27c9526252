"""The tuning panel says new settings while a control moves, and nothing when it is set."""

from __future__ import annotations

import numpy as np
import pytest
from pointer import drag_mouse
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.views.histogram import Histogram
from app.views.tuning import TuningPanel
from engine.scoring.score import ScoreSettings
from engine.scoring.segments import SegmentSettings

LEFT = Qt.MouseButton.LeftButton
SCORES = np.linspace(0, 4, 500, dtype=np.float32)


@pytest.fixture
def panel(qtbot: QtBot) -> TuningPanel:
    widget = TuningPanel()
    qtbot.addWidget(widget)
    widget.resize(300, 1000)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def heard(signal) -> list:
    values: list = []
    signal.connect(lambda *args: values.append(args[0] if args else None))
    return values


def test_moving_lambda_emits_while_dragged(panel: TuningPanel) -> None:
    settings = heard(panel.score_settings_changed)
    slider = panel.lambda_row.slider
    y, width = slider.height() // 2, slider.width()
    start = QPoint(7 + round(0.6 * (width - 14)), y)
    drag_mouse(slider, start, start + QPoint(-30, 0), start + QPoint(-60, 0))
    assert len(settings) >= 2
    assert settings[-1].lambda_ < settings[0].lambda_ < 0.6
    assert all(s.smooth == 0 for s in settings)
    assert f"appearance {settings[-1].lambda_:.2f}" in panel.weighing.text()


def test_lambda_can_be_typed(panel: TuningPanel) -> None:
    settings = heard(panel.score_settings_changed)
    box = panel.lambda_row.box
    box.selectAll()
    QTest.keyClicks(box, box.locale().toString(0.25, "f", 2))
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert [s.lambda_ for s in settings] == [0.25]


def test_setters_do_not_echo(panel: TuningPanel) -> None:
    lists = [
        heard(panel.score_settings_changed),
        heard(panel.smooth_seconds_changed),
        heard(panel.segment_settings_changed),
        heard(panel.gamma_changed),
        heard(panel.rerun_requested),
    ]
    panel.set_poolings(["frame"])
    panel.set_score_settings(ScoreSettings(lambda_=0.1, normalise="minmax", pooling="frame"))
    panel.set_smooth_seconds(2.0)
    panel.set_segment_settings(SegmentSettings(3.0, 0.5, 2.0, 3.0, 4.0))
    panel.set_gamma(0.3)
    panel.set_scores_for_histogram(SCORES)
    panel.set_rerun(True, "Re-run from 0:00:31")
    assert lists == [[]] * 5


def test_what_is_set_comes_back_with_the_next_change(panel: TuningPanel) -> None:
    panel.set_segment_settings(SegmentSettings(3.0, 0.5, 2.0, 3.0, 4.0))
    settings = heard(panel.segment_settings_changed)
    QTest.keyClick(panel.length_rows["padding"].box, Qt.Key.Key_Up)
    assert settings == [SegmentSettings(3.0, 0.5, 2.0, 3.0, 4.1)]


def test_dragging_the_histogram_moves_the_threshold(panel: TuningPanel) -> None:
    panel.set_scores_for_histogram(SCORES)
    settings = heard(panel.segment_settings_changed)
    histogram = panel.histogram
    y, line = 40, round(histogram._x_of(panel.threshold_row.value()))
    drag_mouse(histogram, QPoint(line, y), QPoint(line + 20, y), QPoint(line + 40, y))
    thresholds = [s.threshold for s in settings]
    assert len(thresholds) == 2
    assert thresholds == sorted(thresholds)
    assert panel.threshold_row.value() == pytest.approx(thresholds[-1], abs=0.01)


def test_dragging_elsewhere_selects_a_range_of_scores_and_a_click_clears_it(qtbot: QtBot) -> None:
    histogram = Histogram()
    qtbot.addWidget(histogram)
    histogram.resize(300, 104)
    histogram.set_values(SCORES)
    histogram.set_threshold(2.0)
    chosen, moved = heard(histogram.range_selected), heard(histogram.threshold_moved)
    low, high = (QPoint(round(histogram._x_of(v)), 40) for v in (0.5, 1.25))
    drag_mouse(histogram, high, low)
    assert histogram.brush() == (pytest.approx(0.5, abs=0.02), pytest.approx(1.25, abs=0.02))
    assert chosen[-1] == histogram.brush()
    QTest.mouseClick(histogram, Qt.MouseButton.LeftButton, pos=QPoint(20, 40))
    assert chosen[-1] is None
    assert moved == []


def test_a_range_of_scores_is_made_moved_and_cleared_by_keys(qtbot: QtBot) -> None:
    histogram = Histogram()
    qtbot.addWidget(histogram)
    histogram.set_values(SCORES)
    histogram.set_threshold(2.0)
    chosen = heard(histogram.range_selected)
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Escape):
        QTest.keyClick(histogram, key)
    assert chosen[0][1] == 2.0
    assert chosen[1] == (pytest.approx(chosen[0][0] - 0.04), pytest.approx(1.96))
    assert chosen[2] is None


def test_histogram_moves_by_arrow_keys(qtbot: QtBot) -> None:
    histogram = Histogram()
    qtbot.addWidget(histogram)
    histogram.set_values(SCORES)
    histogram.set_threshold(1.0)
    moved, final = heard(histogram.threshold_moved), heard(histogram.threshold_set)
    QTest.keyClick(histogram, Qt.Key.Key_Right)
    assert moved == final == [pytest.approx(1.04)]


def test_histogram_shows_no_scores_and_one_score(qtbot: QtBot) -> None:
    histogram = Histogram()
    qtbot.addWidget(histogram)
    histogram.grab()
    histogram.set_values(np.full(3, np.nan, np.float32))
    histogram.grab()
    histogram.set_values(np.ones(3, np.float32))
    histogram.grab()


def test_gamma_slider_is_fine_around_its_value(panel: TuningPanel) -> None:
    panel.set_gamma(0.0165)
    values = heard(panel.gamma_changed)
    QTest.keyClick(panel.gamma_row.slider, Qt.Key.Key_Right)
    assert len(values) == 1
    assert 0.0165 < values[0] < 0.0167


def test_control_without_meaning_is_off_and_says_why(panel: TuningPanel) -> None:
    panel.set_lambda_available(False, "This detector has one part.")
    panel.set_gamma_available(False, "This detector has no memory.")
    panel.set_poolings(["patch"])
    assert not panel.lambda_row.slider.isEnabled()
    assert panel.lambda_row.reason.isVisible()
    assert panel.lambda_row.box.toolTip() == "This detector has one part."
    assert not panel.gamma_row.box.isEnabled()
    assert panel.rerun.isHidden()
    assert not panel.pooling.isEnabled()
    panel.set_lambda_available(True)
    assert panel.lambda_row.slider.isEnabled()
    assert not panel.lambda_row.reason.isVisible()


def test_without_a_memory_no_gamma_is_shown_until_one_is_set(panel: TuningPanel) -> None:
    panel.set_gamma(0.0123)
    emitted = heard(panel.gamma_changed)
    panel.set_gamma_available(False, "speed has no memory to update")
    assert panel.gamma_row.box.text() == "–"
    panel.set_gamma_available(True)
    panel.set_gamma(0.0456)
    assert panel.gamma_row.box.value() == pytest.approx(0.0456)
    assert panel.gamma_row.box.text() != "–"
    assert emitted == []


def test_raw_parts_are_not_mixed_silently(panel: TuningPanel) -> None:
    settings = heard(panel.score_settings_changed)
    panel.normalise.setCurrentIndex(panel.normalise.findData("none"))
    assert settings[-1].normalise == "none"
    assert "set lambda to 0 or 1" in panel.weighing.text()


def test_rerun_is_asked_for_only_where_decisions_change(panel: TuningPanel) -> None:
    asked = heard(panel.rerun_requested)
    QTest.mouseClick(panel.rerun, LEFT)
    panel.set_rerun(True, "Re-run from 0:00:31")
    QTest.mouseClick(panel.rerun, LEFT)
    assert len(asked) == 1
    assert panel.rerun.text() == "Re-run from 0:00:31"


def test_every_control_has_a_name_a_description_and_a_tooltip(panel: TuningPanel) -> None:
    rows = [panel.lambda_row, panel.gamma_row, panel.threshold_row, panel.smooth_row]
    controls = [panel.normalise, panel.pooling, panel.rerun, panel.histogram]
    for control in (*controls, *(r.box for r in rows), *(r.slider for r in rows)):
        assert control.accessibleName()
        assert control.accessibleDescription()
        assert control.toolTip()
