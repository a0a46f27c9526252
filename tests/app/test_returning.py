"""Decisions belong to an analysis: another detector begins a review, and there is a way back."""

from __future__ import annotations

import shutil

import pytest
from desk_driver import build, in_front, open_and_analyse, wait_analysed, write_tiny_weights
from hands import CTRL, KEY, Keyboard, Mouse

from engine.timebase import FrameSpan


@pytest.fixture
def decided(qtbot, walk):
    """A footage that `speed` analysed, with two decisions; random weights are there as well."""
    write_tiny_weights(walk)
    application = build(qtbot)
    in_front(application)
    open_and_analyse(qtbot, application, walk)
    desk = application.desk
    made = desk.judging.make(FrameSpan(5, 10))
    desk.judging.make(FrameSpan(20, 24))
    desk.judging.judge([made], "confirmed")
    desk.judging.note(made, "a runner")
    return application


def spans(application) -> list[FrameSpan]:
    state = application.desk.reviewing.state
    return [] if state is None else [segment.span for segment in state.stored]


def analyse_with_tiny(qtbot, application) -> None:
    open_and_analyse(qtbot, application, application.desk.current.path, "tiny")
    assert application.desk.current.analysis.facts.name == "mnad-prediction"


@pytest.mark.parametrize("way", ["keys", "mouse"])
def test_a_notice_says_where_decisions_went_and_leads_back(qtbot, decided, way):
    desk, notice = decided.desk, decided.window.notice
    analyse_with_tiny(qtbot, decided)
    assert spans(decided) == []
    assert "2 decisions stay with the analysis by speed." in notice.text()
    assert notice._action.text() == "Back to speed"
    if way == "keys":
        Keyboard(decided).push(notice._action)
    else:
        Mouse(decided).click(notice._action)
    qtbot.waitUntil(lambda: spans(decided) == [FrameSpan(5, 10), FrameSpan(20, 24)])
    assert desk.current.analysis.facts.name == "speed"
    assert decided.window.detector.current() == "speed"
    assert desk.reviewing.track.segments[0].note == "a runner"
    assert "decisions" not in notice.text()
    again = build(qtbot)
    open_again(qtbot, again, desk.current.path)
    assert again.desk.current.choice == "speed", "it is the one that the next start shows"


def open_again(qtbot, application, path) -> None:
    application.desk.open([path])
    wait_analysed(qtbot, application)


def test_the_way_back_stops_what_is_being_analysed(qtbot, decided):
    desk, notice = decided.desk, decided.window.notice
    desk.analyse_with(desk.current.path, "tiny")
    qtbot.waitUntil(lambda: "decisions stay" in notice.text(), timeout=60_000)
    notice._action.click()
    qtbot.waitUntil(lambda: desk.analysing.running is None, timeout=60_000)
    qtbot.waitUntil(lambda: len(spans(decided)) == 2)
    assert desk.current.analysis.facts.name == "speed"
    assert not desk.current.progress


def test_nothing_is_said_where_nothing_was_decided(qtbot, walk):
    write_tiny_weights(walk)
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk)
    analyse_with_tiny(qtbot, application)
    assert "stay" not in application.window.notice.text()


def test_it_is_said_once_footage_is_looked_at_again(qtbot, decided, walk, tmp_path):
    desk, notice = decided.desk, decided.window.notice
    first, other = desk.current, tmp_path / "another.mp4"
    shutil.copyfile(walk, other)
    with open(other, "ab") as file:  # another fingerprint: a copy would share the review
        file.write(b"\0\0\0\x0cfree" + bytes(4))
    open_and_analyse(qtbot, decided, other)
    qtbot.waitUntil(lambda: first.session is not None)
    first.choice = "tiny"
    desk.analysing.start(first)
    qtbot.waitUntil(lambda: desk.analysing.running is None, timeout=60_000)
    assert first.analysis.facts.name == "mnad-prediction"
    assert "stay" not in notice.text()
    desk.choose(first.key)
    assert any("2 decisions stay" in said for said in told(notice))


def told(notice) -> list[str]:
    """What is shown, and what waits behind it."""
    said = []
    while notice.text():
        said.append(notice.text())
        notice.dismiss()
    return said


@pytest.mark.parametrize("way", ["keys", "mouse"])
def test_compare_puts_the_other_analysis_on_the_desk_with_its_review(qtbot, decided, way):
    desk, panel = decided.desk, decided.window.compare
    analyse_with_tiny(qtbot, decided)
    decided.window.notice.clear()
    decided.window.side.setCurrentWidget(panel)
    qtbot.waitUntil(lambda: panel.other.count() > 1)
    assert not panel.review.isVisible(), "there is no B yet"
    Keyboard(decided).press(KEY.Key_5, CTRL)
    qtbot.waitUntil(lambda: panel.review.isVisible() and desk.compare.other is not None)
    if way == "keys":
        Keyboard(decided).push(panel.review)
    else:
        Mouse(decided).click(panel.review)
    qtbot.waitUntil(lambda: len(spans(decided)) == 2)
    qtbot.waitUntil(lambda: "speed" in panel.mine.text())
    qtbot.waitUntil(lambda: panel.other.currentText().startswith("tiny"))
    assert "by speed" in decided.window.statusBar().currentMessage()
