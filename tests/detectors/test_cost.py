"""Parameters and multiply-accumulates, against the published sizes and against counting by hand."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode

from engine.detectors.cost import cost_of, count, full_size
from engine.detectors.weights import find_weights, read_tensors
from engine.errors import BadSetting


@pytest.mark.parametrize(
    ("detector", "memory", "millions", "giga"),
    [
        ("mnad-prediction", True, 15.65, 46.5),
        ("mnad-prediction", False, 13.29, None),
        ("mnad-reconstruction", True, 17.20, 49.8),
        ("mnad-reconstruction", False, 14.84, None),
    ],
)
def test_full_size_networks_cost_what_the_released_code_costs(
    detector: str, memory: bool, millions: float, giga: float | None
) -> None:
    cost = full_size(detector, memory=memory)
    assert cost.parameters / 1e6 == pytest.approx(millions, abs=0.006)
    if giga is not None:
        assert cost.multiply_accumulates / 1e9 == pytest.approx(giga, abs=0.05)


def test_the_memory_costs_one_comparison_and_one_read_of_every_item() -> None:
    cost = full_size("mnad-prediction", width=8, size=64, items=7)
    queries, channels = (64 // 8) ** 2, 8 * 8
    assert cost.products == 2 * queries * 7 * channels
    assert full_size("mnad-prediction", width=8, size=64, memory=False).products == 0


class Mixed(nn.Module):
    """Each kind of layer once, and an attention that no layer announces."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 5, 3, padding=1)
        self.up = nn.ConvTranspose2d(5, 4, 3, stride=2, padding=1, output_padding=1)
        self.line = nn.Linear(4, 6, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(1, 3, h, w) -> (1, 4 h w, 6) attended to itself."""
        x = self.up(self.conv(x)).flatten(2).transpose(1, 2)
        x = self.line(x)
        return (x @ x.transpose(1, 2)).softmax(dim=2) @ x


def test_every_layer_and_every_product_is_counted_as_by_hand() -> None:
    h, w = 4, 6
    conv = 0
    for _ in range(5):  # outputs
        for _ in range(3):  # inputs
            for _ in range(9):
                conv += h * w
    up = 5 * 4 * 9 * h * w  # each input pixel meets each weight once
    positions = (2 * h) * (2 * w)
    line = positions * 4 * 6
    attention = 2 * positions * positions * 6
    with FakeTensorMode():
        cost = count(Mixed(), torch.zeros(1, 3, h, w))
    assert cost.convolutions == conv + up
    assert cost.products == line + attention
    assert cost.parameters == (3 * 9 + 1) * 5 + (5 * 9) * 4 + 4 + 24


def test_counting_leaves_a_real_network_as_it_was() -> None:
    network = Mixed().train()
    before = [p.clone() for p in network.parameters()]
    cost = count(network, torch.zeros(1, 3, 4, 6))
    assert network.training
    assert all(torch.equal(a, b) for a, b in zip(before, network.parameters(), strict=True))
    with FakeTensorMode():
        assert count(Mixed(), torch.zeros(1, 3, 4, 6)) == cost


def test_shipped_weights_hold_as_many_numbers_as_are_counted() -> None:
    card = find_weights("ped2")
    tensors = read_tensors(card)
    buffers = ("running_mean", "running_var", "num_batches_tracked", "items")
    stored = sum(t.numel() for name, t in tensors.items() if not name.endswith(buffers))
    assert cost_of(card.detector, card.config).parameters == stored


def test_what_has_no_network_is_refused() -> None:
    with pytest.raises(BadSetting, match="'speed' has no network"):
        cost_of("speed", {})
    with pytest.raises(BadSetting, match="no configuration"):
        full_size("mnad-prediction", depth=3)
