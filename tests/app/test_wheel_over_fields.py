"""The wheel scrolls a panel and changes nothing in it but the field that has the keyboard."""

from __future__ import annotations

import pytest
from desk_driver import build, in_front
from pointer import roll_wheel
from PySide6.QtWidgets import QAbstractSlider, QAbstractSpinBox, QComboBox, QScrollBar, QWidget

from app.settings import Settings
from app.views.learn_dialog import LearnDialog
from app.views.settings_dialog import SettingsDialog
from app.views.tuning import TuningPanel

FIELDS = (QAbstractSpinBox, QAbstractSlider, QComboBox)


def fields(inside: QWidget) -> list[QWidget]:
    found = [field for field in inside.findChildren(QWidget) if isinstance(field, FIELDS)]
    seen = [field for field in found if field.isVisible() and field.isEnabled()]
    return [field for field in seen if not isinstance(field, QScrollBar)]


def shown(field: QWidget) -> object:
    return field.currentIndex() if isinstance(field, QComboBox) else field.value()


@pytest.fixture
def panel(qtbot):
    widget = TuningPanel()
    qtbot.addWidget(widget)
    widget.resize(300, 400)
    widget.show()
    widget.activateWindow()
    qtbot.waitUntil(widget.isActiveWindow)
    return widget


def test_the_wheel_over_a_field_scrolls_the_panel(panel):
    bar = panel.area.verticalScrollBar()
    for field in fields(panel):
        panel.area.ensureWidgetVisible(field, 0, 10)
        before, at = shown(field), bar.value()
        notches = -1 if at < bar.maximum() else 1
        roll_wheel(field, field.rect().center(), notches)
        assert bar.value() != at, field.accessibleName()
        assert shown(field) == before, field.accessibleName()
        assert not field.hasFocus()


def test_a_field_with_the_keyboard_takes_the_wheel(panel):
    bar, box = panel.area.verticalScrollBar(), panel.smooth_row.box
    box.setFocus()
    roll_wheel(box, box.rect().center(), 1)
    assert box.value() == pytest.approx(box.singleStep())
    assert bar.value() == 0


@pytest.mark.parametrize("kind", ["settings", "learn"])
def test_in_a_dialog_the_wheel_changes_nothing_either(qtbot, kind):
    dialog = SettingsDialog(Settings(), {}) if kind == "settings" else LearnDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    dialog.setFocus()
    for field in fields(dialog):
        before = shown(field)
        for notches in (1, -1):
            roll_wheel(field, field.rect().center(), notches)
            assert shown(field) == before, field.accessibleName()
        assert not field.hasFocus()


def test_the_wheel_chooses_no_detector(qtbot):
    application = build(qtbot)
    in_front(application)
    application.window.show_desk(True)
    combo = application.window.detector.findChild(QComboBox)
    assert combo.count() > 1
    before = combo.currentIndex()
    roll_wheel(combo, combo.rect().center(), -1)
    assert combo.currentIndex() == before
