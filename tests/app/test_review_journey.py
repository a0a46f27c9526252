"""The review from opening to reopening: once by keys alone, once by the mouse alone."""

from __future__ import annotations

import pytest
from desk_driver import build, press, wait_analysed, wait_frame
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from app.models.segment_model import START
from app.review_commands import HISTORY, SEGMENTS

KEY, MODIFIER = Qt.Key, Qt.KeyboardModifier
LEFT = Qt.MouseButton.LeftButton
TYPED_NOTE = "runs across"


@pytest.fixture
def chosen_file(monkeypatch, walk):
    """The system's file dialog, which belongs to the desktop, answers with the walk."""
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *args: ([str(walk)], ""))
    return walk


def begun(qtbot):
    """The window in front, so that keys arrive."""
    application = build(qtbot)
    application.window.activateWindow()
    qtbot.waitUntil(application.window.isActiveWindow)
    return application


def type_into(widget, text: str) -> None:
    assert QApplication.focusWidget() is widget
    QTest.keyClicks(widget, text)


def stored(application) -> list[tuple[int, int, str, str, tuple[str, ...]]]:
    return sorted(
        (s.span.start, s.span.stop, s.verdict.value, s.note, s.tags)
        for s in application.desk.reviewing.state.stored
    )


def titles(application) -> list[str]:
    return [step.title.split()[0] for step in application.desk.current.session.steps if step.done]


def settle(qtbot, application) -> None:
    """The track follows a change once the event loop is free."""
    ids = {s.id for s in application.desk.reviewing.state.stored}
    qtbot.waitUntil(
        lambda: (
            ids
            == {s.id for s in application.desk.reviewing.track.segments if s.stored}
            <= set(application.window.segments.shown_ids())
        )
    )


def test_the_review_by_keys_alone(qtbot, chosen_file):
    application = begun(qtbot)
    window, desk = application.window, application.desk
    control, shift = MODIFIER.ControlModifier, MODIFIER.ShiftModifier

    def key(code, modifier=MODIFIER.NoModifier):
        target = QApplication.focusWidget() or window
        QTest.keyClick(target, code, modifier)

    key(KEY.Key_O, control)
    qtbot.waitUntil(lambda: bool(desk.documents))
    wait_analysed(qtbot, application)
    key(KEY.Key_Home)
    wait_frame(qtbot, application, 0)
    key(KEY.Key_N)
    found = desk.reviewing.segment(desk.current.selected)
    wait_frame(qtbot, application, found.peak_frame)
    key(KEY.Key_C)
    key(KEY.Key_W)
    inspector = window.segments.inspector
    type_into(inspector.note, TYPED_NOTE)
    key(KEY.Key_Return)
    assert QApplication.focusWidget() is window.segments.table
    key(KEY.Key_T)
    type_into(inspector.tags, "runner, night")
    key(KEY.Key_Return)
    key(KEY.Key_E, shift)
    assert QApplication.focusWidget() is inspector.start
    QTest.keyClicks(inspector.start, "soon")
    key(KEY.Key_Return)
    assert "neither a frame nor a time" in inspector.message.text()
    inspector.start.selectAll()
    QTest.keyClicks(inspector.start, "20")
    key(KEY.Key_Return)
    stop = found.span.stop
    tags = ("runner", "night")
    assert stored(application) == [(20, stop, "confirmed", TYPED_NOTE, tags)]
    assert desk.playback.index in range(20, stop)
    desk_index = desk.playback.index
    key(KEY.Key_B)
    assert [row[:2] for row in stored(application)] == [(20, desk_index), (desk_index, stop)]
    settle(qtbot, application)
    key(KEY.Key_M)
    assert stored(application) == [(20, stop, "confirmed", TYPED_NOTE, tags)]
    settle(qtbot, application)
    key(KEY.Key_Delete)
    assert stored(application) == []
    assert len(desk.reviewing.state.binned) == 1
    key(KEY.Key_Delete, shift)
    assert stored(application) == [(20, stop, "confirmed", TYPED_NOTE, tags)]
    done = titles(application)
    assert done == ["Confirmed", "Note", "Tags", "Edges", "Split", "Merged", "Binned", "Put"]
    for _ in range(4):
        key(KEY.Key_Z, control)
    assert titles(application) == done[:4]
    key(KEY.Key_Z, control | shift)
    assert titles(application) == done[:5]
    before, steps = desk.reviewing.state, desk.current.session.steps
    key(KEY.Key_Q, control)
    again = begun(qtbot)
    QTest.keyClick(again.window, KEY.Key_O, control)
    wait_analysed(qtbot, again)
    assert again.desk.reviewing.state == before
    assert again.desk.current.session.steps == steps
    press(again, KEY.Key_Z, control)
    assert titles(again) == done[:4]


