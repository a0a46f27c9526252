"""Actual, Expected and Error beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtGui import QImage

from app.imaging import to_qimage
from app.views.side_views import PATIENCE, SideViews

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def flat_picture(width: int, height: int, value: int = 200) -> QImage:
    return to_qimage(np.full((height, width, 3), value, np.uint8))


@pytest.fixture
def views(qtbot: QtBot) -> SideViews:
    widget = SideViews()
    qtbot.addWidget(widget)
    widget.resize(600, 160)
    with qtbot.waitExposed(widget):
        widget.show()
    widget.set_actual(flat_picture(320, 160))
    return widget


def test_without_a_prediction_the_pane_shows_the_reason(views: SideViews) -> None:
    before = views.expected.grab().toImage()
    views.set_expected(None, "Pause to compute")
    assert views.expected.message() == "Pause to compute"
    assert not views.expected.has_picture()
    assert views.expected.grab().toImage() != before
    assert "Pause to compute" in views.expected.accessibleDescription()


def test_a_detector_without_pictures_is_explained_and_its_error_can_still_be_shown(
    views: SideViews,
) -> None:
    views.set_unavailable("speed predicts no picture; it measures motion")
    assert "measures motion" in views.expected.message()
    assert views.error.message() == "Nothing to compare with"
    views.set_error(np.ones((8, 16), np.float32))
    assert views.error.has_picture()
    assert views.error.message() == ""


def test_all_three_keep_the_aspect_of_the_actual_picture(views: SideViews) -> None:
    views.set_expected(flat_picture(64, 64))
    views.set_error(np.ones((10, 10), np.float32))
    for pane in (views.actual, views.expected, views.error):
        place = pane.place()
        assert place.width() / place.height() == pytest.approx(2.0, abs=0.05)
        assert place.width() > 100


def test_the_error_glows_only_where_it_is_above_normal(views: SideViews) -> None:
    overlay = np.zeros((10, 20), np.float32)
    overlay[:, :10] = 2.0
    views.set_error(overlay)
    image, place = views.error.grab().toImage(), views.error.place()
    y = int(place.center().y())
    hot = image.pixelColor(int(place.left() + place.width() * 0.25), y)
    normal = image.pixelColor(int(place.left() + place.width() * 0.75), y)
    assert normal.saturation() < 40
    assert normal.lightness() < 120
    assert hot.lightness() > normal.lightness() + 60


def test_a_long_computation_is_said_and_its_answer_ends_that(
    views: SideViews, qtbot: QtBot
) -> None:
    views.set_expected(flat_picture(320, 160))
    views.set_waiting(True)
    assert views.expected.message() == ""
    qtbot.waitUntil(lambda: views.expected.message() == "Computing…", timeout=20 * PATIENCE)
    assert views.error.message() == "Computing…"
    assert views.actual.message() == ""
    views.set_expected(flat_picture(320, 160))
    assert views.expected.message() == ""
    assert views.error.message() == "Computing…"
    views.set_waiting(False)
    assert views.error.message() == "Not computed"


def test_a_quick_computation_does_not_flicker(views: SideViews, qtbot: QtBot) -> None:
    views.set_waiting(True)
    views.set_expected(flat_picture(320, 160))
    views.set_error(np.ones((4, 8), np.float32))
    said: list[str] = []
    qtbot.wait(2 * PATIENCE)
    said += [views.expected.message(), views.error.message()]
    assert said == ["", ""]


def test_another_frame_changes_the_backdrop_of_the_error(views: SideViews) -> None:
    views.set_error(np.zeros((4, 8), np.float32))
    bright = views.error.grab().toImage()
    views.set_actual(flat_picture(320, 160, 20))
    views.set_error(np.zeros((4, 8), np.float32))
    assert views.error.grab().toImage() != bright


def test_every_pane_has_a_name_a_tooltip_and_a_description(views: SideViews) -> None:
    for pane in (views.actual, views.expected, views.error):
        assert pane.accessibleName()
        assert pane.toolTip()
        assert pane.accessibleDescription()
