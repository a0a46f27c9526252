"""The pyramid keeps every peak at any zoom."""

from __future__ import annotations

import time

import numpy as np
import pytest

from app.views.timeline_pyramid import MinMaxPyramid


@pytest.mark.parametrize("span", [(0, 4000), (17, 3210.3), (100, 161), (100, 100.9)])
@pytest.mark.parametrize("columns", [7, 333, 1500])
def test_pyramid_keeps_every_extreme_of_every_column(span, columns) -> None:
    seconds = np.arange(100_000) / 25
    values = np.random.default_rng(3).normal(size=100_000).astype(np.float32)
    pyramid = MinMaxPyramid(seconds)
    pyramid.append(values)
    x, low, high = pyramid.query(*span, columns)
    inside = (seconds >= span[0]) & (seconds <= span[1])
    assert high.max() >= values[inside].max()
    assert low.min() <= values[inside].min()
    if len(x) == columns:
        edges = np.linspace(*span, columns + 1)
        for i in range(0, columns, 11):
            own = values[(seconds >= edges[i]) & (seconds < edges[i + 1])]
            assert high[i] >= own.max()
            assert low[i] <= own.min()


def test_pyramid_keeps_gaps_at_any_zoom() -> None:
    seconds = np.arange(60_000) / 25
    values = np.ones(60_000, np.float32)
    values[20_000:30_000] = np.nan
    values[40_000:40_010] = np.nan
    pyramid = MinMaxPyramid(seconds)
    pyramid.append(values)
    x, _, high = pyramid.query(0, 2400, 600)
    gap = (x > 802) & (x < 1198)
    assert np.isnan(high[gap]).all()
    assert np.isfinite(high[~gap & ((x < 798) | (x > 1202))]).all()
    assert np.isnan(pyramid.query(1599, 1602, 600)[2]).sum() == 10


def test_pyramid_that_grows_equals_one_built_at_once() -> None:
    seconds = np.arange(30_000) / 25
    values = np.random.default_rng(4).random(30_000).astype(np.float32)
    whole, grown = MinMaxPyramid(seconds), MinMaxPyramid(seconds)
    whole.append(values)
    for start in range(0, 30_000, 777):
        grown.become(values[: start + 777])
    for found, expected in zip(grown.query(3, 1100, 99), whole.query(3, 1100, 99), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_pyramid_forgets_what_was_there_before_other_values() -> None:
    pyramid = MinMaxPyramid(np.arange(20_000) / 25)
    pyramid.become(np.full(20_000, 9, np.float32))
    pyramid.become(np.ones(5_000, np.float32))
    assert pyramid.extremes(0, 800) == (1.0, 1.0)
    assert len(pyramid) == 5_000


def test_pyramid_leaves_a_pause_of_the_recording_open() -> None:
    seconds = np.concatenate((np.arange(50), 500 + np.arange(50))) / 10
    pyramid = MinMaxPyramid(seconds)
    pyramid.append(np.ones(100, np.float32))
    x, _, high = pyramid.query(0, 60, 400)
    assert np.isnan(high).sum() == 1
    assert 5 < x[np.isnan(high)][0] < 50


def test_pyramid_of_a_million_frames_is_fast() -> None:
    seconds = np.arange(1_000_000) / 25
    values = np.random.default_rng(5).random(1_000_000).astype(np.float32)
    built, asked = [], []
    for _ in range(5):
        start = time.perf_counter()
        pyramid = MinMaxPyramid(seconds)
        pyramid.append(values)
        built.append(time.perf_counter() - start)
        start = time.perf_counter()
        pyramid.query(0, 40_000, 1500)
        asked.append(time.perf_counter() - start)
    assert min(built) < 0.05
    assert min(asked) < 0.002
