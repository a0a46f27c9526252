"""Weights files: tensors as safetensors, and beside them a JSON card that says what they are.

The card names the detector, its configuration, what it was trained on, what normal looked like on
held-out footage, and the SHA-256 of the tensors.  Nothing is ever unpickled.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.detectors.base import Calibration, Detector
from engine.errors import BadSetting, UnreadableWeights
from engine.files import refuse_foreign, replacing, sha256, write_json
from engine.places import resource, user_folder

if TYPE_CHECKING:
    from torch import Tensor

FORMAT = "normscope-weights"
VERSION = 1


@dataclass(frozen=True, slots=True)
class WeightsCard:
    """What a weights file is.  config: the network's; training: how it came about, free form.
    background: what the camera sees when nobody is there, see engine.footage.background.
    retired: rolled back, see engine.detectors.versions.
    """

    name: str
    detector: str
    config: dict[str, Any]
    lambda_: float
    gamma: float | None
    clip_rate: float | None
    training: dict[str, Any] = field(default_factory=dict)
    calibration: Calibration | None = None
    sha256: str = ""
    path: Path | None = None
    background: dict[str, Any] | None = None
    retired: bool = False

    @property
    def weights_id(self) -> str:
        """Short identity: the name and the first digits of the tensors' hash."""
        return f"{self.name}@{self.sha256[:12]}"

    @property
    def trained_on(self) -> str:
        """One line for lists."""
        return str(self.training.get("trained_on", "unknown footage"))

    @property
    def known(self) -> dict[str, Any]:
        """What the card adds to a detector's facts: see DetectorFacts."""
        return {
            "default_lambda": self.lambda_,
            "gamma": self.gamma,
            "clip_rate": self.clip_rate,
            "calibration": self.calibration,
            "weights_id": self.weights_id,
            "weights_sha256": self.sha256,
            "warning": str(self.training.get("warning", "")),
        }

    def as_dict(self) -> dict[str, Any]:
        """The JSON document."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "name": self.name,
            "detector": self.detector,
            "config": self.config,
            "lambda": self.lambda_,
            "gamma": self.gamma,
            "clip_rate": self.clip_rate,
            "training": self.training,
            "calibration": None if self.calibration is None else self.calibration.as_dict(),
            "background": self.background,
            "retired": self.retired,
            "sha256": self.sha256,
        }


def check_target(path: Path) -> None:
    """BadSetting where weights written to `path` would replace anything but weights with a card."""
    if path.suffix != ".safetensors":
        raise BadSetting("The output's name must end in .safetensors.")
    refuse_foreign(path, lambda tensors: _is_card(tensors.with_suffix(".json")), "weights")
    refuse_foreign(path.with_suffix(".json"), _is_card, "a card of weights")


def _is_card(path: Path) -> bool:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(document, dict) and document.get("format") == FORMAT


def write_weights(path: Path, tensors: dict[str, Tensor], card: WeightsCard) -> WeightsCard:
    """Write tensors and card, each atomically; returns the card with hash and path filled in.
    BadSetting where something else lies there.
    """
    from safetensors.torch import save_file

    check_target(path)
    with replacing(path) as temporary:
        save_file({name: t.detach().contiguous().cpu() for name, t in tensors.items()}, temporary)
    return _with_card(path, card)


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]], card: WeightsCard) -> WeightsCard:
    """As `write_weights`, for a detector that is no network and needs no torch."""
    from safetensors.numpy import save_file

    check_target(path)
    with replacing(path) as temporary:
        save_file({name: np.ascontiguousarray(a) for name, a in arrays.items()}, temporary)
    return _with_card(path, card)


def _with_card(path: Path, card: WeightsCard) -> WeightsCard:
    card = replace(card, sha256=sha256(path), path=path)
    write_json(path.with_suffix(".json"), card.as_dict())
    return card


def write_card(card: WeightsCard) -> None:
    """Replace the card beside its weights; the tensors stay as they are."""
    if card.path is None:
        raise UnreadableWeights(f"The weights {card.name} have not been written yet.")
    write_json(card.path.with_suffix(".json"), card.as_dict())


def read_card(path: Path) -> WeightsCard:
    """The card beside a weights file.  Raises UnreadableWeights."""
    card_path = path.with_suffix(".json")
    try:
        document = json.loads(card_path.read_text(encoding="utf-8"))
        if document.get("format") != FORMAT or int(document.get("version", 0)) > VERSION:
            raise UnreadableWeights(
                f"{card_path.name} is not a weights card that this version reads."
            )
        calibration = document.get("calibration")
        return WeightsCard(
            name=str(document["name"]),
            detector=str(document["detector"]),
            config=dict(document["config"]),
            lambda_=float(document["lambda"]),
            gamma=None if document["gamma"] is None else float(document["gamma"]),
            clip_rate=None if document["clip_rate"] is None else float(document["clip_rate"]),
            training=dict(document.get("training", {})),
            calibration=None if calibration is None else Calibration.from_dict(calibration),
            sha256=str(document["sha256"]),
            path=path,
            background=document.get("background"),
            retired=bool(document.get("retired", False)),
        )
    except FileNotFoundError as error:
        raise UnreadableWeights(
            f"The weights {path.name} have no card {card_path.name} beside them.",
            hint="Copy both files, the .safetensors and the .json.",
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableWeights(f"The weights card {card_path.name} is damaged.") from error


def read_tensors(card: WeightsCard) -> dict[str, Tensor]:
    """The tensors that a card speaks of, checked against its hash.  Raises UnreadableWeights."""
    from safetensors.torch import load_file

    tensors: dict[str, Tensor] = _read(card, load_file)
    for tensor in tensors.values():
        # convolutions with a fused ReLU turn NaN into 0, which would hide it
        if tensor.is_floating_point() and not tensor.isfinite().all():
            raise UnreadableWeights(
                f"The weights {card.name} hold numbers that are not finite.",
                hint="Their training went wrong: train again with a lower --lr.",
            )
    return tensors


def read_arrays(card: WeightsCard) -> dict[str, NDArray[Any]]:
    """As `read_tensors`, without torch."""
    from safetensors.numpy import load_file

    return _read(card, load_file)


def _read(card: WeightsCard, load_file: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
    from safetensors import SafetensorError

    if card.path is None:
        raise UnreadableWeights(f"The weights {card.name} have not been written yet.")
    try:
        if sha256(card.path) != card.sha256:
            raise UnreadableWeights(
                f"The weights {card.path.name} are not the ones that their card describes.",
                hint="Copy the weights and the card again, together.",
            )
        return load_file(card.path)
    except FileNotFoundError as error:
        raise UnreadableWeights(f"There is no weights file {card.path}.") from error
    except (OSError, SafetensorError) as error:
        raise UnreadableWeights(f"The weights file {card.path.name} is damaged.") from error


def weights_folders() -> list[Path]:
    """Where named weights are looked for: the user's own, then those that came with the program."""
    return [user_folder("weights"), resource("weights")]


