"""Playing, stepping, seeking and the timeline's zoom; each by keys alone and by the mouse alone."""

from __future__ import annotations

import pytest
from desk_driver import in_dialog, wait_frame
from hands import CTRL, KEY, NONE, SHIFT, Keyboard, Mouse
from PySide6.QtCore import QPoint, QPointF

from app.views.dialogs import GoToDialog
from app.views.transport import CONTROLS


@pytest.fixture
def keys(on_walk):
    return Keyboard(on_walk)


@pytest.fixture
def mouse(on_walk):
    return Mouse(on_walk)


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


def test_playing_shuttling_and_playing_backwards_by_keys(qtbot, on_walk, keys):
    playback = on_walk.desk.playback
    keys.press(KEY.Key_Space)
    qtbot.waitUntil(lambda: playback.index > 2)
    keys.press(KEY.Key_K)
    at = paused(qtbot, on_walk)
    shown = on_walk.window.transport.speed
    for speed in ("1x", "2x", "4x", "8x", "8x"):
        keys.press(KEY.Key_L)
        assert shown.text() == speed
    qtbot.waitUntil(lambda: playback.index > at + 5)
    for speed in ("-1x", "-2x", "-4x", "-8x"):
        keys.press(KEY.Key_J)
        assert shown.text() == speed
    qtbot.waitUntil(lambda: playback.index == 0 and playback.speed == 0)
    keys.press(KEY.Key_End)
    wait_frame(qtbot, on_walk, 47)
    keys.press(KEY.Key_Space, SHIFT)
    assert shown.text() == "-1x"
    qtbot.waitUntil(lambda: playback.index < 45)
    keys.press(KEY.Key_Space)
    paused(qtbot, on_walk)


def test_playing_shuttling_and_playing_backwards_by_mouse(qtbot, on_walk, mouse):
    playback, transport = on_walk.desk.playback, on_walk.window.transport
    mouse.click(transport.button("playback.toggle"))
    qtbot.waitUntil(lambda: playback.index > 2)
    mouse.click(transport.button("playback.toggle"))
    paused(qtbot, on_walk)
    for speed in ("1x", "2x", "4x", "8x"):
        mouse.menu("playback.shuttle_forward")
        assert transport.speed.text() == speed
    mouse.menu("playback.shuttle_back")
    assert transport.speed.text() == "-1x"
    mouse.click(transport.button("playback.toggle"))
    mouse.click(transport.button("playback.end"))
    wait_frame(qtbot, on_walk, 47)
    mouse.click(transport.button("playback.reverse"))
    qtbot.waitUntil(lambda: playback.index < 45)
    assert transport.speed.text() == "-1x"
    mouse.click(transport.button("playback.toggle"))
    paused(qtbot, on_walk)


def test_steps_and_jumps_by_keys_name_the_frame_on_the_screen(qtbot, on_walk, keys):
    transport = on_walk.window.transport
    for key, modifier, frame in (
        (KEY.Key_Period, NONE, 1),
        (KEY.Key_Period, NONE, 2),
        (KEY.Key_Comma, NONE, 1),
        (KEY.Key_Right, NONE, 11),
        (KEY.Key_Right, SHIFT, 47),
        (KEY.Key_Left, NONE, 37),
        (KEY.Key_Left, SHIFT, 0),
        (KEY.Key_End, NONE, 47),
        (KEY.Key_Home, NONE, 0),
    ):
        keys.press(key, modifier)
        qtbot.waitUntil(lambda frame=frame: on_walk.window.canvas.index() == frame)
        assert transport.frame.text().startswith(f"{frame:06d}")


def test_steps_and_jumps_by_mouse_name_the_frame_on_the_screen(qtbot, on_walk, mouse):
    transport = on_walk.window.transport
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
        qtbot.waitUntil(lambda frame=frame: on_walk.window.canvas.index() == frame)
        assert transport.frame.text().startswith(f"{frame:06d}")


