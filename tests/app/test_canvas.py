"""The canvas and the pictures it draws, driven by mouse, wheel and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from canvas_maker import SQUARE, at, grey_picture
from pointer import by_hand, drag_mouse, turn_wheel
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRectF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.imaging import HEAT, heat_image, to_qimage
from app.views.canvas import VideoCanvas
from engine.scoring.regions import Region

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


def region(x: int, y: int, w: int, h: int, peak: float) -> Region:
    outline = np.array([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], np.int32)
    return Region(outline, (x, y, w, h), peak)


def pixels(canvas: VideoCanvas) -> QImage:
    return canvas.grab().toImage()


def as_rgb(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def test_a_picture_owns_its_memory() -> None:
    rgb = np.zeros((5, 7, 3), np.uint8)
    rgb[2, 3] = (10, 20, 30)
    image = to_qimage(rgb)
    rgb[:] = 255
    assert (image.width(), image.height()) == (7, 5)
    assert image.pixelColor(3, 2).getRgb()[:3] == (10, 20, 30)


def test_a_picture_of_odd_width_or_strided_memory_keeps_every_pixel() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (9, 13, 3), dtype=np.uint8)
    np.testing.assert_array_equal(as_rgb(to_qimage(rgb)), rgb)
    np.testing.assert_array_equal(as_rgb(to_qimage(rgb[:, ::-1])), rgb[:, ::-1])


def test_what_is_no_rgb_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="RGB uint8"):
        to_qimage(np.zeros((4, 4, 4), np.uint8))


def test_heat_is_transparent_where_normal_and_strongest_above_the_ceiling() -> None:
    overlay = np.array([[-3.0, 0.0, 0.35, 1.0, 2.0, 9.0, np.nan]], np.float32)
    image = heat_image(overlay, 0.8)
    alphas = [image.pixelColor(x, 0).alpha() for x in range(7)]
    assert alphas[:3] == [0, 0, 0]
    assert 0 < alphas[3] < alphas[4]
    assert alphas[4] == alphas[5] == 204
    assert alphas[6] == 0


def test_heat_grows_lighter_all_the_way() -> None:
    lightness = HEAT @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(lightness) > 0).all()


def test_a_new_picture_is_fitted_and_stays_so_when_the_window_grows(canvas: VideoCanvas) -> None:
    assert canvas.is_fitting()
    target = canvas.transform().mapRect(QRectF(0, 0, 400, 200))
    assert target.width() == pytest.approx(600, abs=1)
    canvas.resize(800, 600)
    assert canvas.transform().mapRect(QRectF(0, 0, 400, 200)).width() == pytest.approx(800, abs=1)


@pytest.mark.parametrize("place", [(0.5, 0.5), (0.1, 0.2), (0.9, 0.75)])
def test_the_wheel_keeps_the_point_under_the_mouse(
    canvas: VideoCanvas, place: tuple[float, float]
) -> None:
    spot = at(canvas, *place)
    before = canvas.to_shares(QPointF(spot))
    for notches in (1, 1, 3, -1):
        turn_wheel(canvas, spot, notches)
        assert canvas.to_shares(QPointF(spot)) == pytest.approx(before, abs=0.003)
    assert canvas.zoom() == pytest.approx(1.5 * 1.25**4)


def test_zooming_out_comes_to_rest_at_fit_and_goes_no_further_than_actual_size(
    canvas: VideoCanvas,
) -> None:
    turn_wheel(canvas, QPoint(10, 200), 2)
    turn_wheel(canvas, QPoint(300, 200), -3)
    assert canvas.is_fitting()
    for _ in range(9):
        canvas.zoom_out()
    assert canvas.zoom() == 1.0


def test_zooming_is_told(canvas: VideoCanvas, qtbot: QtBot) -> None:
    with qtbot.waitSignal(canvas.zoom_changed) as told:
        canvas.zoom_actual()
    assert told.args == [1.0]
    with qtbot.waitSignal(canvas.zoom_changed) as told:
        canvas.zoom_fit()
    assert told.args == [pytest.approx(1.5)]


def test_dragging_pans_a_zoomed_picture_and_tells_no_click(
    canvas: VideoCanvas, qtbot: QtBot
) -> None:
    turn_wheel(canvas, QPoint(300, 200), 4)
    held = canvas.to_shares(QPointF(300, 200))
    with qtbot.assertNotEmitted(canvas.clicked_at):
        drag_mouse(canvas, *by_hand(QPoint(300, 200), QPoint(350, 230), 2))
    assert canvas.to_shares(QPointF(350, 230)) == pytest.approx(held, abs=0.003)


def test_a_click_tells_its_place_in_shares(canvas: VideoCanvas, qtbot: QtBot) -> None:
    with qtbot.waitSignal(canvas.clicked_at) as told:
        QTest.mouseClick(canvas, LEFT, NONE, at(canvas, 0.25, 0.75))
    assert told.args == pytest.approx([0.25, 0.75], abs=0.003)
    with qtbot.assertNotEmitted(canvas.clicked_at):
        QTest.mouseClick(canvas, LEFT, NONE, QPoint(300, 5))


def test_modes_cycle_and_come_back(canvas: VideoCanvas) -> None:
    assert canvas.overlay_mode() == "heat"
    assert [canvas.cycle_overlay_mode() for _ in range(4)] == ["contour", "boxes", "off", "heat"]


def test_each_mode_shows_the_abnormal_place_but_off_shows_the_bare_picture(
    canvas: VideoCanvas,
) -> None:
    canvas.clearFocus()
    bare = pixels(canvas)
    overlay = np.zeros((20, 40), np.float32)
    overlay[5:15, 10:30] = 2.0
    canvas.set_overlay(overlay)
    canvas.set_regions([region(100, 50, 200, 100, 2.34)])
    canvas.set_overlay_mode("off")
    assert pixels(canvas) == bare
    middle, corner = at(canvas, 0.5, 0.5), at(canvas, 0.05, 0.05)
    seen = []
    for mode in ("heat", "contour", "boxes"):
        canvas.set_overlay_mode(mode)
        image = pixels(canvas)
        seen.append(image)
        assert image != bare
        assert image.pixelColor(corner) == bare.pixelColor(corner)
        assert (image.pixelColor(middle) != bare.pixelColor(middle)) == (mode == "heat")
    assert seen[1] != seen[2]


def test_opacity_turns_the_heat_down(canvas: VideoCanvas) -> None:
    canvas.set_overlay(np.full((4, 8), 2.0, np.float32))
    middle = at(canvas, 0.5, 0.5)
    canvas.set_opacity(1.0)
    full = pixels(canvas).pixelColor(middle)
    canvas.set_opacity(0.0)
    assert full != pixels(canvas).pixelColor(middle)
    assert pixels(canvas).pixelColor(middle).getRgb()[:3] == (128, 128, 128)


def test_another_frame_drops_the_overlay_of_the_last_one(canvas: VideoCanvas) -> None:
    bare = pixels(canvas)
    canvas.set_overlay(np.full((4, 8), 2.0, np.float32))
    canvas.set_picture(grey_picture(), 7)
    assert pixels(canvas) != bare
    canvas.set_picture(grey_picture(), 8)
    assert canvas.index() == 8
    assert pixels(canvas) == bare


def test_single_pixels_are_sharp_when_seen_from_near(canvas: VideoCanvas) -> None:
    board = np.zeros((200, 400, 3), np.uint8)
    board[::2, ::2] = board[1::2, 1::2] = 255
    canvas.set_picture(to_qimage(board), 8)
    canvas.clearFocus()
    turn_wheel(canvas, QPoint(300, 200), 8)
    inner = as_rgb(pixels(canvas))[50:350, 50:550]
    assert set(np.unique(inner)) == {0, 255}


def test_without_a_picture_the_canvas_says_what_to_do(canvas: VideoCanvas, qtbot: QtBot) -> None:
    canvas.set_picture(None)
    canvas.set_empty("Nothing here", "Drop a file")
    assert canvas.accessibleDescription() == "Nothing here. Drop a file"
    assert len(np.unique(as_rgb(pixels(canvas)))) > 10
    with qtbot.assertNotEmitted(canvas.clicked_at):
        QTest.mouseClick(canvas, LEFT)
    turn_wheel(canvas, QPoint(300, 200), 1)
    canvas.zoom_in()


def test_dropped_files_and_folders_are_told(canvas: VideoCanvas, qtbot: QtBot) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/tmp/a.mp4"), QUrl.fromLocalFile("/tmp/folder")])
    copy = Qt.DropAction.CopyAction
    enter = QDragEnterEvent(QPoint(50, 50), copy, mime, LEFT, NONE)
    QApplication.sendEvent(canvas, enter)
    assert enter.isAccepted()
    drop = QDropEvent(QPointF(50, 50), copy, mime, LEFT, NONE)
    with qtbot.waitSignal(canvas.files_dropped) as told:
        QApplication.sendEvent(canvas, drop)
    assert told.args == [["/tmp/a.mp4", "/tmp/folder"]]


def test_the_canvas_has_a_name_and_describes_itself(canvas: VideoCanvas) -> None:
    canvas.set_areas([SQUARE])
    assert canvas.accessibleName()
    assert canvas.toolTip()
    assert "Ignored areas: 1" in canvas.accessibleDescription()
    assert canvas.focusPolicy() == Qt.FocusPolicy.StrongFocus
