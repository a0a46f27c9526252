"""Weights that were adapted to one footage: of what, to how much, and where they lie.

No torch here: whoever lists weights or opens a footage asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.detectors.weights import WeightsCard, list_weights, read_card
from engine.errors import UnreadableWeights

CLIPS = 8  # that weights get used to a footage by, where nobody says another number


@dataclass(frozen=True, slots=True)
class Adaptation:
    """parent: the name of the weights that were adapted.  clips: to so many of the footage's first
    ones.
    """

    parent: str
    clips: int


def frames_before(card: WeightsCard) -> int:
    """Frames of a clip before the one that is predicted; 0 for weights that cannot be adapted."""
    if card.detector != "apn" or not card.config.get("prototypes", 1):
        return 0
    return int(card.config.get("frames_in", 4))


def adapted_path(folder: Path, parent: str, clips: int) -> Path:
    """Where the weights lie that were adapted to the footage whose analyses are in `folder`."""
    return folder / f"{Path(parent).stem}.adapted-{clips}.safetensors"


def adaptation_beside(analysis: Path | None, weights_id: str) -> Adaptation | None:
    """What the weights beside an analysis were adapted from; None where it is not theirs."""
    name = weights_id.partition("@")[0]
    path = None if analysis is None or not name else analysis.parent / f"{name}.safetensors"
    if path is None or not path.is_file():
        return None
    try:
        card = read_card(path)
        said = card.training["adapted"]
        parent, clips = str(said["parent"]), int(said["pairs"])
    except (UnreadableWeights, KeyError, TypeError, ValueError):
        return None
    if card.weights_id != weights_id:
        return None
    now = next((one.path for one in list_weights() if _same(one, parent)), None)
    return Adaptation(parent.partition("@")[0] if now is None else now.stem, clips)


def _same(card: WeightsCard, weights_id: str) -> bool:
    """Whether they are the same tensors, whatever they are called by now."""
    return card.weights_id.partition("@")[2] == weights_id.partition("@")[2]
