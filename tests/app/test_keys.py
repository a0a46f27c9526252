"""Keys: every command has one, no two share one, and all can be changed."""

from __future__ import annotations

import pytest
from desk_driver import build, press
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.commands import BY_ID, COMMANDS, MENUS
from app.keymap import Keymap, canonical, menu_keys
from app.views.keys_dialogs import RemapDialog

KEY = Qt.Key


LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def application(qtbot):
    return build(qtbot)


def test_every_command_is_in_a_menu_and_has_a_key(application):
    bar = application.window.menuBar()
    shown = {action.data() for menu in bar.actions() for action in menu.menu().actions()}
    assert {command.id for command in COMMANDS} <= shown
    letters = [menu.text()[menu.text().index("&") + 1].casefold() for menu in bar.actions()]
    assert len(letters) == len(set(letters)), "Alt and a letter opens each menu"
    assert {command.menu for command in COMMANDS} <= set(MENUS)
    assert [command.id for command in COMMANDS if not command.keys] == []


def test_no_two_commands_share_a_key_by_default():
    keys = [canonical(key) for command in COMMANDS for key in command.keys]
    assert all(keys)
    assert len(keys) == len(set(keys))


def test_a_key_given_away_is_lost_where_it_was():
    keymap = Keymap()
    keymap.give("segments.next", ["F9", "n"])
    assert keymap.keys("segments.next") == ("F9", "N")
    assert keymap.owner("f9").id == "segments.next"
    keymap.give("segments.confirm", ["N"])
    assert keymap.keys("segments.next") == ("F9",)
    assert [c.id for c in keymap.reset("segments.next")] == ["segments.confirm"]
    assert keymap.keys("segments.confirm") == ()
    keymap.reset_all()
    assert keymap.as_stored() == {}
    assert keymap.keys("segments.confirm") == ("C",)


def test_a_keymap_from_a_bad_file_is_made_usable():
    keymap = Keymap.read(
        {"segments.next": ["C", "no key at all"], "gone.command": ["F9"], "view.area": ["C"]}
    )
    assert keymap.keys("segments.next") == ("C",)
    assert keymap.keys("view.area") == ()
    assert keymap.keys("segments.confirm") == ()
    assert Keymap.read(keymap.as_stored()).as_stored() == keymap.as_stored()


def test_the_dialog_takes_a_key_tells_of_the_conflict_and_gives_it(qtbot):
    dialog = RemapDialog(Keymap())
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.choose("segments.split")
    dialog.field.setFocus()
    QTest.keyClick(dialog.field, KEY.Key_C)
    assert "Confirm" in dialog.message.text()
    assert dialog.keymap.keys("segments.confirm") == ("C",)
    QTest.mouseClick(dialog.assign, LEFT)
    assert dialog.keymap.keys("segments.split") == ("C",)
    assert dialog.keymap.keys("segments.confirm") == ()
    QTest.keyClick(dialog.field, KEY.Key_F7, Qt.KeyboardModifier.ControlModifier)
    assert "free" in dialog.message.text()
    QTest.mouseClick(dialog.add, LEFT)
    assert dialog.keymap.keys("segments.split") == ("C", "Ctrl+F7")
    QTest.mouseClick(dialog.reset, LEFT)
    assert dialog.keymap.keys("segments.split") == ("B",)
    QTest.mouseClick(dialog.reset_all, LEFT)
    assert dialog.keymap.as_stored() == {}
    dialog.choose("help.keys")
    QTest.keyClicks(dialog.field, "~")
    QTest.mouseClick(dialog.assign, LEFT)
    assert dialog.keymap.keys("help.keys") == ("~",)


def test_keys_that_open_menus_are_not_free(qtbot, application):
    opened = {f"Alt+{title[0]}": title for title in MENUS}
    assert menu_keys() == opened
    defaults = {canonical(key) for command in COMMANDS for key in command.keys}
    assert not defaults & opened.keys()
    assert Keymap.read({"segments.split": ["Alt+F", "F9"]}).keys("segments.split") == ("F9",)
    dialog = RemapDialog(Keymap())
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.choose("segments.split")
    dialog.field.setFocus()
    QTest.keyClick(dialog.field, KEY.Key_F, Qt.KeyboardModifier.AltModifier)
    assert "Alt+F opens the menu 'File'" in dialog.message.text()
    assert not dialog.assign.isEnabled()
    QTest.keyClick(dialog.field, KEY.Key_G, Qt.KeyboardModifier.AltModifier)
    assert "free" in dialog.message.text()
    assert dialog.assign.isEnabled()


def test_escape_takes_back_the_pressed_key_first_and_drops_changes_only_when_told(qtbot):
    dialog = RemapDialog(Keymap())
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.choose("segments.split")
    dialog.field.setFocus()
    QTest.keyClick(dialog.field, KEY.Key_F9)
    QTest.keyClick(dialog.field, KEY.Key_Escape)
    assert dialog.isVisible()
    assert dialog.field.text() == ""
    assert not dialog.assign.isEnabled()
    QTest.keyClick(dialog.field, KEY.Key_F9)
    QTest.mouseClick(dialog.assign, LEFT)
    for _ in range(2):  # what is changed after it was said is a change of its own
        QTest.keyClick(dialog.field, KEY.Key_Escape)
        assert dialog.isVisible()
        assert "Esc once more" in dialog.message.text()
        QTest.keyClick(dialog.field, KEY.Key_F7)
        QTest.mouseClick(dialog.add, LEFT)
    QTest.keyClick(dialog.field, KEY.Key_Escape)
    QTest.keyClick(dialog.field, KEY.Key_Escape)
    assert not dialog.isVisible()


def test_escape_closes_the_dialog_at_once_where_nothing_was_changed(qtbot):
    dialog = RemapDialog(Keymap())
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.choose("segments.split")
    QTest.keyClick(dialog.field, KEY.Key_Escape)
    assert not dialog.isVisible()


def test_the_search_of_the_dialog_finds_titles_and_keys(qtbot):
    dialog = RemapDialog(Keymap())
    qtbot.addWidget(dialog)
    dialog.show()
    QTest.keyClicks(dialog.search, "in-point")
    shown = [command for command, item in dialog._items.items() if not item.isHidden()]
    assert shown == ["segments.in"]


def test_a_remapped_key_acts_at_once_and_after_a_restart(qtbot, application):
    def remap():
        dialog = QApplication.activeModalWidget()
        dialog.choose("view.theme")
        QTest.keyClick(dialog.field, KEY.Key_F8)
        QTest.mouseClick(dialog.assign, LEFT)
        dialog.accept()

    QTimer.singleShot(0, remap)
    application.dispatch.run("help.remap")
    before = application.settings.theme
    application.window.activateWindow()
    qtbot.waitUntil(application.window.isActiveWindow)
    press(application, KEY.Key_F8)
    assert application.settings.theme != before
    assert "F8" in application.window.actions_["view.theme"].toolTip()
    application.window.close()
    again = build(qtbot)
    assert again.window.actions_.keys(BY_ID["view.theme"]) == "F8"
    assert again.window.actions_["view.theme"].shortcuts() == [QKeySequence("F8")]
