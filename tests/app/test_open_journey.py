"""From the start page to a finished analysis: opened, cancelled, taken up again; twice, once by
keys alone and once by the mouse alone.
"""

from __future__ import annotations

import shutil
import threading

import pytest
from desk_driver import build, in_front, wait_analysed
from hands import CTRL, KEY, Keyboard, Mouse
from PySide6.QtWidgets import QApplication, QFileDialog

from app.models.footage_model import ROW_ROLE


@pytest.fixture
def chosen_file(monkeypatch, walk):
    """The system's file dialog, which belongs to the desktop, answers with the walk."""
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *args: ([str(walk)], ""))
    return walk


@pytest.fixture
def held(monkeypatch):
    """The detector rests at frame 20 until this is set."""
    from engine.detectors.speed import SpeedStream

    push, gate = SpeedStream.push, threading.Event()

    def push_and_wait(self, index, picture):
        if index == 20:
            gate.wait(20)
        return push(self, index, picture)

    monkeypatch.setattr(SpeedStream, "push", push_and_wait)
    yield gate
    gate.set()


def begun(qtbot):
    application = build(qtbot)
    in_front(application)
    return application


def row(application) -> str:
    """What the footage's row in the list says of its state."""
    model = application.window.footage.model
    return model.data(model.index(0), ROW_ROLE).state


def wait_half(qtbot, application) -> None:
    qtbot.waitUntil(lambda: application.desk.analysing.frames_done() > 10, timeout=20_000)
    qtbot.waitUntil(lambda: row(application).startswith("analysing"))


def assert_stopped_within_half_a_second(qtbot, application, gate, act) -> None:
    with qtbot.waitSignal(application.desk.analysing.finished, timeout=500):
        act()
        gate.set()
    analysis = application.desk.current.analysis
    assert 10 < analysis.frames_done < 30
    assert not analysis.complete
    assert row(application).startswith("stopped at ")
    assert application.desk.reviewing.track.done == analysis.frames_done


def test_opening_analysing_cancelling_and_resuming_by_keys_alone(qtbot, chosen_file, held):
    application = begun(qtbot)
    keys, window = Keyboard(application), application.window
    assert not window.on_desk()
    keys.press(KEY.Key_O, CTRL)
    qtbot.waitUntil(window.on_desk)
    wait_half(qtbot, application)
    keys.press(KEY.Key_Period)  # the analyst steps and marks meanwhile
    qtbot.waitUntil(lambda: window.canvas.index() == 1)
    keys.press(KEY.Key_I)
    assert application.desk.current.in_point == 1
    assert_stopped_within_half_a_second(
        qtbot, application, held, lambda: keys.press(KEY.Key_Period, CTRL)
    )
    keys.press(KEY.Key_Return, CTRL)
    wait_analysed(qtbot, application)
    assert application.desk.current.analysis.frames_done == 48
    assert row(application).startswith("done · peak ")


def test_opening_analysing_cancelling_and_resuming_by_mouse_alone(qtbot, chosen_file, held):
    application = begun(qtbot)
    mouse, window = Mouse(application), application.window
    mouse.click(window.start._buttons[0])
    qtbot.waitUntil(window.on_desk)
    wait_half(qtbot, application)
    assert window.detector._button.text() == "Cancel"
    assert_stopped_within_half_a_second(
        qtbot, application, held, lambda: mouse.click(window.detector._button)
    )
    assert window.detector._button.text() == "Analyse"
    mouse.click(window.detector._button)
    wait_analysed(qtbot, application)
    assert application.desk.current.analysis.frames_done == 48
    assert row(application).startswith("done · peak ")


def test_what_was_cut_short_goes_on_at_the_next_opening(qtbot, chosen_file, held):
    application = begun(qtbot)
    Keyboard(application).press(KEY.Key_O, CTRL)
    wait_half(qtbot, application)
    held.set()
    application.window.close()
    again = begun(qtbot)
    recent = again.window.start.recent
    keys = Keyboard(again)
    keys.tab_to(recent)
    keys.press(KEY.Key_Down)
    keys.press(KEY.Key_Return)
    wait_analysed(qtbot, again)
    assert again.desk.current.analysis.frames_done == 48


@pytest.mark.parametrize("onto", ["the start page", "the list", "the picture"])
def test_a_file_is_opened_by_dropping_it(qtbot, walk, fast_walk, onto):
    application = begun(qtbot)
    mouse, window = Mouse(application), application.window
    mouse.drop(window.start, walk)
    wait_analysed(qtbot, application)
    target = {"the list": window.footage, "the picture": window.canvas}.get(onto)
    if target is not None:
        mouse.drop(target, fast_walk)
        qtbot.waitUntil(lambda: len(application.desk.documents) == 2)
        qtbot.waitUntil(lambda: all(d.footage for d in application.desk.documents))
        qtbot.waitUntil(lambda: application.desk.analysing.running is None)
    assert window.on_desk()


def test_every_way_of_the_start_page_is_reached_by_key(qtbot, monkeypatch, walk):
    """Each button by Tab and Space, beside the key that its tooltip names."""
    asked: list[str] = []
    monkeypatch.setattr(
        QFileDialog, "getOpenFileNames", lambda *args: asked.append("files") or ([], "")
    )
    monkeypatch.setattr(
        QFileDialog, "getExistingDirectory", lambda *args: asked.append("folder") or ""
    )
    application = begun(qtbot)
    keys, buttons = Keyboard(application), application.window.start._buttons
    keys.push(buttons[0])
    keys.push(buttons[1])
    keys.press(KEY.Key_O, CTRL)
    assert asked == ["files", "folder", "files"]
    keys.push(buttons[3])
    dialog = application.desk.learning.dialog
    qtbot.waitUntil(dialog.isActiveWindow)
    keys.press(KEY.Key_Escape)
    assert not dialog.isVisible()
    in_front(application)
    keys.push(buttons[4])
    qtbot.waitUntil(lambda: application.desk.demo.running)
    keys.press(KEY.Key_Escape)
    qtbot.waitUntil(lambda: not application.desk.demo.running)
    assert QApplication.activeModalWidget() is None


def test_what_is_added_to_a_long_list_is_shown_and_counted(qtbot, walk, fast_walk, tmp_path):
    application = begun(qtbot)
    window = application.window
    copies = []
    for number in range(30):
        copies.append(tmp_path / f"yard{number:02d}.mp4")
        shutil.copy(walk, copies[-1])
    application.desk.open(copies[:-2])
    qtbot.waitUntil(lambda: len(application.desk.joined.walk.listed()) == 28, timeout=20_000)
    assert window.footage.list.currentIndex().row() == 0
    application.desk.open(copies[-2:])
    qtbot.waitUntil(lambda: len(application.desk.joined.walk.listed()) == 30)
    assert window.statusBar().currentMessage() == "2 files added to the list"
    view = window.footage.list
    place = view.visualRect(window.footage.model.index(28))
    assert view.viewport().rect().contains(place.center())
    assert view.currentIndex().row() == 0
