"""The export dialog and its queue, through real key and mouse events."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest
from desk_driver import build, open_and_analyse, press
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolButton

from engine.export.verify import verify
from engine.timebase import FrameSpan

KEY = Qt.Key


@pytest.fixture
def desk(qtbot, walk):
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk)
    application.desk.judging.make(FrameSpan(3, 9))
    return application


def opened(qtbot, desk):
    desk.window.activateWindow()
    qtbot.waitUntil(desk.window.isActiveWindow, timeout=5_000)
    press(desk, KEY.Key_E)
    dialog = desk.dispatch.dialog
    assert dialog is not None
    qtbot.waitExposed(dialog)
    dialog.activateWindow()
    qtbot.waitUntil(lambda: dialog._table.item(0, 5).text() != "working out...", timeout=20_000)
    return dialog


def tab_to(widget) -> None:
    for _ in range(60):
        if QApplication.focusWidget() is widget:
            return
        QTest.keyClick(QApplication.focusWidget() or widget.window(), KEY.Key_Tab)
    raise AssertionError(f"Tab never reaches {widget.accessibleName() or widget}")


def rows(desk):
    return desk.desk.exporting.rows()


def test_export_by_keyboard_alone(qtbot, desk, tmp_path: Path) -> None:
    dialog = opened(qtbot, desk)
    assert dialog._table.item(0, 5).text().startswith("starts 0.3 s early, at the keyframe")
    tab_to(dialog._table)
    QTest.keyClick(dialog._table, KEY.Key_Down)
    QTest.keyClick(dialog._table, KEY.Key_Space)  # the second segment is not wanted
    assert len(dialog.chosen()) == 1
    tab_to(dialog.kinds.boxes["exact"])
    QTest.keyClick(dialog.kinds.boxes["exact"], KEY.Key_Space)
    for kind in ("stills", "report"):
        tab_to(dialog.kinds.boxes[kind])
        QTest.keyClick(dialog.kinds.boxes[kind], KEY.Key_Space)
    tab_to(dialog._folder)
    dialog._folder.selectAll()
    QTest.keyClicks(dialog._folder, str(tmp_path / "case"))
    tab_to(dialog._operator)
    dialog._operator.selectAll()
    QTest.keyClicks(dialog._operator, "Kim")
    QTest.keyClick(dialog._operator, KEY.Key_Return)
    qtbot.waitUntil(lambda: rows(desk)[0].over, timeout=30_000)
    manifest = json.loads((tmp_path / "case" / "manifest.json").read_text())
    assert manifest["kinds"] == ["original", "exact"]
    assert manifest["operator"] == "Kim"
    assert [s["start"] for s in manifest["segments"]] == [3]
    assert verify(tmp_path / "case")["result"] == "pass"
    QTest.keyClick(dialog, KEY.Key_Escape)
    assert desk.dispatch.dialog is None


def test_export_by_mouse_alone(qtbot, desk) -> None:
    dialog = opened(qtbot, desk)
    left = Qt.MouseButton.LeftButton
    qtbot.mouseClick(dialog.quick["none"], left)
    assert dialog.chosen() == []
    assert not dialog._export.isEnabled()
    qtbot.mouseClick(dialog.quick["flagged"], left)
    assert len(dialog.chosen()) == 2
    for kind in ("stills", "report"):
        box = dialog.kinds.boxes[kind]
        qtbot.mouseClick(box, left, pos=box.rect().center() - box.rect().center() / 1.2)
    assert dialog.kinds.chosen() == ("original",)
    folder = Path(dialog.folder())
    qtbot.mouseClick(dialog._export, left)
    qtbot.waitUntil(lambda: rows(desk)[0].over, timeout=30_000)
    assert rows(desk)[0].state == "done"
    assert "Every packet is identical" in dialog._state.text()
    assert verify(folder)["result"] == "pass"
    assert dialog.folder() != str(folder), "the next export gets a folder of its own"
    line = dialog.queue.line(rows(desk)[0].number)
    assert line.open.isVisible()
    qtbot.mouseClick(line.away, left)
    assert rows(desk) == []
    assert not dialog.queue.isVisible()


@pytest.fixture
def gate(monkeypatch):
    """Holds the hashing of the source until it is set."""
    from engine.export import case

    hashing, held = case.hashing_source, threading.Event()

    def waiting(path):
        while not held.wait(0.02):
            yield 0
        return (yield from hashing(path))

    monkeypatch.setattr(case, "hashing_source", waiting)
    yield held
    held.set()


def test_exports_queue_up_review_goes_on_and_each_can_be_cancelled(
    qtbot, desk, tmp_path: Path, gate
) -> None:
    dialog = opened(qtbot, desk)
    dialog.kinds.choose(["original"])
    for name in ("one", "two", "three"):
        dialog._folder.setText(str(tmp_path / name))
        qtbot.mouseClick(dialog._export, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: rows(desk)[0].said.startswith("hashing"), timeout=20_000)
    assert [row.state for row in rows(desk)] == ["running", "waiting", "waiting"]
    QTest.keyClick(desk.window, KEY.Key_Home)  # the window is usable meanwhile
    qtbot.waitUntil(lambda: desk.desk.playback.index == 0)
    one, two, _ = (row.number for row in rows(desk))
    qtbot.mouseClick(dialog.queue.line(two).cancel, Qt.MouseButton.LeftButton)
    assert rows(desk)[1].state == "stopped"
    with qtbot.waitSignal(desk.desk.exporting.ended, timeout=500):
        qtbot.mouseClick(dialog.queue.line(one).cancel, Qt.MouseButton.LeftButton)
    assert rows(desk)[0].state == "stopped"
    gate.set()
    qtbot.waitUntil(lambda: rows(desk)[2].state == "done", timeout=20_000)
    made = sorted(p.name for p in tmp_path.iterdir() if "home" not in p.name)
    assert made == ["three"], "what was cancelled leaves nothing"


def test_a_folder_that_the_queue_has_taken_is_not_proposed(qtbot, desk, gate, monkeypatch) -> None:
    monkeypatch.setattr("app.export_pane._stamp", lambda: "20260101-120000")
    for _ in range(2):
        dialog = opened(qtbot, desk)
        dialog.kinds.choose(["original"])
        for _ in range(2):
            qtbot.mouseClick(dialog._export, Qt.MouseButton.LeftButton)
            assert dialog._state.text() == ""
        qtbot.mouseClick(dialog._close, Qt.MouseButton.LeftButton)
    first = "walk-20260101-120000"
    taken = [Path(row.folder).name for row in rows(desk)]
    assert taken == [first, *(f"{first} ({number})" for number in (2, 3, 4))]


def test_closing_the_dialog_stops_nothing_and_it_shows_the_queue_again(
    qtbot, desk, tmp_path: Path, gate
) -> None:
    dialog = opened(qtbot, desk)
    dialog.kinds.choose(["original"])
    dialog._folder.setText(str(tmp_path / "case"))
    qtbot.mouseClick(dialog._export, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(dialog._close, Qt.MouseButton.LeftButton)
    assert desk.dispatch.dialog is None
    again = opened(qtbot, desk)
    assert again.queue.line(rows(desk)[0].number).cancel.isVisible()
    qtbot.mouseClick(again._close, Qt.MouseButton.LeftButton)
    gate.set()
    qtbot.waitUntil(lambda: rows(desk)[0].state == "done", timeout=20_000)
    assert (tmp_path / "case" / "SHA256SUMS").is_file()
    assert "written to" in desk.window.statusBar().currentMessage()


def test_leaving_the_program_stops_an_export_without_leftovers(
    qtbot, desk, tmp_path: Path, gate
) -> None:
    dialog = opened(qtbot, desk)
    dialog._folder.setText(str(tmp_path / "case"))
    qtbot.mouseClick(dialog._export, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: rows(desk)[0].state == "running")
    desk.window.close()
    question = desk.desk.quitting.dialog
    assert desk.window.isVisible(), "nothing is dropped without asking"
    qtbot.mouseClick(question.halt, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not desk.window.isVisible())
    assert [p.name for p in tmp_path.iterdir() if "home" not in p.name] == []


def exporting(qtbot, desk, folder: Path):
    """An export that is held while it hashes; its dialog is closed."""
    dialog = opened(qtbot, desk)
    dialog.kinds.choose(["original"])
    dialog._folder.setText(str(folder))
    qtbot.mouseClick(dialog._export, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(dialog._close, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: rows(desk)[0].state == "running")


def test_quitting_waits_for_exports_where_that_is_wanted(qtbot, desk, tmp_path, gate) -> None:
    exporting(qtbot, desk, tmp_path / "case")
    desk.window.activateWindow()
    qtbot.waitUntil(desk.window.isActiveWindow)
    QTest.keyClick(desk.window, KEY.Key_Q, Qt.KeyboardModifier.ControlModifier)
    question = desk.desk.quitting.dialog
    assert "1 export is not written" in question.findChild(QLabel).text()
    QTest.keyClick(question, KEY.Key_Return)  # the safe one is what Enter means
    assert "closes as soon as" in desk.window.notice.text()
    assert desk.window.isVisible()
    gate.set()
    qtbot.waitUntil(lambda: not desk.window.isVisible(), timeout=20_000)
    assert verify(tmp_path / "case")["result"] == "pass"


def test_esc_stays_and_so_does_whoever_changes_their_mind(qtbot, desk, tmp_path, gate) -> None:
    exporting(qtbot, desk, tmp_path / "case")
    desk.window.close()
    QTest.keyClick(desk.desk.quitting.dialog, KEY.Key_Escape)
    assert desk.desk.quitting.dialog is None
    desk.window.close()
    qtbot.mouseClick(desk.desk.quitting.dialog.wait, Qt.MouseButton.LeftButton)
    (stay,) = (b for b in desk.window.notice.findChildren(QToolButton) if b.text() == "Stay")
    qtbot.mouseClick(stay, Qt.MouseButton.LeftButton)
    gate.set()
    qtbot.waitUntil(lambda: rows(desk)[0].state == "done", timeout=20_000)
    assert desk.window.isVisible()
    desk.window.close()
    assert not desk.window.isVisible(), "with nothing unfinished nobody is asked"


def test_the_question_before_quitting_follows_the_queue(qtbot, desk, tmp_path, gate) -> None:
    exporting(qtbot, desk, tmp_path / "case")
    desk.window.close()
    question = desk.desk.quitting.dialog
    gate.set()
    qtbot.waitUntil(lambda: rows(desk)[0].over, timeout=20_000)
    assert question.title.text() == "No export is waiting any more"
    assert not question.halt.isVisible()
    assert question.wait.text() == "Quit"
    QTest.keyClick(question, KEY.Key_Return)
    qtbot.waitUntil(lambda: not desk.window.isVisible())


def test_an_export_that_fails_keeps_the_window(qtbot, desk, tmp_path, gate) -> None:
    exporting(qtbot, desk, tmp_path / "case")
    desk.window.close()
    qtbot.mouseClick(desk.desk.quitting.dialog.wait, Qt.MouseButton.LeftButton)
    (tmp_path / "case").mkdir()
    (tmp_path / "case" / "other").write_text("came meanwhile")
    gate.set()
    qtbot.waitUntil(lambda: rows(desk)[0].over, timeout=20_000)
    assert rows(desk)[0].state == "failed"
    assert desk.window.isVisible()
    assert "was not exported" in desk.window.notice.text()


@pytest.mark.parametrize("name", ["x" * 300, "~nobody-of-that-name/case"])
def test_an_impossible_folder_is_said_in_the_dialog(qtbot, desk, tmp_path, name) -> None:
    dialog = opened(qtbot, desk)
    dialog._folder.setText(name if name.startswith("~") else str(tmp_path / name))
    assert "Needs about" in dialog._room.text()
    qtbot.mouseClick(dialog._export, Qt.MouseButton.LeftButton)
    assert "cannot be used" in dialog._state.text()
    assert rows(desk) == []


def test_an_export_that_failed_leaves_its_folder_in_the_field(qtbot, desk, tmp_path) -> None:
    dialog = opened(qtbot, desk)
    (tmp_path / "file").write_text("in the way")
    wanted = str(tmp_path / "file" / "case")
    dialog._folder.setText(wanted)
    qtbot.mouseClick(dialog._export, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: rows(desk)[0].over, timeout=20_000)
    assert rows(desk)[0].state == "failed"
    assert dialog.folder() == wanted


def test_a_source_that_was_moved_away_is_told_as_that(qtbot, desk, tmp_path, monkeypatch) -> None:
    dialog = opened(qtbot, desk)
    monkeypatch.setattr(os.path, "exists", lambda path: not str(path).endswith("walk.mp4"))
    dialog._folder.setText(str(tmp_path / "case"))
    qtbot.mouseClick(dialog._export, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: rows(desk)[0].over, timeout=20_000)
    assert "is not there any more" in rows(desk)[0].said
    assert "free space" not in rows(desk)[0].said


def test_a_taken_folder_and_too_little_room_are_said_before(
    qtbot, desk, tmp_path: Path, monkeypatch
) -> None:
    from engine.export import space

    dialog = opened(qtbot, desk)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine.txt").write_text("mine")
    dialog._folder.setText(str(tmp_path / "taken"))
    qtbot.mouseClick(dialog._export, Qt.MouseButton.LeftButton)
    assert "is taken" in dialog._state.text()
    assert rows(desk) == []
    assert "are free" in dialog._room.text()
    monkeypatch.setattr(space, "free_bytes", lambda folder: 1 << 20)
    dialog._folder.setText(str(tmp_path / "fresh"))
    assert "and 17 MB to spare, but only 1.0 MB are free" in dialog._room.text()
    assert not dialog._export.isEnabled()


def test_every_control_of_the_dialog_has_a_name_and_a_tooltip(qtbot, desk) -> None:
    from PySide6.QtWidgets import QAbstractButton, QLineEdit, QTableWidget

    dialog = opened(qtbot, desk)
    for kind in (QAbstractButton, QLineEdit, QTableWidget):
        for widget in dialog.findChildren(kind):
            if widget.objectName().startswith("qt_") or not widget.isVisible():
                continue
            if type(widget).__name__ == "QTableCornerButton" or widget.parent() is dialog._table:
                continue
            said = widget.accessibleName() or getattr(widget, "text", str)()
            assert said, widget
            assert widget.toolTip(), said
