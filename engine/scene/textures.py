"""The ground and the facade: procedural surfaces, looked at through every pixel of the camera."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.scene.layout import Corridor, Layout
from engine.scene.shapes import Colour

Plane = NDArray[np.float32]  # (h, w), a value per pixel
Image = NDArray[np.float32]  # (h, w, 3), RGB in 0..255

_BAY = 4.4  # metres from one shop front to the next
_JOINT = 0.018  # half the width of a joint in the paving, metres
_PASSAGE_HEIGHT = 3.0


class Grain:
    """Smooth random texture of 255 cells, repeated; a layout's is always the same."""

    def __init__(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        self._cells = random.random((256, 256), dtype=np.float32)
        # The last row and column repeat the first: no seam where the texture starts again.
        self._cells[-1], self._cells[:, -1] = self._cells[0], self._cells[:, 0]
        self._cells[-1, -1] = self._cells[0, 0]

    def smooth(self, a: Plane, b: Plane, size: float) -> Plane:
        """Noise in -1..1 over coordinates in metres, with features of about `size` metres."""
        u, v = np.mod(a / size, 255.0), np.mod(b / size, 255.0)
        image = cv2.remap(self._cells, u.astype(np.float32), v.astype(np.float32), cv2.INTER_LINEAR)
        return np.asarray(image, np.float32) * 2 - 1

    def cell(self, a: Plane, b: Plane) -> Plane:
        """One random number in -1..1 per whole cell."""
        picked = self._cells[np.mod(a, 256).astype(np.intp), np.mod(b, 256).astype(np.intp)]
        return np.asarray(picked * 2 - 1, np.float32)


def paving(layout: Layout, grain: Grain, x: Plane, z: Plane, pitch: Plane) -> Image:
    """Slabs in running bond, each of its own tone, with joints, stains and the marked corridor.

    pitch: metres of ground from one row of samples to the next.  Where joints are finer than that
    they are drawn wider and fainter, or they would beat with the rows.
    """
    long, short = layout.slab
    row = np.floor(z / short)
    along = x / long + 0.5 * np.mod(row, 2)
    tone = 1 + 0.055 * np.clip(short / pitch - 1, 0, 1) * grain.cell(np.floor(along), row)
    tone += 0.05 * grain.smooth(x, z, 3.1) + 0.03 * grain.smooth(x, z, 0.9)
    tone += 0.035 * grain.smooth(x, z, 0.07)
    to_joint = np.minimum(
        np.minimum(np.mod(along, 1), 1 - np.mod(along, 1)) * long,
        np.minimum(np.mod(z / short, 1), 1 - np.mod(z / short, 1)) * short,
    )
    width = np.maximum(_JOINT, 0.75 * pitch)
    strength = 0.2 * (_JOINT / width) * np.clip(short / pitch - 2, 0, 1)
    tone *= 1 - np.where(to_joint < width, strength, 0)
    image = tone[..., None] * np.array(layout.paving, np.float32)
    return _corridor(layout.corridor, grain, image.astype(np.float32), x, z)


def _corridor(corridor: Corridor, grain: Grain, image: Image, x: Plane, z: Plane) -> Image:
    """The lane's tint, its two lines and its arrows, worn by many feet."""
    start, end = np.array(corridor.start), np.array(corridor.end)
    length = float(np.hypot(*(end - start)))
    ux, uz = (end - start) / length
    ahead = (x - start[0]) * ux + (z - start[1]) * uz
    aside = np.abs((z - start[1]) * ux - (x - start[0]) * uz)
    within = (ahead > 0) & (ahead < length)
    image[within & (aside < corridor.half)] *= np.array([0.90, 0.91, 0.95], np.float32)
    place = np.mod(ahead, 4.0) - 2.0
    shaft = (place > -0.9) & (place < 0.25) & (aside < 0.11)
    head = (place > 0.2) & (place < 0.95) & (aside < (0.95 - place) * 0.55)
    line = np.abs(aside - corridor.half) < 0.055
    paint = within & (shaft | head | line)
    wear = 0.72 + 0.22 * grain.smooth(x, z, 0.25)
    cover = (paint * wear)[..., None]
    return np.asarray(image * (1 - cover) + np.array([232, 229, 218]) * cover, np.float32)


def lawn(grain: Grain, x: Plane, z: Plane) -> Image:
    """Mown grass: stripes, tufts and blades."""
    stripe = np.where(np.mod(x + 0.25 * z, 2.4) < 1.2, 0.035, -0.035)
    tone = 1 + stripe + 0.10 * grain.smooth(x, z, 0.8) + 0.13 * grain.smooth(x, z, 0.11)
    tone += 0.10 * grain.smooth(x * 1.3, z, 0.05)
    warm = 0.05 * grain.smooth(z, x, 2.3)
    colour = np.stack([96 * (1 + 2 * warm), 128 * (1 + warm), np.full_like(x, 66)], axis=-1)
    return np.asarray(colour * tone[..., None], np.float32)


def soil(grain: Grain, x: Plane, z: Plane) -> Image:
    """Planted ground: dark earth under low green."""
    green = np.clip(0.5 + 1.1 * grain.smooth(x, z, 0.35) + 0.5 * grain.smooth(x, z, 0.12), 0, 1)
    tone = (1 + 0.25 * grain.smooth(x, z, 0.07))[..., None]
    earth, leaves = np.array([92, 72, 56]), np.array([70, 100, 54])
    return np.asarray((earth + (leaves - earth) * green[..., None]) * tone, np.float32)


def facade(layout: Layout, grain: Grain, x: Plane, y: Plane) -> Image:
    """Shop fronts under a fascia, a wall of dressed stone above."""
    wall = np.array(layout.wall, np.float32)
    course = np.floor(y / 0.42)
    stone = 1 + 0.03 * grain.cell(np.floor(x / 0.9 + 0.5 * np.mod(course, 2)), course)
    stone += 0.03 * grain.smooth(x, y, 0.5)
    joint = (np.mod(y, 0.42) < 0.025) | (np.mod(x / 0.9 + 0.5 * np.mod(course, 2), 1) < 0.022)
    image = (stone * np.where(joint, 0.86, 1.0))[..., None] * wall

    def put(where: NDArray[np.bool_], colour: Colour | Image) -> None:
        image[where] = colour[where] if isinstance(colour, np.ndarray) else colour

    bay = np.mod(x, _BAY)
    number = np.floor(x / _BAY)
    lot = grain.cell(number, np.full_like(number, 9))
    frame, trim = (58.0, 54.0, 52.0), (wall[0] * 0.72, wall[1] * 0.72, wall[2] * 0.72)
    window = (bay > 0.55) & (bay < _BAY - 0.55) & (y > 0.75) & (y < 2.65)
    put((bay > 0.45) & (bay < _BAY - 0.45) & (y > 0.62) & (y < 2.75), frame)
    # Glass: darker towards the shop's inside, with the bright square slanting over it.
    slant = np.mod(x * 0.9 + y * 1.2 + 3 * lot, 3.4)
    glow = (
        62 + 20 * (y - 0.75) + 30 * ((slant > 0.4) & (slant < 1.0)) + 14 * grain.smooth(x, y, 0.4)
    )
    glass = glow[..., None] * np.array([0.92, 1.0, 1.08])
    warm = np.clip(1.3 - np.abs(y - 1.15) * 2.2, 0, 1) * np.clip(
        grain.smooth(x, y, 0.28) + 0.3, 0, 1
    )
    glass += warm[..., None] * np.array([90, 62, 34])
    put(window, np.asarray(glass, np.float32))
    put(window & (np.abs(np.mod(bay - 0.55, 1.1)) < 0.06), frame)
    door = (lot > 0.1) & (bay > 2.75) & (bay < 3.85) & (y < 2.65)
    put(door, (72.0, 60.0, 50.0))
    put(
        door & (bay > 2.9) & (bay < 3.7) & (y > 0.35) & (y < 2.5),
        np.asarray(glass * 0.9, np.float32),
    )
    shop = np.array(layout.shade, np.float32)
    band = (y > 2.8) & (y < 3.25) & (bay > 0.3) & (bay < _BAY - 0.3)
    sign = (0.9 + 0.16 * lot)[..., None] * np.where((lot > -0.2)[..., None], shop, shop[::-1])
    put(band, np.asarray(sign, np.float32))
    letters = (
        (np.abs(y - 3.02) < 0.11)
        & (bay > 1.0)
        & (bay < 3.4)
        & (grain.smooth(x, y * 0, 0.07) > -0.1)
    )
    put(band & letters, (226.0, 216.0, 196.0))
    # Awnings hang over every other front and shade the glass below.
    awning = (lot < 0.1) & (y > 2.05) & (y < 2.8) & (bay > 0.35) & (bay < _BAY - 0.35)
    striped = np.where(
        (np.mod(bay, 0.44) < 0.22)[..., None], shop * 1.05, np.array([222, 214, 198])
    )
    put(awning, np.asarray(striped * (1.12 - 0.25 * (2.8 - y))[..., None], np.float32))
    put(y < 0.42, (wall[0] * 0.6, wall[1] * 0.6, wall[2] * 0.6))
    put((y > 3.3) & (y < 3.45), trim)
    left, right = layout.passage
    put(passage(layout, x, y, margin=0.3), (wall[0] * 1.06, wall[1] * 1.06, wall[2] * 1.05))
    put((x > left - 0.3) & (x < right + 0.3) & (y < 0.3), trim)
    return image.astype(np.float32)


def passage(layout: Layout, x: Plane, y: Plane, margin: float = 0.0) -> NDArray[np.bool_]:
    """Where the facade opens: a gate with a rounded top."""
    left, right = layout.passage
    middle, half = (left + right) / 2, (right - left) / 2 + margin
    top = _PASSAGE_HEIGHT + margin - 0.9 * (np.abs(x - middle) / half) ** 4
    return np.asarray((np.abs(x - middle) < half) & (y < top) & (y > 0))


def inside(layout: Layout, rays: Image, ground: Image, z: Plane) -> Image:
    """What is seen through the passage: its floor, darker with depth, and a wall."""
    depth = np.clip((z - layout.facade) / 5.0, 0, 1)
    floor = ground * (0.62 - 0.34 * depth)[..., None]
    back = np.array([58, 52, 46]) * (1 + 0.15 * rays[..., 1:2])
    return np.asarray(
        np.where((depth < 1)[..., None] & (z > 0)[..., None], floor, back), np.float32
    )
