"""Tiny Co-memory networks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import nn

from engine.detectors.base import FrameScore
from engine.detectors.comemory import ComemoryConfig, ComemoryNetwork, comemory_facts
from engine.detectors.comemory_stream import ComemoryDetector

TINY: dict[str, Any] = {"channels": 1, "width": 2, "size": 32, "items": 4, "motion_items": 3}


def network(seed: int = 1, **config: Any) -> ComemoryNetwork:
    """A network with BN statistics and units as after training."""
    torch.manual_seed(seed)
    made = ComemoryNetwork(ComemoryConfig(**(TINY | config)))
    for part in made.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.running_mean.uniform_(-0.2, 0.2)  # type: ignore[union-attr]
            part.running_var.uniform_(0.05, 0.3)  # type: ignore[union-attr]
            nn.init.uniform_(part.weight, 0.5, 1.5)
            nn.init.uniform_(part.bias, -0.2, 0.2)
    if made.config.flow == "dis":
        made.flow_scale.copy_(torch.tensor([5.0, 1.7, 0.25]))
    made.patch_weights.copy_(torch.tensor([2.0, 0.3]))
    return made.eval()


def detector(made: ComemoryNetwork | None = None, **config: Any) -> ComemoryDetector:
    """On the CPU in fp32."""
    made = made or network(**config)
    return ComemoryDetector(made, comemory_facts(made.config), torch.device("cpu"), torch.float32)


def scored(made: ComemoryDetector, frames: list[np.ndarray], **settings: Any) -> list[FrameScore]:
    """Scores of a whole pass."""
    stream = made.stream(**settings)
    scores = [score for at, frame in enumerate(frames) for score in stream.push(at, frame)]
    return scores + stream.flush()


CONFIGS: list[dict[str, Any]] = [
    {},
    {"channels": 3, "size": 40},
    {"items": 0},
    {"motion_items": 0},
    {"items": 0, "motion_items": 0},
    {"items": 15, "motion_items": 10, "appearance_frames": 4},
    {"flow": "rgb-difference"},
    {"flow": "rgb-difference", "channels": 3},
    {"forms": "paper", "update_rate": 0.1},
    {"motion_skips": False, "appearance_frames": 4},
]


def read_by_loops(features: torch.Tensor, items: torch.Tensor) -> torch.Tensor:
    """[q; p^] with the equations written out.  (1, C, h, w)."""
    _, c, h, w = features.shape
    joined = torch.zeros(1, 2 * c, h, w)
    for y in range(h):
        for x in range(w):
            q = features[0, :, y, x]
            q = q / q.norm()
            strength = [math.exp(float(q @ item)) for item in items]
            read = sum(s / sum(strength) * item for s, item in zip(strength, items, strict=True))
            joined[0, :, y, x] = torch.cat((q, read))  # type: ignore[arg-type]
    return joined
