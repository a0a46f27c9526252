"""What keeps the window quick: overlays made beside it, one picture for many changes, and long work
that steps back.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from desk_driver import build, open_and_analyse, wait_analysed, wait_frame, write_tiny_weights
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QProgressBar

from app.controllers.looking import coarse_maps, overlay_of
from app.jobs import NICE, Job
from app.views.detector_bar import DetectorBar
from app.views.timeline import Timeline
from engine.progress import Progress


def _expected(desk, index: int) -> np.ndarray:
    analysis, reviewing = desk.current.analysis, desk.reviewing
    maps = coarse_maps(analysis, index)
    return overlay_of(maps, analysis, reviewing.state, reviewing.calibration)[0]


def test_while_footage_plays_every_overlay_comes_with_its_own_frame(qtbot, walk):
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk)
    desk, canvas = application.desk, application.window.canvas
    desk.playback.seek(20)
    wait_frame(qtbot, application, 20)
    seen: list[tuple[int, bool]] = []

    def compare(index: int) -> None:
        wanted = _expected(desk, index)
        shown = canvas._overlay  # at the very moment the frame is shown
        seen.append((index, shown is not None and np.array_equal(shown, wanted)))

    desk.playback.shown.connect(compare)
    desk.playback.set_speed(2.0)
    qtbot.waitUntil(lambda: len(seen) >= 8, timeout=10_000)
    desk.playback.set_speed(0.0)
    assert len({index for index, _ in seen}) >= 8
    assert all(right for _, right in seen)


def test_the_overlay_of_a_frame_at_rest_follows_the_settings(qtbot, walk):
    write_tiny_weights(walk)
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk, "tiny")
    desk, canvas = application.desk, application.window.canvas
    application.window.sides.hide()
    canvas.set_overlay_mode("off")  # no closer look takes the place of the stored maps
    desk.playback.seek(30)
    wait_frame(qtbot, application, 30)

    def follows() -> bool:
        shown = canvas._overlay
        return shown is not None and np.array_equal(shown, _expected(desk, 30))

    qtbot.waitUntil(follows, timeout=5_000)
    before = canvas._overlay
    score = desk.reviewing.state.score
    desk.reviewing.set_score(replace(score, lambda_=0.1))
    qtbot.waitUntil(lambda: follows() and canvas._overlay is not before, timeout=5_000)
    assert not np.array_equal(before, canvas._overlay)


def test_another_footage_never_gets_the_overlay_of_the_one_before(qtbot, walk, fast_walk):
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk)
    desk, canvas = application.desk, application.window.canvas
    desk.playback.seek(20)
    wait_frame(qtbot, application, 20)
    qtbot.waitUntil(lambda: canvas._overlay is not None, timeout=5_000)
    first = canvas._overlay
    desk.analyse_with(fast_walk, "speed")
    qtbot.waitUntil(lambda: desk.current.path == fast_walk, timeout=5_000)
    wait_analysed(qtbot, application)
    qtbot.waitUntil(lambda: desk.playback.current is not None, timeout=5_000)
    assert canvas._overlay is None or not np.array_equal(canvas._overlay, first)
    assert desk.playback.current.laid is None or (
        desk.playback.current.laid.wish.ground.analysis is desk.current.analysis
    )


@pytest.fixture
def timeline(qtbot) -> Timeline:
    shown = Timeline()
    qtbot.addWidget(shown)
    shown.resize(600, 320)
    shown.set_duration(20.0)
    shown.set_seconds(np.arange(200) / 10)
    shown.set_regular_score(np.zeros(200, np.float32), 0)
    shown.show()
    qtbot.waitExposed(shown)
    return shown


def test_rows_that_grow_together_are_drawn_once(qtbot, timeline):
    values = np.linspace(0, 1, 200, dtype=np.float32)

    def grow(done: int) -> None:
        timeline.set_score(values, done)
        timeline.set_regular_score(values, done)
        timeline.set_provisional(True)
        timeline.set_threshold_text(f"0.50 after {done}")
        timeline.set_gamma_text(f"gamma after {done}", "")
        timeline.set_segments([])

    def drawn() -> bool:
        row = timeline._score
        return row.done == len(row.pyramid) == done and not timeline.view._stale

    done = 50
    grow(done)
    qtbot.waitUntil(drawn)
    for done in (60, 70, 80):
        before = timeline.view.pictures
        grow(done)
        qtbot.waitUntil(drawn)
        assert timeline.view.pictures == before + 1


def test_a_change_of_the_scene_alone_is_drawn_without_waiting_for_values(qtbot, timeline):
    qtbot.waitUntil(lambda: not timeline.view._held and not timeline.view._stale)
    before = timeline.view.pictures
    timeline.set_loop((2.0, 5.0))
    qtbot.waitUntil(lambda: timeline.view.pictures == before + 1)


class _Paints(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.total = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.total += event.type() == QEvent.Type.Paint
        return False


def test_progress_is_painted_by_the_event_loop_and_not_by_its_setter(qtbot):
    bar = DetectorBar()
    qtbot.addWidget(bar)
    bar.show()
    qtbot.waitExposed(bar)
    bar.set_running(True, 0.1)
    inner = bar.findChild(QProgressBar)
    qtbot.waitUntil(inner.isVisible)
    QApplication.processEvents()
    paints = _Paints()
    inner.installEventFilter(paints)
    bar.set_running(True, 0.6)
    assert (inner.value(), paints.total) == (600, 0)
    qtbot.waitUntil(lambda: paints.total > 0)
    inner.removeEventFilter(paints)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="nice values of threads")
def test_long_work_and_the_threads_it_starts_let_the_window_go_first(qtbot):
    values: list[int] = []

    def note() -> None:
        values.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    def work() -> Iterator[Progress]:
        note()
        inner = threading.Thread(target=note)
        inner.start()
        inner.join()
        yield Progress("done", 1, 1)

    own = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    job = Job(work, "work")
    with qtbot.waitSignal(job.finished):
        job.start()
    assert values == [max(own, NICE)] * 2
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == own
