"""The playback buttons and the readouts beside them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolButton

from app import theme
from app.views.transport import CONTROLS, NO_CLOCK, Transport

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

WALL = "2024-03-01 12:00:12.300 +01:00"


@pytest.fixture
def transport(qtbot: QtBot) -> Transport:
    widget = Transport()
    qtbot.addWidget(widget)
    widget.resize(1200, 40)
    widget.set_position(123, 2550, Fraction(123, 10), 255, 123000, WALL)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def test_each_button_emits_its_command(transport: Transport, qtbot: QtBot) -> None:
    told: list[str] = []
    transport.command.connect(told.append)
    for control in CONTROLS:
        QTest.mouseClick(transport.button(control.command), Qt.MouseButton.LeftButton)
    assert told == [
        "playback.start",
        "segments.previous",
        "playback.frame_back",
        "playback.reverse",
        "playback.toggle",
        "playback.frame_forward",
        "segments.next",
        "playback.end",
    ]


def test_a_button_answers_the_keyboard_too(transport: Transport, qtbot: QtBot) -> None:
    with qtbot.waitSignal(transport.command) as told:
        QTest.keyClick(transport.button("playback.end"), Qt.Key.Key_Space)
    assert told.args == ["playback.end"]


def test_the_labels_name_the_frame_on_the_screen(transport: Transport) -> None:
    assert transport.frame.text() == "000123 / 002550"
    assert transport.time.text() == "0:00:12.300 / 0:04:15.000"
    assert transport.pts.text() == "pts 123000"
    assert transport.wall.text() == WALL


def test_an_unknown_clock_and_a_missing_pts_are_said(transport: Transport) -> None:
    transport.set_position(0, 10, 0.0, 1.0, None, None)
    assert transport.pts.text() == "no pts"
    assert transport.wall.text() == NO_CLOCK


def test_labels_keep_their_width_while_the_frame_changes(transport: Transport) -> None:
    def places() -> list[tuple[int, int]]:
        QApplication.processEvents()
        labels = (transport.frame, transport.time, transport.pts, transport.wall, transport.speed)
        return [(label.width(), label.mapTo(transport, label.pos()).x()) for label in labels]

    before = places()
    for index, speed in ((111, 1.0), (888, -8.0), (2549, 0.0)):
        wall = f"2024-03-01 12:00:{index % 60:02d}.300 +01:00"
        transport.set_position(index, 2550, index / 10, 255, 100000 + index, wall)
        transport.set_playing(speed)
        assert places() == before


@pytest.mark.parametrize(("speed", "said"), [(1.0, "1x"), (-2.0, "-2x"), (0.0, "paused")])
def test_the_speed_is_said(transport: Transport, speed: float, said: str) -> None:
    transport.set_playing(speed)
    assert transport.speed.text() == said


def test_play_becomes_pause_while_it_plays(transport: Transport) -> None:
    button = transport.button("playback.toggle")
    paused = button.icon().pixmap(18, 18).toImage()
    transport.set_key_hints({"playback.toggle": "Space"})
    assert button.toolTip() == "Play (Space)"
    transport.set_playing(1.0)
    assert button.toolTip() == "Pause (Space)"
    assert button.accessibleName() == "Pause"
    assert button.icon().pixmap(18, 18).toImage() != paused


def test_pts_and_clock_give_way_first_but_the_tooltip_still_tells_them(
    transport: Transport,
) -> None:
    transport.resize(560, 40)
    assert not transport.pts.isVisible()
    assert transport.frame.text() == "000123 / 002550"
    assert WALL in transport.frame.toolTip()
    assert transport.minimumSizeHint().width() <= 460
    transport.resize(transport.minimumSizeHint())
    assert transport.frame.text() == "000123"
    assert transport.time.text() == "0:00:12.300"
    transport.resize(1200, 40)
    assert transport.pts.isVisible()
    assert transport.frame.text() == "000123 / 002550"


@pytest.mark.parametrize("width", [1200, 820, 640, 560, 0])
def test_nothing_is_cut_off_or_covered(transport: Transport, width: int) -> None:
    transport.resize(width or transport.minimumSizeHint().width(), 40)
    QApplication.processEvents()
    shown = [w for w in transport.findChildren(QToolButton) if w.isVisible()]
    labels = [w for w in transport.findChildren(QLabel) if w.isVisible()]
    for label in labels:
        assert label.width() >= label.fontMetrics().horizontalAdvance(label.text())
    places = [w.rect().translated(w.mapTo(transport, w.rect().topLeft())) for w in shown + labels]
    for number, place in enumerate(places):
        assert transport.rect().contains(place)
        assert not any(place.intersects(other) for other in places[number + 1 :])


def test_without_footage_the_buttons_rest(transport: Transport, qtbot: QtBot) -> None:
    transport.set_enabled_controls(False)
    with qtbot.assertNotEmitted(transport.command):
        QTest.mouseClick(transport.button("playback.toggle"), Qt.MouseButton.LeftButton)
    transport.clear()
    assert "123" not in transport.frame.text()


def test_icons_follow_the_theme(transport: Transport, qapp: QApplication) -> None:
    sheet, palette, style = qapp.styleSheet(), qapp.palette(), qapp.style().name()
    try:
        theme.apply(qapp, "dark")
        dark = transport.button("playback.end").icon().pixmap(18, 18).toImage()
        theme.apply(qapp, "light")
        assert transport.button("playback.end").icon().pixmap(18, 18).toImage() != dark
    finally:
        theme.apply(qapp, "dark")
        qapp.setStyleSheet(sheet)
        qapp.setPalette(palette)
        qapp.setStyle(style)


def test_every_control_has_a_name_a_tooltip_and_a_description(transport: Transport) -> None:
    for widget in (*transport.findChildren(QToolButton), *transport.findChildren(QLabel)):
        assert widget.accessibleName()
        assert widget.toolTip()
        assert widget.accessibleDescription()
