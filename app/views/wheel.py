"""The wheel scrolls what lies below the mouse; a field turns by it only while it has the keyboard.

Otherwise whoever scrolls a panel would change, unseen, each setting that passes under the mouse.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import (
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QScrollBar,
    QWidget,
)

_POLICY = Qt.FocusPolicy


class _Wheel(QObject):
    """Takes the wheel from fields without the keyboard; what holds them scrolls instead."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.Wheel or not isinstance(watched, QWidget):
            return False
        if watched.hasFocus():
            return False
        event.ignore()  # it goes on to the parent
        return True


def leave_wheel(inside: QWidget) -> None:
    """Let the fields inside a widget take the wheel only while they have the keyboard."""
    wheel = _Wheel(inside)
    for field in inside.findChildren(QWidget):
        if not isinstance(field, (QAbstractSpinBox, QAbstractSlider, QComboBox)):
            continue
        if isinstance(field, QScrollBar):
            continue
        if field.focusPolicy() == _POLICY.WheelFocus:  # it would have the keyboard by then
            field.setFocusPolicy(_POLICY.StrongFocus)
        field.installEventFilter(wheel)
