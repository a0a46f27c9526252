"""The attention prototype network: its size, its shapes, its losses."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.detectors.apn import ApnConfig, ApnNetwork
from engine.detectors.apn_losses import ApnLossWeights, apn_losses, ssim
from engine.detectors.cost import full_size
from engine.errors import BadSetting

TINY: dict[str, Any] = {"channels": 1, "width": 2, "size": 32, "prototypes": 3}


def size_of(**config: Any) -> tuple[float, float]:
    """Parameters in millions and multiply-accumulates in billions, for one clip of full width."""
    found = full_size("apn", **config)
    return found.parameters / 1e6, found.multiply_accumulates / 1e9


def test_the_full_network_has_the_released_code_s_size() -> None:
    everywhere, bare = size_of(), size_of(attention_side=0, prototypes=0)
    assert everywhere[0] == pytest.approx(3.36, abs=0.005)
    assert bare[1] == pytest.approx(32.0, abs=0.05)
    unit = size_of(attention_side=0)
    assert unit[0] - bare[0] == pytest.approx(1280e-6, abs=1e-9)
    # attention, prototypes, similarities and retrieval: four products of N x c x M
    assert unit[1] - bare[1] == pytest.approx(4 * 65536 * 128 * 10 / 1e9, rel=1e-6)
    assert everywhere[1] - unit[1] == pytest.approx(8.4, abs=0.05)


def test_with_four_levels_it_is_the_meta_prototype_network() -> None:
    parameters, products = size_of(levels=4, attention_side=0, prototypes=0)
    assert parameters == pytest.approx(13.28, abs=0.005)
    assert products == pytest.approx(44.1, abs=0.05)


@pytest.mark.parametrize("levels", [3, 4])
@pytest.mark.parametrize("plug", [1, 2, 4])
@pytest.mark.parametrize("changes", [{}, {"channels": 3, "prototypes": 1}, {"prototypes": 0},
                                     {"attention_side": 0}, {"rounds": 1, "size": 40}])  # fmt: skip
def test_every_shape_predicts_a_picture(levels: int, plug: int, changes: dict[str, Any]) -> None:
    config = ApnConfig(**(TINY | {"levels": levels, "plug": plug} | changes))
    torch.manual_seed(0)
    network = ApnNetwork(config).requires_grad_(False)
    side = config.size
    clip = torch.rand(2, 4 * config.channels, side, side) * 2 - 1
    features, _ = network.encode(clip)
    assert features.shape == (2, config.feature_channels, side // plug, side // plug)
    output = network(clip)
    assert output.predicted.shape == (2, config.channels, side, side)
    assert float(output.predicted.abs().max()) <= 1
    assert (output.prototyping is None) == (config.prototypes == 0)
    if output.prototyping is not None:
        shape = (2, config.prototypes, config.feature_channels)
        assert output.prototyping.prototypes.shape == shape
        assert output.prototyping.pixels.shape[1] == (side // plug) ** 2
    assert network(clip, with_unit=False).prototyping is None


def test_without_its_unit_the_tail_sees_unit_pixels() -> None:
    torch.manual_seed(0)
    network = ApnNetwork(ApnConfig(**TINY))
    clip = torch.rand(1, 4, 32, 32)
    features, skips = network.encode(clip)
    norm = features.norm(dim=1, keepdim=True).clamp_min(1e-12)
    expected = network.finish(features / norm, skips)
    torch.testing.assert_close(network(clip, with_unit=False).predicted, expected)


def test_attention_follows_the_levels_that_are_small_enough() -> None:
    assert ApnConfig().attended == (2,)
    assert ApnConfig(attention_side=256).attended == (0, 1, 2)
    assert ApnConfig(attention_side=128, levels=4).attended == (1, 2, 3)
    assert ApnConfig(attention_side=0).attended == ()
    network = ApnNetwork(ApnConfig(**(TINY | {"attention_side": 16})))
    assert set(network.backbone["attention"]) == {"1", "2"}  # type: ignore[arg-type]


def test_every_parameter_belongs_to_backbone_tail_or_unit() -> None:
    for plug in (1, 2, 4):
        network = ApnNetwork(ApnConfig(**(TINY | {"plug": plug})))
        prefixes = {name.partition(".")[0] for name, _ in network.named_parameters()}
        assert prefixes == {"backbone", "tail", "unit"}
        output = network(torch.rand(1, 4, 32, 32))
        output.predicted.sum().backward()
        assert all(p.grad is not None for p in network.parameters())


@pytest.mark.parametrize(
    "changes",
    [{"size": 36}, {"size": 24}, {"channels": 2}, {"width": 0}, {"levels": 5}, {"plug": 3},
     {"rounds": 0}, {"prototypes": -1}, {"scales": ()}, {"scales": (3.0,)}],
)  # fmt: skip
def test_impossible_shapes_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadSetting):
        ApnConfig(**(TINY | changes))


def test_a_configuration_survives_its_card() -> None:
    config = ApnConfig(**(TINY | {"scales": (1.0, 0.5), "plug": 2}))
    assert ApnConfig(**config.as_dict()) == config
    assert isinstance(config.as_dict()["scales"], list)


def ssim_by_hand(a: Tensor, b: Tensor) -> float:
    """Over all 11 x 11 windows that lie inside, of one plane (h, w)."""
    line = [math.exp(-((i - 5) ** 2) / (2 * 1.5**2)) for i in range(11)]
    window = [[p * q / sum(line) ** 2 for q in line] for p in line]
    values = []
    for top in range(a.shape[0] - 10):
        for left in range(a.shape[1] - 10):
            cells = [(window[i][j], float(a[top + i, left + j]), float(b[top + i, left + j]))
                     for i in range(11) for j in range(11)]  # fmt: skip
            ma, mb = (sum(c[0] * c[k] for c in cells) for k in (1, 2))
            va = sum(w * (x - ma) ** 2 for w, x, _ in cells)
            vb = sum(w * (y - mb) ** 2 for w, _, y in cells)
            cov = sum(w * (x - ma) * (y - mb) for w, x, y in cells)
            values.append(
                (2 * ma * mb + 1e-4) * (2 * cov + 9e-4)
                / ((ma**2 + mb**2 + 1e-4) * (va + vb + 9e-4))
            )  # fmt: skip
    return sum(values) / len(values)


def test_ssim_is_the_mean_over_windows() -> None:
    torch.manual_seed(2)
    a, b = torch.rand(2, 1, 2, 13, 14, dtype=torch.double) * 2 - 1
    expected = (ssim_by_hand(a[0, 0], b[0, 0]) + ssim_by_hand(a[0, 1], b[0, 1])) / 2
    assert float(ssim(a, b)) == pytest.approx(expected, abs=1e-9)
    assert float(ssim(a, a)) == pytest.approx(1.0)


@pytest.mark.parametrize("forms", ["code", "paper"])
def test_the_loss_is_the_weighted_sum_of_its_terms(forms: str) -> None:
    torch.manual_seed(0)
    network = ApnNetwork(ApnConfig(**TINY)).requires_grad_(False)
    output, target = network(torch.rand(2, 4, 32, 32)), torch.rand(2, 1, 32, 32)
    weights = ApnLossWeights(0.7, 0.3, 0.2, 0.5, margin=1.5, forms=forms)  # type: ignore[arg-type]
    found = apn_losses(output.predicted, target, output.prototyping, weights)
    mean = float((output.predicted - target).square().mean())
    assert float(found.pixel) == pytest.approx(mean, rel=1e-5)
    scale = network.config.feature_channels / 128 if forms == "code" else 1.0
    expected = (
        found.pixel + 0.5 * (1 - ssim(output.predicted, target))
        + 0.7 * scale * found.compact + 0.3 * found.diverse + 0.2 * found.covariance
    )  # fmt: skip
    torch.testing.assert_close(found.total, expected)
    alone = apn_losses(output.predicted, target, None, ApnLossWeights(ssim=0.0))
    assert float(alone.total) == float(alone.pixel)
    assert float(alone.compact) == float(alone.diverse) == float(alone.covariance) == 0
