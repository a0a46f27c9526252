"""A region is chosen by click or key, and the line says why it stands out, by what was measured."""

from __future__ import annotations

import re

import numpy as np
import pytest
from desk_driver import build, open_and_analyse, press, wait_frame, write_tiny_weights
from pointer import move_mouse
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from app.controllers.looking import fine_maps
from engine import api

KEY = Qt.Key
LEFT = Qt.MouseButton.LeftButton
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def settled(qtbot, application) -> None:
    """The exact overlay is drawn, and the line says something."""
    desk = application.desk
    if not fine_maps(desk.current.analysis, desk.playback.index):
        qtbot.waitUntil(lambda: desk.looking.picture is not None, timeout=10_000)
    qtbot.waitUntil(lambda: bool(desk.regions._regions), timeout=10_000)
    said(qtbot, application)


def said(qtbot, application, start: str = "") -> str:
    line = application.window.why
    qtbot.waitUntil(
        lambda: line.text() not in ("", "…") and start in line._shares.text(), timeout=10_000
    )
    return line.text()


def at_peak(qtbot, application) -> int:
    analysis = application.desk.current.analysis
    peak = int(np.nanargmax(application.desk.reviewing.track.score))
    application.desk.playback.seek(peak)
    wait_frame(qtbot, application, peak)
    settled(qtbot, application)
    assert analysis.complete
    return peak


def explained(application, box, detector=None):
    desk = application.desk
    return api.explain(
        desk.current.footage,
        desk.current.analysis,
        desk.playback.index,
        desk.reviewing.state.score,
        region=box,
        calibration=desk.reviewing.calibration,
        detector=detector,
    )


def click(application, x: float, y: float) -> None:
    canvas = application.window.canvas
    QTest.mouseClick(canvas, LEFT, pos=canvas.from_shares(x, y).toPoint())


def middle(application, number: int) -> tuple[float, float]:
    """A place inside a region, in shares of the picture."""
    picture = application.window.canvas._picture
    region = application.desk.regions._regions[number]
    inside = region.outline.mean(axis=0)
    return float(inside[0] / picture.width()), float(inside[1] / picture.height())


@pytest.fixture
def speed(qtbot, walk):
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk)
    at_peak(qtbot, application)
    return application


def test_the_key_goes_through_the_regions_and_back_to_the_frame(qtbot, speed):
    whole = said(qtbot, speed)
    count = len(speed.desk.regions._regions)
    assert count >= 1
    for number in range(count):
        press(speed, KEY.Key_Y)
        told = said(qtbot, speed, f"Region {number + 1} of {count}")
        found = explained(speed, speed.desk.regions.box)
        assert told.startswith(found.sentence)
        assert set(NUMBER.findall(found.sentence)) <= {one.text for one in found.measured}
        assert speed.window.canvas._found.chosen == number
        assert speed.window.canvas._found.worst == found.worst
        x, y, width, height = found.box
        assert x - 4 <= found.worst[0] <= x + width
        assert y - 4 <= found.worst[1] <= y + height
    press(speed, KEY.Key_Y)
    qtbot.waitUntil(lambda: said(qtbot, speed) == whole, timeout=10_000)
    assert speed.window.canvas._found.chosen is None


def test_a_click_explains_the_region_under_it_and_one_beside_it_the_frame(qtbot, speed):
    whole = said(qtbot, speed)
    click(speed, *middle(speed, 0))
    told = said(qtbot, speed, "Region 1 of ")
    assert told != whole
    boxes = [region.box for region in speed.desk.regions._regions]
    picture = speed.window.canvas._picture
    free = next(
        (x, y)
        for x, y in ((2, 2), (picture.width() - 3, picture.height() - 3), (2, picture.height() - 3))
        if not any(b[0] - 9 <= x <= b[0] + b[2] + 9 and b[1] - 9 <= y <= b[1] + b[3] + 9
                   for b in boxes)
    )  # fmt: skip
    click(speed, free[0] / picture.width(), free[1] / picture.height())
    qtbot.waitUntil(lambda: speed.window.why.text() == whole, timeout=10_000)


def test_boxes_are_clicked_by_their_boxes_and_nothing_is_where_nothing_is_drawn(qtbot, speed):
    canvas = speed.window.canvas
    x, y, _, _ = speed.desk.regions._regions[0].box
    corner = ((x + 1) / canvas._picture.width(), (y + 1) / canvas._picture.height())
    while canvas.overlay_mode() != "boxes":
        press(speed, KEY.Key_H)
    click(speed, *corner)
    said(qtbot, speed, "Region ")
    press(speed, KEY.Key_H)
    assert canvas.overlay_mode() == "off"
    click(speed, *corner)
    assert speed.desk.regions.box is None


