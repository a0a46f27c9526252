"""The demo's rendering: how far it is, what ends it, and nothing of it left on the canvas."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from desk_driver import build, in_front, press
from PySide6.QtCore import Qt

import engine.demo
from engine.errors import DiskFull
from engine.progress import Progress

KEY, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def slow(monkeypatch):
    """A scene that is drawn for as long as nobody cancels it."""
    ended = threading.Event()

    def rendering() -> Iterator[Progress]:
        try:
            while True:
                ended.wait(0.002)
                yield Progress("rendering the demo", 30, 100, "frame")
        finally:
            ended.set()

    monkeypatch.setattr(engine.demo, "render_demo", rendering)
    return ended


def empty(application) -> str:
    return application.window.canvas.accessibleDescription()


def test_escape_cancels_the_rendering_and_the_start_page_is_back(qtbot, slow):
    application = build(qtbot)
    in_front(application)
    press(application, KEY.Key_D, CTRL)
    qtbot.waitUntil(lambda: "30 %" in empty(application))
    assert empty(application).startswith("Rendering the demo")
    assert "Esc cancels it." in empty(application)
    assert application.window.pages.currentIndex() == 1
    press(application, KEY.Key_Escape)
    qtbot.waitUntil(lambda: not application.desk.demo.running)
    assert slow.is_set()
    assert empty(application).startswith("No footage")
    assert application.window.pages.currentIndex() == 0
    assert not application.window.actions_["file.cancel_opening"].isEnabled()


def test_a_rendering_that_fails_says_why_and_no_longer_claims_to_go_on(qtbot, monkeypatch):
    def failing() -> Iterator[Progress]:
        yield Progress("rendering the demo", 1, 100, "frame")
        raise DiskFull("The disk is full.")

    monkeypatch.setattr(engine.demo, "render_demo", failing)
    application = build(qtbot)
    in_front(application)
    press(application, KEY.Key_D, CTRL)
    qtbot.waitUntil(application.window.notice.isVisible)
    assert not application.desk.demo.running
    assert empty(application).startswith("No footage")
