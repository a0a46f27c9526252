"""A patch stands out by what is usual at its place."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from engine.detectors.base import Calibration, DetectorFacts, FrameScore, PartSpec, PatchRule
from engine.detectors.pooled import PatchDelay
from engine.scoring.ignoring import IgnoredArea, kept_cells, without_areas
from engine.scoring.pooling import psnr, worst_patches
from engine.scoring.usual import placed, usual_of, weighed

PATCH = PatchRule(cells=2, frames=3)
PARTS = (
    PartSpec("psnr", "dB", "appearance", "down", "error", "A", "frame", "psnr"),
    PartSpec("patch_psnr", "dB", "appearance", "down", "error", "A", "patch", "psnr"),
    PartSpec("patch_distance", "", "memory", "up", "distance", "B", "patch"),
)
FACTS = DetectorFacts("made", PARTS, 0.6, True, 10.0, PATCH)


@pytest.fixture
def maps() -> np.ndarray:
    """60 maps (12, 16) with four times the error in the lower half."""
    found = np.random.default_rng(1).gamma(2.0, 1.0, (60, 12, 16)).astype(np.float32)
    found[:, 6:] *= 4
    return found


def test_the_level_follows_the_place_and_its_median_is_one(maps: np.ndarray) -> None:
    levels = usual_of(maps)
    assert np.median(levels) == pytest.approx(1.0)
    assert levels[-2].mean() > 1.3 * levels[1].mean()
    # two medians more than there are, so that still places do not become all noise
    assert levels.max() / levels.min() < 2.0


def test_maps_of_a_perfect_prediction_weigh_all_places_alike() -> None:
    np.testing.assert_array_equal(usual_of(np.zeros((5, 4, 4), np.float32)), np.ones((4, 4)))


def test_only_errors_of_predicted_pictures_are_weighed() -> None:
    assert placed(FACTS) == ("error",)


def test_another_grid_is_left_as_it_is(maps: np.ndarray) -> None:
    assert weighed(maps, np.ones((3, 3), np.float32)) is maps
    assert weighed(maps, None) is maps


def test_patch_parts_are_weighed_and_stored_maps_are_not(maps: np.ndarray) -> None:
    levels = usual_of(maps)
    delay = PatchDelay(PARTS, PATCH, {"error": levels})
    found = []
    for at, error in enumerate(maps):
        score = FrameScore(at, {"psnr": 1.0}, {"error": error, "distance": error})
        found += delay.push(score)
    found += delay.flush()
    expected = psnr(worst_patches(maps / levels, PATCH.cells, PATCH.frames))
    np.testing.assert_allclose([s.parts["patch_psnr"] for s in found], expected, rtol=1e-5)
    plain = worst_patches(maps, PATCH.cells, PATCH.frames)
    np.testing.assert_allclose([s.parts["patch_distance"] for s in found], plain, rtol=1e-5)
    np.testing.assert_array_equal(found[7].maps["error"], maps[7])


class _Coded:
    def __init__(self, maps: np.ndarray) -> None:
        self.maps, self.codes = maps, np.zeros(maps.shape, np.uint8)

    def get(self, start: int, stop: int) -> np.ndarray:
        return self.maps[start:stop]


def test_ignored_areas_leave_what_the_other_places_say_in_the_same_weights(
    maps: np.ndarray,
) -> None:
    levels = usual_of(maps)
    calibration = Calibration(np.zeros(0), {}, usual={"error": levels})
    parts = {
        "psnr": psnr(maps.mean(axis=(1, 2))),
        "patch_psnr": psnr(worst_patches(maps / levels, PATCH.cells, PATCH.frames)),
        "patch_distance": worst_patches(maps, PATCH.cells, PATCH.frames),
    }
    area = IgnoredArea(((0.0, 0.5), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0)))
    found = without_areas(
        parts,
        replace(FACTS, calibration=calibration),
        {"error": _Coded(maps), "distance": _Coded(maps)},
        np.zeros(len(maps), bool),
        [area],
        len(maps),
    )
    kept = kept_cells([area], maps.shape[1:])
    expected = psnr(worst_patches(maps / levels, PATCH.cells, PATCH.frames, kept))
    np.testing.assert_allclose(found["patch_psnr"], expected, rtol=1e-4)
    plain = worst_patches(maps, PATCH.cells, PATCH.frames, kept)
    np.testing.assert_allclose(found["patch_distance"], plain, rtol=1e-4)


def test_a_card_keeps_it(maps: np.ndarray) -> None:
    levels = usual_of(maps)
    document = json.loads(
        json.dumps(Calibration(np.zeros(0), {}, usual={"error": levels}).as_dict())
    )
    kept = Calibration.from_dict(document).usual["error"]
    np.testing.assert_allclose(kept, levels, rtol=1e-3)
    del document["usual"]
    assert Calibration.from_dict(document).usual == {}
