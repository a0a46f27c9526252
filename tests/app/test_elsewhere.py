"""One recording, one review: other spellings of its path, copies of it and other windows."""

from __future__ import annotations

from dataclasses import replace

from desk_driver import build, open_and_analyse, press
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from engine.review.session import open_review, read_review
from engine.review.state import ReviewState


def other_window(application):
    """The review of the current footage as another window has it open."""
    session = application.desk.reviewing.session
    return open_review(session.path, session.footage, ReviewState(), session.analysis)


def come_back(qtbot) -> None:
    qt = QApplication.instance()
    assert isinstance(qt, QApplication)
    qt.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)


def test_another_spelling_of_a_path_shows_the_row_that_is_there(on_walk, walk, tmp_path):
    application = on_walk
    link = tmp_path / "link.mp4"
    link.symlink_to(walk)
    for path in (walk.parent / ".." / walk.parent.name / walk.name, link):
        application.desk.open([path])
        assert len(application.desk.documents) == 1
        assert application.desk.current is application.desk.documents[0]


def test_a_folder_with_a_link_to_open_footage_adds_no_row(qtbot, on_walk, walk, tmp_path):
    application = on_walk
    (tmp_path / "day").mkdir()
    (tmp_path / "day" / "link.mp4").symlink_to(walk)
    with qtbot.waitSignal(application.desk.opener.idle):
        application.desk.open([tmp_path / "day"])
    assert len(application.desk.documents) == 1


def test_coming_back_shows_what_another_window_decided(qtbot, on_walk):
    application = on_walk
    desk = application.desk
    (found, *_) = desk.reviewing.track.segments
    other = other_window(application)
    verdict = replace(found.verdict, value="confirmed")
    other.change("confirmed", other.state.with_segment(replace(found, verdict=verdict)))
    come_back(qtbot)
    assert [s.verdict.value for s in desk.reviewing.state.stored] == ["confirmed"]
    assert "another window" in application.window.statusBar().currentMessage()
    qtbot.waitUntil(lambda: desk.reviewing.track.segments[0].verdict.value == "confirmed")


def test_a_verdict_does_not_overwrite_what_another_window_noted(qtbot, on_walk):
    application = on_walk
    desk = application.desk
    (found, *_) = desk.reviewing.track.segments
    other = other_window(application)
    other.change("note", other.state.with_segment(replace(found, note="the runner")))
    press(application, Qt.Key.Key_N)
    press(application, Qt.Key.Key_C)
    (stored,) = read_review(desk.reviewing.session.path).stored
    assert stored.verdict.value == "confirmed"
    assert application.window.notice.text().startswith("⚠ 1 thing was changed here and in")
    kept = [v.state.stored[0].note for v in desk.reviewing.session.versions if v.state is not None]
    assert "the runner" in kept


def test_a_copy_of_the_recording_shares_its_review(qtbot, user_home, walk, tmp_path):
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(walk.read_bytes())
    application = build(qtbot)
    desk = application.desk
    open_and_analyse(qtbot, application, walk)
    first = desk.current
    desk.open([copy])
    qtbot.waitUntil(lambda: len(desk.documents) == 2 and desk.documents[1].analysis is not None)
    second = desk.documents[1]
    desk.choose(second.key)
    press(application, Qt.Key.Key_N)
    press(application, Qt.Key.Key_C)
    desk.choose(first.key)
    assert [s.verdict.value for s in desk.reviewing.state.stored] == ["confirmed"]
    press(application, Qt.Key.Key_N)
    press(application, Qt.Key.Key_X)
    desk.choose(second.key)
    assert [s.verdict.value for s in desk.reviewing.state.stored] == ["dismissed"]
    desk.analysing.stop()


def test_the_start_page_knows_the_verdicts_without_an_orderly_end(qtbot, on_walk):
    application = on_walk
    press(application, Qt.Key.Key_N)
    press(application, Qt.Key.Key_C)
    recent = application.settings.recent_reviews
    qtbot.waitUntil(lambda: application.settings.recent_reviews[0].state == "1 judged")
    assert recent
