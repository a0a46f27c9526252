"""The timeline turns the mouse into times and thresholds."""

from __future__ import annotations

import numpy as np
import pytest
from pointer import drag_mouse, turn_wheel
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from timeline_maker import RATE, N, bumps, made_timeline, pixel

from app.views.timeline import REGULAR, Timeline

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
SHIFT, PLAIN = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def timeline(qtbot: QtBot) -> Timeline:
    return made_timeline(qtbot)


def surface(timeline: Timeline) -> object:
    return timeline.view.viewport()


def strip_pixel(timeline: Timeline, seconds: float) -> QPoint:
    at = timeline._strip.mapViewToScene(QPointF(seconds, 0.5))
    return QPoint(round(at.x()), round(at.y()))


def drag(timeline: Timeline, *points: QPoint, **how) -> None:
    drag_mouse(timeline.view.viewport(), *points, **how)


def heard(signal) -> list:
    values: list = []
    signal.connect(lambda *args: values.append(args[0] if len(args) == 1 else args))
    return values


# the mouse


def test_scrubbing_moves_then_releases(timeline: Timeline) -> None:
    order: list[str] = []
    timeline.scrub_moved.connect(lambda s: order.append("moved"))
    timeline.scrub_released.connect(lambda s: order.append("released"))
    moved, released = heard(timeline.scrub_moved), heard(timeline.scrub_released)
    drag(timeline, *(pixel(timeline, s) for s in (60, 70, 80)))
    assert order == ["moved", "moved", "moved", "released"]
    assert moved == pytest.approx([60, 70, 80], abs=0.3)
    assert released == pytest.approx([80], abs=0.3)


def test_scrubbing_past_the_end_stays_in_the_footage(timeline: Timeline) -> None:
    released = heard(timeline.scrub_released)
    drag(timeline, pixel(timeline, 200), pixel(timeline, 400))
    assert released == [pytest.approx(N / RATE)]


def test_dragging_the_threshold_says_its_values_all_along(timeline: Timeline) -> None:
    moved, final = heard(timeline.threshold_moved), heard(timeline.threshold_set)
    scrubbed = heard(timeline.scrub_moved)
    drag(timeline, *(pixel(timeline, 100, v) for v in (1.0, 1.2, 1.5, 1.8)))
    assert moved == pytest.approx([1.2, 1.5, 1.8], abs=0.05)
    assert final == pytest.approx([1.8], abs=0.05)
    assert scrubbed == []


def test_threshold_can_be_taken_by_its_label(timeline: Timeline) -> None:
    timeline.set_threshold_text("12 segments {braces are words}")
    moved = heard(timeline.threshold_moved)
    chip = timeline._score.meaning.chip()
    start = timeline._score.box.mapToScene(chip.center()).toPoint()
    drag(timeline, start, start - QPoint(0, 20))
    assert moved
    assert moved[-1] > 1.0


def test_dragging_gamma_says_its_values_all_along(timeline: Timeline) -> None:
    timeline.set_regular_score(bumps() / 100, N)
    timeline.set_gamma(0.015)
    QApplication.processEvents()
    timeline.redraw()
    moved, final = heard(timeline.gamma_moved), heard(timeline.gamma_set)
    drag_mouse(
        timeline.view.viewport(), *(pixel(timeline, 100, v, REGULAR) for v in (0.015, 0.017, 0.02))
    )
    assert len(moved) == 2
    assert final == pytest.approx([0.02], abs=0.001)


def test_click_on_a_block_chooses_its_segment(timeline: Timeline) -> None:
    chosen, scrubbed = heard(timeline.segment_clicked), heard(timeline.scrub_moved)
    QTest.mouseClick(surface(timeline), LEFT, PLAIN, strip_pixel(timeline, 140))
    assert chosen == ["b"]
    assert scrubbed == []


