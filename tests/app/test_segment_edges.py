"""Edges are dragged and typed to the frame, and times that are shown mean what they show."""

from __future__ import annotations

import pytest
from desk_driver import build, in_dialog, open_and_analyse, press, wait_frame
from hands import KEY, SHIFT, Keyboard, Mouse
from PySide6.QtCore import QPoint, QPointF

from app.views.dialogs import GoToDialog
from engine.timebase import FrameSpan


@pytest.fixture
def desk(qtbot, walk):
    """The walk, 10 frames a second, with a segment of the analyst's own from frame 10 to 19."""
    return with_segment(qtbot, walk)


def with_segment(qtbot, footage):
    application = build(qtbot)
    open_and_analyse(qtbot, application, footage)
    for frame, key in ((10, KEY.Key_I), (19, KEY.Key_O)):
        application.desk.playback.seek(frame)
        wait_frame(qtbot, application, frame)
        press(application, key)
    assert span(application) == FrameSpan(10, 20)
    return application


def span(application) -> FrameSpan:
    return application.desk.reviewing.segment(application.desk.current.selected).span


def drag(application, start: float, stop: float) -> None:
    """On the strip of segments, between two times."""
    timeline = application.window.timeline
    strip = timeline._strip.sceneBoundingRect()

    def place(seconds: float) -> QPoint:
        x = timeline._strip.mapViewToScene(QPointF(seconds, 0)).x()
        return QPointF(x, strip.center().y()).toPoint()

    Mouse(application).drag(timeline.view.viewport(), place(start), place(stop))


def type_edges(application, start: str, stop: str) -> None:
    keys = Keyboard(application)
    press(application, KEY.Key_E, SHIFT)
    keys.type(start)
    keys.press(KEY.Key_Tab)
    keys.type(stop)
    keys.press(KEY.Key_Return)


def test_the_edge_that_is_not_dragged_stays_to_the_frame(desk):
    drag(desk, 1.0, 1.25)
    assert span(desk) == FrameSpan(12, 20)
    drag(desk, 1.2, 0.85)
    assert span(desk) == FrameSpan(8, 20)
    drag(desk, 2.0, 2.55)
    assert span(desk) == FrameSpan(8, 26)


def test_an_edge_that_is_dragged_over_the_other_leaves_one_frame(desk):
    drag(desk, 1.0, 2.8)
    assert span(desk) == FrameSpan(19, 20)


def test_a_typed_end_is_when_the_segment_ends(desk):
    type_edges(desk, "1.2", "3.4")
    assert span(desk) == FrameSpan(12, 34)
    assert desk.window.segments.inspector.stop.text() == "0:00:03.400"


def test_edges_typed_as_they_are_shown_leave_the_segment_as_it_is(qtbot, ntsc_walk):
    application = with_segment(qtbot, ntsc_walk)
    inspector = application.window.segments.inspector
    start, stop = inspector.start.text(), inspector.stop.text()
    assert (start, stop) == ("0:00:00.333", "0:00:00.667")
    type_edges(application, start.removeprefix("0:00:"), stop.removeprefix("0:00:"))
    assert span(application) == FrameSpan(10, 20)


def test_going_to_the_time_that_is_shown_stays_at_the_frame(qtbot, ntsc_walk):
    application = with_segment(qtbot, ntsc_walk)
    for frame in (10, 19, 20):
        application.desk.playback.seek(frame)
        wait_frame(qtbot, application, frame)
        shown = application.window.transport.time.text().partition(" /")[0]

        def act(dialog: GoToDialog, shown: str = shown) -> None:
            Keyboard(application).type(shown)
            Keyboard(application).press(KEY.Key_Return)

        with in_dialog(application, GoToDialog, act):
            press(application, KEY.Key_G)
        assert application.desk.playback.wanted == frame
