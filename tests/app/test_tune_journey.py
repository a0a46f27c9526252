"""Tuning: lambda, gamma, threshold, smoothing, lengths and ignored areas; each by keys alone and by
the mouse alone, with everything that is drawn following at once.
"""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from desk_driver import build, in_front, wait_analysed, write_tiny_weights
from hands import CTRL, KEY, SHIFT, Keyboard, Mouse
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QStyle, QStyleOptionSpinBox

from app.review_commands import TUNING
from app.views.timeline import REGULAR
from engine import api

both_ways = pytest.mark.parametrize("way", ["keys", "mouse"])


@pytest.fixture(scope="module")
def known(walk, tmp_path_factory):
    """A home in which tiny weights have analysed the walk: two parts and a memory."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NORMSCOPE_HOME", str(home))
        write_tiny_weights(walk)
        detector = api.load_detector(weights="tiny")
        for _ in api.start_analysis(api.open_footage(walk), detector).run():
            pass
    return home


@pytest.fixture
def application(qtbot, walk, known, user_home, monkeypatch):
    shutil.copytree(known, user_home, dirs_exist_ok=True)
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *args: ([str(walk)], ""))
    application = build(qtbot)
    in_front(application)
    Keyboard(application).press(KEY.Key_O, CTRL)
    wait_analysed(qtbot, application)
    Keyboard(application).press(KEY.Key_Right, times=3)
    qtbot.waitUntil(lambda: application.window.canvas.index() == 30)
    return application


@pytest.fixture
def keys(application):
    return Keyboard(application)


@pytest.fixture
def mouse(application):
    return Mouse(application)


def score(application) -> np.ndarray:
    return application.desk.reviewing.track.score.copy()


def follows(qtbot, application, before: np.ndarray) -> None:
    """Another score is in force, and the timeline draws it."""
    reviewing, timeline = application.desk.reviewing, application.window.timeline
    qtbot.waitUntil(lambda: not np.array_equal(reviewing.track.score, before, equal_nan=True))

    def drawn() -> bool:
        shown = timeline._score.pyramid.query(0.0, 4.8, 10_000)[2]
        return bool(np.nanmax(shown) == pytest.approx(float(np.nanmax(reviewing.track.score))))

    qtbot.waitUntil(drawn)


def is_back(qtbot, application, before: np.ndarray) -> None:
    reviewing = application.desk.reviewing
    qtbot.waitUntil(lambda: np.array_equal(reviewing.track.score, before, equal_nan=True))


def slide(mouse: Mouse, slider, by: int) -> None:
    """Take hold of a slider's handle and move it by pixels."""
    share = slider.value() / slider.maximum()
    at = QPoint(7 + round(share * (slider.width() - 14)), slider.height() // 2)
    mouse.drag(slider, at, at + QPoint(by, 0))


def click_up(mouse: Mouse, box, times: int = 1) -> None:
    """The small arrow of a number."""
    option = QStyleOptionSpinBox()
    box.initStyleOption(option)
    style, parts = box.style(), QStyle.SubControl
    control = QStyle.ComplexControl.CC_SpinBox
    for _ in range(times):
        arrow = style.subControlRect(control, option, parts.SC_SpinBoxUp, box)
        mouse.click(box, arrow.center())


def show_tuning(application, way: str) -> None:
    if way == "keys":
        Keyboard(application).press(KEY.Key_F2)
    else:
        Mouse(application).tab(TUNING)
    assert application.window.tuning.isVisible()


@both_ways
def test_lambda_moves_curve_overlay_and_words_and_is_one_step_of_undo(
    qtbot, application, keys, mouse, way
):
    show_tuning(application, way)
    tuning, canvas, before = (
        application.window.tuning,
        application.window.canvas,
        score(application),
    )
    qtbot.waitUntil(lambda: canvas._overlay is not None)
    overlay = canvas._overlay
    if way == "keys":
        keys.tab_to(tuning.lambda_row.slider)
        keys.press(KEY.Key_Left, times=20)
    else:
        slide(mouse, tuning.lambda_row.slider, -60)
    lambda_ = application.desk.reviewing.state.score.lambda_
    assert lambda_ < 0.5
    assert f" {lambda_:.2f} · " in tuning.weighing.text()
    follows(qtbot, application, before)
    qtbot.waitUntil(lambda: canvas._overlay is not None and canvas._overlay is not overlay)
    assert not np.array_equal(canvas._overlay, overlay)
    if way == "keys":
        keys.press(KEY.Key_Z, CTRL)
    else:
        mouse.menu("edit.undo")
    is_back(qtbot, application, before)


@both_ways
def test_a_number_is_typed_or_clicked_and_normalisation_chosen(
    qtbot, application, keys, mouse, way
):
    show_tuning(application, way)
    tuning, before = application.window.tuning, score(application)
    if way == "keys":
        keys.tab_to(tuning.lambda_row.box)
        keys.type("0.25")
        keys.press(KEY.Key_Return)
        keys.tab_to(tuning.normalise)
        keys.press(KEY.Key_Down)
    else:
        click_up(mouse, tuning.lambda_row.box, 2)
        mouse.choose(tuning.normalise, 1)
    state = application.desk.reviewing.state.score
    assert state.lambda_ == pytest.approx(0.25 if way == "keys" else 0.62)
    assert state.normalise == "minmax"
    follows(qtbot, application, before)


@both_ways
def test_gamma_is_previewed_and_run_again(qtbot, application, keys, mouse, way):
    desk, tuning = application.desk, application.window.tuning
    timeline, analysis = application.window.timeline, application.desk.current.analysis
    row = timeline._tracks[REGULAR]
    show_tuning(application, way)
    assert not tuning.rerun.isEnabled()
    if way == "keys":
        keys.tab_to(tuning.gamma_row.box)
        keys.type("0")
        keys.press(KEY.Key_Return)
    else:
        at = row.box.mapViewToScene(QPointF(2.0, row.line.value()))
        mouse.drag(timeline.view.viewport(), at, at + QPointF(0, 200))
    assert desk.reviewing.state.gamma < analysis.head.gamma
    assert "would stop" in tuning.gamma_text.text()
    assert row._mask is not None, "frames that would stop updating are tinted"
    assert tuning.rerun.text().startswith("Re-run from 0:00:0")
    if way == "keys":
        keys.press(KEY.Key_R, CTRL)
    else:
        mouse.click(tuning.rerun)
    qtbot.waitUntil(lambda: desk.current.analysis is not analysis, timeout=20_000)
    wait_analysed(qtbot, application)
    assert desk.current.analysis.updated.sum() < analysis.updated.sum()
    assert not tuning.rerun.isEnabled()


@both_ways
def test_the_threshold_moves_segments_and_sentence(qtbot, application, keys, mouse, way):
    window, reviewing = application.window, application.desk.reviewing
    show_tuning(application, way)
    before, histogram = reviewing.state.segments.threshold, window.tuning.histogram
    if way == "keys":
        keys.tab_to(histogram)
        keys.press(KEY.Key_Right, times=3)
    else:
        line = QPoint(round(histogram._x_of(before)), 40)
        mouse.drag(histogram, line, line + QPoint(20, 0))
    raised = reviewing.state.segments.threshold
    assert raised > before
    assert window.timeline._score.line.value() == pytest.approx(raised)
    if way == "keys":
        keys.tab_to(window.tuning.threshold_row.box)
        keys.type("100")
        keys.press(KEY.Key_Return)
    else:
        row = window.timeline._score
        at = row.box.mapViewToScene(QPointF(1.0, raised))
        mouse.drag(window.timeline.view.viewport(), at, at - QPointF(0, 200))
    qtbot.waitUntil(lambda: window.sentence.text() == "No segments at this threshold.")
    assert window.segments.model.rows() == []


@both_ways
def test_smoothing_hysteresis_and_lengths_are_set_and_undone(qtbot, application, keys, mouse, way):
    show_tuning(application, way)
    tuning, reviewing, before = (
        application.window.tuning,
        application.desk.reviewing,
        score(application),
    )
    first = reviewing.state.segments
    rows = {"hysteresis": tuning.hysteresis_row, **tuning.length_rows}
    for row in (tuning.smooth_row, *rows.values()):
        if way == "keys":
            keys.tab_to(row.box)
            keys.press(KEY.Key_Up)
        else:
            click_up(mouse, row.box)
    follows(qtbot, application, before)
    state = reviewing.state
    assert state.smooth_seconds > 0
    assert state.segments.threshold == first.threshold, "not rounded to what its box shows"
    for name in rows:
        assert getattr(state.segments, name) > getattr(first, name), name
    for _ in range(5):  # each setting is a step of its own
        if way == "keys":
            keys.press(KEY.Key_Z, CTRL)
        else:
            mouse.menu("edit.undo")
    assert reviewing.state.segments == first
    is_back(qtbot, application, before)


# ignored areas


def shares(application) -> list[tuple[tuple[float, float], ...]]:
    return [area.points for area in application.desk.reviewing.state.areas]


def test_an_ignored_area_is_drawn_taken_back_and_removed_by_keys(qtbot, application, keys):
    canvas, before = application.window.canvas, score(application)
    keys.press(KEY.Key_A)
    assert canvas.tool() == "area"
    status = application.window.statusBar()
    assert "arrows move the cross, Space sets a corner, Enter closes" in status.currentMessage()
    keys.press(KEY.Key_Return)
    assert "three corners or more" in status.currentMessage()
    keys.press(KEY.Key_Up, SHIFT, times=6)
    for key, steps in (
        (KEY.Key_Left, 9),
        (KEY.Key_Right, 18),
        (KEY.Key_Down, 12),
        (KEY.Key_Left, 18),
    ):
        keys.press(key, SHIFT, times=steps)
        keys.press(KEY.Key_Space)
    keys.press(KEY.Key_Return)
    assert canvas.tool() == "look"
    (ring,) = shares(application)
    assert ring[0] == pytest.approx((0.05, 0.2))
    assert ring[2] == pytest.approx((0.95, 0.8))
    follows(qtbot, application, before)
    keys.press(KEY.Key_Z, CTRL)
    assert shares(application) == []
    is_back(qtbot, application, before)
    keys.press(KEY.Key_Z, CTRL | SHIFT)
    assert len(shares(application)) == 1
    keys.press(KEY.Key_A)
    keys.press(KEY.Key_Up, times=2)
    keys.press(KEY.Key_Delete)  # the area below the crosshair
    assert shares(application) == []
    keys.press(KEY.Key_Space)
    keys.press(KEY.Key_Escape)  # first what is begun is abandoned, then the tool
    assert canvas.tool() == "area"
    keys.press(KEY.Key_Escape)
    assert canvas.tool() == "look"
    keys.press(KEY.Key_Z, CTRL)
    keys.press(KEY.Key_A, CTRL | SHIFT)
    assert shares(application) == []


def test_an_ignored_area_is_drawn_taken_back_and_removed_by_mouse(qtbot, application, mouse):
    canvas, before = application.window.canvas, score(application)

    def at(x: float, y: float) -> QPoint:
        return canvas.from_shares(x, y).toPoint()

    mouse.menu("view.area")
    mouse.drag(canvas, at(0.05, 0.2), at(0.5, 0.7))
    assert canvas.tool() == "look"
    (ring,) = shares(application)
    assert ring[0] == pytest.approx((0.05, 0.2), abs=0.01)
    follows(qtbot, application, before)
    mouse.menu("edit.undo")
    assert shares(application) == []
    is_back(qtbot, application, before)
    mouse.menu("view.area")
    for corner in ((0.1, 0.2), (0.6, 0.2), (0.6, 0.9), (0.1, 0.2)):
        mouse.click(canvas, at(*corner))
    assert len(shares(application)[0]) == 3
    place = at(0.5, 0.4)
    mouse.hover(canvas, place)
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, canvas.mapToGlobal(place))
    QApplication.sendEvent(canvas, asked)  # the system makes such an event of a right click
    menu = canvas.findChild(QMenu)
    mouse.click(menu, menu.actionGeometry(menu.actions()[0]).center())
    assert shares(application) == []
    is_back(qtbot, application, before)
    mouse.menu("view.area")
    mouse.menu("view.area")
    assert canvas.tool() == "look", "the menu ends it, too"
