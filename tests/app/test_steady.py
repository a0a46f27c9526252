"""What the mouse rests on stays below it while texts change."""

from __future__ import annotations

from dataclasses import replace

import pytest
from desk_driver import build, in_front
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QWidget
from test_segment_list import row

from app import theme
from app.views.overlay_bar import MODES


@pytest.fixture(params=[(1360, 860), (1024, 640)], ids=["usual", "smallest"])
def window(qtbot, request):
    application = build(qtbot, *request.param)
    theme.apply(QApplication.instance(), "dark")
    in_front(application)
    application.window.show_desk(True)
    application.window.overlay.show()
    QApplication.processEvents()
    return application.window


def place(widget: QWidget) -> QRect:
    for _ in range(3):  # what takes another height is laid out once more
        QApplication.processEvents()
    return QRect(widget.mapTo(widget.window(), QPoint()), widget.size())


def test_the_button_of_the_overlay_stays_where_it_is(window):
    places = []
    for mode in MODES:
        window.overlay.set_mode(mode)
        places.append(place(window.overlay.mode))
    assert places == [places[0]] * len(MODES)


def test_cancel_takes_the_place_of_analyse_and_the_detector_keeps_its_room(window):
    bar = window.detector
    parts = (bar._button, bar._combo, bar._learn, window.transport)
    idle = [place(part) for part in parts]
    bar.set_running(True, 0.4)
    assert bar._button.text() == "Cancel"
    assert bar._bar.isVisible()
    assert [place(part) for part in parts] == idle
    bar.set_running(False)
    assert [place(part) for part in parts] == idle


def test_the_picture_keeps_its_height_when_a_longer_reason_goes(window):
    why, heights, lines = window.why, [], []
    why.show()
    QApplication.processEvents()
    letters = why.width() // why.fontMetrics().averageCharWidth()
    for text in ("short", "as it is " * round(2.6 * letters / 9), "short"):
        why.set_reason(text, "motion 100 %")
        heights.append(place(window.canvas).height())
        lines.append(why._sentence.height() // why.fontMetrics().lineSpacing())
    assert lines[1] == 3
    assert heights[2] == heights[1] < heights[0]


def test_the_field_of_words_is_readable_beside_the_choice_of_tags(window):
    window.side.setCurrentWidget(window.found)
    window.segments.set_segments([replace(row("a", 10, 2.0), tags=("cart",))])
    text = window.segments.filters.text
    QApplication.processEvents()
    assert window.segments.filters.tag.isVisible()
    needed = text.fontMetrics().horizontalAdvance(text.placeholderText())
    assert text.placeholderText()
    assert needed + 16 <= text.width()
