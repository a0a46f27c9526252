"""Weights and their versions in a window: seen, rolled back, renamed, binned and brought back."""

from __future__ import annotations

import numpy as np
import pytest
from desk_driver import build, open_and_analyse, press, wait_analysed, write_tiny_weights
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from app.views.weights_dialog import DETECTOR, NAME, STATE
from engine.detectors.versions import in_force
from engine.detectors.weights import WeightsCard, find_weights, list_weights, write_arrays
from engine.places import user_folder

KEY, MOD = Qt.Key, Qt.KeyboardModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def weights(qtbot):
    """The window's dialog over three versions of the user's own."""
    for day, (name, of) in enumerate([("yard", ""), ("yard-2", "yard"), ("yard-3", "yard")], 1):
        training = {
            "made": f"2026-01-0{day}T10:00:00+00:00",
            "trained_on": f"monday-{day}.mp4, 3 min",
            **({"version_of": of} if of else {}),
        }
        card = WeightsCard(name, "attributes", {}, 0.6, None, None, training)
        path = user_folder("weights") / f"{name}.safetensors"
        write_arrays(path, {"a": np.full(1, day, np.float32)}, card)
    application = build(qtbot)
    qtbot.waitUntil(application.window.isActiveWindow)
    press(application, KEY.Key_W, MOD.ControlModifier | MOD.ShiftModifier)
    dialog = application.desk.learning.weights.dialog
    qtbot.waitUntil(dialog.isActiveWindow)
    choose(dialog, "yard")
    return application, dialog


def entries(dialog) -> dict:
    found = {}
    for at in range(dialog.tree.topLevelItemCount()):
        top = dialog.tree.topLevelItem(at)
        for entry in (top, *(top.child(n) for n in range(top.childCount()))):
            found[entry.text(NAME)] = entry
    return found


def choose(dialog, name: str) -> None:
    entry = entries(dialog)[name]
    place = dialog.tree.visualItemRect(entry).center()
    QTest.mouseClick(dialog.tree.viewport(), LEFT, pos=place)


def own() -> list[str]:
    here = user_folder("weights")
    return sorted(card.name for card in list_weights() if card.path.parent == here)


def offered(application) -> set[str]:
    return application.desk.detectors.known_choices()


def test_versions_lie_under_their_first_one_with_what_they_learned(qtbot, weights):
    _, dialog = weights
    found = entries(dialog)
    top = found["yard"]
    assert [top.child(n).text(NAME) for n in range(top.childCount())] == ["yard-2", "yard-3"]
    assert found["yard-3"].text(STATE) == "in force"
    assert found["yard"].text(DETECTOR) == "attributes"
    assert found["ped2"].text(STATE) == "shipped"
    choose(dialog, "yard-2")
    said = dialog.facts.toPlainText()
    assert "monday-2.mp4, 3 min" in said
    assert find_weights("yard-2").sha256 in said


def test_rolling_back_and_putting_in_force_again(qtbot, weights):
    _, dialog = weights
    assert dialog.back.text() == "Roll back to 'yard-2'"
    QTest.mouseClick(dialog.back, LEFT)
    assert in_force("yard").name == "yard-2"
    assert entries(dialog)["yard-3"].text(STATE) == "rolled back"
    assert entries(dialog)["yard-2"].text(STATE) == "in force"
    assert "Nothing was deleted" in dialog.said.text()
    choose(dialog, "yard-3")
    QTest.mouseClick(dialog.restore, LEFT)
    assert in_force("yard").name == "yard-3"
    assert not dialog.restore.isEnabled()


def test_where_there_is_one_version_there_is_no_way_back(qtbot, weights):
    _, dialog = weights
    for _ in range(2):
        QTest.mouseClick(dialog.back, LEFT)
    assert in_force("yard").name == "yard"
    assert not dialog.back.isEnabled()
    assert "no earlier version" in dialog.back.toolTip()


def type_name(dialog, name: str) -> None:
    QTest.mouseClick(dialog.rename, LEFT)
    editor = dialog.tree.findChild(QLineEdit)
    editor.selectAll()
    QTest.keyClicks(editor, name)
    QTest.keyClick(editor, KEY.Key_Return)


def test_a_typed_name_goes_to_the_file_and_to_the_list_of_detectors(qtbot, weights):
    application, dialog = weights
    type_name(dialog, "north gate")
    qtbot.waitUntil(lambda: own() == ["north gate", "yard-2", "yard-3"])
    assert "'yard' is called 'north gate' now" in dialog.said.text()
    assert entries(dialog)["yard-3"].parent().text(NAME) == "north gate"
    assert {"north gate", "yard-2"} < offered(application)
    assert "yard" not in offered(application)


def test_a_name_that_is_taken_is_refused_and_the_old_one_stays(qtbot, weights):
    _, dialog = weights
    type_name(dialog, "ped2")
    qtbot.waitUntil(lambda: "named 'ped2' already" in dialog.said.text())
    assert own() == ["yard", "yard-2", "yard-3"]
    assert "yard" in entries(dialog)


def test_what_is_binned_leaves_every_list_and_undo_brings_it_back(qtbot, weights):
    application, dialog = weights
    choose(dialog, "yard-3")
    QTest.mouseClick(dialog.bin, LEFT)
    assert own() == ["yard", "yard-2"]
    assert "yard-3" not in entries(dialog)
    assert "yard-3" not in offered(application)
    assert dialog.undo.isVisible()
    QTest.mouseClick(dialog.undo, LEFT)
    assert own() == ["yard", "yard-2", "yard-3"]
    assert dialog.chosen().endswith("yard-3.safetensors")
    assert not dialog.undo.isVisible()


@pytest.fixture
def analysed(qtbot, walk):
    """The walk, analysed with weights of the user's own, and the dialog over them."""
    write_tiny_weights(walk)
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk, "tiny")
    press(application, KEY.Key_W, MOD.ControlModifier | MOD.ShiftModifier)
    dialog = application.desk.learning.weights.dialog
    qtbot.waitUntil(dialog.isActiveWindow)
    choose(dialog, "tiny")
    return application, dialog


def test_undo_of_the_bin_chooses_the_weights_again_that_scored_the_footage(qtbot, analysed):
    application, dialog = analysed
    QTest.mouseClick(dialog.bin, LEFT)
    assert application.window.detector.current() == "speed"
    QTest.mouseClick(dialog.undo, LEFT)
    assert application.window.detector.current() == "tiny"
    assert application.desk.current.choice == "tiny"


def test_weights_that_were_renamed_are_known_again_after_a_restart(qtbot, analysed, walk):
    application, dialog = analysed
    type_name(dialog, "north gate")
    qtbot.waitUntil(lambda: own() == ["north gate"])
    dialog.close()
    application.window.close()
    again = build(qtbot)
    again.desk.open([walk])
    wait_analysed(qtbot, again)
    assert again.desk.current.analysis.facts.weights_id.startswith("tiny@")
    assert again.window.detector.current() == "north gate"


def test_weights_that_came_with_the_program_are_only_shown(qtbot, weights):
    _, dialog = weights
    choose(dialog, "ped2")
    assert not dialog.rename.isEnabled()
    assert not dialog.bin.isEnabled()
    assert dialog.folder.isEnabled()
