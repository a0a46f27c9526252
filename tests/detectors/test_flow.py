"""The motion branch's target: flow in known units, or differences."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from engine.detectors.flow import (
    STILL,
    FlowScale,
    Magnitudes,
    comes_back,
    dense_flow,
    difference,
)


def texture(side: int = 64) -> np.ndarray:
    noise = np.random.default_rng(0).integers(0, 255, (side + 32, side + 32), dtype=np.uint8)
    return cv2.GaussianBlur(noise, (0, 0), 2)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_picture_that_moves_right_has_flow_to_the_right(channels: int) -> None:
    wide = texture()
    first, second = wide[16:80, 16:80], wide[16:80, 13:77]  # content moves 3 pixels to the right
    pair = [np.repeat(shown[None], channels, axis=0) for shown in (first, second)]
    field = dense_flow(*pair)
    assert field.shape == (2, 64, 64)
    inner = field[:, 16:48, 16:48]
    np.testing.assert_allclose(np.median(inner, axis=(1, 2)), [3.0, 0.0], atol=0.2)


def test_differences_are_in_units_of_the_networks_input() -> None:
    before, after = np.zeros((3, 2, 2), np.uint8), np.full((3, 2, 2), 255, np.uint8)
    assert difference(before, after) == pytest.approx(2.0)
    assert difference(after, before) == pytest.approx(-2.0)


def test_the_scale_equals_a_loop() -> None:
    rng = np.random.default_rng(1)
    field = rng.normal(0, 3, (4, 2, 5, 6)).astype(np.float32)
    field[0, :, 0, 0] = 0
    scale = FlowScale(limit=4.0, unit=1.5)
    got = scale.apply(field)
    for n, y, x in np.ndindex(4, 5, 6):
        u, v = (float(c) for c in field[n, :, y, x])
        length = math.hypot(u, v)
        share = 0.0 if length < STILL else min(4.0 / length, 1) / 1.5
        np.testing.assert_allclose(got[n, :, y, x], [u * share, v * share], rtol=1e-5)


def test_without_a_limit_only_the_units_remain() -> None:
    scale = FlowScale(limit=1.0, unit=2.0).unlimited
    field = np.array([30.0, 40.0], np.float32).reshape(2, 1, 1)
    assert scale.apply(field).ravel().tolist() == [15.0, 20.0]


def test_differences_are_only_divided() -> None:
    field = np.full((3, 4, 4), 0.001, np.float32)
    got = FlowScale(unit=0.5, still=0.0).apply(field)
    np.testing.assert_allclose(got, 0.002, rtol=1e-6)


def test_the_units_come_from_the_footage() -> None:
    rng = np.random.default_rng(2)
    fields = rng.normal(0, 2, (20, 2, 40, 40)).astype(np.float32)
    counted = Magnitudes()
    for field in fields:
        counted.add(field)
    scale = counted.scale()
    length = np.sqrt(np.square(fields).sum(axis=1))
    assert scale.limit == pytest.approx(float(np.quantile(length, 0.999)), abs=0.05)
    kept = np.where(length < STILL, 0, np.minimum(length, scale.limit))
    assert scale.unit == pytest.approx(math.sqrt(np.square(kept).mean() / 2), rel=0.01)
    spread = float(np.sqrt(np.square(scale.apply(fields)).mean()))
    assert spread == pytest.approx(1.0, rel=0.01)


def test_still_footage_has_a_usable_unit() -> None:
    counted = Magnitudes()
    counted.add(np.zeros((2, 8, 8), np.float32))
    assert counted.scale().unit == 1.0
    assert Magnitudes().scale() == FlowScale()
    assert np.isfinite(counted.scale().apply(np.zeros((2, 8, 8), np.float32))).all()


def test_the_flow_does_not_depend_on_what_was_asked_before() -> None:
    wide = texture()
    pairs = [(wide[None, at : at + 40, :40], wide[None, at : at + 40, 2:42]) for at in range(4)]
    alone = [dense_flow(*pair) for pair in pairs]
    again = [dense_flow(*pair) for pair in reversed(pairs)][::-1]
    assert all(np.array_equal(one, two) for one, two in zip(alone, again, strict=True))


def test_a_flow_is_known_where_it_leads_there_and_back() -> None:
    there = np.zeros((2, 8, 20), np.float32)
    there[0] = 3.0
    back = -there
    known = comes_back(there, back)
    assert known[:, :17].all()
    assert not known[:, 17:].any(), "what leaves the picture has no counterpart"
    back[0, 2, 9] = -1.0
    known = comes_back(there, back)
    assert not known[2, 6], "read where the flow leads"
    assert known[2, 9]


@pytest.mark.parametrize(("gap", "is_known"), [(0.7, True), (0.8, False)])
def test_a_round_trip_may_miss_by_the_root_of_half_a_pixel(gap: float, is_known: bool) -> None:
    """|w + w'|^2 < 0.01 (|w|^2 + |w'|^2) + 0.5."""
    there = np.zeros((2, 4, 4), np.float32)
    back = np.zeros_like(there)
    back[1] = gap
    assert comes_back(there, back)[2, 2] == is_known
