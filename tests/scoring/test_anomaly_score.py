"""S_t = lambda g(A) + (1 - lambda) g(B), against a naive loop, at its edges, and fast."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest

from engine.detectors.base import Calibration, DetectorFacts, PartSpec, PatchRule
from engine.errors import BadSetting
from engine.scoring.calibrating import calibrate, scale_of, suggested_gamma
from engine.scoring.score import ScoreSettings, anomaly_score, held, minmax, smoothed
from engine.scoring.segments import SegmentSettings, find_segments

A = PartSpec("psnr", "dB", "appearance", "down", "error", "A", "frame", "psnr")
B = PartSpec("memory_distance", "", "memory", "up", "distance", "B", "frame")
FACTS = DetectorFacts("test", (A, B), 0.6, True, None, PatchRule())
ONLY_A = DetectorFacts("test", (A,), 1.0, False, None, PatchRule())
ONLY_B = DetectorFacts("test", (B,), 0.0, False, None, PatchRule())
NAN = float("nan")


def some_parts(count: int, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    parts = {
        "psnr": rng.normal(30, 3, count).astype(np.float32),
        "memory_distance": rng.gamma(2, 0.01, count).astype(np.float32),
    }
    missing = rng.random(count) < 0.1
    for values in parts.values():
        values[missing] = np.nan
    return parts


def settings(lambda_: float, normalise: str = "minmax", smooth: float = 0.0) -> ScoreSettings:
    return ScoreSettings(lambda_, normalise, "frame", smooth)  # type: ignore[arg-type]


def naive_g(
    values: list[float], normalise: str, calibration: Calibration, name: str
) -> list[float]:
    if normalise == "minmax":
        finite = [v for v in values if not math.isnan(v)]
        low, high = min(finite), max(finite)
        return [NAN if math.isnan(v) else (v - low) / (high - low) for v in values]
    middle, unit = scale_of(calibration, name)
    return [(v - middle) / unit for v in values]


@pytest.mark.parametrize("normalise", ["minmax", "calibrated"])
def test_the_score_is_what_a_naive_loop_gives(normalise: str) -> None:
    for seed in range(5):
        parts = some_parts(300, seed)
        calibration = calibrate(parts, FACTS.parts)
        lambda_ = float(np.random.default_rng(seed).random())
        g_a = naive_g([-float(v) for v in parts["psnr"]], normalise, calibration, "psnr")
        distances = [float(v) for v in parts["memory_distance"]]
        g_b = naive_g(distances, normalise, calibration, "memory_distance")
        expected = [lambda_ * a + (1 - lambda_) * b for a, b in zip(g_a, g_b, strict=True)]
        score = anomaly_score(parts, FACTS, settings(lambda_, normalise), calibration)
        assert score.dtype == np.float32
        np.testing.assert_allclose(score, expected, rtol=1e-4, atol=2e-5)


def test_calibrated_units_put_the_middle_at_0_and_a_rare_frame_at_1() -> None:
    parts = some_parts(2000)
    calibration = calibrate(parts, FACTS.parts)
    score = anomaly_score(parts, FACTS, settings(1.0, "calibrated"), calibration)
    assert float(np.nanquantile(score, 0.5)) == pytest.approx(0, abs=1e-4)
    assert float(np.nanquantile(score, 0.99)) == pytest.approx(1, abs=1e-3)


def test_lambda_1_is_the_first_part_and_0_the_second() -> None:
    parts = some_parts(50)
    alone = anomaly_score(parts, ONLY_A, settings(0.3), None)
    np.testing.assert_array_equal(anomaly_score(parts, FACTS, settings(1.0), None), alone)
    alone = anomaly_score(parts, ONLY_B, settings(0.3), None)
    np.testing.assert_array_equal(anomaly_score(parts, FACTS, settings(0.0), None), alone)


def test_a_broken_second_part_does_not_matter_at_lambda_1() -> None:
    parts = some_parts(50)
    parts["memory_distance"][:] = np.nan
    assert np.isfinite(anomaly_score(parts, FACTS, settings(1.0), None)).any()


def test_a_constant_gives_0_under_minmax() -> None:
    values = np.array([3, NAN, 3, 3], np.float32)
    np.testing.assert_array_equal(minmax(values), np.array([0, NAN, 0, 0], np.float32))
    assert np.isnan(minmax(np.full(3, np.nan, np.float32))).all()


def test_a_part_that_never_moved_stays_finite_when_calibrated() -> None:
    parts = {"psnr": np.full(9, 30, np.float32), "memory_distance": np.zeros(9, np.float32)}
    score = anomaly_score(parts, FACTS, settings(0.5, "calibrated"), calibrate(parts, FACTS.parts))
    np.testing.assert_array_equal(score, np.zeros(9, np.float32))


def test_raw_parts_of_two_units_are_not_added() -> None:
    parts = some_parts(20)
    with pytest.raises(BadSetting, match="cannot be added"):
        anomaly_score(parts, FACTS, settings(0.5, "none"), None)
    np.testing.assert_array_equal(
        anomaly_score(parts, FACTS, settings(1.0, "none"), None), -parts["psnr"]
    )
    np.testing.assert_array_equal(
        anomaly_score(parts, ONLY_B, settings(0.5, "none"), None), parts["memory_distance"]
    )


def test_calibrated_needs_a_calibration() -> None:
    with pytest.raises(BadSetting, match="no calibration"):
        anomaly_score(some_parts(20), FACTS, settings(0.5, "calibrated"), None)


@pytest.mark.parametrize("lambda_", [-0.01, 1.01, NAN])
def test_lambda_lies_between_0_and_1(lambda_: float) -> None:
    with pytest.raises(BadSetting, match="lambda lies"):
        settings(lambda_)


def test_smoothing_keeps_nan_and_does_not_let_it_spread() -> None:
    values = np.ones(40, np.float32)
    values[[0, 11, 12, 30]] = np.nan
    smooth = smoothed(values, 3.0)
    np.testing.assert_array_equal(np.isnan(smooth), np.isnan(values))
    np.testing.assert_allclose(smooth[np.isfinite(values)], 1.0, rtol=1e-6)
    assert smoothed(values, 0.0) is values


def test_smoothing_keeps_the_mean_of_a_bump() -> None:
    values = np.zeros(101, np.float32)
    values[50] = 1
    smooth = smoothed(values, 4.0)
    assert float(smooth.sum()) == pytest.approx(1, abs=1e-5)
    assert int(smooth.argmax()) == 50


def test_a_sampled_score_is_held_for_a_while_and_never_across_a_break() -> None:
    scores = np.array([NAN, 1, NAN, NAN, NAN, 5, NAN, NAN], np.float32)
    np.testing.assert_array_equal(held(scores), [NAN, 1, 1, 1, 1, 5, 5, 5])
    np.testing.assert_array_equal(held(scores, 2), [NAN, 1, 1, 1, NAN, 5, 5, 5])
    np.testing.assert_array_equal(held(scores, 0), scores)
    breaks = np.zeros(8, bool)
    breaks[[3, 6]] = True
    np.testing.assert_array_equal(held(scores, 9, breaks), [NAN, 1, 1, NAN, NAN, 5, NAN, NAN])


def test_the_suggested_gamma_is_the_095_quantile_of_normal() -> None:
    regular = np.arange(1, 1002, dtype=np.float32)
    calibration = calibrate(some_parts(1001), FACTS.parts, None, regular)
    assert suggested_gamma(calibration) == pytest.approx(951)
    assert suggested_gamma(calibrate(some_parts(9), FACTS.parts)) is None


def test_a_million_frames_are_scored_and_cut_while_a_slider_moves() -> None:
    parts = {name: np.repeat(v, 25) for name, v in some_parts(40_000).items()}
    calibration = calibrate({k: v[:5000] for k, v in parts.items()}, FACTS.parts)
    seconds = np.arange(1_000_000) / 25.0
    best = math.inf
    for lambda_ in (0.5, 0.6, 0.7, 0.8):
        began = time.perf_counter()
        score = anomaly_score(parts, FACTS, settings(lambda_, "calibrated"), calibration)
        found = find_segments(score, seconds, SegmentSettings(threshold=0.5))
        best = min(best, time.perf_counter() - began)
    assert len(found) > 100
    print(f"1,000,000 frames: {best * 1000:.0f} ms")
    assert best < 0.25  # 50 ms on an idle machine, which tests that run side by side do not leave