def test_the_hand_says_that_a_region_can_be_clicked(qtbot, speed):
    canvas = speed.window.canvas
    move_mouse(canvas, canvas.from_shares(*middle(speed, 0)))
    qtbot.waitUntil(lambda: canvas.cursor().shape() == Qt.CursorShape.PointingHandCursor)
    move_mouse(canvas, QPointF(3, 3))
    qtbot.waitUntil(lambda: canvas.cursor().shape() == Qt.CursorShape.ArrowCursor)


def test_the_region_is_framed_on_actual_expected_and_error(qtbot, speed):
    press(speed, KEY.Key_V)
    press(speed, KEY.Key_Y)
    box, sides = speed.desk.regions.box, speed.window.sides
    for pane in (sides.actual, sides.expected, sides.error):
        framed = pane.region()
        assert framed.left() * 96 == pytest.approx(box[0])
        assert framed.height() * 64 == pytest.approx(box[3])
    press(speed, KEY.Key_Comma)
    qtbot.waitUntil(lambda: sides.actual.region() is None)


def test_another_frame_is_explained_as_a_whole_again(qtbot, speed):
    press(speed, KEY.Key_Y)
    said(qtbot, speed, "Region 1")
    press(speed, KEY.Key_Comma)
    qtbot.waitUntil(lambda: "Region" not in speed.window.why.text(), timeout=10_000)
    assert speed.desk.regions.box is None


def test_a_region_stays_chosen_while_a_setting_moves(qtbot, speed):
    press(speed, KEY.Key_Y)
    said(qtbot, speed, "Region 1")
    speed.window.tuning.threshold_row.box.setValue(0.7)
    qtbot.waitUntil(lambda: speed.desk.reviewing.state.segments.threshold == 0.7)
    said(qtbot, speed, "Region 1")
    assert speed.window.canvas._found.chosen == 0


def test_a_network_says_what_it_expected_in_the_region(qtbot, walk):
    write_tiny_weights(walk)
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk, "tiny")
    peak = at_peak(qtbot, application)
    press(application, KEY.Key_Y)
    told = said(qtbot, application, "Region 1 of ")
    assert re.search(r"(Appearance|Memory) \d+ %, (appearance|memory) \d+ %$", told)
    box = application.desk.regions.box
    found = explained(application, box)
    assert told.startswith(found.sentence)
    assert "was expected" in found.sentence
    assert set(NUMBER.findall(found.sentence)) <= {one.text for one in found.measured}
    # worked out anew from the picture and the prediction
    import cv2

    from engine.analysis.looking import Looker
    from engine.footage import open_decoder

    document = application.desk.current
    detector = api.detector_of(document.analysis)
    with open_decoder(document.footage, purpose="scrub") as decoder:
        look = Looker(document.footage, detector, document.analysis).look(decoder, peak)
        shown = decoder.read(peak)
    side = look.expected.shape[0]
    here = cv2.cvtColor(cv2.resize(shown, (side, side)), cv2.COLOR_RGB2GRAY).astype(float)
    wanted = look.expected[..., 0].astype(float)
    x, y, width, height = box
    rows = slice(int(y * side / 64), int(np.ceil((y + height) * side / 64)))
    columns = slice(int(x * side / 96), int(np.ceil((x + width) * side / 96)))
    assert found.value("brightness") == pytest.approx(here[rows, columns].mean() / 2.55, abs=0.2)
    assert found.value("brightness_expected") == pytest.approx(
        wanted[rows, columns].mean() / 2.55, abs=0.2
    )
    off = np.abs(here - wanted)[rows, columns].mean() / 2.55
    assert found.value("brightness_off") == pytest.approx(off, abs=0.2)


def test_weights_that_are_gone_leave_out_the_expectation_alone(qtbot, walk):
    from engine.places import user_folder

    write_tiny_weights(walk)
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk, "tiny")
    at_peak(qtbot, application)
    for path in user_folder("weights").glob("tiny.*"):
        path.unlink()
    application.desk.analysing._detectors.clear()
    press(application, KEY.Key_Y)
    told = said(qtbot, application, "Region 1 of ")
    assert "normal frames stay below" in told
    assert "was expected" not in told


def test_without_regions_the_key_says_so(qtbot, speed):
    speed.desk.playback.seek(0)
    wait_frame(qtbot, speed, 0)
    press(speed, KEY.Key_Y)
    assert speed.window.statusBar().currentMessage() == "No region of this frame stands out"
