"""Exact cuts, annotated copies and stills: which frames they hold, and how they look."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from footage_maker import make_video
from tiny_engine import finished, new_run

from engine.analysis.analysis import Analysis
from engine.detectors.speed import SpeedDetector
from engine.export.copies import annotated_size, writing_annotated, writing_exact
from engine.export.lettering import lettering
from engine.export.painting import ALERT, heated
from engine.export.stills import moments, sheet_cell, write_contact_sheets, writing_stills
from engine.export.strip import Strip
from engine.export.viewpoint import Viewpoint
from engine.footage import Footage, open_decoder, open_footage
from engine.review.defaults import default_state
from engine.review.scoring import track
from engine.review.state import ReviewSegment
from engine.timebase import FrameSpan

KINDS = {
    "b-frames.mp4": {},
    "variable.mkv": {"pts": lambda n: n * 40 + (n % 3) * 13, "time_base": Fraction(1, 1000)},
    "late.ts": {"pts": lambda n: n + 88570},
    "turned.mp4": {"rotation": 90},
    "odd.mkv": {"codec": "ffv1", "b_frames": None, "size": (63, 47)},
}


def viewpoint(footage: Footage, folder: Path) -> Viewpoint:
    analysis: Analysis = finished(new_run(footage.path, SpeedDetector(), folder / "a.h5"))
    state = default_state(analysis)
    return Viewpoint(footage, analysis, state, track(analysis, state, analysis.calibration).score)


@pytest.fixture(scope="module")
def view(walk: Path, tmp_path_factory: pytest.TempPathFactory) -> Viewpoint:
    return viewpoint(open_footage(walk), tmp_path_factory.mktemp("view"))


@pytest.mark.parametrize("name", KINDS)
def test_an_exact_cut_holds_exactly_the_frames_at_their_times(name: str, tmp_path: Path) -> None:
    footage = open_footage(make_video(tmp_path / name, 30, **KINDS[name]))  # type: ignore[arg-type]
    view, span = viewpoint(footage, tmp_path), FrameSpan(7, 19)
    with open_decoder(footage) as decoder:
        source = [picture for _, picture in decoder.frames(span)]
        done = list(writing_exact(view, decoder, span, tmp_path / "cut.mp4"))
    assert done == list(range(1, 13))
    cut = open_footage(tmp_path / "cut.mp4")
    seconds = footage.table.seconds()
    np.testing.assert_allclose(cut.table.seconds(), seconds[7:19] - seconds[7], atol=1e-9)
    assert cut.codec == "h264"
    with open_decoder(cut) as decoder:
        for (_, picture), expected in zip(decoder.frames(), source, strict=True):
            height, width = expected.shape[:2]
            assert (picture.shape[0] - height, picture.shape[1] - width) in ((0, 0), (1, 1))
            difference = np.abs(picture[:height, :width].astype(int) - expected)
            assert difference.mean() < 8  # colour is stored at half the resolution
            grey = np.abs(picture[:height, :width].mean(axis=2) - expected.mean(axis=2))
            assert grey.mean() < 4


def test_neighbouring_frames_are_told_apart_in_an_exact_cut(
    view: Viewpoint, tmp_path: Path
) -> None:
    span = FrameSpan(20, 36)
    with open_decoder(view.footage) as decoder:
        source = [picture for _, picture in decoder.frames(span)]
        list(writing_exact(view, decoder, span, tmp_path / "cut.mp4"))
    with open_decoder(open_footage(tmp_path / "cut.mp4")) as decoder:
        for at, picture in decoder.frames():
            away = [np.abs(picture.astype(int) - other).mean() for other in source]
            assert int(np.argmin(away)) == at


def test_an_annotated_copy_shows_the_picture_and_a_strip_below_it(
    view: Viewpoint, tmp_path: Path
) -> None:
    span = FrameSpan(28, 40)
    with open_decoder(view.footage) as decoder:
        raw = decoder.read(33)
        list(writing_annotated(view, decoder, span, tmp_path / "a.mp4"))
    copy = open_footage(tmp_path / "a.mp4")
    assert len(copy) == 12
    width, height = annotated_size(view.footage.width, view.footage.height)
    assert copy.width == width >= 640
    assert copy.height > height
    with open_decoder(copy) as decoder:
        shown = decoder.read(5)
    upper = cv2.resize(shown[:height], (96, 64), interpolation=cv2.INTER_AREA).astype(int)
    changed = np.abs(upper - raw).max(axis=2) > 40
    assert 0.01 < changed.mean() < 0.6, "the overlay marks some places and leaves the others"
    assert np.abs(upper - raw)[~changed].mean() < 8
    assert shown[height:].mean() < 60


def test_the_strip_changes_with_the_frame_and_turns_at_the_threshold(view: Viewpoint) -> None:
    span = FrameSpan(10, 40)
    strip = Strip(view, span, 672)
    quiet, loud = (int(pick(view.score[10:40])) + 10 for pick in (np.nanargmin, np.nanargmax))
    assert view.score[quiet] < view.threshold < view.score[loud]

    def alert(index: int) -> int:
        upper = strip.draw(index)[: strip.height // 2].astype(int)
        return int((np.abs(upper - ALERT).sum(axis=2) < 40).sum())

    assert alert(quiet) == 0
    assert alert(loud) > 100
    assert not np.array_equal(strip.draw(20), strip.draw(21))
    assert strip.height % 2 == 0


def test_heat_leaves_normal_places_as_they_are() -> None:
    picture = np.full((40, 60, 3), 90, np.uint8)
    overlay = np.zeros((20, 30), np.float32)
    overlay[5:9, 5:9] = 2.0
    painted = heated(picture, overlay)
    assert np.array_equal(painted[24:], picture[24:])
    assert painted[13, 13, 0] > painted[13, 13, 2]
    assert np.array_equal(picture, np.full((40, 60, 3), 90, np.uint8))


def test_letters_are_drawn_cut_off_at_the_edge_and_shortened() -> None:
    letters = lettering(16)
    picture = np.zeros((24, 40, 3), np.uint8)
    end = letters.draw(picture, 4, 2, "0:01", (255, 255, 255))
    assert end == 4 + letters.width("0:01")
    assert 0.02 < (picture > 128).mean() < 0.4
    letters.draw(picture, -9, -9, "outside", (255, 255, 255))
    letters.draw(picture, 30, 14, "outside", (255, 255, 255))
    assert letters.width(letters.fitting("a long name of a thing", 60)) <= 60
    assert {letters.width(figure) for figure in "0123456789"} == {letters.width("0")}


def test_a_still_shows_all_detail_that_is_stored_and_a_sequence_one_grain(view: Viewpoint) -> None:
    (frame, *_) = view.analysis.fine.frames(10)
    with open_decoder(view.footage) as decoder:
        picture = decoder.read(frame.index)
    still, moving = (view.overlaid(picture, frame.index, alone=alone) for alone in (True, False))
    assert not np.array_equal(still, moving)
    without = next(at for at in range(10, 20) if not view.analysis.fine.get(at))
    still, moving = (view.overlaid(picture, without, alone=alone) for alone in (True, False))
    np.testing.assert_array_equal(still, moving)


def test_stills_are_the_raw_frame_beside_the_overlaid_one(view: Viewpoint, tmp_path: Path) -> None:
    segment = ReviewSegment("s", FrameSpan(28, 40), 2.0, 34)
    assert moments(segment) == [("in", 28), ("peak", 34), ("out", 39)]
    with open_decoder(view.footage) as decoder:
        work = writing_stills(view, decoder, segment, tmp_path, "001")
        while True:
            try:
                next(work)
            except StopIteration as ended:
                stills = ended.value
                break
        raw = decoder.read(34)
    assert [still.role for still in stills] == ["in", "peak", "out"]
    stored = cv2.imread(str(tmp_path / "001_peak.png"))[:, :, ::-1]
    assert np.array_equal(stored, raw), "a raw still is the decoded frame to the pixel"
    assert not np.array_equal(cv2.imread(str(tmp_path / "001_peak_overlay.png"))[:, :, ::-1], raw)
    shown = [(segment, sheet_cell(view, raw))] * 30
    sheets = write_contact_sheets(view, shown, tmp_path)
    assert [path.name for path in sheets] == ["contact_sheet_1.jpg", "contact_sheet_2.jpg"]


def test_nothing_of_the_detector_is_needed(view: Viewpoint, monkeypatch) -> None:
    from engine.detectors import speed

    def refuse(*args: object) -> None:
        raise AssertionError("an export must not run the detector")

    monkeypatch.setattr(speed.SpeedDetector, "stream", refuse)
    with open_decoder(view.footage) as decoder:
        picture = decoder.read(34)
    assert not np.array_equal(view.overlaid(picture, 34), picture)
