"""An empty list of segments says why, and what to do next."""

from __future__ import annotations

import pytest
from desk_driver import build, in_front, press, wait_analysed, write_tiny_weights
from PySide6.QtCore import Qt

from app.controllers.analysing import Analysing

KEY, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def unanalysed(qtbot, walk, monkeypatch):
    """A footage that nothing has begun to analyse; starting only queues it."""
    application = build(qtbot)
    real = Analysing.start
    monkeypatch.setattr(Analysing, "start", lambda *args, **named: None)
    application.desk.open([walk])
    qtbot.waitUntil(lambda: application.desk.current is not None)
    monkeypatch.setattr(Analysing, "start", real)
    in_front(application)
    return application


def said(application) -> str:
    assert not application.window.segments.model.rows()
    return application.window.segments.empty.text()


def test_unanalysed_footage_names_the_key_that_analyses_it(qtbot, unanalysed):
    assert said(unanalysed) == "Not analysed yet. Press Analyse (Ctrl+Return)."
    seen: list[str] = []
    unanalysed.desk.analysing.changed.connect(
        lambda document: seen.append(unanalysed.window.segments.empty.text())
    )
    press(unanalysed, KEY.Key_Return, CTRL)
    wait_analysed(qtbot, unanalysed)
    assert "Segments appear here as frames are scored." in seen
    threshold = unanalysed.desk.reviewing.state.segments
    assert threshold.threshold > 0
    unanalysed.desk.reviewing.set_threshold(1e6)
    qtbot.waitUntil(lambda: not unanalysed.window.segments.model.rows())
    assert said(unanalysed).startswith("No segments above the threshold.")


def test_the_first_press_compares_although_the_analyses_are_not_listed_yet(qtbot, walk):
    write_tiny_weights(walk)
    application = build(qtbot)
    for choice in ("speed", "tiny"):
        application.desk.analyse_with(walk, choice)
        wait_analysed(qtbot, application)
    in_front(application)
    press(application, KEY.Key_5, CTRL)
    qtbot.waitUntil(lambda: application.window.timeline._found_box.isVisible())
    assert application.window.side.currentWidget() is application.window.compare
    assert application.window.actions_["timeline.compare"].isChecked()
    assert application.window.compare.chosen().endswith("speed.h5")
