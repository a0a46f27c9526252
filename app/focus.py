"""Keys that a focused widget needs for itself, so that the window's shortcuts leave them to it.

Without this Space would play instead of pressing the focused button, and the arrows would seek
instead of moving the focused slider: nothing could be worked by keyboard alone.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QTabBar,
    QWidget,
)
from shiboken6 import isValid

from app.views.footage_list import FootageList
from app.views.histogram import Histogram
from app.views.recent_list import RecentList
from app.views.timeline_overview import TimelineOverview
from app.views.timeline_view import TimelineView

KEY, STANDARD = Qt.Key, QKeySequence.StandardKey
MOVES = {KEY.Key_Left, KEY.Key_Right, KEY.Key_Up, KEY.Key_Down, KEY.Key_Home, KEY.Key_End,
         KEY.Key_PageUp, KEY.Key_PageDown}  # fmt: skip

# What a number is typed with.  Letters are none of it: a spin box would swallow them, and who has
# typed a threshold could neither walk nor judge before clicking elsewhere.
NUMBERS = {KEY.Key_Space, KEY.Key_Plus, KEY.Key_Minus, KEY.Key_Comma, KEY.Key_Period,
           *(KEY(KEY.Key_0.value + digit) for digit in range(10))}  # fmt: skip
PRINTED = range(KEY.Key_Space.value, KEY.Key_ydiaeresis.value + 1)
PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)

ZOOMS = {KEY.Key_Plus, KEY.Key_Equal, KEY.Key_Minus, KEY.Key_0}


def needed_by(widget: QWidget) -> set[Qt.Key]:
    """Keys that belong to a widget while it has the focus."""
    if isinstance(widget, (QAbstractSlider, Histogram, QTabBar)):
        return MOVES
    if isinstance(widget, QAbstractSpinBox):
        return NUMBERS | MOVES
    if isinstance(widget, (TimelineView, TimelineOverview)):
        return ZOOMS if isinstance(widget, TimelineView) else ZOOMS | MOVES
    if isinstance(widget, QAbstractButton):
        return {KEY.Key_Space}
    if isinstance(widget, QComboBox):
        return {KEY.Key_Space, KEY.Key_Up, KEY.Key_Down}
    if isinstance(widget, QAbstractItemView):
        keys = {KEY.Key_Up, KEY.Key_Down, KEY.Key_Return, KEY.Key_Enter}
        if widget.selectionMode() != QAbstractItemView.SelectionMode.SingleSelection:
            keys.add(KEY.Key_Space)  # a single row is chosen already: there Space plays
        deletes = isinstance(widget, RecentList) or _inside(widget, FootageList)
        return keys | ({KEY.Key_Delete} if deletes else set())
    return set()


def _inside(widget: QWidget, kind: type[QWidget]) -> bool:
    parent: QWidget | None = widget
    while parent is not None:
        if isinstance(parent, kind):
            return True
        parent = parent.parentWidget()
    return False


def _opened(widget: QWidget) -> bool:
    """Whether it lies in an opened drop-down or menu."""
    return widget.window().windowType() == Qt.WindowType.Popup


def _chosen_by_space(view: QAbstractItemView, event: QEvent) -> bool:
    """Space chooses in a drop-down that it opened; Qt would look for a row that begins with it."""
    if not isinstance(event, QKeyEvent) or event.key() != KEY.Key_Space or not _opened(view):
        return False
    for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):  # it may choose at either
        if view.isVisible():
            chooses = QKeyEvent(kind, KEY.Key_Return, Qt.KeyboardModifier.NoModifier)
            QApplication.sendEvent(view, chooses)
    return True


class FocusKeys(QObject):
    """Such a key goes to the focused widget, not to a shortcut.

    It filters the events of the focused widget alone: a filter over the whole application would be
    asked about every paint and every timer, hundreds of times a second while footage plays.
    """

    def __init__(self, qt: QApplication) -> None:
        super().__init__(qt)
        self._qt = qt
        self._watched: QWidget | None = None

    def start(self) -> None:
        """From now on."""
        self._qt.focusChanged.connect(self._follow)
        self._follow(None, self._qt.focusWidget())

    def stop(self) -> None:
        """No longer."""
        self._qt.focusChanged.disconnect(self._follow)
        self._follow(self._watched, None)

    @Slot(QWidget, QWidget)
    def _follow(self, before: QWidget | None, now: QWidget | None) -> None:
        if self._watched is not None and isValid(self._watched):
            self._watched.removeEventFilter(self)
        self._watched = now
        if now is not None:
            now.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Claim the key for the widget, where it then arrives as an ordinary key press; or give to
        the shortcuts what a spin box would only swallow.
        """
        if event.type() == QEvent.Type.KeyPress and isinstance(watched, QAbstractItemView):
            return _chosen_by_space(watched, event)
        if (
            event.type() != QEvent.Type.ShortcutOverride
            or not isinstance(event, QKeyEvent)
            or not isinstance(watched, QWidget)
            or isinstance(watched.window(), QDialog)
            or _opened(watched)  # it takes all keys itself
            or not watched.hasFocus()
        ):
            return False
        number = isinstance(watched, QAbstractSpinBox)
        if number and (event.matches(STANDARD.Undo) or event.matches(STANDARD.Redo)):
            return self._leave(watched, event)
        needed, key = needed_by(watched), event.key()
        if event.modifiers() in PLAIN and key in needed:
            event.accept()
            return True
        typed = event.modifiers() in (*PLAIN, Qt.KeyboardModifier.ShiftModifier) and key in PRINTED
        return typed and number and key not in needed and self._leave(watched, event)

    @staticmethod
    def _leave(watched: QWidget, event: QKeyEvent) -> bool:
        """To the commands: a number's own undo would take back letters, not what was set."""
        if isinstance(watched, QAbstractSpinBox):
            watched.interpretText()  # what is typed is meant, and a command may show other numbers
        event.ignore()
        return True
