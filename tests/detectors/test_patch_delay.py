"""The delay line: every frame once, in order, with the worst patch of its stretch."""

from __future__ import annotations

import numpy as np
import pytest

from engine.detectors.base import FrameScore, PartSpec, PatchRule
from engine.detectors.pooled import PatchDelay
from engine.scoring.pooling import psnr, worst_patches

PARTS = (
    PartSpec("mean", "", "appearance", "up", "error", "A", "frame"),
    PartSpec("patch_error", "", "appearance", "up", "error", "A", "patch"),
    PartSpec("patch_psnr", "dB", "appearance", "down", "error", "A", "patch", "psnr"),
    PartSpec("patch_speed", "", "motion", "up", "speed", "B", "patch"),
)


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 5, 9])
@pytest.mark.parametrize("lengths", [[12], [1], [2, 1, 7], [0, 3, 0, 20, 5]])
@pytest.mark.parametrize("cells", [1, 4, 50])
def test_it_equals_pooling_the_whole_stretch(frames: int, lengths: list[int], cells: int) -> None:
    rng = np.random.default_rng(sum(lengths))
    delay = PatchDelay(PARTS, PatchRule(cells, frames))
    got: list[FrameScore] = []
    expected: dict[str, list[float]] = {"patch_error": [], "patch_psnr": [], "patch_speed": []}
    index = 0
    for length in lengths:
        error = rng.random((length, 6, 8)).astype(np.float32)
        speed = rng.random((length, 9, 5)).astype(np.float32)
        for at in range(length):
            score = FrameScore(index, {"mean": 1.5}, {"error": error[at], "speed": speed[at]})
            ready = delay.push(score)
            assert len(ready) <= 1
            got += ready
            index += 1
        got += delay.flush()
        worst = worst_patches(error, cells, frames)
        expected["patch_error"] += worst.tolist()
        expected["patch_psnr"] += psnr(worst).tolist()
        expected["patch_speed"] += worst_patches(speed, cells, frames).tolist()
        assert delay.flush() == []
    assert [score.index for score in got] == list(range(index))
    for name, values in expected.items():
        np.testing.assert_allclose([score.parts[name] for score in got], values, rtol=1e-5)
    assert all(score.parts["mean"] == 1.5 for score in got)


def test_a_frame_waits_for_half_the_window() -> None:
    delay = PatchDelay(PARTS[1:2], PatchRule(2, 5))
    flat = np.ones((4, 4), np.float32)
    counts = [len(delay.push(FrameScore(at, {}, {"error": flat}))) for at in range(5)]
    assert counts == [0, 0, 1, 1, 1]
    assert [score.index for score in delay.flush()] == [3, 4]


def test_without_patch_parts_scores_still_come_in_order() -> None:
    delay = PatchDelay(PARTS[:1], PatchRule())
    got = [s.index for at in range(6) for s in delay.push(FrameScore(at, {"mean": 0.0}, {}))]
    assert got + [s.index for s in delay.flush()] == list(range(6))


def test_a_logarithm_is_taken_of_the_pooled_patch() -> None:
    part = PartSpec("patch_motion", "", "motion", "up", "flow", "B", "patch", "log")
    delay = PatchDelay((part,), PatchRule(2, 3))
    maps = np.random.default_rng(0).random((6, 5, 5)).astype(np.float32)
    got = [s for at in range(6) for s in delay.push(FrameScore(at, {}, {"flow": maps[at]}))]
    got += delay.flush()
    expected = np.log(worst_patches(maps, 2, 3) + 1e-6)
    np.testing.assert_allclose([s.parts["patch_motion"] for s in got], expected, rtol=1e-5)