def test_edges_of_the_selected_segment_can_be_dragged(timeline: Timeline) -> None:
    timeline.set_selected("b")
    moved = heard(timeline.segment_edges_moved)
    drag_mouse(
        timeline.view.viewport(), pixel(timeline, 143), pixel(timeline, 150), pixel(timeline, 160)
    )
    assert len(moved) == 1
    assert moved[0][0] == "b"
    assert moved[0][1:] == pytest.approx((137.0, 160.0), abs=0.3)


def test_an_edge_stops_at_the_other_edge(timeline: Timeline) -> None:
    timeline.set_selected("b")
    moved = heard(timeline.segment_edges_moved)
    drag(timeline, pixel(timeline, 137), pixel(timeline, 200))
    assert moved[0][1:] == pytest.approx((143.0, 143.0), abs=0.3)


def test_wheel_zooms_around_the_mouse_from_all_to_single_frames(timeline: Timeline) -> None:
    at = QPointF(pixel(timeline, 140))
    for _ in range(60):
        before = timeline.seconds_at(at)
        turn_wheel(timeline.view.viewport(), at, 1)
        assert timeline.seconds_at(at) == pytest.approx(before, abs=0.05)
    start, stop = timeline.visible_span()
    assert stop - start == pytest.approx(6 / RATE)


def test_right_drag_and_shift_drag_pan_without_scrubbing(timeline: Timeline) -> None:
    scrubbed = heard(timeline.scrub_moved)
    timeline.zoom_at(100, 8)
    for button, modifier in ((RIGHT, PLAIN), (LEFT, SHIFT)):
        start, _ = timeline.visible_span()
        drag_mouse(
            timeline.view.viewport(),
            QPoint(500, 120),
            QPoint(400, 120),
            button=button,
            modifier=modifier,
        )
        assert timeline.visible_span()[0] > start
    assert scrubbed == []


def test_double_click_shows_everything(timeline: Timeline) -> None:
    timeline.zoom_at(100, 8)
    QTest.mouseDClick(surface(timeline), LEFT, PLAIN, QPoint(500, 120))
    assert timeline.visible_span() == pytest.approx((0, N / RATE))


def test_keys_zoom_and_show_everything(timeline: Timeline) -> None:
    timeline.view.setFocus()
    QTest.keyClick(timeline.view, Qt.Key.Key_Plus)
    assert timeline.visible_span()[1] < N / RATE
    QTest.keyClick(timeline.view, Qt.Key.Key_0)
    assert timeline.visible_span() == pytest.approx((0, N / RATE))


# what it shows


def test_setters_emit_nothing(timeline: Timeline) -> None:
    names = "scrub_moved scrub_released threshold_moved threshold_set gamma_moved gamma_set"
    lists = [heard(getattr(timeline, name)) for name in names.split()]
    lists += [heard(timeline.segment_clicked), heard(timeline.segment_edges_moved)]
    timeline.set_threshold(2.0)
    timeline.set_regular_score(bumps(), N)
    timeline.set_gamma(0.4)
    timeline.set_gamma_preview(bumps() > 1)
    timeline.set_selected("a")
    timeline.set_segments([])
    timeline.set_playhead(12.0)
    timeline.redraw()
    assert lists == [[]] * 8


def test_moving_the_playhead_paints_no_curve(timeline: Timeline, qtbot: QtBot) -> None:
    timeline.grab()
    QApplication.processEvents()
    before = timeline._score.curve.paints
    for seconds in (10, 20, 30):
        timeline.set_playhead(seconds)
        timeline.grab()
        QApplication.processEvents()
    assert timeline._score.curve.paints == before
    assert timeline.view.playhead.geometry().center().x() == pixel(timeline, 30).x()


def test_page_turns_where_the_playhead_leaves_it(timeline: Timeline) -> None:
    timeline.zoom_at(0, 10)
    stop = timeline.visible_span()[1]
    timeline.set_playhead(stop - 0.1)
    timeline.set_playhead(stop + 0.1)
    assert timeline.visible_span()[0] > 0
    assert timeline.visible_span()[1] > stop


