"""When a recording began: typed by the analyst, kept with the review, in force everywhere."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta, timezone

import pytest
from desk_driver import build, in_dialog, open_and_analyse, press, wait_frame
from pointer import move_mouse
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox

from app.moments import clock_words, moment_words, read_moment
from app.views.start_dialog import Beginning, StartDialog
from engine.export.case import CaseExport
from engine.footage import open_footage
from engine.review.session import read_review

KEY, SHIFT = Qt.Key, Qt.KeyboardModifier.ShiftModifier
CTRL, LEFT = Qt.KeyboardModifier.ControlModifier, Qt.MouseButton.LeftButton
CET = timezone(timedelta(hours=1))


@pytest.fixture
def opened(qtbot, walk, tmp_path):
    """A recording whose name says when it began."""
    path = tmp_path / "yard_20240131_142233.mp4"
    shutil.copy(walk, path)
    application = build(qtbot)
    open_and_analyse(qtbot, application, path)
    application.window.activateWindow()
    qtbot.waitUntil(application.window.isActiveWindow)
    qtbot.waitUntil(application.window.actions_["file.start_time"].isEnabled)
    return application


def ask(application, act) -> None:
    with in_dialog(application, StartDialog, act):
        press(application, KEY.Key_G, SHIFT)


def typed(text: str, zone: str = ""):
    def act(dialog: StartDialog) -> None:
        assert QApplication.focusWidget() is dialog.field
        QTest.keyClick(dialog.field, KEY.Key_A, CTRL)
        QTest.keyClicks(dialog.field, text)
        if zone:
            dialog.zone.setFocus()
            QTest.keyClicks(dialog.zone, zone)
        QTest.keyClick(dialog.field, KEY.Key_Return)

    return act


def wall(application) -> str:
    return application.window.transport.wall.text()


def shows(qtbot, application, text: str) -> None:
    qtbot.waitUntil(lambda: wall(application) == text, timeout=5_000)


def test_a_typed_start_is_in_force_at_once_undone_and_there_after_reopening(qtbot, opened):
    press(opened, KEY.Key_Home)
    shows(qtbot, opened, "2024-01-31 14:22:33.000")
    ask(opened, typed("2024-01-31 15:00:00", "UTC+01"))
    shows(qtbot, opened, "2024-01-31 15:00:00.000+01:00")
    footage = opened.desk.current.footage
    assert footage.start_time == datetime(2024, 1, 31, 15, tzinfo=CET)
    assert footage.start_time_origin == "analyst"
    session = opened.desk.current.session
    assert session.history[-1] == "Start of the recording"
    assert json.loads(session.path.read_text())["start_time"]["offset"] == "+01:00"
    press(opened, KEY.Key_Z, CTRL)
    shows(qtbot, opened, "2024-01-31 14:22:33.000")
    press(opened, KEY.Key_Z, CTRL | SHIFT)
    shows(qtbot, opened, "2024-01-31 15:00:00.000+01:00")

    path = opened.desk.current.path
    press(opened, KEY.Key_W, CTRL)
    opened.desk.open([path])
    qtbot.waitUntil(lambda: opened.desk.current is not None)
    shows(qtbot, opened, "2024-01-31 15:00:00.000+01:00")


def test_what_is_no_time_is_said_in_the_dialog_which_stays_open(qtbot, opened):
    def act(dialog: StartDialog) -> None:
        typed("yesterday")(dialog)
        assert dialog.isVisible()
        assert dialog.problem.isVisible()
        assert "'yesterday' is not a date with a time" in dialog.problem.text()
        QTest.keyClick(dialog.field, KEY.Key_A, CTRL)
        QTest.keyClicks(dialog.field, "2024-02-30 10:00")
        assert not dialog.problem.isVisible()
        QTest.keyClick(dialog.field, KEY.Key_Return)
        assert "'2024-02-30 10:00'" in dialog.problem.text()
        QTest.keyClick(dialog.field, KEY.Key_Escape)
        assert not dialog.isVisible()

    ask(opened, act)
    assert opened.desk.reviewing.state.start_time == ""


def test_the_time_may_be_that_of_the_frame_on_the_screen(qtbot, opened):
    """As an analyst reads it from a burned-in clock."""
    press(opened, KEY.Key_End)
    wait_frame(qtbot, opened, 47)

    def act(dialog: StartDialog) -> None:
        dialog.frame.setFocus()
        QTest.keyClick(dialog.frame, KEY.Key_Down)
        assert dialog.field.text() == "2024-01-31 14:22:37.7"
        dialog.field.setFocus()
        typed("2024-01-31 16:00:04.7")(dialog)

    ask(opened, act)
    assert opened.desk.current.footage.start_time == datetime(2024, 1, 31, 16, 0, 0)
    shows(qtbot, opened, "2024-01-31 16:00:04.700")


def test_the_way_back_to_what_the_file_says(qtbot, opened):
    ask(opened, typed("2023-05-01 08:00"))
    shows(qtbot, opened, "2023-05-01 08:00:00.000")

    def act(dialog: StartDialog) -> None:
        QTest.mouseClick(dialog.back, LEFT)

    ask(opened, act)
    shows(qtbot, opened, "2024-01-31 14:22:33.000")
    assert opened.desk.current.footage.start_time_origin == "file name"

    def nothing_to_forget(dialog: StartDialog) -> None:
        assert not dialog.back.isEnabled()

    ask(opened, nothing_to_forget)


def test_the_picture_under_the_mouse_tells_the_zone(qtbot, opened):
    ask(opened, typed("2024-01-31 15:00:00", "UTC+05:30"))
    timeline = opened.window.timeline
    spot = QPoint(round(timeline._score.box.mapViewToScene(QPointF(0.05, 0.3)).x()), 40)
    move_mouse(timeline.view.viewport(), spot)
    hover = opened.window.hover
    qtbot.waitUntil(hover.isVisible)
    assert "15:00:00 UTC+05:30" in " ".join(hover.lines())


def test_an_export_states_the_analysts_start_even_from_the_file_alone(opened, tmp_path):
    """As the command line exports: it opens the footage anew."""
    ask(opened, typed("2024-01-31 15:00:00", "UTC+01"))
    document, track = opened.desk.current, opened.desk.reviewing.track
    state = read_review(document.session.path)
    segments = track.segments[:1]
    footage = open_footage(document.path)
    case = CaseExport(footage, document.analysis, state, track.score, segments, tmp_path / "case")
    for _ in case.run():
        pass
    source = json.loads((tmp_path / "case" / "manifest.json").read_text())["source"]
    assert source["started"] == "2024-01-31T15:00:00+01:00"
    assert source["started_origin"] == "analyst"


def test_a_zone_that_the_file_gives_is_chosen_in_the_dialog(qtbot):
    told = datetime(2024, 1, 31, 14, 22, 33, tzinfo=UTC)
    dialog = StartDialog("yard.mp4", Beginning(told, told, "container creation_time"))
    qtbot.addWidget(dialog)
    assert dialog.zone.currentText() == "UTC"
    assert dialog.frame.count() == 1
    dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok).click()
    assert dialog.chosen() == told


@pytest.mark.parametrize(
    "text", ["", "nan", "14:22", "2024-01-31", "2024-01-31 25:00", "0001-01-01 00:00", "20240131"]
)
def test_no_moment_is_made_of_what_is_none(text):
    assert read_moment(text) is None


def test_moments_are_written_as_they_are_read():
    moment = datetime(2024, 1, 31, 14, 22, 33, 500_000)
    assert read_moment(moment_words(moment)) == moment
    assert clock_words(moment) == "14:22:33"
    assert clock_words(moment.replace(tzinfo=CET)) == "14:22:33 UTC+01:00"
