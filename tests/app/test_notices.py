"""Notices: what is worth knowing is seen, one after the other; errors take the place at once."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.views.notice_bar import NoticeBar

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def bar(qtbot) -> NoticeBar:
    widget = NoticeBar()
    qtbot.addWidget(widget)
    return widget


def close(bar: NoticeBar) -> str:
    """Close what is shown; what comes next."""
    QTest.mouseClick(bar._close, LEFT)
    return bar.text()


def test_what_is_to_be_seen_waits_and_the_button_tells_of_it(bar):
    bar.show_notice("One.", warning=False, once="a")
    bar.show_notice("Two.", warning=False, once="b")
    assert bar.text() == "One."
    assert bar._close.text() == "Next (1)"
    assert close(bar) == "Two."
    assert bar._close.text() == "Close"
    assert close(bar) == ""
    assert bar.isHidden()


def test_a_warning_goes_before_what_is_none_which_comes_back(bar):
    bar.show_notice("Known.", warning=False, once="a", action=("Use it", "use"))
    bar.show_notice("Moved.", once="b")
    bar.show_notice("Darker.", once="c")
    assert bar.text() == "⚠ Moved."
    assert not bar._action.isVisibleTo(bar)
    assert close(bar) == "Known."
    assert bar._action.text() == "Use it"
    assert close(bar) == "⚠ Darker."


def test_an_error_takes_the_place_at_once_and_gives_it_back(bar):
    bar.show_notice("Known.", warning=False, once="a")
    bar.show_notice("The disk is full.", "Free some space.")
    assert bar.text() == "⚠ The disk is full. Free some space."
    bar.show_notice("It is still full.")
    assert close(bar) == "Known."
    assert close(bar) == ""


def test_it_is_seen_once_but_only_what_was_seen_counts(bar):
    bar.show_notice("One.", once="a")
    bar.show_notice("Two.", once="b")
    bar.show_notice("Two.", once="b")
    assert bar._close.text() == "Next (1)"
    bar.clear()  # another footage: the second one was not seen
    assert (bar.has_said("a"), bar.has_said("b")) == (True, False)
    bar.show_notice("One.", once="a")
    assert bar.text() == ""
    bar.show_notice("Two.", once="b")
    assert bar.text() == "⚠ Two."


def test_what_is_no_longer_so_is_withdrawn_shown_or_waiting(bar):
    for name in ("a", "b", "c"):
        bar.show_notice(f"{name}.", warning=False, once=name)
    bar.withdraw("b")
    assert bar._close.text() == "Next (1)"
    bar.withdraw("a")
    assert bar.text() == "c."
    bar.withdraw("c")
    assert bar.isHidden()
