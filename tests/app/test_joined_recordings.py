"""Recordings that follow each other are shown, played, walked, judged and tuned as one."""

from __future__ import annotations

import json

import numpy as np
import pytest
from desk_driver import press, wait_frame
from pointer import by_hand, drag_mouse, move_mouse
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from recorder import NAMES, STARTS, document, name, shown

from app.models.segment_model import START

KEY = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


def place(application, seconds: float) -> QPoint:
    """A point of the score's row at a moment of the whole line."""
    timeline = application.window.timeline
    at = timeline._strip.mapViewToScene(QPointF(seconds, 0.5))
    box = timeline._score.box.sceneBoundingRect()
    return QPoint(round(at.x()), round(box.bottom() - 6))


def click(application, seconds: float) -> None:
    QTest.mouseClick(
        application.window.timeline.view.viewport(), LEFT, pos=place(application, seconds)
    )


def view(application) -> tuple[float, float]:
    timeline = application.window.timeline
    return timeline._x0, timeline._x1


def test_the_timeline_goes_over_all_files_with_their_curves_gaps_and_names(qtbot, joined):
    timeline = joined.window.timeline
    line = timeline.line()
    assert [file.name for file in line.files] == list(NAMES)
    assert line.gaps() == [(9.8, 20.0)]
    assert view(joined) == pytest.approx((0.0, 24.8))
    x, _, high = timeline._score.over.query(0, 24.8, 900)
    for number, start in enumerate(STARTS):
        inside = (x >= start) & (x < start + 4.8)
        track = document(joined, number).track
        assert np.nanmax(high[inside]) == pytest.approx(float(np.nanmax(track.score)))
    assert timeline._ruler.tickStrings([20.0], 1.0, 5) == ["08:00:20"]
    assert timeline._files_box.isVisible()


def test_a_click_in_another_file_shows_that_frame_and_the_view_stays(qtbot, joined):
    joined.window.timeline._look_at(2.0, 23.0)
    before = view(joined)
    click(joined, 22.04)
    shown(qtbot, joined, 2, joined.desk.playback.wanted)
    assert joined.desk.playback.index == pytest.approx(20, abs=1)
    assert view(joined) == before
    assert joined.window.timeline._playhead == pytest.approx(22.0, abs=0.11)
    click(joined, 11.0)  # in the gap: the nearer end
    shown(qtbot, joined, 1, 47)
    assert view(joined) == before


def test_a_drag_over_the_border_scrubs_from_file_to_file(qtbot, joined):
    before = view(joined)
    surface = joined.window.timeline.view.viewport()
    drag_mouse(surface, *by_hand(place(joined, 1.0), place(joined, 7.03)))
    assert view(joined) == before
    shown(qtbot, joined, 1, joined.desk.playback.wanted)
    assert joined.desk.playback.index == pytest.approx(20, abs=1)


def test_single_frames_can_be_told_apart_at_the_border_of_two_files(qtbot, joined):
    joined.desk.playback.seek(47)
    wait_frame(qtbot, joined, 47)
    for _ in range(30):
        press(joined, KEY.Key_Equal, CTRL)
    start, stop = view(joined)
    assert stop - start == pytest.approx(0.6, abs=0.01)
    press(joined, KEY.Key_Period)
    shown(qtbot, joined, 1, 0)
    press(joined, KEY.Key_Comma)
    shown(qtbot, joined, 0, 47)


def test_playing_goes_on_in_the_next_file_and_says_what_it_skipped(qtbot, joined):
    joined.desk.playback.seek(44)
    wait_frame(qtbot, joined, 44)
    joined.desk.playback.set_speed(4.0)
    qtbot.waitUntil(lambda: name(joined) == NAMES[1] and joined.desk.playback.index > 3)
    assert joined.desk.playback.speed == 4.0
    qtbot.waitUntil(lambda: name(joined) == NAMES[2])
    assert "Nothing was recorded for 10 s" in joined.window.statusBar().currentMessage()
    joined.desk.playback.set_speed(-8.0)
    qtbot.waitUntil(lambda: name(joined) == NAMES[0])
    joined.desk.playback.set_speed(0.0)


def test_seconds_files_and_ends_are_reached_by_key(qtbot, joined):
    press(joined, KEY.Key_Right, SHIFT)  # ten seconds of recording: two files on
    shown(qtbot, joined, 1, 47)
    press(joined, KEY.Key_PageDown)
    shown(qtbot, joined, 2, 0)
    press(joined, KEY.Key_PageUp)
    shown(qtbot, joined, 1, 0)
    press(joined, KEY.Key_End)
    shown(qtbot, joined, 2, 47)
    press(joined, KEY.Key_Home)
    shown(qtbot, joined, 0, 0)


