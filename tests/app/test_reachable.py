"""Every control says what it is and is reached by the keyboard, in every window and dialog."""

from __future__ import annotations

import importlib
import pkgutil
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest
from desk_driver import build, open_and_analyse
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QDialog,
    QFileDialog,
    QScrollBar,
    QWidget,
)
from said_controls import assert_all_explained, assert_all_named, described

from app import views
from app.commands import COMMANDS, Need
from app.focus import needed_by
from app.keymap import Keymap
from app.main_window import MainWindow
from app.views.about_dialog import AboutDialog
from app.views.dialogs import GoToDialog
from app.views.evaluate_dialog import EvaluateDialog
from app.views.export_dialog import ExportDialog
from app.views.key_button import KeyButton
from app.views.keys_dialogs import KeysDialog, RemapDialog
from app.views.learn_dialog import LearnDialog
from app.views.settings_dialog import SettingsDialog
from app.views.versions_dialog import VersionsDialog
from app.views.weights_dialog import WeightsDialog

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def analysed(qtbot, walk):
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk)
    return application


def test_every_control_of_the_window_has_a_name_and_a_tooltip(analysed):
    assert_all_named(analysed.window)
    assert_all_explained(analysed.window)


def test_buttons_of_commands_name_their_key_and_follow_a_change_of_it(analysed):
    window = analysed.window
    buttons = [b for b in window.findChildren(KeyButton) if b.command in {c.id for c in COMMANDS}]
    assert len(buttons) > 12
    for button in buttons:
        keys = window.actions_.hints()[button.command]
        assert f"({keys})" in button.toolTip()
    keymap = Keymap()
    keymap.give("segments.confirm", ["F8"])
    window.actions_.set_keys(keymap.keys)
    window.show_keys()
    assert "(F8)" in window.segments.verdict_buttons["confirmed"].toolTip()


def test_tab_goes_round_and_reaches_the_controls_of_the_review(qtbot, analysed):
    window = analysed.window
    analysed.dispatch.run("view.segments")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    segments = window.segments
    segments.table.setFocus()
    seen: list[QWidget] = []
    for _ in range(150):
        widget = QApplication.focusWidget()
        assert widget is not None
        if widget in seen:
            break
        assert widget.isVisible()
        assert widget.isEnabled()
        seen.append(widget)
        QTest.keyClick(widget, Qt.Key.Key_Tab)
    else:
        pytest.fail("Tab is caught somewhere")
    assert not any(isinstance(widget, QScrollBar) for widget in seen), "nobody sees the focus there"
    inspector = segments.inspector
    wanted = [segments.filters.verdict, segments.table, inspector.note]
    assert any(w is window.timeline or window.timeline.isAncestorOf(w) for w in seen)
    assert [described(w) for w in wanted if w not in seen and w.isEnabled()] == []
    order = [w for w in seen if segments.isAncestorOf(w)]
    rows = [w.mapTo(segments, w.rect().center()).y() for w in order]
    upwards = [b for a, b in pairwise(rows) if b < a - 4]
    assert len(upwards) <= 1, "from the top to the bottom, and once back"


def test_every_command_is_done_by_its_menu_and_by_its_key(qtbot):
    """The action of the menu is the one that has the key."""
    window = MainWindow()
    qtbot.addWidget(window)
    heard: list[str] = []
    window.actions_.triggered.connect(heard.append)
    listed = [a for m in window.menuBar().actions() for a in m.menu().actions()]
    for command in COMMANDS:
        action = window.actions_[command.id]
        assert action in listed
        assert action.shortcuts()
        assert action.statusTip()
        action.setEnabled(True)
        action.trigger()
    assert heard == [command.id for command in COMMANDS]


NEEDS = set(get_args(Need))
PLACES = {
    "the window": lambda window: window,
    "the picture": lambda window: window.canvas,
    "the timeline": lambda window: window.timeline.view,
    "the overview": lambda window: window.timeline.overview,
    "the segments": lambda window: window.segments.table,
    "the near misses": lambda window: window.near.table,
    "the footage": lambda window: window.footage.list,
    "the history": lambda window: window.history.steps,
    "a tab": lambda window: window.side.tabBar(),
    "a button": lambda window: window.segments.buttons.verdicts["confirmed"],
    "a choice": lambda window: window.segments.filters.sort,
    "the start page": lambda window: window.start.recent,
}


