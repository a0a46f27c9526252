"""Versions of weights: what was learned again with more that is normal, and the way back.

A newer version is a weights file of its own, whose card names the first one.  Rolling back deletes
nothing: the card says so, the version is no longer proposed, and analyses made with it still open.
"""

from __future__ import annotations

from dataclasses import replace

from engine.detectors.weights import WeightsCard, find_weights, list_weights, write_card
from engine.errors import BadSetting


def root_of(card: WeightsCard) -> str:
    """The name of the first version."""
    return str(card.training.get("version_of") or _name(card))


def versions_of(name: str) -> tuple[WeightsCard, ...]:
    """All versions of the weights, the first one first.  Raises UnreadableWeights."""
    root = root_of(find_weights(name))
    found = [card for card in list_weights() if root_of(card) == root]
    found.sort(key=lambda card: (_name(card) != root, str(card.training.get("made", ""))))
    return tuple(found)


def in_force(name: str) -> WeightsCard:
    """The newest version that was not rolled back.  Raises UnreadableWeights."""
    versions = versions_of(name)
    return next((card for card in reversed(versions) if not card.retired), versions[0])


def roll_back(name: str) -> WeightsCard:
    """Take the newest version out of force; returns the one that is in force then.

    Raises BadSetting where there is none before it, UnreadableWeights.
    """
    standing = [card for card in versions_of(name) if not card.retired]
    if len(standing) < 2:
        raise BadSetting(
            f"There is no earlier version of '{name}' to go back to.",
            hint="`normscope weights versions` lists them.",
        )
    write_card(replace(standing[-1], retired=True))
    return standing[-2]


def restore(name: str) -> WeightsCard:
    """Put a version that was rolled back in force again.  Raises BadSetting, UnreadableWeights."""
    card = find_weights(name)
    if not card.retired:
        raise BadSetting(f"'{name}' was not rolled back.")
    fresh = replace(card, retired=False)
    write_card(fresh)
    return fresh


def _name(card: WeightsCard) -> str:
    return card.path.stem if card.path is not None else card.name
