"""What a network costs: parameters, and multiply-accumulates for one frame.

Counted while the network runs once on tensors that have shapes but no values: every convolution
and matrix product is seen, functional ones included, in a fraction of a second and without memory.
Norms, activations and resizing are not counted, as usual in the literature.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils.flop_counter import FlopCounterMode

from engine.errors import BadSetting

Shape = tuple[int, ...]

FULL_SIZE: dict[str, dict[str, Any]] = {
    "mnad-prediction": {"task": "prediction"},
    "mnad-reconstruction": {"task": "reconstruction", "frames_in": 1},
    "apn": {"attention_side": 256},  # attention after every level, as released
}
"""By detector: what makes its configuration the paper's, where the class's defaults do not."""


@dataclass(frozen=True, slots=True)
class NetworkCost:
    """parameters: trained numbers, buffers (memory items, running statistics) left out.
    convolutions, products: multiply-accumulates of one forward pass; products are matrix products
    such as memory reads and attention.
    """

    parameters: int
    convolutions: int
    products: int

    @property
    def multiply_accumulates(self) -> int:
        """All of them, for one forward pass."""
        return self.convolutions + self.products

    def as_dict(self) -> dict[str, int]:
        """For documents."""
        return {
            "parameters": self.parameters,
            "multiply_accumulates": self.multiply_accumulates,
            "convolutions": self.convolutions,
            "products": self.products,
        }


def count(network: nn.Module, *inputs: torch.Tensor) -> NetworkCost:
    """Run a network once, without gradients and in eval mode, and count.

    Under a FakeTensorMode nothing is computed; the forward pass must then ask no tensor for its
    values.
    """
    was_training = network.training
    network.eval()
    # a fused multiply-accumulate counts as two operations there
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        network(*inputs)
    network.train(was_training)
    by_kind = {"convolutions": 0, "products": 0}
    for operation, operations in counter.get_flop_counts()["Global"].items():
        kind = "convolutions" if "conv" in str(operation) else "products"
        by_kind[kind] += int(operations) // 2
    parameters = sum(parameter.numel() for parameter in network.parameters())
    return NetworkCost(parameters, **by_kind)


def cost_of(detector: str, config: Mapping[str, Any]) -> NetworkCost:
    """Cost of the network that a weights card's detector and config describe, for one frame.

    Raises BadSetting for a detector without a network, or a configuration that is none.
    """
    maker = _MAKERS.get(detector)
    if maker is None:
        raise BadSetting(
            f"The detector '{detector}' has no network to count.",
            hint=f"Those with one: {', '.join(_MAKERS)}.",
        )
    with FakeTensorMode():
        try:
            network, shapes = maker(dict(config))
        except TypeError as error:
            raise BadSetting(f"That is no configuration of '{detector}': {error}.") from error
        return count(network, *(torch.zeros(shape) for shape in shapes))


def full_size(detector: str, **changed: Any) -> NetworkCost:
    """Cost of a detector's network as published, but for what is changed (`width=16`)."""
    return cost_of(detector, FULL_SIZE.get(detector, {}) | changed)


def with_network() -> list[str]:
    """Names of the detectors that have a network."""
    return list(_MAKERS)


# --- one maker a family: (network, shapes of its inputs for one frame) ----------------------------


def _mnad(config: dict[str, Any]) -> tuple[nn.Module, list[Shape]]:
    from engine.detectors.mnad import MnadConfig, MnadNetwork

    shape = MnadConfig(**config)
    return MnadNetwork(shape), [(1, shape.frames_in * shape.channels, shape.size, shape.size)]


def _apn(config: dict[str, Any]) -> tuple[nn.Module, list[Shape]]:
    from engine.detectors.apn import ApnConfig, ApnNetwork

    shape = ApnConfig(**config)
    return ApnNetwork(shape), [(1, shape.frames_in * shape.channels, shape.size, shape.size)]


def _comemory(config: dict[str, Any]) -> tuple[nn.Module, list[Shape]]:
    from engine.detectors.comemory import ComemoryConfig, ComemoryNetwork

    if config.pop("memory", True) is False:
        config |= {"items": 0, "motion_items": 0}
    shape = ComemoryConfig(**config)
    inputs = (1, shape.appearance_frames * shape.channels, shape.size, shape.size)
    return ComemoryNetwork(shape), [inputs]


_MAKERS: dict[str, Callable[[dict[str, Any]], tuple[nn.Module, list[Shape]]]] = {
    "mnad-prediction": _mnad,
    "mnad-reconstruction": _mnad,
    "apn": _apn,
    "comemory": _comemory,
}
