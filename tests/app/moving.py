"""The mouse moves over a widget.

QTest.mouseMove only moves the platform's cursor; the move then goes to whichever window lies first
under it, and without a window manager that may be one which another test has left behind.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

NOTHING = Qt.MouseButton.NoButton


def move_mouse(
    widget: QWidget,
    at: QPoint | QPointF,
    held: Qt.MouseButton = NOTHING,
    modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """To a pixel of the widget, with a button held or none."""
    assert held != NOTHING or widget.hasMouseTracking(), "it never hears of a mouse that holds none"
    place = QPointF(at)
    move = QMouseEvent(
        QEvent.Type.MouseMove, place, widget.mapToGlobal(place), NOTHING, held, modifier
    )
    QApplication.sendEvent(widget, move)
