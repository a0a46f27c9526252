"""The start page and the recent reviews are within reach while footage is open."""

from __future__ import annotations

import pytest
from desk_driver import build, open_and_analyse, press
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
KEY, CONTROL = Qt.Key, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def application(qtbot, walk):
    application = build(qtbot)
    application.settings.remember("/footage/yard & gate.mp4", state="3 judged")
    application.settings.remember("/footage/lane.mp4")
    open_and_analyse(qtbot, application, walk)
    application.window.activateWindow()
    qtbot.waitUntil(application.window.isActiveWindow)
    return application


def paths(application) -> list[str]:
    return [row.path for row in application.window.start.recent.rows()]


def click(recent, at: int, button: Qt.MouseButton = LEFT) -> QPoint:
    place = recent.visualItemRect(recent.item(at)).center()
    QTest.mouseClick(recent.viewport(), button, pos=place)
    return place


def ask_menu(recent, reason: QContextMenuEvent.Reason, place: QPoint) -> None:
    """The system makes such an event of a right click or of the menu key."""
    viewport = recent.viewport()
    event = QContextMenuEvent(reason, place, viewport.mapToGlobal(place))
    QApplication.sendEvent(viewport, event)


def open_menu(recent):
    (menu,) = [w for w in QApplication.topLevelWidgets() if w.parent() is recent and w.isVisible()]
    return {action.text(): action for action in menu.actions()}


def pick(action) -> None:
    menu = action.parent()
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())


def test_the_start_page_comes_and_goes_while_footage_stays_open(qtbot, application, walk):
    window, desk = application.window, application.desk
    press(application, KEY.Key_H, CONTROL)
    assert not window.on_desk()
    assert paths(application) == [str(walk), "/footage/lane.mp4", "/footage/yard & gate.mp4"]
    assert [document.path for document in desk.documents] == [walk]
    assert QApplication.focusWidget() is window.start.recent
    assert window.start.back.isVisible()
    assert "(Ctrl+H)" in window.start.back.toolTip()
    QTest.mouseClick(window.start.back, LEFT)
    assert window.on_desk()
    press(application, KEY.Key_H, CONTROL)
    press(application, KEY.Key_H, CONTROL)
    assert window.on_desk()
    press(application, KEY.Key_H, CONTROL)
    click(window.start.recent, 0)
    assert window.on_desk(), "the footage at hand is gone on with"


def test_on_the_start_page_nothing_is_judged_that_is_not_seen(qtbot, application):
    press(application, KEY.Key_N)
    press(application, KEY.Key_H, CONTROL)
    for command in ("segments.confirm", "segments.delete", "playback.toggle", "file.remove"):
        assert not application.window.actions_[command].isEnabled()
    press(application, KEY.Key_C)
    press(application, KEY.Key_H, CONTROL)
    segments = application.desk.reviewing.track.segments
    assert {segment.verdict.value for segment in segments} == {"unjudged"}
    press(application, KEY.Key_C)
    segments = application.desk.reviewing.track.segments
    assert "confirmed" in {segment.verdict.value for segment in segments}


def test_without_footage_there_is_nothing_to_go_back_to(qtbot):
    window = build(qtbot).window
    assert not window.start.back.isVisible()
    assert not window.actions_["file.start_page"].isEnabled()


def test_delete_takes_reviews_off_the_list_one_after_the_other(qtbot, application, walk):
    press(application, KEY.Key_H, CONTROL)
    recent = application.window.start.recent
    QTest.keyClick(recent, KEY.Key_Down)
    QTest.keyClick(recent, KEY.Key_Down)
    QTest.keyClick(recent, KEY.Key_Delete)
    QTest.keyClick(recent, KEY.Key_Delete)
    assert paths(application) == application.settings.recent == [str(walk)]
    assert walk.exists()


def test_a_right_click_offers_to_open_a_review_and_to_forget_it(qtbot, application, walk):
    press(application, KEY.Key_H, CONTROL)
    recent = application.window.start.recent
    place = click(recent, 1, RIGHT)
    ask_menu(recent, QContextMenuEvent.Reason.Mouse, place)
    assert not application.window.on_desk()
    pick(open_menu(recent)["Take off this list"])
    assert paths(application) == [str(walk), "/footage/yard & gate.mp4"]
    recent.setCurrentRow(0)
    ask_menu(recent, QContextMenuEvent.Reason.Keyboard, QPoint())
    pick(open_menu(recent)["Open"])
    assert application.window.on_desk()


def test_the_menu_lists_recent_reviews_too(qtbot, application, walk):
    menu = application.desk.recents.menu
    assert menu.menuAction() in application.window.actions_.menus["File"].actions()
    menu.aboutToShow.emit()
    rows = menu.actions()
    assert [row.text() for row in rows][1:] == ["lane.mp4", "yard && gate.mp4 · 3 judged"]
    press(application, KEY.Key_H, CONTROL)
    rows[0].trigger()
    assert application.window.on_desk()
    for path in application.settings.recent:
        application.settings.forget(path)
    menu.aboutToShow.emit()
    assert [(row.text(), row.isEnabled()) for row in menu.actions()] == [("Nothing yet", False)]
