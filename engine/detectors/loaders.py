"""Which loader builds the detector of a weights card: one row for each detector that has weights.

torch is imported by the loaders, not by this table.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.detectors.base import Detector

if TYPE_CHECKING:
    from engine.detectors.weights import WeightsCard

Loader = Callable[["WeightsCard", str, str], Detector]  # card, device and precision as written


def _mnad(card: WeightsCard, device: str, precision: str) -> Detector:
    from engine.detectors.device import choose_device, choose_dtype
    from engine.detectors.mnad import MnadConfig, MnadNetwork, mnad_facts
    from engine.detectors.mnad_stream import MnadDetector
    from engine.detectors.weights import read_tensors

    where = choose_device(device)
    config = MnadConfig(**card.config)
    network = MnadNetwork(config)
    network.load_state_dict(read_tensors(card))
    facts = mnad_facts(config, **card.known)
    return MnadDetector(network, facts, where, choose_dtype(precision, where))  # type: ignore[arg-type]


def _apn(card: WeightsCard, device: str, precision: str) -> Detector:
    from engine.detectors.apn import ApnConfig, ApnNetwork, apn_facts
    from engine.detectors.apn_stream import ApnDetector
    from engine.detectors.device import choose_device, choose_dtype
    from engine.detectors.weights import read_tensors

    where = choose_device(device)
    config = ApnConfig(**card.config)
    network = ApnNetwork(config)
    network.load_state_dict(read_tensors(card))
    facts = apn_facts(config, **card.known)
    return ApnDetector(network, facts, where, choose_dtype(precision, where))  # type: ignore[arg-type]


def _comemory(card: WeightsCard, device: str, precision: str) -> Detector:
    from engine.detectors.comemory import ComemoryConfig, ComemoryNetwork, comemory_facts
    from engine.detectors.comemory_stream import ComemoryDetector
    from engine.detectors.device import choose_device, choose_dtype
    from engine.detectors.weights import read_tensors

    where = choose_device(device)
    config = ComemoryConfig(**card.config)
    network = ComemoryNetwork(config)
    network.load_state_dict(read_tensors(card))
    facts = comemory_facts(config, **card.known)
    return ComemoryDetector(network, facts, where, choose_dtype(precision, where))  # type: ignore[arg-type]


def _attributes(card: WeightsCard, device: str, precision: str) -> Detector:
    from dataclasses import replace

    from engine.detectors.attributes import FACTS, AttributesConfig, AttributesDetector
    from engine.detectors.attributes_normal import Normal
    from engine.detectors.weights import read_arrays

    config = AttributesConfig.of(card.config)
    normal = Normal.from_arrays(read_arrays(card), card.config)
    return AttributesDetector(normal, config, replace(FACTS, **card.known))


LOADERS: dict[str, Loader] = {
    "mnad-prediction": _mnad,
    "mnad-reconstruction": _mnad,
    "apn": _apn,
    "comemory": _comemory,
    "attributes": _attributes,
}
