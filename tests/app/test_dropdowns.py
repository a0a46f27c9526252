"""Drop-downs of the window: once one is open, the keys choose in it and command nothing else."""

from __future__ import annotations

import pytest
from desk_driver import build, in_front
from hands import KEY, Keyboard
from PySide6.QtWidgets import QApplication, QComboBox

from app.commands import COMMANDS


@pytest.fixture
def application(qtbot):
    application = build(qtbot)
    in_front(application)
    application.window.show_desk(True)
    return application


@pytest.fixture
def keys(application):
    return Keyboard(application)


def detectors(application) -> QComboBox:
    return application.window.detector.findChild(QComboBox)


def commanded(application) -> list[str]:
    """Commands that keys reach from now on; all of them can be carried out."""
    heard: list[str] = []
    actions = application.window.actions_
    actions.triggered.disconnect()
    actions.triggered.connect(heard.append)
    for command in COMMANDS:
        actions[command.id].setEnabled(True)
    return heard


def opened(keys: Keyboard, combo: QComboBox) -> QComboBox:
    keys.tab_to(combo)
    keys.press(KEY.Key_Space)
    assert combo.view().isVisible()
    assert QApplication.focusWidget() is combo.view()
    return combo


@pytest.mark.parametrize("key", [KEY.Key_Return, KEY.Key_Enter, KEY.Key_Space])
def test_a_key_chooses_the_row_that_the_arrows_went_to(application, keys, key):
    combo = opened(keys, detectors(application))
    heard, chosen = commanded(application), []
    application.window.detector.choice_changed.connect(chosen.append)
    assert combo.currentIndex() == 0
    keys.press(KEY.Key_Down, times=2)
    keys.press(KEY.Key_Up)
    keys.press(key)
    assert not combo.view().isVisible()
    assert combo.currentIndex() == 1
    assert chosen == [combo.itemData(1)]
    assert heard == []
    keys.press(KEY.Key_K)
    assert heard == ["playback.toggle"], "once it is closed, keys command again"


def test_escape_leaves_an_opened_drop_down_as_it_was(application, keys):
    combo = opened(keys, detectors(application))
    heard, chosen = commanded(application), []
    application.window.detector.choice_changed.connect(chosen.append)
    keys.press(KEY.Key_Down)
    keys.press(KEY.Key_Escape)
    assert not combo.view().isVisible()
    assert combo.currentIndex() == 0
    assert (chosen, heard) == ([], [])
