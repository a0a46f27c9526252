"""The picture, what lies over it and beside it, and the timeline's rows; each by keys alone and
by the mouse alone.
"""

from __future__ import annotations

import pytest
from desk_driver import build, in_front, open_and_analyse, wait_frame, write_tiny_weights
from hands import CTRL, KEY, Keyboard, Mouse
from PySide6.QtCore import QPoint, QPointF

from app.views.timeline import REGULAR


@pytest.fixture
def keys(on_walk):
    return Keyboard(on_walk)


@pytest.fixture
def mouse(on_walk):
    return Mouse(on_walk)


def test_the_picture_is_zoomed_and_moved_by_keys(on_walk, keys):
    canvas = on_walk.window.canvas
    fitted = canvas.zoom()
    keys.press(KEY.Key_Plus, times=3)
    assert canvas.zoom() == pytest.approx(fitted * 1.25**3)
    keys.tab_to(canvas)
    before = canvas.from_shares(0.5, 0.5)
    keys.press(KEY.Key_Right, CTRL)
    assert canvas.from_shares(0.5, 0.5).x() < before.x()
    keys.press(KEY.Key_Down, CTRL)
    assert canvas.from_shares(0.5, 0.5).y() < before.y()
    keys.press(KEY.Key_Minus)
    assert canvas.zoom() == pytest.approx(fitted * 1.25**2)
    keys.press(KEY.Key_0)
    assert canvas.is_fitting()


def test_the_picture_is_zoomed_and_moved_by_mouse(on_walk, mouse):
    canvas = on_walk.window.canvas
    fitted, spot = canvas.zoom(), canvas.rect().center() + QPoint(30, 20)
    under = canvas.to_shares(QPointF(spot))
    mouse.wheel(canvas, spot, 3)
    assert canvas.zoom() == pytest.approx(fitted * 1.25**3)
    assert canvas.to_shares(QPointF(spot)) == pytest.approx(under, abs=0.01)
    mouse.drag(canvas, spot, spot - QPoint(60, 40))
    assert canvas.to_shares(QPointF(spot - QPoint(60, 40))) == pytest.approx(under, abs=0.01)
    mouse.menu("view.zoom_out")
    assert canvas.zoom() == pytest.approx(fitted * 1.25**2)
    mouse.menu("view.zoom_fit")
    assert canvas.is_fitting()


def test_overlays_are_cycled_and_made_stronger_by_keys(on_walk, keys):
    canvas, bar = on_walk.window.canvas, on_walk.window.overlay
    for mode in ("contour", "boxes", "off", "heat"):
        keys.press(KEY.Key_H)
        assert canvas.overlay_mode() == mode
    before = bar.opacity()
    keys.press(KEY.Key_BracketRight)
    assert bar.opacity() == pytest.approx(before + 0.1)
    keys.press(KEY.Key_BracketLeft, times=2)
    assert canvas._opacity == pytest.approx(before - 0.1)


def test_overlays_are_cycled_and_made_stronger_by_mouse(on_walk, mouse):
    canvas, bar = on_walk.window.canvas, on_walk.window.overlay
    before = canvas._opacity
    slider = bar.slider
    at = QPoint(round(slider.width() * before), slider.height() // 2)
    mouse.drag(slider, at, QPoint(slider.width(), at.y()))
    assert canvas._opacity > before + 0.2
    for mode in ("contour", "boxes", "off", "heat"):
        mouse.click(bar.mode)
        assert canvas.overlay_mode() == mode


@pytest.fixture
def predicted(qtbot, walk):
    """Analysed by a detector that predicts a picture and has a memory."""
    write_tiny_weights(walk)
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk, "tiny")
    in_front(application)
    return application


@pytest.mark.parametrize("way", ["keys", "mouse"])
def test_actual_expected_and_error_are_shown_for_the_frame_at_rest(qtbot, predicted, way):
    keys, mouse, sides = Keyboard(predicted), Mouse(predicted), predicted.window.sides
    if way == "keys":
        keys.press(KEY.Key_V)
        keys.press(KEY.Key_Right, times=3)
    else:
        mouse.menu("view.sides")
        for _ in range(3):
            mouse.menu("playback.forward")
    wait_frame(qtbot, predicted, 30)
    qtbot.waitUntil(
        lambda: all(p.has_picture() for p in (sides.actual, sides.expected, sides.error)),
        timeout=10_000,
    )
    qtbot.waitUntil(lambda: predicted.desk.looking.picture is not None)
    assert predicted.desk.looking.picture.question.index == 30
    if way == "keys":
        keys.press(KEY.Key_V)
    else:
        mouse.menu("view.sides")
    assert not sides.isVisible()


@pytest.mark.parametrize("way", ["keys", "mouse"])
def test_rows_of_the_timeline_are_hidden_and_shown_again(predicted, way):
    keys, mouse, timeline = Keyboard(predicted), Mouse(predicted), predicted.window.timeline
    parts = [name for name in timeline._tracks if name != REGULAR]
    assert timeline._tracks[REGULAR].visible
    rows = {
        "timeline.score": (KEY.Key_1, [timeline._score]),
        "timeline.part_a": (KEY.Key_2, [timeline._tracks[parts[0]]]),
        "timeline.regular": (KEY.Key_4, [timeline._tracks[REGULAR]]),
    }
    for command, (key, shown) in rows.items():
        for visible in (False, True):
            if way == "keys":
                keys.press(key, CTRL)
            else:
                mouse.menu(command)
            assert [row.visible for row in shown] == [visible]
            assert predicted.window.actions_[command].isChecked() == visible
