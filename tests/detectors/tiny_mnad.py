"""Tiny networks, their detectors, and moving pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from engine.detectors.base import Calibration
from engine.detectors.mnad import MnadConfig, MnadNetwork, mnad_facts
from engine.detectors.mnad_stream import MnadDetector
from engine.detectors.weights import WeightsCard, write_weights

TINY: dict[str, Any] = {"channels": 1, "width": 2, "size": 32, "items": 5}


def network(seed: int = 1, **config: Any) -> MnadNetwork:
    """A network with BN statistics as after training."""
    torch.manual_seed(seed)
    made = MnadNetwork(MnadConfig(**(TINY | config)))
    for part in made.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.running_mean.uniform_(-0.2, 0.2)  # type: ignore[union-attr]
            part.running_var.uniform_(0.05, 0.3)  # type: ignore[union-attr]
            nn.init.uniform_(part.weight, 0.5, 1.5)
            nn.init.uniform_(part.bias, -0.2, 0.2)
    return made.eval()


def detector(made: MnadNetwork | None = None, **config: Any) -> MnadDetector:
    """On the CPU in fp32."""
    made = made or network(**config)
    return MnadDetector(made, mnad_facts(made.config), torch.device("cpu"), torch.float32)


def pictures(count: int, size: tuple[int, int] = (40, 56), seed: int = 0) -> list[np.ndarray]:
    """RGB (H, W, 3): noise that stands still, a square that walks over it."""
    height, width = size
    rng = np.random.default_rng(seed)
    still = rng.integers(60, 120, (height, width, 3), dtype=np.uint8)
    shown = []
    for at in range(count):
        picture = still.copy()
        left = (3 * at) % (width - 10)
        picture[8:20, left : left + 10] = (250, 40, 90)
        shown.append(picture)
    return shown


def written(folder: Path, name: str = "tiny", **card: Any) -> WeightsCard:
    """Weights with a card, on disk."""
    made = network()
    facts = mnad_facts(made.config)
    return write_weights(
        folder / f"{name}.safetensors",
        made.state_dict(),
        WeightsCard(
            **{
                "name": name,
                "detector": facts.name,
                "config": made.config.as_dict(),
                "lambda_": 0.6,
                "gamma": 0.02,
                "clip_rate": 10.0,
                "training": {"trained_on": "nothing"},
                "calibration": Calibration(
                    np.linspace(0, 1, 5),
                    {"psnr": np.array([-30.0, -29, -28, -27, -1 / 3])},
                    {"error": np.array([0.0, 0.1, 0.2, 0.3, 0.4])},
                    np.array([0.0, 1e-9, 0.01, 0.02, 0.7]),
                    "a wall",
                    77,
                ),
            }
            | card
        ),
    )
