"""What people look like: build, clothes, hair and what they carry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.scene.shapes import Colour

_SKIN: tuple[Colour, ...] = (
    (236, 196, 168),
    (224, 178, 146),
    (196, 148, 114),
    (141, 96, 70),
    (104, 70, 52),
)
_HAIR: tuple[Colour, ...] = (
    (42, 34, 30),
    (70, 50, 36),
    (112, 78, 48),
    (168, 132, 84),
    (150, 148, 146),
)
_TOPS: tuple[Colour, ...] = (
    (58, 74, 104), (150, 62, 58), (196, 188, 172), (74, 98, 78), (52, 54, 60), (206, 164, 88),
    (112, 132, 160), (226, 226, 222), (126, 84, 110), (88, 70, 58), (60, 118, 128), (170, 106, 76),
)  # fmt: skip
_BOTTOMS: tuple[Colour, ...] = (
    (46, 52, 70), (62, 78, 108), (40, 40, 44), (112, 100, 84), (146, 134, 112), (72, 70, 72),
)  # fmt: skip
_SHOES: tuple[Colour, ...] = ((34, 30, 30), (84, 60, 44), (210, 208, 204), (52, 52, 60))
_BAGS: tuple[Colour, ...] = ((54, 50, 48), (126, 66, 50), (64, 80, 96), (150, 128, 84))


@dataclass(frozen=True, slots=True)
class Look:
    """What a person looks like.  height: metres.  build: width relative to the usual."""

    height: float
    build: float
    skin: Colour
    hair: Colour
    top: Colour
    bottom: Colour
    shoes: Colour
    bag: Colour
    long_hair: bool
    coat: bool
    carries: str  # "", "backpack" or "shoulder"


def random_look(random: np.random.Generator) -> Look:
    """A person as one meets them in the street."""

    def pick(colours: tuple[Colour, ...]) -> Colour:
        red, green, blue = colours[int(random.integers(len(colours)))]
        shade = float(random.uniform(0.9, 1.1))
        return (min(255, red * shade), min(255, green * shade), min(255, blue * shade))

    return Look(
        height=float(np.clip(random.normal(1.71, 0.085), 1.5, 1.92)),
        build=float(random.uniform(0.92, 1.15)),
        skin=pick(_SKIN),
        hair=pick(_HAIR),
        top=pick(_TOPS),
        bottom=pick(_BOTTOMS),
        shoes=pick(_SHOES),
        bag=pick(_BAGS),
        long_hair=bool(random.random() < 0.4),
        coat=bool(random.random() < 0.25),
        carries=str(random.choice(["", "backpack", "shoulder"], p=[0.55, 0.25, 0.2])),
    )