def test_n_and_p_walk_over_the_ends_and_each_file_keeps_its_own_review_and_undo(qtbot, joined):
    press(joined, KEY.Key_Home)
    wait_frame(qtbot, joined, 0)
    for _ in range(20):
        press(joined, KEY.Key_N)
        if name(joined) != NAMES[0]:
            break
        wait_frame(qtbot, joined, joined.desk.playback.wanted)
    assert name(joined) == NAMES[1]
    press(joined, KEY.Key_C)
    assert [s.verdict.value for s in joined.desk.reviewing.state.stored] == ["confirmed"]
    wait_frame(qtbot, joined, joined.desk.playback.wanted)
    press(joined, KEY.Key_P)
    qtbot.waitUntil(lambda: name(joined) == NAMES[0])
    assert not joined.desk.reviewing.state.stored
    press(joined, KEY.Key_Z, CTRL)  # nothing to undo here, and nothing elsewhere
    assert document(joined, 1).session.state.stored
    stored = json.loads(document(joined, 1).session.path.read_text(encoding="utf-8"))
    assert stored["segments"][0]["verdict"]["value"] == "confirmed"
    press(joined, KEY.Key_J, CTRL)
    assert joined.window.timeline.line() is None
    assert joined.window.timeline.visible_span() == pytest.approx((0.0, 4.8))


def test_the_list_goes_over_all_files_and_a_click_goes_to_the_segments_own(qtbot, joined):
    listed = joined.window.segments
    joined.window.side.setCurrentWidget(joined.window.found)
    rows = listed.model.rows()
    assert [row.file for row in rows] == sorted(row.file for row in rows)
    assert {row.file for row in rows} == set(NAMES)
    last = len(rows) - 1
    assert rows[last].clock.startswith("08:00:2")
    listed.table.scrollToBottom()
    cell = listed.table.visualRect(listed.filter.index(last, START)).center()
    QTest.mouseClick(listed.table.viewport(), LEFT, pos=cell)
    shown(qtbot, joined, 2, rows[last].peak_frame)
    assert listed.selected_id() == rows[last].id
    press(joined, KEY.Key_X)
    assert [s.verdict.value for s in document(joined, 2).session.state.stored] == ["dismissed"]
    assert listed.model.rows()[last].verdict == "dismissed"


def test_segments_of_several_files_are_judged_together_each_in_its_own_review(qtbot, joined):
    listed = joined.window.segments
    joined.window.side.setCurrentWidget(joined.window.found)
    rows = listed.model.rows()
    listed.table.selectAll()
    press(joined, KEY.Key_C)
    for number in range(3):
        verdicts = {s.verdict.value for s in document(joined, number).session.state.stored}
        assert verdicts == {"confirmed"}
    assert {row.verdict for row in listed.model.rows()} == {"confirmed"}
    assert len(listed.selected_ids()) == len(rows)
    press(joined, KEY.Key_Z, CTRL)
    current = joined.desk.current
    assert not current.session.state.stored
    assert all(d.session.state.stored for d in joined.desk.documents if d is not current)


def test_a_setting_holds_for_all_files_and_is_a_step_of_undo_of_each(qtbot, joined):
    before = document(joined, 2).session.state
    settings = joined.desk.reviewing.state.segments
    surface = joined.window.timeline.view.viewport()
    row = joined.window.timeline._score
    at = row.box.mapViewToScene(QPointF(1.0, settings.threshold))
    drag_mouse(surface, *by_hand(at, at - QPointF(0, 25)))
    threshold = joined.desk.reviewing.state.segments.threshold
    assert threshold > settings.threshold
    for number in range(3):
        assert document(joined, number).session.state.segments.threshold == threshold
    qtbot.waitUntil(
        lambda: all(
            all(s.peak >= threshold for s in d.track.segments) for d in joined.desk.documents
        )
    )
    saved = document(joined, 2).session.path
    qtbot.waitUntil(saved.is_file)
    qtbot.waitUntil(
        lambda: (
            json.loads(saved.read_text(encoding="utf-8"))["segment_settings"]["threshold"]
            == threshold
        )
    )
    joined.desk.choose(document(joined, 2).key)
    press(joined, KEY.Key_Z, CTRL)
    assert joined.desk.reviewing.state.segments == before.segments


def test_near_misses_of_all_files_are_walked_from_the_nearest(qtbot, joined):
    joined.desk.reviewing.set_threshold(1e6)
    qtbot.waitUntil(lambda: all(not d.track.segments for d in joined.desk.documents))
    press(joined, KEY.Key_N, SHIFT)
    rows = joined.desk.near._rows
    assert {row.file for row in rows} == set(NAMES)
    first = rows[0]
    shown(qtbot, joined, NAMES.index(first.file), first.peak_frame)
    assert len(joined.window.timeline._near.peaks()) == len(rows)
    other = next(at for at, row in enumerate(rows) if row.file != first.file)
    for _ in range(other):
        press(joined, KEY.Key_N, SHIFT)
    shown(qtbot, joined, NAMES.index(rows[other].file), rows[other].peak_frame)
    press(joined, KEY.Key_M, SHIFT)
    made = joined.desk.reviewing.state.stored[-1]
    assert (made.span.start, made.span.stop) == (rows[other].start, rows[other].stop)


def test_the_mouse_tells_what_lies_under_it_in_every_file_and_in_the_gap(qtbot, joined):
    surface, hover = joined.window.timeline.view.viewport(), joined.window.hover
    move_mouse(surface, place(joined, 22.0))
    qtbot.waitUntil(lambda: hover.isVisible() and hover.has_picture())
    assert hover.lines()[0] == NAMES[2]
    assert hover.lines()[2] in ("frame 19", "frame 20", "frame 21")
    move_mouse(surface, place(joined, 15.0))
    assert hover.lines() == (hover.lines()[0], "nothing was recorded")
    assert hover.lines()[0].startswith("08:00:1")
