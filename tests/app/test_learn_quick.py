"""Learning `attributes`, which has no loss and expects no picture; names that follow the ranges."""

from __future__ import annotations

import shutil

import pytest
from desk_driver import build, press
from hands import CTRL, KEY, SHIFT, Keyboard, Mouse
from PySide6.QtWidgets import QFileDialog, QPushButton

from engine.places import user_folder


@pytest.fixture(scope="session")
def long_walk(footage_folder):
    """300 frames: enough moves in them to learn `attributes`."""
    from tiny_engine import write_long_walk

    return write_long_walk(footage_folder / "long-walk.mp4")


@pytest.fixture
def desk(qtbot, long_walk):
    application = build(qtbot)
    application.desk.open([long_walk])
    qtbot.waitUntil(lambda: application.desk.current is not None, timeout=20_000)
    return application


def opened(qtbot, application):
    press(application, KEY.Key_L, CTRL)
    dialog = application.desk.learning.dialog
    qtbot.waitUntil(dialog.isActiveWindow)
    assert dialog.form.settings().detector == "attributes"
    return dialog


def click(application, dialog, text: str) -> None:
    found = (b for b in dialog.findChildren(QPushButton) if b.text() == text and b.isVisible())
    Mouse(application).click(next(found))


def learn(application, dialog, name: str = "yard") -> None:
    Mouse(application).click(dialog.form._name)
    Keyboard(application).type(name)
    click(application, dialog, "Learn")


def test_what_is_done_is_listed_where_there_is_nothing_to_look_at(qtbot, desk):
    dialog = opened(qtbot, desk)
    run, lists, states = desk.desk.learning.run, [], []

    def noted() -> None:
        lists.append(dialog.watch.steps())
        states.append(run.status.text())

    run.learner.changed.connect(noted)
    learn(desk, dialog)
    watch = dialog.watch
    assert dialog.state == "running"
    assert not any(pane.isVisible() for pane in (watch.curve, watch.actual, watch.expected))
    qtbot.waitUntil(lambda: dialog.state == "done", timeout=120_000)
    measuring = [lines for lines in lists if lines and lines[-1].startswith("… Measuring, ")]
    assert any(line.startswith("✓ ") for line in measuring[-1][:-1])
    assert any(state.startswith("Learning yard: Measuring, ") for state in states)
    assert any(state.startswith("Learning yard: Calibrating, ") for state in states)
    assert watch.steps() == []
    assert any("long-walk.mp4" in text for text in watch.card())


def test_of_a_run_that_begins_anew_nothing_is_said_to_be_kept(qtbot, desk):
    dialog = opened(qtbot, desk)
    learner = desk.desk.learning.run.learner

    def stop_once() -> None:
        if learner.report.phase == "measuring" and learner.running:
            learner.changed.disconnect(stop_once)
            click(desk, dialog, "Stop")

    learner.changed.connect(stop_once)
    learn(desk, dialog)
    qtbot.waitUntil(lambda: dialog.state == "stopped", timeout=60_000)
    assert dialog.said() == "It would begin anew."
    assert dialog.watch.phase() == "Learning 'yard' was stopped"
    desk.stop()
    again = build(qtbot)
    status = again.desk.learning.run.status
    qtbot.waitUntil(status.isVisible)
    Mouse(again).click(status)
    dialog = again.desk.learning.dialog
    assert dialog.said() == "It would begin anew."
    assert not dialog.watch.curve.isVisible()
    click(again, dialog, "Begin anew")
    qtbot.waitUntil(lambda: dialog.state == "done", timeout=120_000)


def test_the_proposed_name_follows_the_first_footage_until_one_is_typed(
    qtbot, desk, tmp_path, long_walk, monkeypatch
):
    others = [tmp_path / name for name in ("gate.mp4", "yard.mp4")]
    for other in others:
        shutil.copy(long_walk, other)
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *a: ([str(p) for p in others], ""))
    dialog = opened(qtbot, desk)
    form, table = dialog.form, dialog.form.ranges.table()

    def remove_first() -> None:
        place = table.visualItemRect(table.item(0, 0)).center()
        Mouse(desk).click(table.viewport(), place)
        Keyboard(desk).press(KEY.Key_Delete)

    assert form.settings().name == "long-walk"
    click(desk, dialog, "Add footage...")
    assert form.settings().name == "long-walk"
    remove_first()
    assert form.settings().name == "gate"
    Mouse(desk).click(form._name)
    Keyboard(desk).type("north")
    remove_first()
    assert form.settings().name == "north"


def test_what_was_learned_is_told_by_the_name_that_it_has_now(qtbot, desk):
    dialog = opened(qtbot, desk)
    learn(desk, dialog)
    run = desk.desk.learning.run
    qtbot.waitUntil(lambda: dialog.state == "done", timeout=120_000)
    assert run.status.text() == "yard is learned"
    Keyboard(desk).press(KEY.Key_Escape)
    desk.window.activateWindow()
    qtbot.waitUntil(desk.window.isActiveWindow)
    press(desk, KEY.Key_W, CTRL | SHIFT)
    weights = desk.desk.learning.weights.dialog
    qtbot.waitUntil(weights.isActiveWindow)
    weights.renamed.emit(str(user_folder("weights") / "yard.safetensors"), "north gate")
    assert run.status.text() == "north gate is learned"
    assert "north gate" in dialog.watch.card()
    weights.bin_requested.emit(str(user_folder("weights") / "north gate.safetensors"))
    assert not run.status.isVisible()
    assert dialog.state == "form"
