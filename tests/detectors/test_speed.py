"""The speed detector measures how fast the fastest thing is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.detectors.base import FrameScore
from engine.detectors.speed import SpeedDetector, cell_grid, working_picture

RNG = np.random.default_rng(2)
STILL = cv2.GaussianBlur(RNG.integers(0, 255, (240, 360, 3), dtype=np.uint8), (0, 0), 4)
THING = cv2.GaussianBlur(RNG.integers(0, 255, (80, 80, 3), dtype=np.uint8), (0, 0), 2) // 2 + 128


def moving(step: float, count: int = 8) -> list[np.ndarray]:
    shown = []
    for at in range(count):
        picture = STILL.copy()
        left = 40 + round(step * at)
        picture[80:160, left : left + 80] = THING
        shown.append(picture)
    return shown


def scored(frames: list[np.ndarray]) -> list[FrameScore]:
    stream = SpeedDetector().stream()
    scores = [score for at, frame in enumerate(frames) for score in stream.push(at, frame)]
    return scores + stream.flush()


def speeds(frames: list[np.ndarray]) -> np.ndarray:
    return np.array([score.parts["patch_speed"] for score in scored(frames)])


def test_a_still_picture_has_no_speed() -> None:
    assert speeds(moving(0)).max() < 0.05


@pytest.mark.parametrize("step", [2, 5, 9])
def test_the_speed_is_the_displacement(step: int) -> None:
    found = speeds(moving(step))
    assert len(found) == 7
    assert np.median(found) == pytest.approx(step, rel=0.15)


def test_faster_scores_higher() -> None:
    medians = [np.median(speeds(moving(step))) for step in (0, 1, 3, 6, 10)]
    assert medians == sorted(medians)


def test_the_first_frame_after_a_cut_has_no_score() -> None:
    stream, frames = SpeedDetector().stream(), moving(3)
    before = [s for at in range(4) for s in stream.push(at, frames[at])] + stream.flush()
    after = [s for at in range(4, 8) for s in stream.push(at, frames[at])] + stream.flush()
    assert [s.index for s in before + after] == [1, 2, 3, 5, 6, 7]


def test_a_look_shows_the_flow_that_was_scored() -> None:
    frames = moving(4)
    score = {s.index: s for s in scored(frames)}[5]
    stream = SpeedDetector().stream()
    stream.replay(4, frames[4], write=False)
    look = stream.look(5, frames[5])
    assert look is not None
    assert look.expected is None
    np.testing.assert_allclose(look.maps["speed"], score.fine["speed"], atol=1e-5)


@pytest.mark.parametrize(
    "size", [(240, 360), (1080, 1920), (64, 64), (8, 360), (360, 8), (9, 16), (10, 4000), (3, 3)]
)
def test_any_picture_can_be_scored(size: tuple[int, int]) -> None:
    height, width = size
    frames = [RNG.integers(0, 255, (height, width, 3), dtype=np.uint8) for _ in range(3)]
    grey = working_picture(frames[0])
    assert max(grey.shape) == 360
    found = scored(frames)
    assert len(found) == 2
    for score in found:
        assert score.maps["speed"].shape == cell_grid(*grey.shape)
        assert np.isfinite(score.parts["patch_speed"])
