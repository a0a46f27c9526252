"""Marks on the timeline: the in-point is seen, and normal ranges are there after reopening."""

from __future__ import annotations

import json

import pytest
from desk_driver import build, open_and_analyse, press, wait_frame
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from app import theme
from engine.timebase import FrameSpan

KEY, MOD = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def desk(qtbot, walk):
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk)
    qtbot.waitUntil(application.window.actions_["segments.in"].isEnabled)
    return application


def at(qtbot, application, frame: int, key: Qt.Key, modifier=MOD.NoModifier) -> None:
    application.desk.playback.seek(frame)
    wait_frame(qtbot, application, frame)
    press(application, key, modifier)


def shown_in_point(application) -> float | None:
    return application.window.timeline._in_point.at()


def normal(application) -> list[tuple[float, float]]:
    return [(round(a, 3), round(b, 3)) for a, b in application.window.timeline._normal.spans()]


def test_the_in_point_is_drawn_until_the_segment_is_made(qtbot, desk):
    at(qtbot, desk, 12, KEY.Key_I)
    assert shown_in_point(desk) == pytest.approx(1.2)
    at(qtbot, desk, 20, KEY.Key_O)
    assert shown_in_point(desk) is None


def test_the_in_point_comes_back_with_its_footage(qtbot, desk, walk, fast_walk):
    at(qtbot, desk, 12, KEY.Key_I)
    open_and_analyse(qtbot, desk, fast_walk)
    qtbot.waitUntil(lambda: desk.desk.current.path == fast_walk)
    assert shown_in_point(desk) is None
    desk.desk.choose(str(walk))
    assert shown_in_point(desk) == pytest.approx(1.2)


def test_the_in_point_is_a_bracket_in_the_colour_of_text(qtbot, desk):
    at(qtbot, desk, 24, KEY.Key_I)
    at(qtbot, desk, 0, KEY.Key_Home)
    timeline = desk.window.timeline
    timeline.redraw()
    QApplication.processEvents()
    item = timeline._in_point
    corner = item.mapToScene(item.left_of(2.4), 0)
    spot = timeline.view.mapFromScene(corner) + QPoint(1, 8)
    colour = timeline.view.grab().toImage().pixelColor(spot)
    wanted = theme.colours().text
    assert colour.name() == wanted.lower()


def test_normal_ranges_are_kept_with_the_review_and_undone(qtbot, desk, walk):
    at(qtbot, desk, 5, KEY.Key_I)
    at(qtbot, desk, 20, KEY.Key_O, MOD.ShiftModifier)
    at(qtbot, desk, 30, KEY.Key_I)
    at(qtbot, desk, 40, KEY.Key_O, MOD.ShiftModifier)
    assert normal(desk) == [(0.5, 2.1), (3.0, 4.1)]
    assert shown_in_point(desk) is None
    session = desk.desk.current.session
    assert session.history[-2:] == ["Marked as normal", "Marked as normal"]
    assert json.loads(session.path.read_text())["normal"] == [[5, 21], [30, 41]]
    press(desk, KEY.Key_Z, MOD.ControlModifier)
    assert normal(desk) == [(0.5, 2.1)]
    press(desk, KEY.Key_Z, MOD.ControlModifier | MOD.ShiftModifier)
    assert normal(desk) == [(0.5, 2.1), (3.0, 4.1)]

    press(desk, KEY.Key_W, MOD.ControlModifier)
    desk.desk.open([walk])
    qtbot.waitUntil(lambda: desk.desk.current is not None)
    assert normal(desk) == [(0.5, 2.1), (3.0, 4.1)]
    assert desk.desk.current.normal == (FrameSpan(5, 21), FrameSpan(30, 41))