def test_a_typed_moment_is_gone_to_by_keys(qtbot, on_walk, keys):
    def act(dialog: GoToDialog) -> None:
        keys.type("3.5s")
        keys.press(KEY.Key_Return)

    with in_dialog(on_walk, GoToDialog, act):
        keys.press(KEY.Key_G)
    wait_frame(qtbot, on_walk, 35)


def test_the_timeline_is_sought_by_mouse_the_drag_shows_every_moment(qtbot, on_walk, mouse):
    view, playback = on_walk.window.timeline.view.viewport(), on_walk.desk.playback
    mouse.click(view, place(on_walk, 2.05))
    wait_frame(qtbot, on_walk, 20)
    start, stop = place(on_walk, 2.05), place(on_walk, 4.05)
    mouse.drag(view, start, stop, release=False)
    qtbot.waitUntil(lambda: playback.wanted == 40)
    mouse.let_go(view, stop)
    wait_frame(qtbot, on_walk, 40)
    assert on_walk.window.timeline._playhead == pytest.approx(4.0)


def test_the_timeline_is_zoomed_and_moved_by_keys(qtbot, on_walk, keys):
    overview = on_walk.window.timeline.overview
    keys.press(KEY.Key_Right, times=2)
    wait_frame(qtbot, on_walk, 20)
    keys.press(KEY.Key_Equal, CTRL, times=3)
    start, stop = span(on_walk)
    assert stop - start < 4.8 / 2
    assert start <= 2.0 <= stop, "around the playhead"
    keys.tab_to(overview)
    keys.press(KEY.Key_Right)
    assert span(on_walk)[0] > start
    keys.press(KEY.Key_Minus)
    assert span(on_walk)[1] - span(on_walk)[0] > stop - start
    keys.press(KEY.Key_0, CTRL)
    assert span(on_walk) == pytest.approx((0.0, 4.8))


def test_the_timeline_is_zoomed_and_moved_by_mouse(on_walk, mouse):
    view = on_walk.window.timeline.view.viewport()
    at = place(on_walk, 2.0)
    mouse.wheel(view, at, 3)
    start, stop = span(on_walk)
    assert stop - start < 4.8 / 1.5
    assert place(on_walk, 2.0).x() == pytest.approx(at.x(), abs=1), "around the mouse"
    mouse.drag(view, at, at - QPoint(80, 0), SHIFT)
    assert span(on_walk)[0] > start
    mouse.wheel(view, at, -1, SHIFT)
    moved = span(on_walk)
    mouse.wheel(view, at, -1)
    assert span(on_walk)[1] - span(on_walk)[0] > moved[1] - moved[0]
    overview = on_walk.window.timeline.overview
    window = overview._window()
    middle = QPointF(window.center().x(), 12)
    mouse.drag(overview, middle, middle - QPointF(2000, 0))
    assert span(on_walk)[0] == 0.0
    mouse.menu("timeline.fit")
    assert span(on_walk) == pytest.approx((0.0, 4.8))


def test_a_preview_follows_the_mouse_and_goes_with_it(qtbot, on_walk, mouse):
    view, hover = on_walk.window.timeline.view.viewport(), on_walk.window.hover
    mouse.hover(view, place(on_walk, 2.05))
    qtbot.waitUntil(lambda: hover.isVisible() and hover.has_picture())
    assert "score" in hover.lines()[2]
    first = hover.lines()[1]
    mouse.hover(view, place(on_walk, 4.05))
    qtbot.waitUntil(lambda: hover.has_picture() and hover.lines()[1] != first)
    assert on_walk.desk.playback.index == 0, "looking ahead moves nothing"
    mouse.drag(view, place(on_walk, 4.05), place(on_walk, 3.05), release=False)
    assert not hover.isVisible(), "the picture itself follows a drag"
    mouse.let_go(view, place(on_walk, 3.05))
    wait_frame(qtbot, on_walk, 30)
