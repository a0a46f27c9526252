"""The timeline over several files: one axis, gaps, and what the mouse means on it."""

from __future__ import annotations

import time
from datetime import datetime

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.views.timeline import SCORE, Timeline
from app.views.timeline_files import BesideRow, FileRow, Line
from app.views.timeline_stretches import Stretches

BEGAN = datetime(2024, 5, 11, 8, 0, 0)
LEFT = Qt.MouseButton.LeftButton


def score(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random(count).astype(np.float32)


def line_of(current: str) -> Line:
    """Three files of 60 s; 40 s are missing before the last."""
    starts = {"a": 0.0, "b": 60.0, "c": 160.0}
    files = tuple(FileRow(key, f"{key}.mp4", start, 60.0) for key, start in starts.items())
    return Line(files, current, BEGAN)


def beside(key: str, scale: float = 1.0, done: int = 600) -> BesideRow:
    return BesideRow(key, np.arange(600) / 10, done, {SCORE: score(600, ord(key))}, scale)


def show(timeline: Timeline, current: str) -> None:
    timeline.set_line(line_of(current))
    timeline.set_seconds(np.arange(600) / 10)
    timeline.set_duration(60.0)
    timeline.set_score(score(600, ord(current)), 600)
    timeline.set_beside([beside(key) for key in "abc" if key != current])
    timeline.redraw()


@pytest.fixture
def timeline(qtbot) -> Timeline:
    widget = Timeline()
    qtbot.addWidget(widget)
    widget.resize(1000, 320)
    widget.show()
    qtbot.waitExposed(widget)
    widget.set_threshold(0.8)
    show(widget, "b")
    QApplication.processEvents()
    return widget


def pixel(timeline: Timeline, axis_seconds: float) -> QPoint:
    at = timeline._score.box.mapViewToScene(QPointF(axis_seconds, 0.3))
    return QPoint(round(at.x()), round(at.y()))


def test_one_axis_holds_all_files_and_their_gap(timeline: Timeline) -> None:
    assert timeline._duration == 220.0
    assert line_of("a").gaps() == [(120.0, 160.0)]
    x, _, high = timeline._score.over.query(0, 220, 880)
    for key, start in (("a", 0.0), ("b", 60.0), ("c", 160.0)):
        inside = (x >= start) & (x <= start + 59.9)
        assert np.nanmax(high[inside]) == pytest.approx(score(600, ord(key)).max())
    assert not np.isfinite(high[(x > 120.5) & (x < 159.5)]).any()


def test_a_click_in_another_files_part_is_a_moment_outside_the_current_one(
    timeline: Timeline,
) -> None:
    heard: list[float] = []
    timeline.scrub_released.connect(heard.append)
    for at in (30.0, 90.0, 200.0):
        QTest.mouseClick(timeline.view.viewport(), LEFT, pos=pixel(timeline, at))
    assert heard == pytest.approx([-30.0, 30.0, 140.0], abs=0.3)


def test_the_view_stays_where_it_is_when_another_file_becomes_the_current_one(
    timeline: Timeline,
) -> None:
    timeline._look_at(50.0, 75.0)
    before = timeline._score.over.query(50.0, 75.0, 200)
    show(timeline, "a")
    assert (timeline._x0, timeline._x1) == (50.0, 75.0)
    assert timeline.visible_span() == (50.0, 75.0)
    show(timeline, "c")
    assert timeline.visible_span() == (-110.0, -85.0)
    after = timeline._score.over.query(50.0, 75.0, 200)
    for one, other in zip(before, after, strict=True):
        np.testing.assert_allclose(one, other)


def test_zoom_goes_from_everything_to_single_frames_over_a_border(timeline: Timeline) -> None:
    timeline.fit_all()
    assert timeline.shows_everything()
    for _ in range(60):
        timeline.zoom_at(60.0, 1)
    assert timeline._x1 - timeline._x0 == pytest.approx(0.6)
    _, low, high = timeline._score.over.query(timeline._x0, timeline._x1, 900)
    assert low is high
    assert 8 <= np.isfinite(high).sum() <= 10
    timeline.zoom_at(60.0, -100)
    assert timeline.shows_everything()


def test_another_threshold_is_brought_to_the_height_of_the_line(timeline: Timeline) -> None:
    timeline.set_beside([beside("a", scale=2.0), beside("c")])
    timeline.redraw()
    x, _, high = timeline._score.over.query(0, 220, 880)
    assert np.nanmax(high[x < 59]) == pytest.approx(2 * score(600, ord("a")).max())


def test_what_has_no_score_yet_is_hatched_in_every_file(timeline: Timeline) -> None:
    timeline.set_beside([beside("a", done=300)])
    timeline.redraw()
    assert timeline._beyond == [(30.0, 60.0), (160.0, 220.0)]


def test_the_ruler_tells_the_time_of_day_and_the_day_where_it_begins(timeline: Timeline) -> None:
    ruler = timeline._ruler
    assert ruler.tickStrings([0.0, 60.0, 7200.0], 1.0, 3600) == ["08:00", "08:01", "10:00"]
    assert ruler.tickStrings([16 * 3600.0], 1.0, 3600) == ["2024-05-12"]
    assert ruler.tickStrings([0.25], 1.0, 0.05) == ["08:00:00.25"]
    ticks = ruler.tickValues(0.0, 86400.0, 1000)[0][1]
    assert all((tick + 8 * 3600) % 7200 == 0 for tick in ticks)
    timeline.set_line(None)
    assert ruler.tickStrings([60.0], 1.0, 30) == ["0:01:00"]


def test_without_a_line_the_footage_stands_alone_again(timeline: Timeline) -> None:
    timeline.set_line(None)
    timeline.set_beside([])
    assert timeline.visible_span() == (0.0, 60.0)
    assert not timeline._files_box.isVisible()
    x, _, _ = timeline._score.over.query(0, 60, 300)
    assert x.max() == pytest.approx(60.1)  # the last frame and one more on its way out


def test_a_day_of_24_files_redraws_in_time(timeline: Timeline) -> None:
    files = tuple(FileRow(str(n), f"{n}.mp4", n * 3600.0, 3590.0) for n in range(24))
    timeline.set_line(Line(files, "3", BEGAN))
    timeline.set_seconds(np.arange(35_900) / 10)
    timeline.set_duration(3590.0)
    timeline.set_score(score(35_900, 3), 35_900)
    seconds = np.arange(35_900) / 10
    timeline.set_beside(
        [BesideRow(str(n), seconds, 35_900, {SCORE: score(35_900, n)}) for n in range(24) if n != 3]
    )
    timeline.redraw()
    took = []
    for _ in range(5):
        began = time.process_time()
        timeline.redraw()
        timeline.view._drawn()
        took.append(time.process_time() - began)
    assert min(took) < 0.05


def test_stretches_answer_nothing_where_there_is_nothing() -> None:
    empty = Stretches()
    empty.put("a", np.arange(10) / 10, np.ones(10, np.float32), 1.0)
    x, low, high = empty.query(5.0, 6.0, 100)
    assert len(x) == len(low) == len(high) == 0
    assert empty.extremes(5.0, 6.0) is None


def test_a_file_beside_that_changes_is_told_anew_at_the_same_zoom() -> None:
    row, seconds = Stretches(), np.arange(2000) / 10
    for values, scale in ((score(2000, 1), 1.0), (score(2000, 2), 1.0), (score(2000, 2), 3.0)):
        row.put("a", seconds, values, scale)
        for _ in range(2):
            _, low, high = row.query(0.0, 200.0, 100)
            assert high.max() == pytest.approx(values.max() * scale)
            assert low.min() == pytest.approx(values.min() * scale)
