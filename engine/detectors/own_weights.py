"""The user's own weights as files: renamed, put into a bin, taken out of it again.

A weights file is there when its tensors lie among the user's weights, so that the tensors move
last into the folder and first out of it: whatever is cut short leaves one whole file or none.
"""

from __future__ import annotations

import os
import re
import time
from dataclasses import replace
from pathlib import Path

from engine.detectors.versions import root_of
from engine.detectors.weights import WeightsCard, find_weights, list_weights, read_card, write_card
from engine.errors import BadSetting, UnreadableWeights
from engine.files import storing, write_json
from engine.places import user_folder

_NAME = re.compile(r"[\w][\w.+ -]*")
BIN = "bin"


def is_own(card: WeightsCard) -> bool:
    """Whether they are the user's, and not those that came with the program."""
    return card.path is not None and card.path.parent == user_folder("weights")


def rename_weights(card: WeightsCard, name: str) -> WeightsCard:
    """Give weights another name; their versions follow.  Raises BadSetting, StorageFailed."""
    path, name = _path_of(card), name.strip()
    if name == path.stem:
        return card
    if not _NAME.fullmatch(name) or name.endswith("."):
        raise BadSetting(
            f"'{name}' cannot be the name of a file.",
            hint="Letters, digits, blanks, dots and dashes can.",
        )
    if _taken(name, path.stem):
        raise BadSetting(f"There are weights named '{name}' already.", hint="Choose another name.")
    target = path.with_name(f"{name}.safetensors")
    fresh = replace(card, name=name, path=target)
    with storing(f"the weights {name}"):
        write_card(fresh)
        os.replace(path, target)
        path.with_suffix(".json").unlink(missing_ok=True)
        for other in list_weights():
            if other.training.get("version_of") == path.stem and is_own(other):
                write_card(replace(other, training={**other.training, "version_of": name}))
    return fresh


def bin_weights(card: WeightsCard) -> Path:
    """Put weights into the bin; returns where their tensors lie there.  Analyses made with them
    still open.  Raises BadSetting, StorageFailed.
    """
    path = _path_of(card)
    folder = user_folder("weights") / BIN / f"{path.stem}-{time.time_ns()}"
    with storing("the bin of weights"):
        folder.mkdir(parents=True)
        write_json(folder / f"{path.stem}.json", card.as_dict())
        os.replace(path, folder / path.name)
        path.with_suffix(".json").unlink(missing_ok=True)
    return folder / path.name


def put_back(binned: Path) -> WeightsCard:
    """Take weights out of the bin.  Raises BadSetting where their name is taken, StorageFailed,
    UnreadableWeights.
    """
    target = user_folder("weights") / binned.name
    if target.exists():
        raise BadSetting(
            f"There are weights named '{target.stem}' again.", hint="Rename those first."
        )
    card = read_card(binned)
    with storing(f"the weights {target.stem}"):
        write_json(target.with_suffix(".json"), card.as_dict())
        os.replace(binned, target)
        binned.with_suffix(".json").unlink(missing_ok=True)
        binned.parent.rmdir()
    return replace(card, path=target)


def families() -> list[tuple[WeightsCard, ...]]:
    """All weights, those that are versions of each other together, the first one first; the user's
    own before those that came with the program.
    """
    found: dict[str, list[WeightsCard]] = {}
    for card in list_weights():
        found.setdefault(root_of(card), []).append(card)
    for root, cards in found.items():
        cards.sort(key=lambda card: (_stem(card) != root, str(card.training.get("made", ""))))
    return [tuple(cards) for cards in found.values()]


def _stem(card: WeightsCard) -> str:
    return card.path.stem if card.path is not None else card.name


def _path_of(card: WeightsCard) -> Path:
    if card.path is None or not is_own(card):
        raise BadSetting(
            f"'{card.name}' came with the program and stays as it is.",
            hint="Learn from them under a name of your own.",
        )
    return card.path


def _taken(name: str, but: str) -> bool:
    if name.casefold() == but.casefold():
        return False  # other letters of the same name, on any file system
    if name == "speed":
        return True
    try:
        find_weights(name)
    except UnreadableWeights:
        return False
    return True
