"""Metrics equal what they are known to be."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from engine.evaluation import metrics
from engine.evaluation.memory_life import MemoryLife, moving_cells
from engine.evaluation.metrics import (
    PixelCounts,
    auc,
    average_precision,
    bootstrap,
    interval,
    overlap,
    paired_interval,
)

NAN = float("nan")


@pytest.mark.parametrize(
    ("labels", "scores", "expected"),
    [
        ([0, 0, 1, 1], [1, 2, 3, 4], 1.0),
        ([1, 1, 0, 0], [1, 2, 3, 4], 0.0),
        ([0, 1, 0, 1], [1, 1, 1, 1], 0.5),
        ([0, 1, 0, 1], [1, 2, 3, 4], 0.75),
        ([0, 1, 0, 1], [1, 2, NAN, 4], 1.0),
        ([0, 1, 0, 1], [1, NAN, 3, 4], 1.0),
        ([0, 1, 0, 1], [1, NAN, 3, NAN], None),
        ([0, 0], [1, 2], None),
        ([1, 1], [1, 2], None),
        ([0, 1], [NAN, NAN], None),
        ([], [], None),
    ],
)
def test_auc(labels: list[int], scores: list[float], expected: float | None) -> None:
    assert auc(np.array(labels, bool), np.array(scores, float)) == expected


def test_average_precision_leaves_nan_out() -> None:
    labels, scores = np.array([0, 1, 1, 0], bool), np.array([1.0, 2, NAN, NAN])
    assert average_precision(labels, scores) == 1
    assert average_precision(np.zeros(4, bool), scores) is None
    assert average_precision(labels, np.full(4, NAN)) is None


def test_the_interval_holds_the_auc_and_is_the_same_again() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(20) % 2 == 1, 20)
    scores = rng.normal(labels * 0.7, 1)
    found = interval(labels, scores)
    assert found is not None
    value = auc(labels, scores)
    assert value is not None
    assert found[0] < value < found[1]
    assert interval(labels, scores) == found
    assert interval(labels, np.where(labels, scores, NAN)) is None
    assert interval(labels, np.full(len(labels), NAN)) is None


def test_paired_bootstraps_leave_out_what_either_lacks() -> None:
    labels = np.tile([True, False], 50)
    good, holes = labels.astype(float), np.where(np.arange(100) < 10, NAN, labels.astype(float))
    one, other = bootstrap(labels, [good, holes])
    assert len(one) == len(other) > 0
    assert (one == 1).all()
    assert (other == 1).all()


def test_every_round_is_the_auc_of_the_redrawn_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "ROUNDS", 12)
    rng = np.random.default_rng(3)
    labels = rng.random(130) < 0.4
    scores = np.round(rng.normal(labels, 1.0), 1)  # with ties
    again = np.random.default_rng(0)
    expected = []
    for _ in range(12):
        drawn = again.integers(7, size=7)  # blocks of 20, the last one shorter
        rows = np.concatenate([np.arange(20 * b, min(20 * b + 20, 130)) for b in drawn])
        expected.append(roc_auc_score(labels[rows], scores[rows]))
    np.testing.assert_allclose(bootstrap(labels, [scores], seed=0)[0], expected)


def test_a_gain_on_the_same_frames_is_told_more_closely_than_either_auc() -> None:
    rng = np.random.default_rng(4)
    labels = np.repeat(np.arange(30) % 2 == 1, 20)
    noise = rng.normal(0, 1, len(labels))
    worse, better = labels * 1.0 + noise, labels * 1.6 + noise
    gain, alone = paired_interval(labels, better, worse), interval(labels, better)
    assert gain is not None
    assert alone is not None
    assert gain[0] > 0
    assert gain[1] - gain[0] < alone[1] - alone[0]
    assert paired_interval(labels, better, better) == (0.0, 0.0)
    assert paired_interval(labels, better, np.full(len(labels), NAN)) is None


@pytest.mark.parametrize("scale", [0.3, 1.0, 10.0])
def test_pixel_auc_equals_sklearn(scale: float) -> None:
    rng = np.random.default_rng(1)
    counts, all_scores, all_masks = PixelCounts(), [], []
    for _ in range(6):
        mask = np.zeros((40, 50), bool)
        mask[5:15, 10:30] = True
        scores = (rng.normal(0, 0.3, mask.shape) + mask * rng.gamma(1.0, scale, mask.shape)).astype(
            np.float32
        )
        counts.add(scores, mask)
        all_scores.append(scores.ravel())
        all_masks.append(mask.ravel())
    expected = roc_auc_score(np.concatenate(all_masks), np.concatenate(all_scores))
    assert counts.auc() == pytest.approx(expected, abs=1e-3)


def test_pixel_scores_beyond_the_range_are_clipped() -> None:
    counts = PixelCounts()
    assert counts.auc() is None
    mask = np.array([[True, False]])
    counts.add(np.array([[1e9, -1e9]], np.float32), mask)
    counts.add(np.array([[np.inf, -np.inf]], np.float32), mask)
    assert counts.auc() == 1
    assert PixelCounts().abnormal.sum() == 0  # each has counts of its own


def test_overlap_is_intersection_over_union() -> None:
    mask = np.zeros((4, 4), bool)
    assert overlap(mask, mask) == 0
    mask[:2] = True
    assert overlap(mask, mask) == 1
    assert overlap(~mask, mask) == 0
    half = mask.copy()
    half[0] = False
    assert overlap(half, mask) == 0.5


def life(*frames: tuple[list[list[int]], list[list[int]]], items: int = 4) -> MemoryLife:
    made = MemoryLife(items)
    for assigned, moving in frames:
        made.add(np.array(assigned), np.array(moving, bool))
    return made


def test_perplexity_counts_the_items_in_use() -> None:
    still = [[0, 0], [0, 0]]
    assert life(([[0, 1], [2, 3]], still)).measures()["usage_perplexity"] == pytest.approx(4)
    assert life(([[2, 2], [2, 2]], still)).measures()["usage_perplexity"] == pytest.approx(1)
    assert life(([[0, 0], [3, 3]], still)).measures()["usage_perplexity"] == pytest.approx(2)
    assert life().measures() == {"usage_perplexity": None, "moving_share": None}


def test_the_moving_share_tells_things_from_places() -> None:
    still, moving = [[0, 0]], [[1, 0]]
    usual = [([[1, 2]], still)] * 5
    assert life(*usual).measures()["moving_share"] is None
    assert life(*usual, ([[1, 2]], moving)).measures()["moving_share"] == 0
    assert life(*usual, ([[3, 2]], moving)).measures()["moving_share"] == 1
    both = life(*usual, ([[3, 2]], moving), ([[1, 2]], moving))
    assert both.measures()["moving_share"] == 0.5


def test_cells_move_where_pixels_change() -> None:
    before = np.full((3, 16, 16), 100, np.uint8)
    now = before.copy()
    now[:, :8, 8:] = 250
    assert moving_cells(now, before, (2, 2)).tolist() == [[False, True], [False, False]]
    assert not moving_cells(before + 3, before, (2, 2)).any()
