"""The footage list shows each footage's state, and an error on its own row only."""

from __future__ import annotations

import warnings
from dataclasses import replace

import pytest
from PySide6.QtCore import QMimeData, QPointF, QRectF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.models.footage_model import ROW_ROLE, WARNING, FootageRow
from app.views.footage_list import FootageList
from app.views.footage_rows import cross_of, name_shown, state_line, state_shown

LEFT = Qt.MouseButton.LeftButton
LONG = "gate_north_2024-05-11T08-00-00_camera07_part0001_of_0099.mp4"
ROWS = [
    FootageRow("a", LONG, f"/footage/{LONG}", "4:15 · 1920×1080", "not analysed"),
    FootageRow("b", "yard.avi", "/footage/yard.avi", "1:02:11", "done · peak 3.2"),
    FootageRow("c", "Test001", "/footage/Test001", "0:20", "not analysed"),
]


@pytest.fixture
def footage(qtbot: QtBot) -> FootageList:
    widget = FootageList()
    qtbot.addWidget(widget)
    widget.resize(300, 400)
    widget.set_rows(ROWS)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def heard(signal) -> list:
    values: list = []
    signal.connect(lambda *args: values.append(args[0] if args else None))
    return values


def click(footage: FootageList, line: int) -> None:
    at = footage.list.visualRect(footage.model.index(line)).center()
    QTest.mouseClick(footage.list.viewport(), LEFT, pos=at)


def test_click_and_return_choose_a_footage(footage: FootageList) -> None:
    chosen = heard(footage.footage_chosen)
    click(footage, 1)
    QTest.keyClick(footage.list, Qt.Key.Key_Down)
    QTest.keyClick(footage.list, Qt.Key.Key_Return)
    assert chosen == ["b", "c"]


def test_error_is_shown_on_its_own_row_only(footage: FootageList) -> None:
    heights = [footage.list.visualRect(footage.model.index(i)).height() for i in range(3)]
    error = "The file ends before its index. Check that the copy is complete."
    footage.update_row(FootageRow("b", "yard.avi", "/footage/yard.avi", "unknown", "", None, error))
    footage.grab()
    rows = [footage.model.index(i).data(ROW_ROLE) for i in range(3)]
    assert [r.error for r in rows] == [None, error, None]
    tips = [footage.model.index(i).data(Qt.ItemDataRole.ToolTipRole) for i in range(3)]
    assert [error in tip for tip in tips] == [False, True, False]
    after = [footage.list.visualRect(footage.model.index(i)).height() for i in range(3)]
    assert after[1] > heights[1]
    assert (after[0], after[2]) == (heights[0], heights[2])


def test_progress_is_painted_where_it_is_and_keeps_the_selection(footage: FootageList) -> None:
    click(footage, 2)
    chosen = heard(footage.footage_chosen)
    before = footage.list.grab().toImage()
    state = "analysing 43 %, 38 frame/s, ETA 0:34"
    footage.update_row(FootageRow("a", LONG, f"/footage/{LONG}", "4:15", state, 0.43))
    assert footage.list.grab().toImage() != before
    footage.set_rows([*reversed(ROWS)])
    assert footage.list.currentIndex().data(ROW_ROLE).key == "c"
    assert chosen == []


def test_tooltip_has_the_whole_path(footage: FootageList) -> None:
    tip = footage.model.index(0).data(Qt.ItemDataRole.ToolTipRole)
    assert tip.startswith(f"/footage/{LONG}")


def test_current_and_thumbnail_are_set_without_echo(footage: FootageList) -> None:
    chosen = heard(footage.footage_chosen)
    footage.set_thumbnail("b", QImage(320, 240, QImage.Format.Format_RGB32))
    footage.set_current("b")
    footage.grab()
    assert footage.list.currentIndex().data(ROW_ROLE).key == "b"
    assert chosen == []


def test_delete_and_the_button_ask_to_remove(footage: FootageList) -> None:
    asked = heard(footage.remove_requested)
    click(footage, 0)
    QTest.keyClick(footage.list, Qt.Key.Key_Delete)
    QTest.mouseClick(footage.remove, LEFT)
    assert asked == ["a", "a"]


def test_buttons_ask_for_files_and_folders(footage: FootageList) -> None:
    files, folders = heard(footage.add_requested), heard(footage.folder_requested)
    QTest.mouseClick(footage.open_files, LEFT)
    QTest.mouseClick(footage.open_folder, LEFT)
    assert (len(files), len(folders)) == (1, 1)


