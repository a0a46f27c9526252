"""Joined recordings are exported together, each into a case folder of its own."""

from __future__ import annotations

import json
import re

from desk_driver import press
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from recorder import NAMES, document

from engine.export.verify import verify

KEY = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


def export_dialog(qtbot, application):
    press(application, KEY.Key_E)
    dialog = application.dispatch.dialog
    cuts = [dialog._table.item(at, 5) for at in range(dialog._table.rowCount())]
    qtbot.waitUntil(lambda: all(c.text() != "working out..." for c in cuts), timeout=20_000)
    dialog.kinds.choose(["original"])
    return dialog


def test_an_export_writes_each_joined_file_into_a_folder_of_its_own(qtbot, joined, tmp_path):
    joined.desk.choose(document(joined, 1).key)
    tracks = [document(joined, number).track for number in range(3)]
    dialog = export_dialog(qtbot, joined)
    assert len(dialog.chosen()) == sum(len(track.segments) for track in tracks)
    starts = [dialog._table.item(at, 1).text() for at in range(dialog._table.rowCount())]
    assert [start.partition("\n")[2] for start in starts] == [
        name for name, track in zip(NAMES, tracks, strict=True) for _ in track.segments
    ]
    for start in starts:  # told by the recorder's clock, too
        assert re.match(r"\d\d:\d\d:\d\d · 0:", start)
    dialog._folder.setText(str(tmp_path / "case"))
    QTest.mouseClick(dialog._export, LEFT)
    rows = joined.desk.exporting.rows
    assert len(rows()) == 3
    dialog._folder.setText(str(tmp_path / "case"))
    QTest.mouseClick(dialog._export, LEFT)
    assert len(rows()) == 3, "the folder is taken by what waits"
    qtbot.waitUntil(lambda: all(row.over for row in rows()), timeout=60_000)
    assert [row.state for row in rows()] == ["done"] * 3
    for name, track in zip(NAMES, tracks, strict=True):
        folder = tmp_path / "case" / name.removesuffix(".mp4")
        manifest = json.loads((folder / "manifest.json").read_text())
        assert manifest["source"]["path"].endswith(name)
        assert [s["start"] for s in manifest["segments"]] == [s.span.start for s in track.segments]
        assert verify(folder)["result"] == "pass"


def test_an_export_of_one_joined_file_alone_is_the_folder_itself(qtbot, joined, tmp_path):
    dialog = export_dialog(qtbot, joined)
    table, last = dialog._table, dialog._table.rowCount() - 1
    QTest.mouseClick(dialog.quick["none"], LEFT)
    table.setCurrentCell(last, 0)
    QTest.keyClick(table, KEY.Key_Space)
    assert len(dialog.chosen()) == 1
    dialog._folder.setText(str(tmp_path / "case"))
    QTest.mouseClick(dialog._export, LEFT)
    rows = joined.desk.exporting.rows
    qtbot.waitUntil(lambda: all(row.over for row in rows()), timeout=60_000)
    manifest = json.loads((tmp_path / "case" / "manifest.json").read_text())
    assert manifest["source"]["path"].endswith(NAMES[2])
    dialog.close()


def test_a_file_alone_is_exported_with_its_own_segments(qtbot, joined):
    press(joined, KEY.Key_J, CTRL)
    joined.desk.choose(document(joined, 1).key)
    dialog = export_dialog(qtbot, joined)
    assert len(dialog.chosen()) == len(document(joined, 1).track.segments)
    assert NAMES[1].removesuffix(".mp4") in dialog.folder()
    assert "\n" not in dialog._table.item(0, 1).text()
    dialog.close()
