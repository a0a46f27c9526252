"""Which controls a window has, and what each says of itself."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenuBar,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QWidget,
)

CONTROLS = (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QAbstractItemView,
    QPlainTextEdit,
)
# Parts that Qt makes itself inside of a control; the control speaks for them.
INNER = (QComboBox, QAbstractSpinBox, QLineEdit, QAbstractItemView, QTabBar, QMenuBar, QScrollBar)


def controls(root: QWidget) -> list[QWidget]:
    """What can be worked with, without Qt's own parts of it."""
    found = []
    for widget in root.findChildren(QWidget):
        parent, inner = widget.parentWidget(), False
        while parent is not None and parent is not root:
            inner = inner or isinstance(parent, INNER)
            parent = parent.parentWidget()
        own = isinstance(widget, CONTROLS) and not isinstance(widget, (QScrollBar, QHeaderView))
        if own and not inner and widget.objectName() != "ScrollLeftButton":
            found.append(widget)
    return found


def name_of(widget: QWidget, root: QWidget) -> str:
    """What a screen reader says first."""
    if widget.accessibleName():
        return widget.accessibleName()
    if isinstance(widget, QAbstractButton) and widget.text().strip():
        return widget.text()
    for label in root.findChildren(QLabel):
        if label.buddy() is widget:
            return label.text()
    return ""


def described(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()} '{widget.accessibleName()}'"


def assert_all_named(root: QWidget) -> None:
    found = controls(root)
    assert found
    assert [described(w) for w in found if not name_of(w, root)] == []


def assert_all_explained(root: QWidget) -> None:
    """A tooltip, but for the buttons that every dialog has."""
    usual = {
        button
        for box in root.findChildren(QDialogButtonBox)
        for button in box.buttons()
        if box.standardButton(button) != QDialogButtonBox.StandardButton.NoButton
    }
    silent = [w for w in controls(root) if w not in usual and not w.toolTip()]
    assert [described(w) for w in silent] == []
