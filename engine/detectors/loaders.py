"""Which loader builds the detector of a weights card: one row for each detector that has weights.

torch is imported by the loaders, not by this table.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engine.detectors.base import Detector, DetectorFacts

if TYPE_CHECKING:
    from engine.detectors.weights import WeightsCard

Loader = Callable[["WeightsCard", str, str], Detector]  # card, device and precision as written


def _network(
    card: WeightsCard,
    device: str,
    precision: str,
    config: Any,
    kinds: tuple[Callable[..., Any], Callable[..., DetectorFacts], Callable[..., Detector]],
) -> Detector:
    """The card's tensors in a network of its configuration; kinds: network, facts, detector."""
    from engine.detectors.device import choose_device, choose_dtype
    from engine.detectors.weights import read_tensors

    make, facts, ready = kinds
    where = choose_device(device)
    network = make(config)
    network.load_state_dict(read_tensors(card))
    dtype = choose_dtype(precision, where)  # type: ignore[arg-type]
    return ready(network, facts(config, **card.known), where, dtype)


def _mnad(card: WeightsCard, device: str, precision: str) -> Detector:
    from engine.detectors.mnad import MnadConfig, MnadNetwork, mnad_facts
    from engine.detectors.mnad_stream import MnadDetector

    kinds = (MnadNetwork, mnad_facts, MnadDetector)
    return _network(card, device, precision, MnadConfig(**card.config), kinds)


def _apn(card: WeightsCard, device: str, precision: str) -> Detector:
    from engine.detectors.apn import ApnConfig, ApnNetwork, apn_facts
    from engine.detectors.apn_stream import ApnDetector

    kinds = (ApnNetwork, apn_facts, ApnDetector)
    return _network(card, device, precision, ApnConfig(**card.config), kinds)


def _comemory(card: WeightsCard, device: str, precision: str) -> Detector:
    from engine.detectors.comemory import ComemoryConfig, ComemoryNetwork, comemory_facts
    from engine.detectors.comemory_stream import ComemoryDetector

    kinds = (ComemoryNetwork, comemory_facts, ComemoryDetector)
    return _network(card, device, precision, ComemoryConfig.of(card.config), kinds)


def _attributes(card: WeightsCard, device: str, precision: str) -> Detector:
    from dataclasses import replace

    from engine.detectors.attributes import FACTS, AttributesConfig, AttributesDetector
    from engine.detectors.attributes_normal import Normal
    from engine.detectors.weights import read_arrays

    config = AttributesConfig.of(card.config)
    normal = Normal.from_arrays(read_arrays(card), card.config)
    return AttributesDetector(normal, config, replace(FACTS, patch=config.patch, **card.known))


LOADERS: dict[str, Loader] = {
    "mnad-prediction": _mnad,
    "mnad-reconstruction": _mnad,
    "apn": _apn,
    "comemory": _comemory,
    "attributes": _attributes,
}
