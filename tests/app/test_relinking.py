"""A review from another computer opens with its footage, or asks where that is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from desk_driver import build, open_and_analyse, press, wait_analysed
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QToolButton

from engine.review.session import read_review

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def carried(qtbot, walk, tmp_path, monkeypatch):
    """A review with one verdict in a folder of its own; its footage lies beside that folder, and
    nothing of it is known at this computer any more.
    """
    footage = tmp_path / "media" / "walk.mp4"
    footage.parent.mkdir()
    shutil.copyfile(walk, footage)
    application = build(qtbot)
    open_and_analyse(qtbot, application, footage)
    found = application.desk.reviewing.track.segments[0]
    application.desk.judging.judge([found.id], "confirmed")
    folder = tmp_path / "stick"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *args: str(folder))
    application.dispatch.run("file.copy_review")
    assert "walk.review.json" in application.window.notice.text()
    application.window.close()
    monkeypatch.setenv("NORMSCOPE_HOME", str(tmp_path / "another computer"))
    return folder / "walk.review.json"


def verdicts(application) -> list[str]:
    return [s.verdict.value for s in application.desk.reviewing.state.stored]


def test_a_moved_review_finds_its_footage_and_goes_on_in_its_own_file(qtbot, carried, tmp_path):
    moved = tmp_path / "moved"
    moved.mkdir()
    (tmp_path / "media").rename(moved / "media")
    carried.parent.rename(moved / "stick")
    review = moved / "stick" / "walk.review.json"
    application = build(qtbot)
    application.desk.open([review])
    wait_analysed(qtbot, application)
    assert application.desk.current.path == moved / "media" / "walk.mp4"
    assert verdicts(application) == ["confirmed"]
    assert application.desk.current.session.history
    application.desk.judging.judge([application.desk.reviewing.state.stored[0].id], "unsure")
    assert read_review(review).stored[0].verdict.value == "unsure"


def test_missing_footage_is_asked_for_and_only_the_same_is_taken(
    qtbot, carried, tmp_path, monkeypatch, broken_walk
):
    archive = tmp_path / "archive" / "deep"
    archive.mkdir(parents=True)
    (tmp_path / "media" / "walk.mp4").rename(archive / "renamed.mp4")
    application = build(qtbot)
    application.desk.open([carried])
    qtbot.waitUntil(lambda: application.desk.media.dialog is not None)
    dialog = application.desk.media.dialog
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: (str(broken_walk), ""))
    QTest.mouseClick(dialog.file, LEFT)
    assert "other footage" in dialog.state.text()
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *args: str(empty))
    QTest.mouseClick(dialog.folder, LEFT)
    qtbot.waitUntil(lambda: "not in that folder" in dialog.state.text())
    monkeypatch.setattr(
        QFileDialog, "getExistingDirectory", lambda *args: str(tmp_path / "archive")
    )
    QTest.mouseClick(dialog.folder, LEFT)
    wait_analysed(qtbot, application)
    assert application.desk.media.dialog is None
    assert application.desk.current.path == archive / "renamed.mp4"
    assert verdicts(application) == ["confirmed"]


def test_a_damaged_review_file_is_said_so(qtbot, tmp_path):
    path = tmp_path / "a.review.json"
    path.write_bytes(b"{")
    application = build(qtbot)
    application.desk.open([path])
    qtbot.waitUntil(lambda: "damaged" in application.window.notice.text())


def test_recent_footage_that_was_moved_is_asked_for(qtbot, walk, tmp_path, monkeypatch):
    footage = tmp_path / "here.mp4"
    shutil.copyfile(walk, footage)
    application = build(qtbot)
    open_and_analyse(qtbot, application, footage)
    application.window.close()
    there = Path(shutil.move(footage, tmp_path / "there.mp4"))
    again = build(qtbot)
    (row,) = again.window.start.recent.rows()
    assert row.gone
    assert row.thumbnail
    recent = again.window.start.recent
    QTest.mouseClick(recent.viewport(), LEFT, pos=recent.visualItemRect(recent.item(0)).center())
    dialog = again.desk.media.dialog
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: (str(there), ""))
    QTest.mouseClick(dialog.file, LEFT)
    wait_analysed(qtbot, again)
    assert again.desk.current.path == there
    assert again.settings.recent == [str(there)]


def test_open_footage_that_was_moved_offers_to_be_found(qtbot, walk, tmp_path, monkeypatch):
    footage = tmp_path / "here.mp4"
    shutil.copyfile(walk, footage)
    application = build(qtbot)
    desk = application.desk
    open_and_analyse(qtbot, application, footage)
    press(application, Qt.Key.Key_N)
    press(application, Qt.Key.Key_C)
    application.dispatch.run("file.find")
    assert "is where it was" in application.window.statusBar().currentMessage()
    there = Path(shutil.move(footage, tmp_path / "there.mp4"))
    with qtbot.waitSignal(desk.analysing.failed):
        desk.analysing.start(desk.current)
    notice = application.window.notice
    assert "not there any more" in notice.text()
    assert "choose it again" not in notice.text()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: (str(there), ""))
    (button,) = (b for b in notice.findChildren(QToolButton) if b.text() == "Find it…")
    QTest.mouseClick(button, LEFT)
    QTest.mouseClick(desk.media.dialog.file, LEFT)
    qtbot.waitUntil(lambda: desk.current is not None and desk.current.path == there)
    wait_analysed(qtbot, application)
    assert [document.path for document in desk.documents] == [there]
    assert verdicts(application) == ["confirmed"]
    assert application.settings.recent == [str(there)]
