"""Two analyses of the same footage on one timeline."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from desk_driver import (
    build,
    open_and_analyse,
    press,
    wait_analysed,
    wait_frame,
    write_tiny_weights,
)
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication

from app import theme
from app.views.compare_panel import ComparePanel, CompareRow
from app.views.near_list import NearList, NearRow
from engine.timebase import FrameSpan

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def two(qtbot, walk):
    """A footage with an analysis by `speed` and one by a random network."""
    write_tiny_weights(walk)
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk)
    open_and_analyse(qtbot, application, walk, "tiny")
    return application


def compare(qtbot, application) -> None:
    panel = application.window.compare
    application.window.side.setCurrentWidget(panel)
    qtbot.waitUntil(lambda: panel.other.count() > 1)
    press(application, Qt.Key.Key_5, CTRL)
    qtbot.waitUntil(lambda: application.window.timeline._found_box.isVisible())


def test_what_only_one_found_is_marked_listed_and_gone_to(qtbot, two):
    compare(qtbot, two)
    desk, panel = two.desk, two.window.compare
    assert desk.current.analysis.facts.name == "mnad-prediction"
    assert panel.chosen().endswith("speed.h5")
    rows = desk.compare._rows
    assert any(row.second_peak is not None for row in rows)
    kinds = [row.found_by for row in rows]
    words = panel.counts.text()
    assert words.startswith(f"{kinds.count('both')} in both, {kinds.count('first')} only in A")
    assert panel.table.rowCount() == len(rows)
    at = panel.filter.findData("second")
    panel.filter.setCurrentIndex(at)
    assert panel.table.rowCount() == kinds.count("second")
    panel.filter.setCurrentIndex(0)
    panel.table.cellClicked.emit(0, 0)
    wait_frame(qtbot, two, rows[0].peak_frame)
    assert len(two.window.timeline._other) == 48


def test_what_is_compared_is_what_the_review_lists(qtbot, two):
    compare(qtbot, two)
    reviewing = two.desk.reviewing
    reviewing.set_threshold(1e6)
    qtbot.waitUntil(lambda: not reviewing.track.segments)
    two.desk.playback.seek(5)
    wait_frame(qtbot, two, 5)
    press(two, Qt.Key.Key_I)
    two.desk.playback.seek(20)
    wait_frame(qtbot, two, 20)
    press(two, Qt.Key.Key_O)
    (made,) = reviewing.track.segments
    qtbot.waitUntil(
        lambda: (
            (made.span.start, made.span.stop)
            in [(row.start, row.stop) for row in two.desk.compare._rows if row.found_by == "first"]
            or any(row.start <= 5 and row.found_by == "both" for row in two.desk.compare._rows)
        )
    )


def test_the_matches_follow_the_threshold_and_ctrl_5_ends_it(qtbot, two):
    compare(qtbot, two)
    two.desk.reviewing.set_threshold(1e6)
    qtbot.waitUntil(lambda: all(r.found_by == "second" for r in two.desk.compare._rows))
    press(two, Qt.Key.Key_5, CTRL)
    qtbot.waitUntil(lambda: not two.window.timeline._found_box.isVisible())
    qtbot.waitUntil(lambda: two.window.compare.chosen() == "")


def test_another_gamma_stands_beside_the_first_and_keeps_what_was_decided(qtbot, two):
    desk = two.desk
    first = desk.current.analysis
    desk.judging.make(FrameSpan(5, 10))
    two.window.timeline.gamma_moved.emit(0.0)
    desk.detectors.rerun()
    qtbot.waitUntil(lambda: desk.current.analysis is not first, timeout=20_000)
    wait_analysed(qtbot, two)
    assert desk.current.analysis.path != first.path
    assert [s.span for s in desk.reviewing.state.stored] == [FrameSpan(5, 10)]
    panel = two.window.compare
    two.window.side.setCurrentWidget(panel)
    qtbot.waitUntil(lambda: panel.other.count() == 3)  # nothing, speed, and the first gamma
    titles = [panel.other.itemText(i) for i in range(panel.other.count())]
    assert any("gamma" in title for title in titles)
    assert np.isfinite(first.regular_score).any()


def test_a_cancelled_rerun_leaves_the_complete_analysis_on_the_desk(qtbot, two):
    desk = two.desk
    first = desk.current.analysis
    two.window.timeline.gamma_moved.emit(0.0)
    desk.detectors.rerun()
    qtbot.waitUntil(lambda: desk.current.analysis is not first, timeout=20_000)
    desk.detectors.cancel()
    qtbot.waitUntil(lambda: desk.analysing.running is None, timeout=20_000)
    if desk.current.analysis is not first:  # it was quicker than the hand
        assert desk.current.analysis.complete
    else:
        assert desk.reviewing.track.done == 48


def test_rows_that_say_nothing_by_colour_take_that_of_the_theme(qtbot):
    """Whichever theme is put in force after they were listed."""
    near, panel = NearList(), ComparePanel()
    qtbot.addWidget(near)
    qtbot.addWidget(panel)
    near.set_rows([NearRow(0, 5, 2, 0.2, 0.5, 0.9)])
    assert near.table.item(0, 0).data(Qt.ItemDataRole.ForegroundRole) is None
    found = [CompareRow(side, 0, 5, 0.0, 0.5, 2, 1.0, 1.0) for side in ("both", "first")]
    panel.set_matches(found, "", "")
    app = QApplication.instance()
    inks = []
    for mode in ("dark", "light"):
        theme.apply(app, mode)
        QApplication.sendEvent(panel, QEvent(QEvent.Type.PaletteChange))
        inks.append([panel.table.item(at, 0).foreground().color().name() for at in range(2)])
        assert inks[-1][1] == theme.colours().track[0]
        assert panel.table.item(0, 0).data(Qt.ItemDataRole.ForegroundRole) is None
    theme.apply(app, "dark")
    assert inks[0][1] != inks[1][1]


@pytest.mark.parametrize("width", [290, 324, 434])
def test_both_peaks_of_a_match_are_readable_however_narrow_the_panel_is(qtbot, width):
    panel = ComparePanel()
    qtbot.addWidget(panel)
    panel.resize(width, 300)
    panel.show()
    qtbot.waitExposed(panel)
    rows = [CompareRow("both", at, at + 5, at, at + 53.3, 2, 10.97, 11.09) for at in range(40)]
    panel.set_matches([*rows, replace(rows[0], found_by="second", first_peak=None)], "", "")
    QApplication.processEvents()
    table = panel.table
    shown = [table.item(40, column).text() for column in (0, 3, 4)]
    assert shown == ["B only", "–", "11.09"]
    for column in range(table.columnCount()):
        if not table.isColumnHidden(column):
            assert table.columnWidth(column) >= table.sizeHintForColumn(column)
    assert table.horizontalHeader().length() <= table.viewport().width()
    assert "53 s" in table.item(0, 0).toolTip()
