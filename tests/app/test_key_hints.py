"""Wherever a key is named it is the one in force."""

from __future__ import annotations

import re

import pytest
from desk_driver import build, open_and_analyse
from PySide6.QtWidgets import QLabel, QWidget

from app.commands import COMMANDS
from app.keymap import Keymap, canonical
from app.main_window import MainWindow

NEW = [f"{held}F{at}" for held in ("", "Ctrl+", "Alt+", "Shift+") for at in range(13, 36)]
OLD = {canonical(key) for command in COMMANDS for key in command.keys}
# A dialog, a list and the timeline have keys of their own, which stay as they are.
OWN = {"Esc", "Del", "Delete", "0", "Space", "Enter", "Return"}


def named_keys(text: str) -> set[str]:
    """Keys by default that a text names: in brackets, or as a word inside of it."""
    found = {key for inside in re.findall(r"\(([^()]+)\)", text) for key in inside.split(" or ")}
    words = re.findall(
        r"(?:(?:Ctrl|Shift|Alt)\+)+\S\w*|\bF\d+\b|(?<!^)(?<![\w'])[B-Z](?![\w'])", text
    )
    return {key for key in found | set(words) if canonical(key) in OLD} - OWN


def texts(root: QWidget) -> list[str]:
    """What a person reads or hears of a window, but for its menus, which Qt writes the keys in."""
    said = []
    for widget in (root, *root.findChildren(QWidget)):
        said += [widget.toolTip(), widget.accessibleDescription()]
        if isinstance(widget, QLabel):
            said.append(widget.text())
    if isinstance(root, MainWindow):
        said += [root.actions_[command.id].toolTip() for command in COMMANDS]
    return [text for text in said if text]


def remap(application) -> None:
    """Every command gets a key that none had."""
    keymap = Keymap()
    for command, key in zip(COMMANDS, NEW, strict=False):
        keymap.give(command.id, [key])
    application.desk.shell.keymap = keymap
    application.desk.shell._put_keys()


@pytest.fixture
def application(qtbot):
    application = build(qtbot)
    application.window.show_desk(True)
    return application


def test_a_named_key_is_recognised():
    assert named_keys("Confirm the selected segments (C)") == {"C"}
    assert named_keys("Press Ctrl+O, or Shift+O, or set it with I") == {"Ctrl+O", "Shift+O", "I"}
    assert named_keys("A frame such as 120 (Esc)") == set()
    assert len(NEW) >= len(COMMANDS)


def test_no_text_of_the_window_keeps_a_key_that_was_changed(application):
    window = application.window
    assert len({key for text in texts(window) for key in named_keys(text)}) > 30
    remap(application)
    assert {text for text in texts(window) if named_keys(text)} == set()
    assert "(F13)" in window.footage.open_files.toolTip()
    assert window.footage.empty.text() == "Drop footage here, or press F13"
    assert "with F13," in window.canvas.accessibleDescription()


def test_with_an_analysis_no_text_keeps_a_key_that_was_changed(qtbot, application, walk):
    open_and_analyse(qtbot, application, walk)
    application.dispatch.run("segments.next")
    application.desk.learning.show()
    dialog = application.desk.learning.dialog
    dialog.form.ranges.set_rows([])
    remap(application)
    window = application.window
    window.tuning.set_suggestion("0.9 would spare two segments.")
    old = [text for root in (window, dialog) for text in texts(root) if named_keys(text)]
    assert old == []
    keys = window.actions_.hints()
    marking = f"{keys['segments.in']} where normal starts, then {keys['learn.mark']}"
    assert any(marking in text for text in texts(dialog))
    dialog.close()


def test_messages_name_the_keys_in_force(qtbot, application, walk):
    open_and_analyse(qtbot, application, walk)
    remap(application)
    keys, bar = application.window.actions_.hints(), application.window.statusBar()
    application.desk.review.select_segments([])
    for command, named in (
        ("playback.loop", "segments.in"),
        ("segments.out", "segments.in"),
        ("segments.in", "segments.out"),
        ("learn.mark", "learn.normal"),
        ("learn.mark", "segments.in"),
        ("learn.dismissed", "segments.dismiss"),
    ):
        application.dispatch.run(command)
        assert keys[named] in bar.currentMessage(), command
        assert named_keys(bar.currentMessage()) == set()


def test_a_command_without_a_key_is_called_by_its_title(application):
    keymap = Keymap()
    keymap.give("segments.in", [])
    keymap.give("file.open", [])
    application.desk.shell.keymap = keymap
    application.desk.shell._put_keys()
    window = application.window
    assert window.actions_.named("segments.in") == "'Set in-point'"
    assert "with 'Open footage'," in window.canvas.accessibleDescription()
    assert window.footage.empty.text() == "Drop footage here"
    assert window.footage.open_files.toolTip() == "Open one or more videos"
