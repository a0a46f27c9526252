"""The panel of segments, near misses and changes shares its room: segments come first."""

from __future__ import annotations

import pytest
from desk_driver import build, in_front
from PySide6.QtCore import QRect
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from test_segment_list import LEFT, row

from app.models.segment_model import LENGTH, NOTE, PEAK, TAGS, VERDICT
from app.views.changes_list import ChangeRow
from app.views.near_list import NearRow
from app.views.segment_list import SegmentList

SEGMENTS = [row(f"s{at}", 10 * at, 1 + at / 10, note="rides across the square") for at in range(9)]
NEAR = [NearRow(10 * at, 10 * at + 5, 10 * at + 2, float(at), 0.5, 0.9) for at in range(9)]


@pytest.fixture
def window(qtbot):
    application = build(qtbot)
    in_front(application)
    window = application.window
    window.show_desk(True)
    window.side.setCurrentWidget(window.found)
    window.segments.set_segments(SEGMENTS)
    window.near.set_rows(NEAR)
    return window


def resize(window, width: int, height: int) -> None:
    window.resize(width, height)
    for _ in range(3):  # what folds gives its room away, which is shared once more
        QApplication.processEvents()
    assert (window.width(), window.height()) == (width, height)


def whole_rows(segments: SegmentList) -> int:
    """Rows that are to be seen from their top to their bottom."""
    port = segments.table.viewport().rect()
    rows = [segments.table.visualRect(segments.filter.index(at, PEAK)) for at in range(9)]
    return sum(port.contains(QRect(1, r.top(), 2, r.height())) for r in rows)


SIZES = ((1024, 640), (1280, 720), (1280, 800), (1440, 900), (1600, 1000), (1920, 1080))


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_three_segments_are_seen_whatever_the_window_s_size(window, width, height):
    window.notice.show_notice("The camera was moved.", "Learn normal anew.")
    resize(window, width, height)
    assert whole_rows(window.segments) >= 3
    table = window.segments.table
    assert table.sizeHintForRow(0) <= table.rowHeight(0), "a row shows both of its lines"


def test_near_misses_unfold_by_themselves_where_half_a_dozen_segments_are_seen_as_well(window):
    resize(window, 1600, 1000)
    assert not window.near.is_open()
    resize(window, 1920, 1400)
    assert window.near.is_open()
    assert whole_rows(window.segments) >= 5


def test_near_misses_unfolded_by_hand_leave_room_for_segments(window):
    resize(window, 1440, 900)
    assert not window.near.is_open()
    QTest.mouseClick(window.near.title, LEFT)
    QApplication.processEvents()
    assert window.near.is_open()
    assert whole_rows(window.segments) >= 2


@pytest.mark.parametrize(("width", "height"), [(1360, 860), (1024, 640)])
@pytest.mark.parametrize("field", ["note", "tags", "start"])
def test_three_segments_are_seen_while_one_is_edited_beside_near_misses(
    window, width, height, field
):
    window.notice.show_notice("The camera was moved.", "Learn normal anew.")
    window.hint.show_hint("walk", "Press N to walk.")
    resize(window, width, height)
    if not window.near.is_open() and window.near.isVisible():
        QTest.mouseClick(window.near.title, LEFT)
    assert whole_rows(window.segments) >= 3
    window.segments.set_selected("s0")
    window.segments.edit_field(field)
    QApplication.processEvents()
    assert getattr(window.segments.inspector, field).hasFocus()
    assert whole_rows(window.segments) >= 3


@pytest.mark.parametrize(("width", "height"), [(1360, 860), (1024, 640)])
def test_what_to_do_without_segments_is_readable(window, width, height):
    window.segments.set_segments([])
    resize(window, width, height)
    if not window.near.is_open() and window.near.isVisible():
        QTest.mouseClick(window.near.title, LEFT)
    QApplication.processEvents()
    empty = window.segments.empty
    assert empty.isVisible()
    assert empty.heightForWidth(empty.width()) <= empty.height()


def test_changes_of_the_scene_take_one_line_in_a_low_window(window):
    changes = [ChangeRow(f"0:0{at}:00", "Camera moved", "It moved.", "k", at) for at in range(3)]
    window.changes.set_rows(changes)
    resize(window, 1440, 900)
    assert window.changes.table.viewport().height() >= 3 * 26
    resize(window, 1024, 640)
    assert window.changes.table.viewport().height() >= 26
    assert whole_rows(window.segments) >= 2
    assert not window.near.isVisible()


def test_columns_come_as_the_list_grows(qtbot):
    segments = SegmentList()
    qtbot.addWidget(segments)
    segments.set_segments(SEGMENTS)
    segments.show()
    hidden = {}
    for width in (300, 434, 668):
        segments.resize(width, 500)
        QApplication.processEvents()
        table = segments.table
        hidden[width] = [c for c in (LENGTH, TAGS, NOTE) if table.isColumnHidden(c)]
        assert table.horizontalHeader().length() <= table.viewport().width()
        last = VERDICT if NOTE in hidden[width] else NOTE
        assert table.columnWidth(last) >= 40
    assert hidden == {300: [LENGTH, TAGS, NOTE], 434: [LENGTH, TAGS], 668: []}
    assert segments.table.columnWidth(NOTE) >= 90
