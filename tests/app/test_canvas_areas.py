"""Areas are drawn on the canvas, abandoned and removed, by mouse and by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from canvas_maker import SQUARE, at
from pointer import LEFT, NONE, by_hand, drag_mouse, move_mouse, turn_wheel
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from app.views.canvas import VideoCanvas
from engine.scoring.ignoring import IgnoredArea

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.mark.parametrize("notches", [0, 3, 6])
def test_dragging_in_the_area_tool_draws_an_area_in_shares_at_any_zoom(
    canvas: VideoCanvas, qtbot: QtBot, notches: int
) -> None:
    turn_wheel(canvas, at(canvas, 0.45, 0.5), notches) if notches else None
    canvas.set_tool("area")
    start, stop = at(canvas, 0.42, 0.55), at(canvas, 0.5, 0.45)
    with qtbot.waitSignal(canvas.area_drawn) as told:
        drag_mouse(canvas, *by_hand(start, stop, 2))
    (area,) = told.args
    expected = ((0.42, 0.45), (0.5, 0.45), (0.5, 0.55), (0.42, 0.55))
    for point, wanted in zip(area.points, expected, strict=True):
        assert point == pytest.approx(wanted, abs=0.004)


def test_an_area_dragged_beyond_the_picture_ends_at_its_edge(
    canvas: VideoCanvas, qtbot: QtBot
) -> None:
    canvas.set_tool("area")
    with qtbot.waitSignal(canvas.area_drawn) as told:
        drag_mouse(canvas, *by_hand(at(canvas, 0.9, 0.9), QPoint(599, 399), 2))
    (area,) = told.args
    assert max(y for _, y in area.points) == 1.0


def test_clicked_corners_become_a_polygon_at_the_double_click(
    canvas: VideoCanvas, qtbot: QtBot
) -> None:
    canvas.set_tool("area")
    corners = [(0.2, 0.2), (0.8, 0.3), (0.5, 0.9)]
    for corner in corners[:2]:
        QTest.mouseClick(canvas, LEFT, NONE, at(canvas, *corner))
    with qtbot.waitSignal(canvas.area_drawn) as told:
        QTest.mouseClick(canvas, LEFT, NONE, at(canvas, *corners[2]))
        QTest.mouseDClick(canvas, LEFT, NONE, at(canvas, *corners[2]))
    (area,) = told.args
    assert len(area.points) == 3
    for point, wanted in zip(area.points, corners, strict=True):
        assert point == pytest.approx(wanted, abs=0.004)


def test_escape_abandons_a_polygon(canvas: VideoCanvas, qtbot: QtBot) -> None:
    canvas.set_tool("area")
    for corner in ((0.2, 0.2), (0.8, 0.3), (0.5, 0.9)):
        QTest.mouseClick(canvas, LEFT, NONE, at(canvas, *corner))
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    with qtbot.assertNotEmitted(canvas.area_drawn):
        QTest.keyClick(canvas, Qt.Key.Key_Return)


def test_escape_abandons_a_rectangle_that_is_being_dragged(
    canvas: VideoCanvas, qtbot: QtBot
) -> None:
    canvas.set_tool("area")
    with qtbot.assertNotEmitted(canvas.area_drawn):
        QTest.mousePress(canvas, LEFT, NONE, at(canvas, 0.2, 0.2))
        move_mouse(canvas, at(canvas, 0.6, 0.6), LEFT)
        QTest.keyClick(canvas, Qt.Key.Key_Escape)
        move_mouse(canvas, at(canvas, 0.7, 0.7), LEFT)
        QTest.mouseRelease(canvas, LEFT, NONE, at(canvas, 0.7, 0.7))
        QTest.keyClick(canvas, Qt.Key.Key_Return)


def test_an_area_is_drawn_with_the_keyboard_alone(canvas: VideoCanvas, qtbot: QtBot) -> None:
    canvas.set_tool("area")
    canvas.setFocus()
    shift = Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    QTest.keyClick(canvas, Qt.Key.Key_Right, shift)
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    QTest.keyClick(canvas, Qt.Key.Key_Down)
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    with qtbot.waitSignal(canvas.area_drawn) as told:
        QTest.keyClick(canvas, Qt.Key.Key_Return)
    (area,) = told.args
    for point, wanted in zip(area.points, ((0.5, 0.5), (0.55, 0.5), (0.55, 0.51)), strict=True):
        assert point == pytest.approx(wanted)


def test_delete_removes_the_area_under_the_mouse_and_no_other(
    canvas: VideoCanvas, qtbot: QtBot
) -> None:
    canvas.set_areas([IgnoredArea(((0.0, 0.0), (0.1, 0.0), (0.1, 0.1))), SQUARE])
    move_mouse(canvas, at(canvas, 0.9, 0.9))
    with qtbot.assertNotEmitted(canvas.area_removed):
        QTest.keyClick(canvas, Qt.Key.Key_Delete)
    move_mouse(canvas, at(canvas, 0.4, 0.4))
    with qtbot.waitSignal(canvas.area_removed) as told:
        QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert told.args == [1]


def test_the_right_button_offers_to_remove_the_area(canvas: VideoCanvas, qtbot: QtBot) -> None:
    canvas.set_areas([SQUARE])
    place = at(canvas, 0.3, 0.5)
    asked = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, place, canvas.mapToGlobal(place), NONE
    )
    QApplication.sendEvent(canvas, asked)
    menu = canvas.findChild(QMenu)
    assert menu is not None
    (remove,) = menu.actions()
    assert "clock" in remove.text()
    with qtbot.waitSignal(canvas.area_removed) as told:
        QTest.keyClick(menu, Qt.Key.Key_Down)
        QTest.keyClick(menu, Qt.Key.Key_Return)
    assert told.args == [0]
