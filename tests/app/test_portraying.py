"""The window with memory items and queries, through real key and mouse events."""

from __future__ import annotations

from desk_driver import build, open_and_analyse, wait_frame, write_tiny_weights
from PySide6.QtCore import Qt
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from said_controls import assert_all_explained, assert_all_named

CONTROL = Qt.KeyboardModifier.ControlModifier


def test_the_portrait_follows_the_frame_and_is_saved(qtbot, walk, tmp_path, monkeypatch) -> None:
    write_tiny_weights(walk)
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk, "tiny")
    desk = application.desk
    desk.playback.seek(20)
    wait_frame(qtbot, application, 20)
    application.window.activateWindow()
    qtbot.waitUntil(application.window.isActiveWindow, timeout=5_000)
    QTest.keyClick(application.window, Qt.Key.Key_M, CONTROL)
    dialog = desk.figures.portrait
    assert dialog is not None
    assert_all_named(dialog)
    assert_all_explained(dialog)
    qtbot.waitUntil(dialog.saving.isEnabled, timeout=20_000)
    assert "memory items of frame 20 by share: 1: " in dialog.figure.accessibleDescription()
    desk.playback.step(1)
    qtbot.waitUntil(lambda: "of frame 21 " in dialog.figure.accessibleDescription(), timeout=20_000)
    qtbot.waitUntil(lambda: bool(dialog.figure.spots()), timeout=20_000)
    spots = dialog.figure.spots()
    assert len(spots) == 4 * 4  # four items, four patches each
    qtbot.mouseClick(dialog.figure, Qt.MouseButton.LeftButton, pos=spots[0].area.center().toPoint())
    wait_frame(qtbot, application, spots[0].patch.index)
    qtbot.waitUntil(dialog.saving.isEnabled, timeout=20_000)
    path = tmp_path / "a.svg"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    qtbot.mouseClick(dialog.saving, Qt.MouseButton.LeftButton)
    assert QSvgRenderer(str(path)).isValid()
    assert "Matching probabilities" in path.read_text()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert desk.figures.portrait is None


def test_a_detector_without_items_says_why_there_is_no_portrait(qtbot, walk) -> None:
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk)
    action = application.window.actions_["analysis.portrait"]
    assert not action.isEnabled()
    assert "The detector speed has neither memory items nor prototypes" in action.toolTip()
