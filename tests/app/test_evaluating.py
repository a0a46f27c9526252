"""The evaluate window, through real key and mouse events."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from desk_driver import build, open_and_analyse, wait_analysed
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from said_controls import assert_all_explained, assert_all_named

from app.views.evaluate_dialog import EvaluateDialog

RUNS = [int(30 <= at < 38) for at in range(48)]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def desk(qtbot, walk):
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk)
    return application


def opened(qtbot, desk) -> EvaluateDialog:
    desk.window.activateWindow()
    qtbot.waitUntil(desk.window.isActiveWindow, timeout=5_000)
    QTest.keyClick(desk.window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    dialog = desk.desk.figures.evaluation
    assert dialog is not None
    qtbot.waitExposed(dialog)
    return dialog


def load(qtbot, monkeypatch, dialog, path: Path) -> None:
    """Press the button and choose a file."""
    before = dialog.said()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    qtbot.mouseClick(dialog.labels, LEFT)
    qtbot.waitUntil(
        lambda: dialog.said() not in ("", before, f"Reading {path.name}..."), timeout=10_000
    )


def written(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content))
    return path


def test_labels_give_a_curve_and_say_what_it_stands_on(qtbot, desk, monkeypatch, tmp_path) -> None:
    dialog = opened(qtbot, desk)
    assert not dialog.saving.isEnabled()
    load(qtbot, monkeypatch, dialog, written(tmp_path / "labels.json", RUNS))
    assert dialog.said() == "labels.json labels walk.mp4."
    told = dialog.figure.accessibleDescription()
    assert float(told.split()[1]) > 0.9, "the square that runs is the fastest thing"
    assert "of 48 frames have a score and count; 8 of them are labelled abnormal" in told
    assert "speed · lambda 0.00 ·" in told
    assert "patch pooling" in told
    assert not dialog._table.isVisible()


def test_the_figure_follows_the_settings(qtbot, desk, monkeypatch, tmp_path) -> None:
    dialog = opened(qtbot, desk)
    load(qtbot, monkeypatch, dialog, written(tmp_path / "labels.json", RUNS))
    desk.desk.reviewing.set_smoothing(0.5)
    qtbot.waitUntil(
        lambda: "smoothed over 0.5 s" in dialog.figure.accessibleDescription(), timeout=10_000
    )


def test_wrong_labels_are_refused_and_the_old_ones_stay(qtbot, desk, monkeypatch, tmp_path) -> None:
    dialog = opened(qtbot, desk)
    load(qtbot, monkeypatch, dialog, written(tmp_path / "labels.json", RUNS))
    load(qtbot, monkeypatch, dialog, written(tmp_path / "short.json", RUNS[:40]))
    assert dialog.said().startswith("short.json labels 40 frames of walk.mp4, which has 48.")
    assert dialog.saving.isEnabled()
    load(qtbot, monkeypatch, dialog, written(tmp_path / "other.json", {"yard": [0, 1]}))
    assert "labels none of the open footages of this detector, but yard" in dialog.said()


def test_several_footages_have_a_line_each(qtbot, desk, monkeypatch, tmp_path, broken_walk) -> None:
    desk.desk.analyse_with(broken_walk, "speed")
    qtbot.waitUntil(lambda: desk.desk.current.path == broken_walk, timeout=10_000)
    wait_analysed(qtbot, desk)
    dialog = opened(qtbot, desk)
    both = {"walk": RUNS, "broken": [0] * 60}
    load(qtbot, monkeypatch, dialog, written(tmp_path / "labels.json", both))
    assert dialog._table.isVisible()
    lines = [
        [dialog._table.item(row, column).text() for column in (0, 1, 4)]
        for row in range(dialog._table.rowCount())
    ]
    assert lines[0] == ["broken.mp4", "60", "–"]
    assert lines[1][:2] == ["walk.mp4", "48"]
    assert float(lines[1][2]) > 0.9


def test_the_figure_is_saved_as_png_and_svg(qtbot, desk, monkeypatch, tmp_path) -> None:
    dialog = opened(qtbot, desk)
    load(qtbot, monkeypatch, dialog, written(tmp_path / "labels.json", RUNS))
    for name, form in (("a.png", ""), ("b.svg", ""), ("c", "SVG (*.svg)")):
        chosen = str(tmp_path / name)
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, c=chosen, f=form: (c, f))
        qtbot.mouseClick(dialog.saving, LEFT)
        assert dialog.said().startswith("Saved as ")
    picture = QImage(str(tmp_path / "a.png"))
    assert picture.width() == 2 * dialog.figure.width()
    assert picture.pixelColor(2, 2).name() == "#ffffff"
    for name in ("b.svg", "c.svg"):
        assert QSvgRenderer(str(tmp_path / name)).isValid()
        assert "ROC curve" in (tmp_path / name).read_text()
    dialog_texts = {path.name for path in tmp_path.iterdir() if path.is_file()}
    assert dialog_texts == {"a.png", "b.svg", "c.svg", "labels.json"}


def test_a_figure_that_cannot_be_written_is_told(qtbot, desk, monkeypatch, tmp_path) -> None:
    dialog = opened(qtbot, desk)
    load(qtbot, monkeypatch, dialog, written(tmp_path / "labels.json", RUNS))
    blocked = str(tmp_path / "labels.json" / "a.svg")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (blocked, ""))
    qtbot.mouseClick(dialog.saving, LEFT)
    assert "could not be written" in dialog.said()


def test_labels_stay_when_the_window_is_closed(qtbot, desk, monkeypatch, tmp_path) -> None:
    dialog = opened(qtbot, desk)
    load(qtbot, monkeypatch, dialog, written(tmp_path / "labels.json", RUNS))
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert desk.desk.figures.evaluation is None
    again = opened(qtbot, desk)
    qtbot.waitUntil(again.saving.isEnabled, timeout=10_000)


def test_its_controls_have_names_and_it_fits_a_small_screen(qtbot) -> None:
    dialog = EvaluateDialog("a.mp4")
    qtbot.addWidget(dialog)
    assert_all_named(dialog)
    assert_all_explained(dialog)
    assert dialog.minimumSizeHint().height() <= 600
    assert dialog.minimumSizeHint().width() <= 1000
