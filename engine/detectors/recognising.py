"""Which weights know this camera?  Told by its background, never by a file's name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.detectors.weights import WeightsCard
from engine.footage.background import SAME, BackgroundSignature, likeness
from engine.places import resource


@dataclass(frozen=True, slots=True)
class CameraMatch:
    """How alike a footage's background and that of some weights are: likeness -1..1."""

    weights: str
    likeness: float

    @property
    def same(self) -> bool:
        """Whether it is the same camera."""
        return self.likeness >= SAME


def background_in(card: WeightsCard) -> BackgroundSignature | None:
    """The background that a card carries; None where it has none or a damaged one."""
    if card.background is None:
        return None
    try:
        return BackgroundSignature.from_dict(card.background)
    except (KeyError, TypeError, ValueError):
        return None


def camera_warning(
    seen: BackgroundSignature, card: WeightsCard, cards: Iterable[WeightsCard]
) -> str:
    """What to say where a card's weights learned another camera than the one seen; "" where it is
    the same, or cannot be told because the card carries no background.
    """
    known = background_in(card)
    if known is None or likeness(seen, known) >= SAME:
        return ""
    better = next((one.weights for one in matches(seen, cards) if one.same), "")
    advice = (
        f"'{better}' learned this one."
        if better
        else "no weights know this one; `normscope train` learns it."
    )
    return f"The weights '{card.name}' learned another camera than this footage shows; {advice}"


def matches(seen: BackgroundSignature, cards: Iterable[WeightsCard]) -> tuple[CameraMatch, ...]:
    """Every card that carries a background and was not rolled back, the most alike first; of
    those of the same camera the user's own before those that came with the program, then what
    predicts the next picture (which shows what was expected, and misses less than rebuilding one
    that was seen) before the rest, then the one made last.
    """
    found = []
    for card in cards:
        known = background_in(card)
        if known is not None and not card.retired:
            name = card.path.stem if card.path is not None else card.name
            own = card.path is not None and card.path.parent != resource("weights")
            foresees = card.detector not in ("attributes", "mnad-reconstruction")
            rank = (own, foresees, str(card.training.get("made", "")))
            found.append((round(likeness(seen, known), 3), rank, name))
    lowest = (False, False, "")
    found.sort(key=lambda one: (one[0] >= SAME, one[1] if one[0] >= SAME else lowest, one[0]))
    return tuple(CameraMatch(name, alike) for alike, _, name in reversed(found))
