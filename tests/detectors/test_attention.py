"""Criss-cross attention against a loop over pixels, and how far it reaches."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from engine.detectors.attention import Circulative, CrissCross, criss_cross


def by_hand(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """sum_i A_iu V_i, pixel by pixel: u meets its row and its column, itself once."""
    count, _, height, width = query.shape
    found = torch.zeros_like(value)
    for n in range(count):
        for y in range(height):
            for x in range(width):
                cross = [(y, i) for i in range(width)] + [(i, x) for i in range(height) if i != y]
                assert len(cross) == height + width - 1
                q = query[n, :, y, x].tolist()
                energies = [
                    math.exp(sum(a * b for a, b in zip(q, key[n, :, r, c].tolist(), strict=True)))
                    for r, c in cross
                ]
                for (r, c), energy in zip(cross, energies, strict=True):
                    found[n, :, y, x] += energy / sum(energies) * value[n, :, r, c]
    return found


@pytest.mark.parametrize(("height", "width"), [(5, 6), (1, 4), (3, 1), (1, 1)])
def test_criss_cross_attention_is_the_loop_over_pixels(height: int, width: int) -> None:
    torch.manual_seed(3)
    query, key = torch.randn(2, 2, 3, height, width).unbind(0)
    value = torch.randn(2, 5, height, width)
    torch.testing.assert_close(
        criss_cross(query, key, value), by_hand(query, key, value), rtol=1e-5, atol=1e-5
    )


def test_a_pixel_counts_itself_once() -> None:
    """With equal energies every one of the H + W - 1 pixels of the cross weighs the same."""
    flat = torch.zeros(1, 1, 5, 6)
    value = torch.zeros(1, 1, 5, 6)
    value[0, 0, 2, 3] = 1.0
    gathered = criss_cross(flat, flat, value)[0, 0]
    assert float(gathered[2, 3]) == pytest.approx(1 / 10)
    assert float(gathered[2, 0]) == pytest.approx(1 / 10)
    assert float(gathered[0, 3]) == pytest.approx(1 / 10)
    assert float(gathered[0, 0]) == 0


def test_one_round_is_gain_times_attention_plus_the_map() -> None:
    torch.manual_seed(1)
    cross = CrissCross(16)
    assert cross.query.out_channels == cross.key.out_channels == 2
    x = torch.randn(1, 16, 5, 6)
    assert torch.equal(cross(x), x)  # g starts at 0
    with torch.no_grad():
        cross.gain.fill_(0.7)
        expected = 0.7 * by_hand(cross.query(x), cross.key(x), cross.value(x)) + x
        torch.testing.assert_close(cross(x), expected, rtol=1e-5, atol=1e-5)


def test_rounds_share_their_weights_and_the_map_is_added() -> None:
    torch.manual_seed(2)
    attention = Circulative(8, rounds=2)
    x = torch.randn(1, 8, 5, 6)
    torch.testing.assert_close(attention(x), 2 * x)  # as released: it doubles at the start
    with torch.no_grad():
        attention.cross.gain.fill_(0.5)
        torch.testing.assert_close(attention(x), x + attention.cross(attention.cross(x)))
    assert sum(p.numel() for p in attention.parameters()) == 2 * (8 + 1) + (64 + 8) + 1


def reached(rounds: int, gain: float) -> Tensor:
    """How many of the 30 pixels each pixel's outcome depends on.  (5, 6)."""
    torch.manual_seed(4)
    attention = Circulative(8, rounds).double()
    with torch.no_grad():
        attention.cross.gain.fill_(gain)
    x = torch.randn(1, 8, 5, 6, dtype=torch.double, requires_grad=True)
    answer = attention(x)
    counts = torch.zeros(5, 6)
    for row in range(5):
        for column in range(6):
            (slope,) = torch.autograd.grad(answer[0, :, row, column].sum(), x, retain_graph=True)
            counts[row, column] = (slope[0].abs().sum(dim=0) > 0).sum()
    return counts


def test_two_rounds_connect_every_pair_of_pixels() -> None:
    assert reached(rounds=2, gain=0.5).eq(30).all()


def test_one_round_connects_a_cross() -> None:
    assert reached(rounds=1, gain=0.5).eq(5 + 6 - 1).all()


def test_without_gain_a_pixel_sees_itself_alone() -> None:
    assert reached(rounds=2, gain=0.0).eq(1).all()
