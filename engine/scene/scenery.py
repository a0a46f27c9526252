"""Everything that stands still: background, shadows, and the things people walk behind."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.scene import props, textures
from engine.scene.camera import Camera
from engine.scene.drawing import Patch, drawings
from engine.scene.layout import Layout, Polygon, layout_of
from engine.scene.shapes import Colour
from engine.scene.textures import Grain, Image

_FINE = 2  # subpixels along each side
_KERB = 0.16  # metres wide
_KERB_HEIGHT = 0.1


@dataclass(frozen=True)
class Sprite:
    """A thing that stands.  depth: metres off.  sway: pixels that the wind moves its top."""

    patch: Patch
    depth: float
    sway: float


@dataclass(frozen=True)
class Scenery:
    """A layout at one picture size.

    background: RGB float32 (H, W, 3) in full sun.  shade: uint8 (H, W), 255 where something fixed
    hides the sun.  front: the facade as a patch, in front of whoever is in the passage.
    """

    layout: Layout
    camera: Camera
    background: Image
    shade: NDArray[np.uint8]
    sprites: tuple[Sprite, ...]
    front: Patch


@lru_cache(maxsize=4)
def scenery_of(number: int, width: int, height: int) -> Scenery:
    """The scenery of a layout for pictures of this size; it depends on nothing else."""
    layout = layout_of(number)
    camera = layout.camera(width, height)
    grain = Grain(1000 + number)
    rays = camera.rays(_FINE)
    with np.errstate(divide="ignore", invalid="ignore"):
        down = np.where(rays[..., 1] < -1e-3, -layout.eye[1] / rays[..., 1], 1e4).astype(np.float32)
    x, z = layout.eye[0] + rays[..., 0] * down, layout.eye[2] + rays[..., 2] * down
    reach = np.hypot(x, z)
    pitch = (reach**2 + layout.eye[1] ** 2) / (camera.focal * layout.eye[1] * _FINE)
    ground = textures.paving(layout, grain, x, z, pitch)
    canvas = _Ground(ground, camera)
    for area in layout.lawns:
        canvas.bordered(area, textures.lawn(grain, x, z), (190, 186, 176))
    for area in layout.beds:
        canvas.bordered(area, textures.soil(grain, x, z), (178, 172, 162))
    near_wall = np.clip((layout.facade - z) / 1.6, 0, 1)
    canvas.image *= (0.72 + 0.28 * np.sqrt(near_wall))[..., None]

    image = canvas.image
    hits = (layout.facade / rays[..., 2]).astype(np.float32)  # the eye is at z = 0
    wall_y = layout.eye[1] + rays[..., 1] * hits
    rows = int(np.flatnonzero((wall_y > 0).any(axis=1)).max(initial=0)) // _FINE + 1
    top = slice(0, rows * _FINE)
    wall_x, wall_y = (layout.eye[0] + rays[..., 0] * hits)[top], wall_y[top]
    wall = textures.facade(layout, grain, wall_x, wall_y)
    gate = textures.passage(layout, wall_x, wall_y)
    is_wall = (wall_y > 0) & ~gate
    inside = textures.inside(layout, rays[top], ground[top], z[top])
    image[top][gate] = inside[gate]
    image[top][is_wall] = wall[is_wall]

    size = (width, height)
    lit = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.float32)
    solid = np.dstack([wall, np.full_like(wall_x, 255)]) * is_wall[..., None]
    facade = cv2.resize(solid, (width, rows), interpolation=cv2.INTER_AREA).clip(0, 255)
    front = Patch(0, 0, facade.astype(np.uint8))

    shade = np.zeros((height, width), np.uint8)
    sprites: list[Sprite] = []
    props.draw_low(layout, camera, lit, shade)
    things = list(props.standing(layout))
    drawn = drawings([thing.placed for thing in things], camera, layout.sun, props.LIGHT_FROM)
    for thing, drawing in zip(things, drawn, strict=True):
        drawing.cast(shade)
        patch = drawing.paint(camera)
        if patch is not None:
            sprites.append(
                Sprite(patch, camera.distance(*thing.foot), thing.sway * camera.focal / 560)
            )
    shade[:rows][front.pixels[..., 3] > 0] = 0  # the facade stands upright in the sun
    shade = np.asarray(cv2.GaussianBlur(shade, (0, 0), 1.1 * width / 480), np.uint8)
    dark = cv2.resize(gate.astype(np.uint8), (width, rows), interpolation=cv2.INTER_NEAREST)
    shade[:rows][dark > 0] = 255
    return Scenery(layout, camera, lit, shade, tuple(sprites), front)


class _Ground:
    """The ground at `_FINE` times the picture's size, and areas laid on it."""

    def __init__(self, image: Image, camera: Camera) -> None:
        self.image = image
        self._camera = camera

    def bordered(self, area: Polygon, surface: Image, stone: Colour) -> None:
        """Lay an area and its kerb: the dark outer side, the top, and the surface inside."""
        self._lay(_grown(area, _KERB + 0.05), 0.0, (96, 92, 86), 0.75)
        self._lay(_grown(area, _KERB), 0.0, (stone[0] * 0.7, stone[1] * 0.7, stone[2] * 0.7), 1.0)
        self._lay(_grown(area, _KERB), _KERB_HEIGHT, stone, 1.0)
        self._lay(area, _KERB_HEIGHT, surface, 1.0)

    def _lay(self, area: Polygon, height: float, what: Image | Colour, strength: float) -> None:
        points = np.array([(x, height, z) for x, z in area])
        pixels, _ = self._camera.project(points)
        cover = np.zeros(self.image.shape[:2], np.uint8)
        cv2.fillPoly(cover, [(pixels * _FINE * 8).astype(np.int32)], 255, cv2.LINE_AA, 3)
        share = cover[..., None].astype(np.float32) * (strength / 255)
        self.image += (np.asarray(what, np.float32) - self.image) * share


def _grown(area: Polygon, by: float) -> Polygon:
    """A convex area with its corners moved outwards by `by` along both axes."""
    middle_x = sum(x for x, _ in area) / len(area)
    middle_z = sum(z for _, z in area) / len(area)
    return tuple(
        (x + (by if x > middle_x else -by), z + (by if z > middle_z else -by)) for x, z in area
    )
