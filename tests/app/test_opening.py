"""Opening: every path has its row at once, tells how far it is, and can be given up."""

from __future__ import annotations

import threading

import pytest
from desk_driver import build, wait_analysed
from footage_maker import make_video
from PySide6.QtCore import QRectF, Qt
from PySide6.QtTest import QTest

from app.models.footage_model import ROW_ROLE
from app.views.footage_rows import cross_of, state_line
from engine import api
from engine.progress import Progress


@pytest.fixture
def held(monkeypatch):
    """Opening `slow.mp4` reports 40 % until it is let go."""
    real, gate = api.opening_footage, threading.Event()

    def opening(path):
        if path.name == "slow.mp4":
            while not gate.wait(0.005):
                yield Progress("counting frames", 40, 100)
        return (yield from real(path))

    monkeypatch.setattr(api, "opening_footage", opening)
    yield gate
    gate.set()


def states(application) -> dict[str, str]:
    model = application.window.footage.model
    rows = [model.index(i).data(ROW_ROLE) for i in range(model.rowCount())]
    return {row.name: row.state for row in rows}


def open_slowly(qtbot, held, walk, tmp_path, *others):
    slow = tmp_path / "slow.mp4"
    slow.write_bytes(walk.read_bytes())
    application = build(qtbot)
    application.desk.open([slow, *others])
    qtbot.waitUntil(lambda: "40 %" in states(application).get("slow.mp4", ""))
    return application


def test_each_path_has_its_row_with_progress_and_the_others_wait(qtbot, held, walk, tmp_path):
    application = open_slowly(qtbot, held, walk, tmp_path, walk)
    assert states(application)["walk.mp4"] == "waiting to be opened"
    held.set()
    qtbot.waitUntil(lambda: not any(d.opening for d in application.desk.documents))
    assert [d.error for d in application.desk.documents] == [None, None]
    application.desk.analysing.stop()


def test_esc_gives_up_what_is_being_opened(qtbot, held, walk, tmp_path):
    application = open_slowly(qtbot, held, walk, tmp_path)
    QTest.keyClick(application.window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not application.desk.documents)
    assert application.window.pages.currentIndex() == 0  # the start page
    assert not application.window.actions_["file.cancel_opening"].isEnabled()


def test_the_cross_of_a_row_gives_up_that_row_and_the_next_is_opened(qtbot, held, walk, tmp_path):
    application = open_slowly(qtbot, held, walk, tmp_path, walk)
    view = application.window.footage.list
    row = QRectF(view.visualRect(application.window.footage.model.index(0)))
    place = cross_of(state_line(row)).center().toPoint()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    wait_analysed(qtbot, application)
    assert list(states(application)) == ["walk.mp4"]


def test_every_analysed_footage_shows_its_peak(qtbot, walk, fast_walk):
    application = build(qtbot)
    application.desk.open([walk, fast_walk])
    wait_analysed(qtbot, application)
    qtbot.waitUntil(
        lambda: all("done · peak" in s for s in states(application).values()), timeout=20_000
    )
    before = states(application)
    application.window.close()
    again = build(qtbot)
    again.desk.open([walk, fast_walk])
    qtbot.waitUntil(lambda: states(again) == before)


def test_what_is_odd_about_footage_is_on_its_row_after_the_notice_is_closed(qtbot, tmp_path):
    whole = make_video(tmp_path / "w.mkv", 60)
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    application = build(qtbot)
    application.desk.open([cut])
    wait_analysed(qtbot, application)
    window = application.window
    problems = application.desk.current.footage.problems
    assert problems[0] in window.notice.text()
    window.notice.clear()
    index = window.footage.model.index(0)
    said = " ".join(index.data(Qt.ItemDataRole.ToolTipRole).split())
    assert [problem for problem in problems if problem not in said] == []
    assert problems[0] in index.data(Qt.ItemDataRole.AccessibleTextRole)
