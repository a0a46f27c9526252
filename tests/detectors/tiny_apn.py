"""Tiny attention prototype networks and their detectors."""

from __future__ import annotations

from typing import Any

import torch

from engine.detectors.apn import ApnConfig, ApnNetwork, apn_facts
from engine.detectors.apn_stream import ApnDetector

TINY: dict[str, Any] = {"channels": 1, "width": 2, "size": 32, "prototypes": 3}


def network(seed: int = 1, **config: Any) -> ApnNetwork:
    """A network whose attention counts, as after training."""
    torch.manual_seed(seed)
    made = ApnNetwork(ApnConfig(**(TINY | config)))
    with torch.no_grad():
        for name, parameter in made.named_parameters():
            if name.endswith("gain"):
                parameter.fill_(0.3)
            if name.startswith("unit"):
                parameter.mul_(8.0)
    return made


def detector(made: ApnNetwork | None = None, **config: Any) -> ApnDetector:
    """On the CPU in fp32."""
    made = made or network(**config)
    return ApnDetector(made, apn_facts(made.config), torch.device("cpu"), torch.float32)
