"""The timeline at work: previews, loops, rows, ranges, and each footage as it was left."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from desk_driver import build, open_and_analyse, press, wait_analysed, wait_frame
from pointer import move_mouse
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest

KEY = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def desk(qtbot, walk):
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk)
    return application


def open_other(qtbot, application, footage) -> None:
    application.desk.analyse_with(footage, "speed")
    qtbot.waitUntil(lambda: application.desk.current.path == footage)
    wait_analysed(qtbot, application)


def place(application, seconds: float) -> QPoint:
    """On the rows, where no line is held by a press."""
    timeline = application.window.timeline
    x = round(timeline._strip.mapViewToScene(QPointF(seconds, 0.5)).x())
    middle = timeline.view.height() // 2
    free = (y for y in range(middle, 0, -4) if timeline.row_grasped(QPointF(x, y)) is None)
    return QPoint(x, next(free))


def test_the_moment_under_the_mouse_is_shown_with_its_time(qtbot, desk):
    view = desk.window.timeline.view.viewport()
    move_mouse(view, place(desk, 2.0))
    hover = desk.window.hover
    qtbot.waitUntil(lambda: hover.isVisible() and hover.has_picture())
    assert hover.lines()[0].startswith("0:00:0")
    frame = int(hover.lines()[1].removeprefix("frame "))
    assert abs(frame - 20) <= 1
    assert "score" in hover.lines()[2]
    assert hover.geometry().bottom() < view.mapTo(desk.window, QPoint(0, 0)).y()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=place(desk, 3.0))
    assert not hover.isVisible()  # the picture itself follows a drag
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=place(desk, 3.0))
    wait_frame(qtbot, desk, desk.desk.playback.wanted)
    assert desk.desk.playback.index == pytest.approx(30, abs=1)


@pytest.mark.parametrize("seconds", [0.05, 4.7])
def test_the_card_of_a_moment_covers_neither_the_list_nor_the_side_panel(qtbot, desk, seconds):
    window = desk.window
    move_mouse(window.timeline.view.viewport(), place(desk, seconds))
    qtbot.waitUntil(lambda: window.hover.isVisible() and window.hover.has_picture())
    card = window.hover.geometry()
    for beside in (window.footage, window.side):
        covered = QRect(beside.mapTo(window, QPoint(0, 0)), beside.size())
        assert not card.intersects(covered)


def test_the_mouse_says_which_marks_lie_under_it(qtbot, desk):
    view, hover = desk.window.timeline.view.viewport(), desk.window.hover
    qtbot.waitUntil(lambda: bool(desk.desk.reviewing.track.segments))
    row = desk.window.timeline._segments._rows[0]
    move_mouse(view, place(desk, (row.begins + row.ends) / 2))
    assert hover.lines()[3:] == (f"segment, unjudged, peak {row.peak:.2f}",)
    words = QFontMetrics(hover._small()).horizontalAdvance(hover.lines()[3])
    assert hover.contentsRect().width() > words, "nothing of it is cut off"
    desk.desk.reviewing.set_threshold(1e6)
    press(desk, KEY.Key_N, SHIFT)
    near = desk.desk.near._rows[0]
    move_mouse(view, place(desk, near.peak_time))
    assert hover.lines()[3:] == (f"near miss, peak {near.peak:.2f}",)
    move_mouse(view, place(desk, near.peak_time + 0.6))
    assert hover.lines()[3:] == ()


def test_resting_on_a_moment_does_not_begin_its_picture_anew(qtbot, desk):
    view, hover = desk.window.timeline.view.viewport(), desk.window.hover
    worker = desk.desk.thumbnails._worker
    move_mouse(view, place(desk, 2.0))
    asked = worker.generation
    move_mouse(view, place(desk, 2.0) + QPoint(0, 1))
    assert worker.generation == asked
    qtbot.waitUntil(hover.has_picture)


def test_r_loops_the_segment_shows_it_and_ends_it(qtbot, desk):
    press(desk, KEY.Key_Home)
    wait_frame(qtbot, desk, 0)
    press(desk, KEY.Key_N)
    segment = desk.desk.reviewing.segment(desk.desk.current.selected)
    press(desk, KEY.Key_R)
    assert desk.desk.playback.loop == segment.span
    assert desk.window.actions_["playback.loop"].isChecked()
    assert desk.window.timeline._loop._span[0] == pytest.approx(segment.span.start / 10)
    assert desk.desk.playback.speed == 1.0
    press(desk, KEY.Key_R)
    assert desk.desk.playback.loop is None
    assert desk.window.timeline._loop._span is None


def test_r_loops_from_the_in_point_where_no_segment_is_chosen(qtbot, desk):
    desk.desk.playback.seek(5)
    wait_frame(qtbot, desk, 5)
    press(desk, KEY.Key_I)
    desk.desk.playback.seek(12)
    wait_frame(qtbot, desk, 12)
    press(desk, KEY.Key_R)
    loop = desk.desk.playback.loop
    assert (loop.start, loop.stop) == (5, 13)


def test_rows_are_hidden_and_shown_by_key_and_stay_so_for_other_footage(qtbot, desk, fast_walk):
    timeline = desk.window.timeline
    part = next(iter(timeline._tracks.values()))
    press(desk, KEY.Key_1, CTRL)
    press(desk, KEY.Key_3, CTRL)
    assert not timeline._score.visible
    assert not part.visible
    assert not desk.window.actions_["timeline.score"].isChecked()
    press(desk, KEY.Key_1, CTRL)
    assert timeline._score.visible
    open_other(qtbot, desk, fast_walk)
    assert not any(row.visible for row in timeline._tracks.values())
    assert desk.settings.hidden_tracks == {"part_b"}


def test_a_range_of_scores_tints_its_frames_on_the_timeline(qtbot, desk):
    histogram, track = desk.window.tuning.histogram, desk.desk.reviewing.track
    top = float(np.nanmax(track.score))
    histogram._select((top * 0.9, top))
    mask = desk.window.timeline._score._mask
    wanted = np.flatnonzero(track.score >= top * 0.9)
    held = mask._low[0][: len(track.score)]
    np.testing.assert_array_equal(np.flatnonzero(held > 0.5), wanted)
    histogram.setFocus()
    QTest.keyClick(histogram, KEY.Key_Escape)
    assert desk.window.timeline._score._mask is None


def test_each_footage_comes_back_as_it_was_left(qtbot, desk, walk, fast_walk):
    timeline = desk.window.timeline
    desk.desk.playback.seek(17)
    wait_frame(qtbot, desk, 17)
    press(desk, KEY.Key_Equal, CTRL)
    span = timeline.visible_span()
    desk.window.canvas.zoom_in()
    zoom = desk.window.canvas._view.zoom
    open_other(qtbot, desk, fast_walk)
    assert timeline.shows_everything()
    desk.desk.choose(str(walk))
    wait_frame(qtbot, desk, 17)
    assert timeline.visible_span() == span
    assert desk.window.canvas._view.zoom == zoom


def test_z_shows_the_segment_and_the_overview_goes_elsewhere(qtbot, desk):
    timeline = desk.window.timeline
    press(desk, KEY.Key_Home)
    wait_frame(qtbot, desk, 0)
    press(desk, KEY.Key_N)
    press(desk, KEY.Key_Z)
    segment = desk.desk.reviewing.segment(desk.desk.current.selected)
    start, stop = timeline.visible_span()
    assert start <= segment.span.start / 10
    assert stop >= segment.span.stop / 10 - 0.1
    width = stop - start
    overview = timeline.overview
    left = QPoint(round(overview._x(0.1)), 10)
    QTest.mouseClick(overview, Qt.MouseButton.LeftButton, pos=left)
    assert timeline.visible_span()[0] == 0.0
    assert timeline.visible_span()[1] == pytest.approx(width)
    overview.setFocus()
    QTest.keyClick(overview, KEY.Key_0)
    assert timeline.shows_everything()


def test_near_misses_are_walked_and_made_into_segments(qtbot, desk):
    desk.desk.reviewing.set_threshold(1e6)
    qtbot.waitUntil(lambda: not desk.desk.reviewing.track.segments)
    press(desk, KEY.Key_N, SHIFT)
    rows = desk.desk.near._rows
    assert rows
    assert rows[0].peak == pytest.approx(float(np.nanmax(desk.desk.reviewing.track.score)))
    wait_frame(qtbot, desk, rows[0].peak_frame)
    assert desk.window.near.chosen() == 0
    press(desk, KEY.Key_M, SHIFT)
    made = desk.desk.reviewing.state.stored[-1]
    assert (made.span.start, made.span.stop, made.origin) == (rows[0].start, rows[0].stop, "made")
    qtbot.waitUntil(lambda: all(row.start != rows[0].start for row in desk.desk.near._rows))


def test_near_misses_stay_marked_when_more_footage_is_opened(qtbot, desk, tmp_path):
    marks, application = desk.window.timeline._near, desk.desk
    application.reviewing.set_threshold(1e6)
    highest = float(np.nanmax(application.reviewing.track.score))
    qtbot.waitUntil(lambda: max((r.peak for r in application.near._rows), default=0) == highest)
    shown = marks.peaks()
    for number in range(2):
        other = tmp_path / f"other{number}.mp4"
        shutil.copy(application.current.path, other)
        with open(other, "ab") as file:  # another fingerprint, the same pictures
            file.write(b"\0\0\0\x0cfree" + bytes([number] * 4))
        known = len(application.documents)
        application.open([other])
        qtbot.waitUntil(lambda known=known: len(application.documents) > known)
        document = application.documents[-1]
        qtbot.waitUntil(lambda document=document: document.footage is not None)
    application.choose(application.documents[0].key)
    qtbot.waitUntil(lambda: marks.peaks() == shown)


def test_the_lines_read_out_what_they_mean(qtbot, desk):
    timeline = desk.window.timeline
    assert "of normal" in timeline._score.meaning.text
    assert "Of 1,000 normal frames" in timeline._score.tip
    wait_analysed(qtbot, desk)
