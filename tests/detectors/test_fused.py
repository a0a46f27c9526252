"""Fused convolutions: the same numbers, in fewer passes over memory."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from engine.detectors.blocks import fold_batchnorm
from engine.detectors.fused import ConvReLU, UpReLU, fuse_relus
from tests.detectors.tiny_apn import network as apn_network
from tests.detectors.tiny_mnad import network

PRECISIONS = [torch.float32, torch.bfloat16]


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("task", ["prediction", "reconstruction"])
def test_a_fused_network_predicts_the_same_picture(task: str, dtype: torch.dtype) -> None:
    made = network(task=task, width=4, channels=1, memory=False)
    fold_batchnorm(made)
    made = made.to(dtype=dtype, memory_format=torch.channels_last)  # type: ignore[call-overload]
    fused = copy.deepcopy(made)
    fuse_relus(fused)
    clip = (torch.rand(1, made.config.frames_in, 64, 64) * 2 - 1).to(dtype)
    clip = clip.to(memory_format=torch.channels_last)
    with torch.inference_mode():
        wanted, found = made(clip).predicted.float(), fused(clip).predicted.float()
    rounding = 1e-5 if dtype == torch.float32 else 5e-2
    torch.testing.assert_close(found, wanted, rtol=rounding, atol=rounding)
    assert any(isinstance(part, ConvReLU) for part in fused.modules())
    assert any(isinstance(part, UpReLU) for part in fused.modules())
    assert not any(isinstance(part, (nn.ReLU, nn.MaxPool2d)) for part in fused.modules())


def test_parameters_keep_their_names() -> None:
    made = network(width=4)
    fused = copy.deepcopy(made)
    fuse_relus(fused)
    assert list(fused.state_dict()) == list(made.state_dict())


def test_a_relu_after_something_else_stays() -> None:
    mixed = nn.Sequential(nn.Conv2d(1, 1, 3), nn.BatchNorm2d(1), nn.ReLU())
    fuse_relus(mixed)
    assert isinstance(mixed[2], nn.ReLU)


def test_a_build_without_the_operators_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    made = network(width=4)
    fuse_relus(made)
    assert not any(isinstance(part, ConvReLU) for part in made.modules())


def test_what_has_no_parameters_is_left_alone() -> None:
    fuse_relus(nn.Sequential(nn.ReLU()))


def test_a_fused_backbone_still_lets_the_tail_learn() -> None:
    made = apn_network()
    fuse_relus(made.backbone)
    made.backbone.requires_grad_(False)
    side = made.config.size
    made(torch.rand(1, made.config.frames_in, side, side)).predicted.mean().backward()
    assert all(parameter.grad is not None for parameter in made.tail.parameters())
