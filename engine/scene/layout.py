"""The squares: where the camera hangs, where things stand, and where people walk.

Ground points are (x, z) in metres.  Each layout has a one-way corridor, grounds on which nobody
walks, and a passage in the facade through which people come and go.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from engine.scene.camera import DESIGN_HEIGHT, DESIGN_WIDTH, Camera, Sun
from engine.scene.shapes import Colour

Spot = tuple[float, float]
Polygon = tuple[Spot, ...]


@dataclass(frozen=True)
class Way:
    """A way that people take.  half: half its width.  forth, back: people a minute each way."""

    points: Polygon
    half: float
    forth: float
    back: float


@dataclass(frozen=True)
class Route:
    """How an anomaly moves: its points and its speed in metres a second."""

    points: Polygon
    speed: float


@dataclass(frozen=True)
class Corridor:
    """The one-way lane, from `start` to `end`, marked on the ground by lines and arrows."""

    start: Spot
    end: Spot
    half: float

    def contains(self, spot: Spot) -> bool:
        """Whether a spot lies between the lines."""
        ahead, aside = self._local(spot)
        return 0 <= ahead <= math.dist(self.start, self.end) and abs(aside) <= self.half

    def against(self, heading: float) -> bool:
        """Whether somebody with this heading goes against the arrows rather than across."""
        way = math.atan2(self.end[1] - self.start[1], self.end[0] - self.start[0])
        return math.cos(heading - way) < -0.7

    def _local(self, spot: Spot) -> Spot:
        length = math.dist(self.start, self.end)
        ux, uz = (self.end[0] - self.start[0]) / length, (self.end[1] - self.start[1]) / length
        dx, dz = spot[0] - self.start[0], spot[1] - self.start[1]
        return dx * ux + dz * uz, dz * ux - dx * uz


@dataclass(frozen=True)
class Tree:
    """A tree: its foot, the height of the crown's middle and the crown's half-axes (wide, high)."""

    foot: Spot
    height: float
    wide: float
    high: float


@dataclass(frozen=True)
class Layout:
    """A square under a camera.  eye: metres; yaw, pitch: degrees; focal: pixels at 480 x 320."""

    eye: tuple[float, float, float]
    yaw: float
    pitch: float
    focal: float
    sun: Sun
    facade: float
    passage: tuple[float, float]
    paving: Colour
    slab: tuple[float, float]
    wall: Colour
    shade: Colour
    lawns: tuple[Polygon, ...]
    beds: tuple[Polygon, ...]
    fountain: Spot
    corridor: Corridor
    trees: tuple[Tree, ...]
    lamps: tuple[Spot, ...]
    benches: tuple[Spot, ...]
    ways: tuple[Way, ...]
    cyclist: Route
    cart: Route
    runner: Route
    wrong_way: Route
    trespass: Route
    bag: Spot
    bag_from: Polygon
    bag_to: Polygon

    def camera(self, width: int, height: int) -> Camera:
        """The camera for a picture of this size, never wider than the design: ways end unseen."""
        focal = self.focal * max(width / DESIGN_WIDTH, height / DESIGN_HEIGHT)
        yaw, pitch = math.radians(self.yaw), math.radians(self.pitch)
        return Camera(width, height, self.eye, yaw, pitch, focal)

    def on_lawn(self, spot: Spot) -> bool:
        """Whether a spot lies on ground where nobody walks."""
        return any(
            cv2.pointPolygonTest(np.array(area, np.float32), spot, False) >= 0
            for area in self.lawns + self.beds
        )


_PLAZA = Layout(
    eye=(0.0, 7.5, 0.0),
    yaw=0.0,
    pitch=22.0,
    focal=560.0,
    sun=Sun(0.95, 0.42),
    facade=31.0,
    passage=(0.2, 3.4),
    paving=(176, 168, 156),
    slab=(0.9, 0.6),
    wall=(196, 176, 148),
    shade=(126, 54, 50),
    lawns=(((-24.0, 18.4), (0.2, 18.4), (0.2, 22.6), (-24.0, 22.6)),),
    beds=(((3.2, 18.4), (26.0, 18.4), (26.0, 22.6), (3.2, 22.6)),),
    fountain=(7.4, 20.5),
    corridor=Corridor((-16.0, 16.1), (16.0, 16.1), 1.15),
    trees=(Tree((-5.6, 20.8), 4.4, 2.3, 1.5),),
    lamps=((-3.1, 14.2), (4.4, 14.2)),
    benches=((-6.7, 23.05), (-1.8, 23.05)),
    ways=(
        Way(((-11.0, 11.8), (11.5, 11.8)), 1.3, 5.0, 4.5),
        Way(((-13.0, 16.1), (13.0, 16.1)), 0.75, 8.5, 0.0),
        Way(((-18.0, 25.4), (18.0, 25.4)), 1.5, 6.0, 6.0),
        Way(
            ((9.0, 34.0), (2.0, 33.6), (1.8, 30.0), (1.7, 24.0),
             (1.7, 13.6), (0.6, 10.5), (-2.0, 3.5)),
            0.7, 3.5, 3.5,
        ),
        Way(
            ((11.5, 12.4), (4.0, 12.2), (1.9, 12.8), (1.7, 17.5),
             (1.8, 23.8), (-1.5, 25.3), (-18.0, 25.6)),
            0.6, 2.0, 2.0,
        ),
    ),
    cyclist=Route(((-11.5, 11.4), (0.0, 12.3), (11.5, 12.0)), 3.7),
    cart=Route(((13.5, 12.6), (4.0, 12.4), (-4.0, 12.2), (-13.0, 12.6)), 2.9),
    runner=Route(((-11.5, 12.4), (-3.0, 12.6), (1.6, 15.4), (6.0, 16.2), (13.5, 16.2)), 3.4),
    wrong_way=Route(
        ((11.5, 11.0), (8.0, 13.0), (5.4, 15.9), (2.0, 16.2),
         (-2.2, 16.0), (-5.0, 12.8), (-11.5, 11.8)),
        1.5,
    ),
    trespass=Route(
        ((-18.5, 24.8), (-9.5, 24.4), (-8.0, 22.4), (-3.6, 18.6),
         (-1.0, 16.6), (4.0, 16.1), (13.5, 16.1)),
        1.35,
    ),
    bag=(-2.4, 14.15),
    bag_from=((-11.5, 12.4), (-5.0, 12.7), (-2.8, 13.8)),
    bag_to=((-2.8, 13.8), (0.2, 12.3), (0.6, 10.0), (0.0, 6.3)),
)  # fmt: skip

_COURT = Layout(
    eye=(0.0, 8.6, 0.0),
    yaw=22.0,
    pitch=24.5,
    focal=540.0,
    sun=Sun(-0.75, 0.55),
    facade=36.0,
    passage=(3.6, 7.4),
    paving=(170, 138, 118),
    slab=(0.42, 0.21),
    wall=(172, 178, 180),
    shade=(48, 84, 92),
    lawns=(((8.4, 15.6), (16.4, 15.6), (16.4, 21.4), (8.4, 21.4)),),
    beds=(((-9.0, 16.0), (2.7, 16.0), (2.7, 22.4), (-9.0, 22.4)),),
    fountain=(0.6, 19.3),
    corridor=Corridor((5.5, 3.0), (5.5, 36.0), 1.3),
    trees=(Tree((13.2, 19.6), 4.3, 2.1, 1.5),),
    lamps=((7.6, 14.4), (7.7, 27.2)),
    benches=((11.0, 22.0), (14.4, 22.0)),
    ways=(
        Way(((-6.0, 11.6), (18.0, 11.6)), 1.4, 5.0, 5.0),
        Way(
            ((4.6, 1.0), (5.5, 8.0), (5.5, 20.0), (5.5, 36.5), (6.5, 39.0), (14.0, 40.0)),
            0.8, 8.0, 0.0,
        ),
        Way(((-6.0, 25.0), (34.0, 25.0)), 1.5, 5.5, 5.5),
        Way(((-6.0, 31.0), (40.0, 31.0)), 1.5, 4.0, 4.0),
        Way(((25.0, 9.0), (18.6, 16.0), (18.6, 21.0), (14.0, 24.6), (-6.0, 25.4)), 0.7, 2.5, 2.5),
    ),
    cyclist=Route(((19.0, 11.2), (8.0, 12.0), (-7.0, 11.6)), 3.9),
    cart=Route(((36.0, 25.3), (14.0, 25.0), (-8.0, 25.2)), 4.0),
    runner=Route(((-7.0, 12.3), (5.0, 12.0), (19.0, 10.9)), 3.5),
    wrong_way=Route(
        ((-7.0, 25.4), (3.0, 25.4), (5.4, 23.2), (5.5, 18.0),
         (5.7, 13.8), (9.0, 11.4), (19.0, 11.2)),
        1.4,
    ),
    trespass=Route(
        ((-7.0, 25.2), (7.0, 24.8), (10.0, 22.6), (12.6, 18.0),
         (15.0, 14.4), (19.0, 11.4), (24.0, 9.0)),
        1.35,
    ),
    bag=(8.3, 14.2),
    bag_from=((19.0, 11.4), (12.0, 12.2), (8.8, 13.7)),
    bag_to=((8.8, 13.7), (6.5, 12.2), (2.0, 11.4), (-3.8, 11.5)),
)  # fmt: skip

LAYOUTS: tuple[Layout, ...] = (_PLAZA, _COURT)


@lru_cache(maxsize=8)
def layout_of(number: int) -> Layout:
    """The layout of that number.  ValueError where there is none."""
    if not 0 <= number < len(LAYOUTS):
        raise ValueError(f"there are layouts 0 to {len(LAYOUTS) - 1}, not {number}")
    return LAYOUTS[number]