def test_dropped_files_are_handed_on(footage: FootageList) -> None:
    dropped = heard(footage.files_dropped)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/x/a.mp4"), QUrl("https://example.org/b.mp4")])
    with warnings.catch_warnings():  # Qt 6.12 wants a QPointF where 6.11 knows only QPoint
        warnings.simplefilter("ignore", DeprecationWarning)
        enter = QDragEnterEvent(
            QPointF(5, 5).toPoint(),
            Qt.DropAction.CopyAction,
            mime,
            LEFT,
            Qt.KeyboardModifier.NoModifier,
        )
    QApplication.sendEvent(footage, enter)
    assert enter.isAccepted()
    drop = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, mime, LEFT, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(footage, drop)
    assert dropped == [["/x/a.mp4"]]


def test_empty_list_says_what_to_do(footage: FootageList) -> None:
    assert not footage.empty.isVisible()
    footage.set_rows([])
    assert footage.empty.isVisible()
    assert not footage.remove.isEnabled()
    assert footage.empty.text() == "Drop footage here"
    footage.set_key_hints({"file.open": "Ctrl+O"})
    assert footage.empty.text() == "Drop footage here, or press Ctrl+O"


def test_what_is_odd_about_a_footage_stays_on_its_row(footage: FootageList) -> None:
    plain = footage.list.grab().toImage()
    odd = ("The last frame is damaged and left out.", "Jumping is slow: " + "word " * 40 + "end.")
    footage.update_row(replace(ROWS[1], problems=odd))
    index = footage.model.index(1)
    tip = index.data(Qt.ItemDataRole.ToolTipRole)
    assert tip.splitlines()[:3] == ["/footage/yard.avi", "1:02:11", f"{WARNING} {odd[0]}"]
    assert max(len(line) for line in tip.splitlines()) < 100, "long sentences are broken"
    assert " ".join(odd) in index.data(Qt.ItemDataRole.AccessibleTextRole)
    signed = footage.list.grab().toImage()
    assert signed != plain
    rows = [footage.list.visualRect(footage.model.index(i)) for i in range(3)]
    assert [signed.copy(row) != plain.copy(row) for row in rows] == [False, True, False]


def test_a_row_with_a_sign_still_shows_progress_and_its_cross(footage: FootageList) -> None:
    asked = heard(footage.cancel_requested)
    odd = ("The last frame is damaged and left out.",)
    running = replace(ROWS[1], state="analysing", fraction=0.5, cancellable=True, problems=odd)
    footage.update_row(running)
    footage.grab()
    line = state_line(QRectF(footage.list.visualRect(footage.model.index(1))))
    QTest.mouseClick(footage.list.viewport(), LEFT, pos=cross_of(line).center().toPoint())
    assert asked == ["b"]


def test_names_that_differ_only_in_the_middle_can_be_told_apart(footage: FootageList) -> None:
    names = [LONG.replace("part0001", f"part{number:04}") for number in range(1, 31)]
    footage.set_rows([FootageRow(n, n, f"/footage/{n}", "4:15", "not analysed") for n in names])
    indices = [footage.model.index(at) for at in range(len(names))]
    for width in (110, 150, 200):
        assert len({name_shown(index, footage.font(), width) for index in indices}) == len(names)
    assert name_shown(indices[3], footage.font(), 900) == names[3]
    tip = indices[3].data(Qt.ItemDataRole.ToolTipRole)
    assert names[3] in tip


def test_a_row_says_how_long_its_work_still_takes_however_narrow_it_is(
    footage: FootageList,
) -> None:
    running = replace(
        ROWS[1],
        state="analysing 43 %, 38 frame/s, ETA 0:34",
        shorter=("43 %, 38 frame/s, ETA 0:34", "43 %, ETA 0:34"),
        fraction=0.43,
    )
    measure = footage.fontMetrics()
    assert state_shown(running, measure, 400) == running.state
    for words in running.shorter:
        assert state_shown(running, measure, measure.horizontalAdvance(words)) == words
    narrow = measure.horizontalAdvance("43 %, ETA 0:34") - 10
    assert state_shown(running, measure, narrow).endswith("ETA 0:34")
    reading = replace(running, state="reading the index 43 %, ETA 0:34", shorter=())
    assert state_shown(reading, measure, narrow).endswith("ETA 0:34")
    resting = replace(ROWS[1], state="stopped at 43 % · peak 3.2")
    assert state_shown(resting, measure, narrow).startswith("stopped")
