"""Looking at footage: playback, steps, seeking, zoom, overlays, side views, previews and rows;
each by keys alone and by the mouse alone.
"""

from __future__ import annotations

import shutil

import pytest
from desk_driver import (
    build,
    in_front,
    open_and_analyse,
    wait_analysed,
    wait_frame,
    write_tiny_weights,
)
from hands import CTRL, KEY, SHIFT, Keyboard, Mouse
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QFileDialog

from app.views.timeline import REGULAR
from app.views.transport import CONTROLS
from engine import api


@pytest.fixture(scope="module")
def known(walk, tmp_path_factory):
    """A home in which the walk is analysed already."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NORMSCOPE_HOME", str(home))
        for _ in api.start_analysis(api.open_footage(walk), api.load_detector(weights=None)).run():
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
    Keyboard(application).press(KEY.Key_Home)
    qtbot.waitUntil(lambda: application.window.canvas.index() == 0)
    return application


@pytest.fixture
def keys(application):
    return Keyboard(application)


@pytest.fixture
def mouse(application):
    return Mouse(application)


def place(application, seconds: float) -> QPoint:
    """On the timeline's rows, where nothing is held by a press."""
    timeline = application.window.timeline
    x = round(timeline._strip.mapViewToScene(QPointF(seconds, 0.5)).x())
    ruler = timeline._ruler.sceneBoundingRect()
    return QPoint(x, round(ruler.center().y()))


def span(application) -> tuple[float, float]:
    return application.window.timeline.visible_span()


def paused(qtbot, application) -> int:
    """It plays no longer; the frame that stays on the screen."""
    assert application.desk.playback.speed == 0
    assert application.window.transport.speed.text() == "paused"
    return application.desk.playback.index


# playing and stepping


def test_playing_shuttling_and_playing_backwards_by_keys(qtbot, application, keys):
    playback = application.desk.playback
    keys.press(KEY.Key_Space)
    qtbot.waitUntil(lambda: playback.index > 2)
    keys.press(KEY.Key_K)
    at = paused(qtbot, application)
    shown = application.window.transport.speed
    for speed in ("1x", "2x", "4x", "8x", "8x"):
        keys.press(KEY.Key_L)
        assert shown.text() == speed
    qtbot.waitUntil(lambda: playback.index > at + 5)
    for speed in ("-1x", "-2x", "-4x", "-8x"):
        keys.press(KEY.Key_J)
        assert shown.text() == speed
    qtbot.waitUntil(lambda: playback.index == 0 and playback.speed == 0)
    keys.press(KEY.Key_End)
    wait_frame(qtbot, application, 47)
    keys.press(KEY.Key_Space, SHIFT)
    assert shown.text() == "-1x"
    qtbot.waitUntil(lambda: playback.index < 45)
    keys.press(KEY.Key_Space)
    paused(qtbot, application)


def test_playing_shuttling_and_playing_backwards_by_mouse(qtbot, application, mouse):
    playback, transport = application.desk.playback, application.window.transport
    mouse.click(transport.button("playback.toggle"))
    qtbot.waitUntil(lambda: playback.index > 2)
    mouse.click(transport.button("playback.toggle"))
    paused(qtbot, application)
    for speed in ("1x", "2x", "4x", "8x"):
        mouse.menu("playback.shuttle_forward")
        assert transport.speed.text() == speed
    mouse.menu("playback.shuttle_back")
    assert transport.speed.text() == "-1x"
    mouse.click(transport.button("playback.toggle"))
    mouse.click(transport.button("playback.end"))
    wait_frame(qtbot, application, 47)
    mouse.click(transport.button("playback.reverse"))
    qtbot.waitUntil(lambda: playback.index < 45)
    assert transport.speed.text() == "-1x"
    mouse.click(transport.button("playback.toggle"))
    paused(qtbot, application)


def test_steps_and_jumps_by_keys_name_the_frame_on_the_screen(qtbot, application, keys):
    transport = application.window.transport
    for key, modifier, frame in (
        (KEY.Key_Period, None, 1),
        (KEY.Key_Period, None, 2),
        (KEY.Key_Comma, None, 1),
        (KEY.Key_Right, None, 11),
        (KEY.Key_Right, SHIFT, 47),
        (KEY.Key_Left, None, 37),
        (KEY.Key_Left, SHIFT, 0),
        (KEY.Key_End, None, 47),
        (KEY.Key_Home, None, 0),
    ):
        keys.press(key, modifier) if modifier else keys.press(key)
        qtbot.waitUntil(lambda frame=frame: application.window.canvas.index() == frame)
        assert transport.frame.text().startswith(f"{frame:06d}")


def test_steps_and_jumps_by_mouse_name_the_frame_on_the_screen(qtbot, application, mouse):
    transport = application.window.transport
    for command, frame in (
        ("playback.frame_forward", 1),
        ("playback.forward", 11),
        ("playback.back", 1),
        ("playback.frame_back", 0),
        ("playback.far_forward", 47),
        ("playback.start", 0),
        ("playback.end", 47),
    ):
        if command in {control.command for control in CONTROLS}:
            mouse.click(transport.button(command))
        else:
            mouse.menu(command)
        qtbot.waitUntil(lambda frame=frame: application.window.canvas.index() == frame)
        assert transport.frame.text().startswith(f"{frame:06d}")