def find_weights(name_or_path: str) -> WeightsCard:
    """The card of weights given by name (`ped2`) or by path.  Raises UnreadableWeights."""
    path = Path(name_or_path)
    if path.suffix == ".safetensors":
        if not path.is_file():
            raise UnreadableWeights(f"There is no weights file {path}.")
        return read_card(path)
    for folder in weights_folders():
        candidate = folder / f"{name_or_path}.safetensors"
        if candidate.is_file():
            return read_card(candidate)
    known = ", ".join(card.name for card in list_weights()) or "none"
    raise UnreadableWeights(
        f"There are no weights named '{name_or_path}'.", hint=f"Known weights: {known}."
    )


def list_weights() -> list[WeightsCard]:
    """Every readable card, the user's first; a damaged one is left out here and named when asked
    for.
    """
    cards: dict[str, WeightsCard] = {}
    for folder in weights_folders():
        for path in sorted(folder.glob("*.safetensors")):
            try:
                card = read_card(path)
            except UnreadableWeights:
                continue
            cards.setdefault(path.stem, card)
    return list(cards.values())


def load_detector(card: WeightsCard, *, device: str = "auto", precision: str = "auto") -> Detector:
    """Build the detector of a card.  Raises UnreadableWeights, DeviceUnavailable, BadSetting."""
    from engine.detectors.loaders import LOADERS

    if card.detector not in LOADERS:
        raise UnreadableWeights(
            f"The weights {card.name} are for '{card.detector}', a detector that is not known here."
        )
    try:
        return LOADERS[card.detector](card, device, precision)
    except (TypeError, ValueError, KeyError, RuntimeError) as error:
        raise UnreadableWeights(
            f"The tensors of {card.name} do not fit the network that its card describes."
        ) from error
