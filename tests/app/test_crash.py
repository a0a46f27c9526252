"""A crash is logged, told, and its report can be passed on; the log turns over."""

from __future__ import annotations

import logging

import pytest
from desk_driver import build
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app import crash
from app.views.crash_dialog import CrashDialog

KEY = Qt.Key


LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def application(qtbot):
    return build(qtbot)


def raised() -> ValueError:
    try:
        raise ValueError("a made error")
    except ValueError as error:
        return error


def test_a_crash_is_logged_and_its_report_can_be_copied_and_saved(qtbot, application, tmp_path):
    handler = crash.start_log()
    try:
        application.tell_crash(raised())
        qtbot.waitUntil(lambda: application.crash_dialog is not None)
        dialog = application.crash_dialog
        assert isinstance(dialog, CrashDialog)
        application.tell_crash(raised())  # a repeated error makes no second dialog
        QApplication.processEvents()
        assert application.crash_dialog is dialog
        report = dialog.details.toPlainText()
        for word in ("Normscope 0", "Python 3", "numpy", "ValueError: a made error"):
            assert word in report
        assert "unexpected error" in report.split("the log's last")[1]
        dialog.copy()
        assert QGuiApplication.clipboard().text() == report
        dialog.save(tmp_path / "report.txt")
        assert (tmp_path / "report.txt").read_text(encoding="utf-8") == report
        dialog.save(tmp_path / "no" / "such" / "folder.txt")
        assert "could not be saved" in dialog.state.text()
        dialog.reject()
        assert "a made error" in crash.log_path().read_text(encoding="utf-8")
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()


def test_the_log_turns_over(tmp_path, monkeypatch):
    monkeypatch.setattr(crash, "LOG_BYTES", 500)
    handler = crash.start_log()
    logger = logging.getLogger("normscope")
    try:
        for number in range(100):
            logger.warning("line %d", number)
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()
    files = sorted(path.name for path in crash.log_path().parent.glob("normscope.log*"))
    assert len(files) == 1 + crash.LOG_FILES
    assert all(path.stat().st_size <= 600 for path in crash.log_path().parent.glob("norm*"))


def test_the_home_folder_is_not_told(monkeypatch, tmp_path):
    monkeypatch.setattr(crash.Path, "home", lambda: tmp_path)
    error = ValueError(f"{tmp_path}/case 7/yard.mp4")
    assert "~/case 7/yard.mp4" in crash.report(error, "1")
    assert str(tmp_path) not in crash.report(error, "1")
