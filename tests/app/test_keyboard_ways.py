"""Where the keyboard goes: into a panel, from footage to footage, and back to the picture."""

from __future__ import annotations

import pytest
from desk_driver import build, in_front
from hands import KEY, Keyboard
from PySide6.QtWidgets import QApplication, QComboBox


@pytest.fixture
def keys(on_walk):
    return Keyboard(on_walk)


@pytest.fixture
def several(qtbot, walk, fast_walk, broken_walk):
    """Three footages that do not follow each other."""
    application = build(qtbot)
    in_front(application)
    application.desk.open([walk, broken_walk, fast_walk])
    qtbot.waitUntil(lambda: len(application.desk.joined.walk.listed()) == 3)
    application.desk.choose(application.desk.documents[0].key)
    return application


def test_the_key_of_a_tab_puts_the_keyboard_on_its_first_control(on_walk, keys):
    window = on_walk.window
    keys.press(KEY.Key_F2)
    assert window.tuning.normalise.hasFocus(), "speed has one part, so that lambda is off"
    window.tuning.set_lambda_available(True)
    keys.press(KEY.Key_F2)
    assert window.tuning.lambda_row.box.hasFocus()
    keys.press(KEY.Key_F3)
    assert window.segments.table.hasFocus()
    keys.press(KEY.Key_F4)
    assert window.history.steps.hasFocus()


PLACES = {
    "the overview": lambda window: window.timeline.overview,
    "the timeline": lambda window: window.timeline.view,
    "the detector": lambda window: window.detector.findChild(QComboBox),
    "a number": lambda window: window.tuning.threshold_row.box,
    "a slider": lambda window: window.tuning.threshold_row.slider,
    "a drop-down": lambda window: window.tuning.normalise,
    "the histogram": lambda window: window.tuning.histogram,
    "a button": lambda window: window.transport.button("playback.toggle"),
    "the footage": lambda window: window.footage.list,
    "the tabs": lambda window: window.side.tabBar(),
    "the segments": lambda window: window.segments.table,
    "a filter": lambda window: window.segments.filters.text,
    "the near misses": lambda window: window.near.title,
}


@pytest.mark.parametrize("place", PLACES)
def test_escape_leads_back_to_the_picture(on_walk, keys, place):
    window, widget = on_walk.window, PLACES[place](on_walk.window)
    if window.found.isAncestorOf(widget):
        keys.press(KEY.Key_F3)
    widget.setFocus()
    assert widget.hasFocus()
    keys.press(KEY.Key_Escape)
    assert window.canvas.hasFocus()


def test_page_keys_go_from_footage_to_footage_where_nothing_is_joined(several):
    keys, desk = Keyboard(several), several.desk

    def at() -> int:
        return desk.documents.index(desk.current)

    assert not desk.joined.possible
    seen = [at()]
    for key in (KEY.Key_PageDown, KEY.Key_PageDown, KEY.Key_PageDown, KEY.Key_PageUp):
        keys.press(key)
        seen.append(at())
    assert seen == [0, 1, 2, 2, 1]
    assert several.window.footage.list.currentIndex().row() == 1


def test_a_notice_that_is_closed_by_key_gives_the_keyboard_to_the_picture(on_walk, keys):
    window = on_walk.window
    window.notice.clear()
    window.notice.show_notice("Something is worth knowing.")
    keys.push(window.notice._close)
    assert not window.notice.isVisible()
    assert window.canvas.hasFocus()
    assert window.hint.isVisible()
    keys.press(KEY.Key_Space)
    assert on_walk.desk.playback.speed, "it plays, and the hint stays"
    keys.press(KEY.Key_Space)


def test_a_hint_that_is_dismissed_by_key_gives_the_keyboard_to_the_picture(on_walk, keys):
    window = on_walk.window
    first = window.hint.hint()
    keys.push(window.hint._buttons[0])
    assert window.hint.hint() not in ("", first)
    assert QApplication.focusWidget() is window.canvas
