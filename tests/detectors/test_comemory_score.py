"""Co-memory's patch score against naive loops; and an order that no sign can turn round."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.detectors.comemory import LAMBDA_S, ComemoryConfig, comemory_facts
from engine.detectors.comemory_score import (
    SIDE,
    STRIDE,
    PatchErrors,
    parts_of,
    patch_errors,
    patch_means,
    patch_starts,
    patch_weights,
)
from engine.scoring.calibrating import calibrate
from engine.scoring.pooling import LOG_FLOOR
from engine.scoring.score import ScoreSettings, anomaly_score


def naive(error: np.ndarray) -> dict[tuple[int, int], float]:
    """Mean of every patch by its top and left."""
    height, width = error.shape
    return {
        (top, left): float(error[top : top + SIDE, left : left + SIDE].mean(dtype=np.float64))
        for top in range(0, height - SIDE + 1, STRIDE)
        for left in range(0, width - SIDE + 1, STRIDE)
    }


@pytest.mark.parametrize("shape", [(32, 32), (48, 40), (16, 16), (64, 16)])
def test_patch_means_equal_a_loop(shape: tuple[int, int]) -> None:
    error = np.random.default_rng(0).random(shape).astype(np.float32)
    means, expected = patch_means(error), naive(error)
    assert means.size == len(expected)
    for (top, left), value in expected.items():
        assert means[top // STRIDE, left // STRIDE] == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize("length", [16, 17, 18, 20, 30, 32, 256])
def test_patches_reach_the_last_pixel(length: int) -> None:
    starts = patch_starts(length)
    assert starts[0] == 0
    assert starts[-1] + SIDE == length
    assert (np.diff(starts) <= STRIDE).all()


@pytest.mark.parametrize("corner", [(0, 0), (31, 31), (0, 31), (31, 0)])
def test_an_error_in_the_last_row_or_column_is_found(corner: tuple[int, int]) -> None:
    flow = np.zeros((32, 32), np.float32)
    flow[corner] = 1
    found = patch_errors(flow, flow)
    assert found.flow == pytest.approx(1 / SIDE**2)
    assert found.top <= corner[0] < found.top + SIDE
    assert found.left <= corner[1] < found.left + SIDE


def test_both_errors_are_taken_where_the_flow_fails_most() -> None:
    rng = np.random.default_rng(1)
    for _ in range(5):
        image, flow = rng.random((2, 48, 40)).astype(np.float32)
        means = naive(flow)
        at = max(means, key=lambda place: means[place])
        found = patch_errors(image, flow)
        assert (found.top, found.left) == at
        assert found.flow == pytest.approx(means[at], rel=1e-9)
        assert found.image == pytest.approx(naive(image)[at], rel=1e-9)


def test_the_weights_are_one_over_the_means_of_normal() -> None:
    found = [PatchErrors(0.2, 4.0, 0, 0), PatchErrors(0.6, 2.0, 0, 0)]
    w_image, w_flow = patch_weights(found)
    assert w_image == pytest.approx(1 / 0.4)
    assert w_flow == pytest.approx(1 / 3.0)
    assert patch_weights([]) == (1.0, 1.0)
    assert patch_weights([PatchErrors(0.0, 0.0, 0, 0)]) == (1.0, 1.0)


def test_the_parts_are_logs_of_weighted_errors_and_join_as_in_the_paper() -> None:
    rng = np.random.default_rng(2)
    image, flow = rng.random((2, 32, 32)).astype(np.float32)
    found = patch_errors(image, flow)
    w_image, w_flow = 7.0, 0.2
    parts = parts_of(image * w_image, flow * w_flow)
    assert parts["appearance"] == pytest.approx(math.log(w_image * found.image + LOG_FLOOR))
    assert parts["motion"] == pytest.approx(math.log(w_flow * found.flow + LOG_FLOOR))
    lambda_ = comemory_facts(ComemoryConfig()).default_lambda
    assert lambda_ == pytest.approx(1 / 6)
    # S_t = log(w_F S_F) + lambda_S log(w_I S_I), but for a positive factor
    ours = lambda_ * parts["appearance"] + (1 - lambda_) * parts["motion"]
    papers = parts["motion"] + LAMBDA_S * parts["appearance"]
    assert ours * (1 + LAMBDA_S) == pytest.approx(papers, rel=1e-9)


def test_a_perfect_prediction_has_a_finite_score() -> None:
    still = np.zeros((32, 32), np.float32)
    assert parts_of(still, still) == {
        "appearance": pytest.approx(math.log(LOG_FLOOR)),
        "motion": pytest.approx(math.log(LOG_FLOOR)),
    }


@pytest.mark.parametrize("normalise", ["minmax", "calibrated"])
@pytest.mark.parametrize("lambda_", [0.0, 1 / 6, 1.0])
def test_the_order_stays_where_all_scores_are_negative(normalise: str, lambda_: float) -> None:
    facts = comemory_facts(ComemoryConfig())
    motion = np.log(np.array([0.01, 0.02, 0.5, 0.1, 0.9], np.float32))
    parts = {"appearance": motion - 0.5, "motion": motion}
    parts |= {f"patch_{name}": values for name, values in parts.items()}
    raw = LAMBDA_S * parts["appearance"] + parts["motion"]
    assert (raw < 0).all()
    assert np.argsort(raw / raw.max()).tolist() == np.argsort(raw)[::-1].tolist()  # the trap
    normal = {name: values - 1 for name, values in parts.items()}
    calibration = calibrate(normal, facts.parts)
    for pooling in facts.poolings:
        settings = ScoreSettings(lambda_, normalise, pooling)  # type: ignore[arg-type]
        scores = anomaly_score(parts, facts, settings, calibration)
        assert np.argsort(scores).tolist() == np.argsort(raw).tolist()
