"""From maps to regions: one blob, one region, one box around it."""

from __future__ import annotations

import numpy as np
import pytest

from engine.detectors.base import DetectorFacts, PartSpec, PatchRule
from engine.scoring.calibrating import calibrate
from engine.scoring.regions import RegionSettings, find_regions, mark, overlay_map

A = PartSpec("psnr", "dB", "appearance", "down", "error", "A", "frame", "psnr")
B = PartSpec("memory_distance", "", "memory", "up", "distance", "B", "frame")
FACTS = DetectorFacts("test", (A, B), 0.6, True, None, PatchRule())


def blob(height: int = 120, width: int = 160) -> np.ndarray:
    overlay = np.zeros((height, width), np.float32)
    overlay[40:70, 30:60] = 5
    return overlay


def test_a_blob_is_one_region_with_a_box_around_it() -> None:
    (region,) = find_regions(blob(), RegionSettings())
    x, y, w, h = region.box
    assert 22 <= x <= 30
    assert 32 <= y <= 40
    assert 60 <= x + w <= 68
    assert 70 <= y + h <= 78
    assert region.peak == 5
    assert region.outline.dtype == np.int32
    assert region.outline[:, 0].min() == x
    assert region.outline[:, 0].max() == x + w - 1


def test_regions_come_strongest_first() -> None:
    overlay = blob()
    overlay[80:110, 100:150] = 9
    assert [r.peak for r in find_regions(overlay, RegionSettings())] == [9, 5]


def test_specks_are_dropped_and_nothing_gives_nothing() -> None:
    overlay = np.zeros((120, 160), np.float32)
    assert find_regions(overlay, RegionSettings()) == []
    overlay[3, 3] = 40
    assert find_regions(overlay, RegionSettings(min_area=0.01)) == []


def test_the_papers_rule_marks_what_lies_above_the_mean() -> None:
    overlay = blob()
    np.testing.assert_array_equal(mark(overlay, RegionSettings(rule="paper")), overlay > 0)


def test_the_overlay_is_the_pixel_form_of_the_score() -> None:
    rng = np.random.default_rng(0)
    maps = {
        "error": rng.random((30, 40), np.float32),
        "distance": rng.random((15, 20), np.float32),
    }
    normal = {name: rng.random((50, 8, 8), np.float32) for name in maps}
    parts = {"psnr": np.ones(3), "memory_distance": np.ones(3)}
    calibration = calibrate(parts, FACTS.parts, normal)
    first = overlay_map(maps, FACTS, 1.0, calibration, (60, 80))
    second = overlay_map(maps, FACTS, 0.0, calibration, (60, 80))
    mixed = overlay_map(maps, FACTS, 0.3, calibration, (60, 80))
    assert mixed.shape == (60, 80)
    np.testing.assert_allclose(mixed, 0.3 * first + 0.7 * second, atol=1e-5)
    # uniform on 0..1: the middle is 0.5 and the rare one 0.999
    values = maps["error"]
    assert float(first.max()) == pytest.approx((values.max() - 0.5) / 0.499, abs=0.15)


def test_an_overlay_without_calibration_scales_itself() -> None:
    values = {"error": np.linspace(0, 1, 1200, dtype=np.float32).reshape(30, 40)}
    overlay = overlay_map(values, FACTS, 1.0, None, (30, 40))
    assert float(np.quantile(overlay, 0.999)) == pytest.approx(1, abs=0.01)
