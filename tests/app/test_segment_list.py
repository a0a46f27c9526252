"""The segment list sorts, filters, judges, and stays where it was when its rows change."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from app.models.segment_model import LENGTH, NOTE, PEAK, START, THUMBNAIL, SegmentRow
from app.views.segment_list import SegmentList

LEFT = Qt.MouseButton.LeftButton


def row(name: str, start: float, peak: float, verdict="unjudged", note="") -> SegmentRow:
    frame = int(start * 10)
    return SegmentRow(
        name, frame, frame + 20, start, start + 2, peak, frame, start, "found", verdict, note
    )


ROWS = [
    row("a", 10, 1.5),
    row("b", 20, 3.0, "confirmed", "cyclist"),
    row("c", 30, 2.0, "dismissed"),
    row("d", 40, 10.0, "unsure", "glare"),
]


@pytest.fixture
def segments(qtbot: QtBot) -> SegmentList:
    widget = SegmentList()
    qtbot.addWidget(widget)
    widget.resize(900, 400)
    widget.set_segments(ROWS)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def heard(signal) -> list:
    values: list = []
    signal.connect(lambda *args: values.append(args[0] if len(args) == 1 else args))
    return values


def cell(segments: SegmentList, line: int, column: int) -> QPoint:
    return segments.table.visualRect(segments.filter.index(line, column)).center()


def click(segments: SegmentList, line: int, column: int = START) -> None:
    at = cell(segments, line, column)
    QTest.mouseClick(segments.table.viewport(), LEFT, pos=at)


def test_header_sorts_by_peak_as_a_number(segments: SegmentList) -> None:
    header = segments.table.horizontalHeader()
    at = QPoint(header.sectionViewportPosition(PEAK) + 10, header.height() // 2)
    QTest.mouseClick(header.viewport(), LEFT, pos=at)
    assert segments.shown_ids() == ["a", "c", "b", "d"]
    QTest.mouseClick(header.viewport(), LEFT, pos=at)
    assert segments.shown_ids() == ["d", "b", "c", "a"]


def test_the_keyboard_sorts_by_every_column_and_turns_the_order_round(
    segments: SegmentList,
) -> None:
    segments.resize(300, 400)
    long = replace(ROWS[2], stop_time=ROWS[2].start_time + 60)
    short = replace(ROWS[3], stop_time=41, tags=("north",))
    segments.set_segments([replace(ROWS[0], tags=("East",)), ROWS[1], long, short])
    assert segments.table.isColumnHidden(LENGTH)
    combo = segments.filters.sort
    combo.setFocus()
    seen = {}
    for _ in range(combo.count()):
        seen[combo.currentText()] = segments.shown_ids()
        QTest.keyClick(combo, Qt.Key.Key_Down)
    assert seen == {
        "↑ Start": ["a", "b", "c", "d"],
        "↓ Length": ["c", "a", "b", "d"],
        "↓ Peak": ["d", "b", "c", "a"],
        "↑ Verdict": ["a", "d", "b", "c"],
        "↑ Tags": ["a", "d", "b", "c"],
        "↑ Note": ["b", "d", "a", "c"],
    }
    QTest.keyClick(combo, Qt.Key.Key_Home)
    QTest.keyClick(combo, Qt.Key.Key_Down)
    assert combo.accessibleName() == "Sorted by Length, the longest first"
    QTest.keyClick(combo, Qt.Key.Key_Space)
    QTest.keyClick(combo.view(), Qt.Key.Key_Return)
    assert segments.shown_ids() == ["d", "a", "b", "c"]
    assert combo.currentText() == "↑ Length"
    assert combo.accessibleName() == "Sorted by Length, the shortest first"


def test_the_choice_of_order_follows_a_click_on_a_header(segments: SegmentList) -> None:
    header, combo = segments.table.horizontalHeader(), segments.filters.sort
    for column, text in ((PEAK, "↑ Peak"), (PEAK, "↓ Peak"), (THUMBNAIL, "↑ Start")):
        at = QPoint(header.sectionViewportPosition(column) + 10, header.height() // 2)
        QTest.mouseClick(header.viewport(), LEFT, pos=at)
        assert combo.currentText() == text


def test_where_the_column_has_no_room_the_length_stands_below_the_start(
    segments: SegmentList,
) -> None:
    assert segments.filter.index(0, START).data() == "0:00:10.0"
    segments.resize(300, 400)
    assert segments.filter.index(0, START).data() == "0:00:10.0\n2.0 s"


def test_click_activates_and_another_click_goes_back_there(segments: SegmentList) -> None:
    activated = heard(segments.segment_activated)
    click(segments, 1)
    assert activated == ["b"]
    click(segments, 1)
    assert activated == ["b", "b"]
    QTest.keyClick(segments.table, Qt.Key.Key_Down)
    assert activated == ["b", "b", "c"]


def test_new_rows_keep_selection_ticks_and_thumbnails(segments: SegmentList) -> None:
    segments.set_thumbnail("c", QImage(64, 36, QImage.Format.Format_RGB32))
    click(segments, 2)
    at = segments.table.visualRect(segments.filter.index(2, THUMBNAIL))
    QTest.mouseClick(segments.table.viewport(), LEFT, pos=QPoint(at.left() + 14, at.center().y()))
    assert segments.checked_ids() == ["c"]
    activated = heard(segments.segment_activated)
    segments.set_segments([row("new", 5, 1.0), ROWS[0], replace(ROWS[2], peak=2.5), ROWS[3]])
    assert segments.selected_id() == "c"
    assert segments.checked_ids() == ["c"]
    decoration = Qt.ItemDataRole.DecorationRole
    assert segments.filter.index(2, THUMBNAIL).data(decoration) is not None
    assert segments.shown_ids() == ["new", "a", "c", "d"]
    assert activated == []


def test_wholly_new_rows_keep_selection_and_scroll(segments: SegmentList) -> None:
    many = [row(f"s{i}", i * 5.0, 1.0 + i) for i in range(100)]
    segments.set_segments(many)
    segments.set_selected("s50")
    bar = segments.table.verticalScrollBar()
    bar.setValue(700)
    activated = heard(segments.segment_activated)
    more = [row(f"t{i}", 1000 + i, 1.0) for i in range(60)]
    segments.set_segments([*reversed(many), *more])
    assert segments.selected_id() == "s50"
    assert bar.value() == 700
    assert activated == []


def test_selecting_from_outside_does_not_echo(segments: SegmentList) -> None:
    activated = heard(segments.segment_activated)
    segments.set_selected("d")
    assert segments.selected_id() == "d"
    segments.set_selected(None)
    assert segments.selected_id() is None
    assert activated == []


def test_filters_by_verdict_and_by_words(segments: SegmentList) -> None:
    combo = segments.filters.verdict
    combo.setCurrentIndex(combo.findData("confirmed"))
    assert segments.shown_ids() == ["b"]
    combo.setCurrentIndex(0)
    QTest.keyClicks(segments.filters.text, "GLARE")
    assert segments.shown_ids() == ["d"]
    QTest.keyClicks(segments.filters.text, " and more")
    assert segments.shown_ids() == []
    assert segments.empty.isVisible()
    assert segments.empty.text() == "No segment fits."


def test_buttons_ask_for_a_verdict_on_the_selected_segment(segments: SegmentList) -> None:
    asked = heard(segments.verdict_requested)
    assert not segments.verdict_buttons["confirmed"].isEnabled()
    click(segments, 0)
    for button in segments.verdict_buttons.values():
        QTest.mouseClick(button, LEFT)
    assert asked == [(["a"], "confirmed"), (["a"], "dismissed"), (["a"], "unsure")]


def test_note_is_edited_in_its_cell(segments: SegmentList) -> None:
    edited = heard(segments.note_edited)
    click(segments, 0, NOTE)
    QTest.mouseDClick(segments.table.viewport(), LEFT, pos=cell(segments, 0, NOTE))
    editor = segments.table.viewport().findChild(QLineEdit)
    assert editor is not None
    QTest.keyClicks(editor, "a dog")
    segments.set_segments([*ROWS, row("late", 90, 1.0)])  # analysis goes on meanwhile
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()  # the view commits when it comes to it
    assert edited == [("a", "a dog")]


def test_narrow_list_keeps_the_note_below_the_table(segments: SegmentList) -> None:
    segments.resize(280, 400)
    assert segments.table.isColumnHidden(NOTE)
    assert segments.table.isColumnHidden(LENGTH)
    assert segments.inspector.note.isVisible()
    click(segments, 1)
    assert segments.inspector.note.text() == "cyclist"
    edited = heard(segments.note_edited)
    segments.inspector.note.setFocus()
    QTest.keyClicks(segments.inspector.note, "!")
    QTest.keyClick(segments.inspector.note, Qt.Key.Key_Return)
    assert edited == [("b", "!cyclist")]
    width = segments.table.horizontalHeader().length()
    assert width <= segments.table.viewport().width()


def test_export_needs_a_tick(segments: SegmentList) -> None:
    asked = heard(segments.export_requested)
    assert not segments.export.isEnabled()
    segments.table.setCurrentIndex(segments.filter.index(0, THUMBNAIL))
    QTest.keyClick(segments.table, Qt.Key.Key_Space)
    assert segments.export.text() == "Export (1)…"
    QTest.mouseClick(segments.export, LEFT)
    assert len(asked) == 1


def test_empty_list_says_what_to_do(segments: SegmentList) -> None:
    segments.set_segments([])
    assert segments.empty.isVisible()
    assert "Lower it" in segments.empty.text()
    segments.set_empty_text("Analyse this footage first.")
    assert segments.empty.text() == "Analyse this footage first."
    segments.set_segments(ROWS)
    assert not segments.empty.isVisible()
