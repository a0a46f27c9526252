"""What a mouse does to a widget, sent to it directly.

QTest.mouseMove only moves the platform's cursor; the move then goes to whichever window lies first
under it, and without a window manager that may be one which another test has left behind.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

Point = QPoint | QPointF
NOTHING, LEFT = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


def move_mouse(
    widget: QWidget,
    at: Point,
    held: Qt.MouseButton = NOTHING,
    modifier: Qt.KeyboardModifier = NONE,
) -> None:
    """To a pixel of the widget, with a button held or none."""
    assert held != NOTHING or widget.hasMouseTracking(), "it never hears of a mouse that holds none"
    place = QPointF(at)
    move = QMouseEvent(
        QEvent.Type.MouseMove, place, widget.mapToGlobal(place), NOTHING, held, modifier
    )
    QApplication.sendEvent(widget, move)


def drag_mouse(
    widget: QWidget,
    *points: Point,
    button: Qt.MouseButton = LEFT,
    modifier: Qt.KeyboardModifier = NONE,
    release: bool = True,
) -> None:
    """Pressed at the first point, let go at the last; the window keeps up meanwhile."""
    first, last = (QPointF(point).toPoint() for point in (points[0], points[-1]))
    QTest.mousePress(widget, button, modifier, first)
    for point in points[1:]:
        move_mouse(widget, point, button, modifier)
        QApplication.processEvents()
    if release:
        QTest.mouseRelease(widget, button, modifier, last)


def by_hand(start: Point, stop: Point, steps: int = 6) -> list[QPointF]:
    """The small steps in which a hand drags from one point to another, both included."""
    first, last = QPointF(start), QPointF(stop)
    return [first + (last - first) * (step / steps) for step in range(steps + 1)]


def turn_wheel(
    widget: QWidget, at: Point, notches: float, modifier: Qt.KeyboardModifier = NONE
) -> None:
    """Away from the hand where the notches are positive."""
    turn = QWheelEvent(
        QPointF(at),
        widget.mapToGlobal(QPointF(at)),
        QPoint(),
        QPoint(0, round(120 * notches)),
        NOTHING,
        modifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, turn)


def roll_wheel(widget: QWidget, at: QPoint, notches: int) -> None:
    """By way of the window: what the widget leaves goes on to what it lies in."""
    window = widget.window()
    QTest.wheelEvent(window.windowHandle(), widget.mapTo(window, at), QPoint(0, 120 * notches))