def test_the_review_by_mouse_alone(qtbot, chosen_file):
    application = begun(qtbot)
    window, desk = application.window, application.desk
    segments, history = window.segments, window.history

    def click(widget, at: QPoint | None = None, modifier=MODIFIER.NoModifier):
        assert widget.isVisible()
        assert widget.isEnabled()
        QTest.mouseClick(widget, LEFT, modifier, at if at is not None else widget.rect().center())

    def tab(number: int) -> None:
        click(window.side.tabBar(), window.side.tabBar().tabRect(number).center())

    def row(number: int, modifier=MODIFIER.NoModifier) -> None:
        index = segments.filter.index(number, START)
        click(segments.table.viewport(), segments.table.visualRect(index).center(), modifier)

    click(window.start._buttons[0])
    qtbot.waitUntil(lambda: bool(desk.documents))
    wait_analysed(qtbot, application)
    tab(SEGMENTS)
    row(0)
    found = desk.reviewing.segment(desk.current.selected)
    wait_frame(qtbot, application, found.peak_frame)
    click(segments.verdict_buttons["dismissed"])
    assert [r[2] for r in stored(application)] == ["dismissed"]
    settle(qtbot, application)
    click(segments.edit_buttons["segments.split"])
    settle(qtbot, application)
    assert len(stored(application)) == 2
    row(0)
    row(1, MODIFIER.ControlModifier)
    assert len(segments.selected_ids()) == 2
    click(segments.verdict_buttons["confirmed"])
    assert [r[2] for r in stored(application)] == ["confirmed", "confirmed"]
    assert titles(application) == ["Dismissed", "Split", "Confirmed"]
    settle(qtbot, application)
    click(segments.edit_buttons["segments.merge"])
    settle(qtbot, application)
    assert len(stored(application)) == 1
    row(0)
    click(segments.edit_buttons["segments.delete"])
    assert stored(application) == []
    tab(HISTORY)
    qtbot.waitUntil(lambda: history.bin.count() == 1)
    click(history.bin.viewport(), history.bin.visualItemRect(history.bin.item(0)).center())
    click(history.buttons["segments.put_back"])
    assert len(stored(application)) == 1
    click(history.buttons["edit.undo"])
    assert stored(application) == []
    click(history.buttons["edit.redo"])
    assert len(stored(application)) == 1
    line = history.steps.item(1)  # after the first step
    history.steps.scrollToItem(line)
    click(history.steps.viewport(), history.steps.visualItemRect(line).center())
    assert [r[2] for r in stored(application)] == ["dismissed"]
    assert titles(application) == ["Dismissed"]
    before = desk.reviewing.state
    window.close()
    again = begun(qtbot)
    recent = again.window.start.recent
    assert recent.rows()[0].path == str(chosen_file)
    assert recent.rows()[0].state == "1 judged"
    QTest.mouseClick(recent.viewport(), LEFT, pos=recent.visualItemRect(recent.item(0)).center())
    wait_analysed(qtbot, again)
    assert again.desk.reviewing.state == before