@pytest.mark.parametrize("place", PLACES)
def test_every_key_reaches_its_command_wherever_the_keyboard_is(qtbot, analysed, place):
    """But for the keys that the place itself needs; what the commands do is not tried here."""
    window, heard = analysed.window, []
    analysed.dispatch.run("segments.next")
    widget = PLACES[place](window)
    window.resize(1280, 1400)  # near misses need some room
    if window.start.isAncestorOf(widget):
        analysed.dispatch.run("file.start_page")
    for at in range(window.side.count()):
        if window.side.widget(at).isAncestorOf(widget):
            window.side.setCurrentIndex(at)
    window.actions_.triggered.disconnect(analysed.dispatch.run)
    window.actions_.triggered.connect(heard.append)
    window.actions_.allow(NEEDS)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    if widget is not window:
        widget.setEnabled(True)
        widget.setFocus()
        assert widget.hasFocus()
    own, lost = needed_by(widget), []
    for command in COMMANDS:
        for key in command.keys:
            held = QKeySequence(key)[0]
            plain = held.keyboardModifiers() == Qt.KeyboardModifier.NoModifier
            if plain and held.key() in own:
                continue
            heard.clear()
            QTest.keyClick(widget, held.key(), held.keyboardModifiers())
            if heard != [command.id]:
                lost.append((key, command.id, [*heard]))
    assert lost == []


def test_in_a_number_digits_are_typed_and_letters_are_commands(qtbot, analysed):
    window, heard = analysed.window, []
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    analysed.dispatch.run("segments.next")
    boxes = window.tuning.findChildren(QAbstractSpinBox)
    number = next(box for box in boxes if box.isVisible() and box.isEnabled())
    number.setFocus()
    number.selectAll()
    QTest.keyClicks(number, "0.7")
    window.actions_.triggered.connect(heard.append)
    QTest.keyClicks(number, "nc]xh")
    QTest.keyClick(number, Qt.Key.Key_U, Qt.KeyboardModifier.ShiftModifier)
    assert "0.7" in number.text()
    assert heard == [
        "segments.next",
        "segments.confirm",
        "view.overlay_stronger",
        "segments.dismiss",
        "view.overlay",
        "segments.clear",
    ]


def test_with_a_segment_chosen_only_what_has_no_occasion_is_out_of_reach(analysed):
    analysed.dispatch.run("segments.next")
    actions = analysed.window.actions_
    dead = {command.needs for command in COMMANDS if not actions[command.id].isEnabled()}
    off = {
        "memory",
        "opening",
        "several",
        "joinable",
        "counted",
        "running",
        "bin",
        "portrait",
        "adaptable",
    }
    assert dead == off


ASKING = {
    "file.open": QFileDialog,
    "file.open_folder": QFileDialog,
    "file.open_review": QFileDialog,
    "file.copy_review": QFileDialog,
    "file.export": ExportDialog,
    "edit.versions": VersionsDialog,
    "edit.settings": SettingsDialog,
    "learn.normal": LearnDialog,
    "learn.weights": WeightsDialog,
    "analysis.evaluate": EvaluateDialog,
    "playback.go_to": GoToDialog,
    "help.keys": KeysDialog,
    "help.remap": RemapDialog,
    "help.about": AboutDialog,
}


def test_a_key_opens_its_dialog_and_esc_closes_it(qtbot, analysed):
    window, seen = analysed.window, {}

    def look() -> None:
        """Runs beside a modal dialog, whose command has not returned yet."""
        shown = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog)]
        (dialog,) = [w for w in shown if w.isVisible()]
        seen[command] = type(dialog)
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        assert not dialog.isVisible()

    for command in ASKING:
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        QTimer.singleShot(0, look)
        held = window.actions_[command].shortcut()[0]
        QTest.keyClick(window, held.key(), held.keyboardModifiers())
        qtbot.waitUntil(lambda command=command: command in seen)
    assert seen == ASKING


def test_the_window_fits_the_smallest_screen(qtbot):
    application = build(qtbot, 1024, 640)
    assert (application.window.width(), application.window.height()) == (1024, 640)


def test_in_the_smallest_window_nothing_is_cut_off(qtbot, walk):
    application = build(qtbot, 1024, 640)
    open_and_analyse(qtbot, application, walk)
    window = application.window
    window.notice.show_notice("The file ends in the middle of a picture.", "Frame 12 is the last.")
    assert not window.hint.isVisible(), "a notice stands in the place of the hint"
    application.dispatch.run("view.sides")
    qtbot.waitUntil(window.sides.isVisible)
    floor = window.statusBar().geometry().top()
    for view in (window.timeline.overview, window.why, window.sides, window.canvas):
        foot = view.mapTo(window, view.rect().bottomLeft()).y()
        assert foot < floor, view.accessibleName()
    below = window.canvas.mapTo(window, window.canvas.rect().bottomLeft()).y()
    assert below < window.sides.mapTo(window, window.sides.rect().topLeft()).y()
    window.notice.clear()
    assert window.hint.isVisible()


def test_views_import_without_a_window():
    for module in pkgutil.iter_modules(views.__path__):
        importlib.import_module(f"{views.__name__}.{module.name}")