# the timeline


def test_the_timeline_is_sought_by_mouse_the_drag_shows_every_moment(qtbot, application, mouse):
    view, playback = application.window.timeline.view.viewport(), application.desk.playback
    mouse.click(view, place(application, 2.05))
    wait_frame(qtbot, application, 20)
    start, stop = place(application, 2.05), place(application, 4.05)
    mouse.drag(view, start, stop, release=False)
    qtbot.waitUntil(lambda: playback.wanted == 40)
    mouse.let_go(view, stop)
    wait_frame(qtbot, application, 40)
    assert application.window.timeline._playhead == pytest.approx(4.0)


def test_the_timeline_is_zoomed_and_moved_by_keys(qtbot, application, keys):
    overview = application.window.timeline.overview
    keys.press(KEY.Key_Right, times=2)
    wait_frame(qtbot, application, 20)
    keys.press(KEY.Key_Equal, CTRL, times=3)
    start, stop = span(application)
    assert stop - start < 4.8 / 2
    assert start <= 2.0 <= stop, "around the playhead"
    keys.tab_to(overview)
    keys.press(KEY.Key_Right)
    assert span(application)[0] > start
    keys.press(KEY.Key_Minus)
    assert span(application)[1] - span(application)[0] > stop - start
    keys.press(KEY.Key_0, CTRL)
    assert span(application) == pytest.approx((0.0, 4.8))


def test_the_timeline_is_zoomed_and_moved_by_mouse(application, mouse):
    view = application.window.timeline.view.viewport()
    at = place(application, 2.0)
    mouse.wheel(view, at, 3)
    start, stop = span(application)
    assert stop - start < 4.8 / 1.5
    assert place(application, 2.0).x() == pytest.approx(at.x(), abs=1), "around the mouse"
    mouse.drag(view, at, at - QPoint(80, 0), SHIFT)
    assert span(application)[0] > start
    mouse.wheel(view, at, -1, SHIFT)
    moved = span(application)
    mouse.wheel(view, at, -1)
    assert span(application)[1] - span(application)[0] > moved[1] - moved[0]
    overview = application.window.timeline.overview
    window = overview._window()
    middle = QPointF(window.center().x(), 12)
    mouse.drag(overview, middle, middle - QPointF(2000, 0))
    assert span(application)[0] == 0.0
    mouse.menu("timeline.fit")
    assert span(application) == pytest.approx((0.0, 4.8))


# the picture


def test_the_picture_is_zoomed_and_moved_by_keys(application, keys):
    canvas = application.window.canvas
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


def test_the_picture_is_zoomed_and_moved_by_mouse(application, mouse):
    canvas = application.window.canvas
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


def test_overlays_are_cycled_and_made_stronger_by_keys(application, keys):
    canvas, bar = application.window.canvas, application.window.overlay
    for mode in ("contour", "boxes", "off", "heat"):
        keys.press(KEY.Key_H)
        assert canvas.overlay_mode() == mode
    before = bar.opacity()
    keys.press(KEY.Key_BracketRight)
    assert bar.opacity() == pytest.approx(before + 0.1)
    keys.press(KEY.Key_BracketLeft, times=2)
    assert canvas._opacity == pytest.approx(before - 0.1)


def test_overlays_are_cycled_and_made_stronger_by_mouse(application, mouse):
    canvas, bar = application.window.canvas, application.window.overlay
    before = canvas._opacity
    slider = bar.slider
    at = QPoint(round(slider.width() * before), slider.height() // 2)
    mouse.drag(slider, at, QPoint(slider.width(), at.y()))
    assert canvas._opacity > before + 0.2
    for mode in ("contour", "boxes", "off", "heat"):
        mouse.click(bar.mode)
        assert canvas.overlay_mode() == mode


# what the detector expected


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


# what lies under the mouse, and the same for who has none


def test_a_preview_follows_the_mouse_and_goes_with_it(qtbot, application, mouse):
    view, hover = application.window.timeline.view.viewport(), application.window.hover
    mouse.hover(view, place(application, 2.05))
    qtbot.waitUntil(lambda: hover.isVisible() and hover.has_picture())
    assert "score" in hover.lines()[2]
    first = hover.lines()[1]
    mouse.hover(view, place(application, 4.05))
    qtbot.waitUntil(lambda: hover.has_picture() and hover.lines()[1] != first)
    assert application.desk.playback.index == 0, "looking ahead moves nothing"
    mouse.drag(view, place(application, 4.05), place(application, 3.05), release=False)
    assert not hover.isVisible(), "the picture itself follows a drag"
    mouse.let_go(view, place(application, 3.05))
    wait_frame(qtbot, application, 30)


def test_a_typed_moment_is_gone_to_by_keys(qtbot, application, keys):
    from desk_driver import in_dialog

    from app.views.dialogs import GoToDialog

    def act(dialog: GoToDialog) -> None:
        keys.type("3.5s")
        keys.press(KEY.Key_Return)

    with in_dialog(application, GoToDialog, act):
        keys.press(KEY.Key_G)
    wait_frame(qtbot, application, 35)
