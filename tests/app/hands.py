"""The two ways to work the window: keys that go where the keyboard is, and a mouse that sees.

Nothing here calls a slot or a controller: a step that cannot be made by real events fails.
"""

from __future__ import annotations

from pointer import by_hand, drag_mouse, move_mouse, turn_wheel
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QComboBox,
    QMenu,
    QScrollArea,
    QWidget,
)

from app.application import Application
from app.commands import BY_ID

KEY, MOD = Qt.Key, Qt.KeyboardModifier
NONE, CTRL, SHIFT = MOD.NoModifier, MOD.ControlModifier, MOD.ShiftModifier
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


class Keyboard:
    """Every key goes to the widget that has the focus, or else to the window in front."""

    def __init__(self, application: Application) -> None:
        self._window = application.window

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE, times: int = 1) -> None:
        for _ in range(times):
            QTest.keyClick(self._target(), key, modifier)

    def type(self, text: str) -> None:
        """Instead of what is in the field."""
        self.press(KEY.Key_A, CTRL)
        QTest.keyClicks(self._target(), text)

    def tab_to(self, widget: QWidget) -> None:
        """Tab until a widget has the keyboard."""
        for _ in range(150):
            if QApplication.focusWidget() is widget:
                return
            self.press(KEY.Key_Tab)
        raise AssertionError(f"Tab never reaches {widget.accessibleName() or widget}")

    def push(self, button: QWidget) -> None:
        """Tab to a button and press it."""
        self.tab_to(button)
        self.press(KEY.Key_Space)

    def _target(self) -> QWidget:
        return QApplication.focusWidget() or QApplication.activeWindow() or self._window


class Mouse:
    """Clicks only what is to be seen; what a scroll area hides is scrolled to with the wheel."""

    def __init__(self, application: Application) -> None:
        self._window = application.window

    def click(
        self,
        widget: QWidget,
        at: QPoint | None = None,
        modifier: Qt.KeyboardModifier = NONE,
        button: Qt.MouseButton = LEFT,
    ) -> None:
        QTest.mouseClick(widget, button, modifier, self._seen(widget, at))

    def row(self, view: QAbstractItemView, row: int) -> None:
        """A row of a list, which is turned to with the wheel where it is out of sight."""
        port, index = view.viewport(), view.model().index(row, 0)
        for _ in range(40):
            place = view.visualRect(index).center()
            if port.rect().contains(place):
                self.click(port, place)
                return
            self.wheel(port, port.rect().center(), 1 if place.y() < 0 else -1)
            QApplication.processEvents()
        raise AssertionError(f"{view.accessibleName()}: row {row} is not to be seen")

    def drag(
        self,
        widget: QWidget,
        start: QPoint | QPointF,
        stop: QPoint | QPointF,
        modifier: Qt.KeyboardModifier = NONE,
        steps: int = 6,
        *,
        release: bool = True,
    ) -> None:
        """In small steps, as a hand makes it."""
        self._seen(widget, QPointF(start).toPoint())
        path = by_hand(start, stop, steps)
        drag_mouse(widget, *path, modifier=modifier, release=release)

    def let_go(self, widget: QWidget, at: QPoint | QPointF) -> None:
        QTest.mouseRelease(widget, LEFT, NONE, QPointF(at).toPoint())

    def hover(self, widget: QWidget, at: QPoint) -> None:
        move_mouse(widget, self._seen(widget, at))

    def wheel(
        self, widget: QWidget, at: QPoint, notches: int, modifier: Qt.KeyboardModifier = NONE
    ) -> None:
        turn_wheel(widget, at, notches, modifier)

    def menu(self, command: str) -> None:
        """Choose a command in its menu."""
        actions, bar = self._window.actions_, self._window.menuBar()
        menu = actions.menus[BY_ID[command].menu]
        self.click(bar, bar.actionGeometry(menu.menuAction()).center())
        assert menu.isVisible()
        assert actions[command].isEnabled(), command
        self.pick(menu, actions[command].text())

    def pick(self, menu: QMenu, text: str) -> None:
        """An entry of an open menu."""
        action = next(a for a in menu.actions() if a.text() == text)
        self.click(menu, menu.actionGeometry(action).center())

    def choose(self, combo: QComboBox, row: int) -> None:
        """A row of a list that opens; for a moment it takes no click, lest the one that opened it
        chose something.
        """
        usual = QApplication.doubleClickInterval()
        QApplication.setDoubleClickInterval(0)
        self.click(combo)
        popup = combo.view()
        QApplication.processEvents()
        QApplication.setDoubleClickInterval(usual)
        self.click(popup.viewport(), popup.visualRect(popup.model().index(row, 0)).center())
        QApplication.processEvents()

    def tab(self, number: int) -> None:
        """A tab of the side panel."""
        bar = self._window.side.tabBar()
        self.click(bar, bar.tabRect(number).center())

    def drop(self, widget: QWidget, *paths: object) -> None:
        """Files dragged from elsewhere onto a widget."""
        at = widget.rect().center()
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        copy = Qt.DropAction.CopyAction
        enter = QDragEnterEvent(at, copy, mime, LEFT, NONE)
        QApplication.sendEvent(widget, enter)
        assert enter.isAccepted()
        QApplication.sendEvent(widget, QDropEvent(QPointF(at), copy, mime, LEFT, NONE))

    def _seen(self, widget: QWidget, at: QPoint | None) -> QPoint:
        place = widget.rect().center() if at is None else at
        assert widget.isVisible(), f"{widget.accessibleName() or widget} is not to be seen"
        assert widget.isEnabled(), f"{widget.accessibleName() or widget} is off"
        for _ in range(40):
            if widget.visibleRegion().contains(place):
                return place
            self._scroll_towards(widget, place)
        raise AssertionError(f"{widget.accessibleName() or widget} is covered at {place}")

    def _scroll_towards(self, widget: QWidget, place: QPoint) -> None:
        area = widget.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if area is None:
            return
        port = area.viewport()
        above = widget.mapTo(port, place).y() < port.height() / 2
        self.wheel(port, QPoint(2, port.height() // 2), 1 if above else -1)
        QApplication.processEvents()
