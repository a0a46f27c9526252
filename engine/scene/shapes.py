"""Bodies as convex hulls of spheres and as strokes, in metres.

One description serves the figure and its shadow, so that both move alike; `drawing` paints it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from engine.scene.camera import Floats

Colour = tuple[float, float, float]
Sphere = tuple[float, float, float, float]  # forward, up, left, radius; metres


@dataclass(frozen=True, slots=True)
class Part:
    """Spheres `first` to `last - 1`: their convex hull, or a stroke through their centres."""

    first: int
    last: int
    colour: Colour
    lit: float
    stroke: bool
    casts: bool

    @property
    def sunny(self) -> Colour:
        """The colour of the side that faces the sun."""
        red, green, blue = (min(255.0, c * (1 + self.lit) + 40 * self.lit) for c in self.colour)
        return red, green, blue


@dataclass(frozen=True, slots=True)
class View:
    """From where a figure is seen, in its own axes: forward, up, left (metres)."""

    forward: float
    up: float
    left: float

    @property
    def near(self) -> int:
        """+1 where the figure's left side is nearer to the camera, else -1."""
        return 1 if self.left > 0 else -1


@dataclass(slots=True)
class Model:
    """Parts in drawing order, in the figure's own axes: forward, up, left (metres)."""

    spheres: list[Sphere] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)

    def hull(self, colour: Colour, *spheres: Sphere, lit: float = 0.0, casts: bool = True) -> None:
        """Add the convex hull of some spheres.  lit: how much brighter its sunny side is."""
        first = len(self.spheres)
        self.spheres.extend(spheres)
        self.parts.append(Part(first, len(self.spheres), colour, lit, False, casts))

    def face(self, colour: Colour, *corners: tuple[float, float, float]) -> None:
        """Add a flat convex face."""
        self.hull(colour, *((f, u, s, 0.0) for f, u, s in corners))

    def stroke(
        self, colour: Colour, points: list[tuple[float, float, float]], width: float
    ) -> None:
        """Add a line through points, `width` metres thick."""
        first = len(self.spheres)
        self.spheres.extend((f, u, s, width / 2) for f, u, s in points)
        self.parts.append(Part(first, len(self.spheres), colour, 0.0, True, True))

    def include(self, other: Model) -> None:
        """Add another model's parts, in front of those here."""
        offset = len(self.spheres)
        self.spheres.extend(other.spheres)
        for part in other.parts:
            self.parts.append(replace(part, first=part.first + offset, last=part.last + offset))

    def placed(self, x: float, z: float, heading: float) -> Placed:
        """The model standing at (x, z), facing `heading` radians from the x axis towards z."""
        local = np.array(self.spheres)  # (N, 4)
        cos, sin = math.cos(heading), math.sin(heading)
        world = np.empty((len(local), 3))
        world[:, 0] = x + cos * local[:, 0] - sin * local[:, 2]
        world[:, 1] = local[:, 1]
        world[:, 2] = z + sin * local[:, 0] + cos * local[:, 2]
        return Placed(self.parts, world, local[:, 3])


@dataclass(frozen=True, slots=True)
class Placed:
    """A model in the world: sphere centres (N, 3) and radii (N,) in metres."""

    parts: list[Part]
    centres: Floats
    radii: Floats
