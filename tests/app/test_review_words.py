"""What is said of the review is so, and is gone when it is no longer so."""

from __future__ import annotations

import pytest
from hands import KEY, SHIFT, Keyboard
from PySide6.QtWidgets import QApplication

from app.models.segment_model import LENGTH
from app.review_commands import HISTORY
from engine.timebase import FrameSpan


@pytest.fixture
def keys(on_walk):
    return Keyboard(on_walk)


@pytest.fixture
def status(on_walk):
    return on_walk.window.statusBar()


def made(qtbot, application, first: int, last: int) -> str:
    """A segment from one frame to another, chosen."""
    name = application.desk.judging.make(FrameSpan(first, last + 1))
    qtbot.waitUntil(lambda: name in application.window.segments.shown_ids())
    application.desk.review.select_segment(name)
    return name


def test_the_bin_tells_the_length_that_the_list_told(qtbot, on_walk, keys):
    window = on_walk.window
    name = made(qtbot, on_walk, 5, 9)
    model = window.segments.model
    length = model.index(model.row_of(name), LENGTH).data()
    assert length == "0.5 s"
    keys.press(KEY.Key_Delete)
    window.side.setCurrentIndex(HISTORY)
    assert window.history.bin.item(0).text().splitlines()[0].endswith(f", {length}")


def test_in_the_bin_is_said_until_it_is_put_back(qtbot, on_walk, keys, status):
    made(qtbot, on_walk, 5, 9)
    keys.press(KEY.Key_Delete)
    assert "In the bin" in status.currentMessage()
    keys.press(KEY.Key_Delete, SHIFT)
    assert status.currentMessage() == ""


def test_the_in_point_is_spoken_of_until_the_segment_is_made(on_walk, keys, status):
    keys.press(KEY.Key_I)
    assert "In-point at frame 0" in status.currentMessage()
    keys.press(KEY.Key_O)
    assert status.currentMessage() == ""


def test_what_was_undone_is_said_until_something_else_is_done(qtbot, on_walk, keys, status):
    made(qtbot, on_walk, 5, 9)
    on_walk.dispatch.run("edit.undo")
    assert status.currentMessage().startswith("Undone: ")
    on_walk.dispatch.run("edit.redo")
    assert status.currentMessage().startswith("Done again: ")
    on_walk.dispatch.run("segments.next")
    keys.press(KEY.Key_C)
    assert status.currentMessage() == ""


@pytest.mark.parametrize("way", ["escape", "typed as it was"])
def test_what_is_wrong_with_an_edge_goes_when_it_is_given_up(qtbot, on_walk, keys, way):
    made(qtbot, on_walk, 5, 9)
    inspector = on_walk.window.segments.inspector
    keys.press(KEY.Key_E, SHIFT)
    assert QApplication.focusWidget() is inspector.start
    shown = inspector.start.text()
    keys.type("soon")
    keys.press(KEY.Key_Return)
    assert "neither a frame nor a time" in inspector.message.text()
    if way == "escape":
        keys.press(KEY.Key_Escape)
    else:
        keys.type(shown)
        keys.press(KEY.Key_Return)
    assert inspector.message.isHidden()
    assert inspector.start.text() == shown
    assert not inspector.start.property("wrong")