def test_growing_scores_are_drawn_together(timeline: Timeline, qtbot: QtBot) -> None:
    score = bumps()
    calls: list[int] = []
    timeline._timer.timeout.connect(lambda: calls.append(1))
    for done in range(1000, 1100):
        timeline.set_score(score, done)
    qtbot.waitUntil(lambda: timeline._score.done == 1099)
    assert len(calls) == 1
    assert len(timeline._score.pyramid) == 1099


def test_view_grows_with_the_footage_until_the_analyst_zooms(timeline: Timeline) -> None:
    timeline.set_duration(300)
    assert timeline.visible_span() == pytest.approx((0, 300))
    timeline.zoom_at(100, 4)
    span = timeline.visible_span()
    timeline.set_duration(400)
    assert timeline.visible_span() == pytest.approx(span)


def test_rows_share_a_low_window_and_grow_in_a_high_one(qtbot, timeline: Timeline) -> None:
    timeline.set_track("psnr", "PSNR", bumps(), N)
    timeline.set_track("distance", "memory distance", bumps(), N)
    tall: list[float] = []
    for height in (320, 900, timeline.minimumHeight()):
        timeline.resize(800, height)
        qtbot.waitUntil(lambda height=height: timeline.height() == height)
        rows = [timeline._score, *timeline._tracks.values()]
        feet = [row.box.sceneBoundingRect().bottom() for row in rows]
        assert feet == sorted(feet)
        assert feet[-1] <= timeline.view.height()
        tall.append(rows[-1].box.sceneBoundingRect().height())
    assert tall[2] < tall[0] < tall[1]


def test_tracks_come_hide_and_go(timeline: Timeline) -> None:
    low = timeline.minimumHeight()
    timeline.set_track("psnr", "PSNR", bumps(), N)
    timeline.set_track("distance", "memory distance", bumps(), N)
    high = timeline.minimumHeight()
    timeline.show_track("psnr", False)
    assert low < timeline.minimumHeight() < high
    timeline.remove_tracks()
    assert timeline.minimumHeight() == low
    timeline.set_track("psnr", "PSNR", bumps(), N)
    timeline.redraw()
    assert len(timeline._tracks["psnr"].pyramid) == N


def test_ruler_reads_hours_minutes_seconds(timeline: Timeline) -> None:
    ruler = timeline._ruler
    assert ruler.tickStrings([0, 60, 3661], 1, 60) == ["0:00:00", "0:01:00", "1:01:01"]
    assert ruler.tickStrings([0.3, 0.7], 1, 0.1) == ["0:00:00.3", "0:00:00.7"]


def test_nothing_at_all_can_be_shown(qtbot: QtBot) -> None:
    widget = Timeline()
    qtbot.addWidget(widget)
    widget.show()
    widget.grab()
    widget.set_score(np.full(5, np.nan, np.float32), 5)
    widget.set_seconds(np.arange(5) / 10)
    widget.redraw()
    widget.grab()


@pytest.mark.parametrize("steps", [0, 12, 25])
def test_tint_covers_the_frames_that_would_stop_updating(timeline: Timeline, steps: int) -> None:
    mask = np.zeros(N, bool)
    mask[1000:1040] = True
    timeline.set_regular_score(bumps(), N)
    timeline.set_gamma_preview(mask)
    timeline.zoom_at(102, steps)
    start, stop = timeline.visible_span()
    spans = timeline._tracks[REGULAR]._spans(start, stop, 800)
    column = (stop - start) / 800
    assert spans[0][0] == pytest.approx(max(100, start), abs=max(column, 0.2))
    assert spans[-1][1] == pytest.approx(min(104, stop), abs=max(column, 0.2))


def test_the_row_of_scores_has_room_for_a_second_one_that_is_higher(timeline):
    _, alone = timeline._score.box.viewRange()
    timeline.set_compared(3 * bumps())
    timeline.redraw()
    _, (_, top) = timeline._score.box.viewRange()
    assert top > 3 * bumps().max() > alone[1]
    timeline.set_compared(None)
    timeline.redraw()
    assert timeline._score.box.viewRange()[1] == pytest.approx(alone)
