"""Figures made visible: soft-edged patches for the picture, and shadows on the ground.

The outlines of all figures of a frame are computed together, because numpy's cost is per call.  A
figure is painted four times too large and averaged down: smooth edges, and motion by fractions of
a pixel.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.scene.camera import Camera, Floats, Sun
from engine.scene.shapes import Part, Placed

_FINE = 4  # subpixels along each side
_SHIFT = 3  # fractional bits of the coordinates given to cv2
_UNIT = _FINE << _SHIFT  # cv2's fixed point numbers to a pixel of a patch
_TURN = np.linspace(0.0, 2 * np.pi, 12, endpoint=False)
_RING = np.stack([np.cos(_TURN), np.sin(_TURN)], axis=1)  # (12, 2)
_BACK = np.linspace(0.5 * np.pi, 1.5 * np.pi, 7)


@dataclass(frozen=True, slots=True)
class Patch:
    """A painted figure at pixel (left, top): premultiplied RGB and coverage, uint8 (h, w, 4)."""

    left: int
    top: int
    pixels: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Outlines:
    """A figure's parts in cv2's fixed point numbers.

    rings: int32 (N, 12, 2), one per sphere.  capsules: int32 (K, 14, 2), the hulls of the parts
    with two spheres, in their order.
    """

    rings: NDArray[np.int32]
    capsules: NDArray[np.int32]

    def shifted(self, right: int, down: int) -> _Outlines:
        offset = np.array((right, down), np.int32)
        return _Outlines(self.rings + offset, self.capsules + offset)

    def each(self, parts: Sequence[Part]) -> Iterator[NDArray[np.int32]]:
        """One convex polygon per part; a stroke follows its points and needs none."""
        capsules = iter(self.capsules)
        for part in parts:
            count = part.last - part.first
            if count == 2:
                yield next(capsules)
            elif count == 1 or part.stroke:
                yield self.rings[part.first]
            else:
                points = self.rings[part.first : part.last].reshape(-1, 2)
                yield np.asarray(cv2.convexHull(points), np.int32)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure as a camera sees it, in pixels.  middle: (N, 2).  radius: (N,).  ground: (N, 2)."""

    parts: list[Part]
    middle: Floats
    radius: Floats
    body: _Outlines
    sunny: _Outlines
    ground: Floats
    shadow: _Outlines

    def paint(self, camera: Camera) -> Patch | None:
        """The figure's pixels, or None where it is off the picture."""
        low = np.floor((self.middle - self.radius[:, None]).min(axis=0)).astype(int) - 1
        high = np.ceil((self.middle + self.radius[:, None]).max(axis=0)).astype(int) + 2
        left, top = max(int(low[0]), 0), max(int(low[1]), 0)
        right, bottom = min(int(high[0]), camera.width), min(int(high[1]), camera.height)
        if right <= left or bottom <= top:
            return None
        canvas = np.zeros(((bottom - top) * _FINE, (right - left) * _FINE, 4), np.uint8)
        # cv2 puts whole numbers on pixel centres, hence the half subpixel.
        half = 1 << (_SHIFT - 1)
        away = (-left * _UNIT - half, -top * _UNIT - half)
        bodies = self.body.shifted(*away).each(self.parts)
        insets = self.sunny.shifted(*away).each(self.parts)
        for part, outline, inset in zip(self.parts, bodies, insets, strict=True):
            colour = (*part.colour, 255.0)
            if part.stroke:
                points = slice(part.first, part.last)
                width = max(1, round(float(self.radius[points].mean()) * 2 * _FINE))
                line = (self.middle[points] * _UNIT + away).astype(np.int32)
                cv2.polylines(canvas, [line], False, colour, width, 8, _SHIFT)
                continue
            cv2.fillConvexPoly(canvas, outline, colour, 8, _SHIFT)
            if part.lit:
                red, green, blue = part.sunny
                cv2.fillConvexPoly(canvas, inset, (red, green, blue, 255.0), 8, _SHIFT)
        size = (right - left, bottom - top)
        small = cv2.resize(canvas, size, interpolation=cv2.INTER_AREA)
        return Patch(left, top, np.asarray(small, np.uint8))

    def cast(self, canvas: NDArray[np.uint8]) -> None:
        """Draw the shadow into `canvas`, uint8 (H, W): 255 where the sun is hidden."""
        for part, outline in zip(self.parts, self.shadow.each(self.parts), strict=True):
            if part.stroke:
                line = (self.ground[part.first : part.last] * (1 << _SHIFT)).astype(np.int32)
                cv2.polylines(canvas, [line], False, 255, 1, 8, _SHIFT)
            elif part.casts:
                cv2.fillConvexPoly(canvas, outline, 255, 8, _SHIFT)


def drawings(
    figures: Sequence[Placed], camera: Camera, sun: Sun, light_from: tuple[float, float]
) -> list[Drawing]:
    """All figures, ready to be painted and to cast their shadows.

    light_from: direction in the picture (right, down) in which a body's sunny side lies.
    """
    if not figures:
        return []
    counts = [len(figure.radii) for figure in figures]
    starts = np.cumsum([0, *counts]).tolist()
    centres = np.concatenate([figure.centres for figure in figures])  # (N, 3)
    radii = np.concatenate([figure.radii for figure in figures])
    pairs = [
        [part.first + start for part in figure.parts if part.last - part.first == 2]
        for figure, start in zip(figures, starts, strict=False)
    ]
    rows = np.cumsum([0, *map(len, pairs)]).tolist()
    first = np.array([k for pair in pairs for k in pair], np.intp)

    middle, scale = camera.project(centres)
    radius = radii * scale
    plain = np.broadcast_to(np.eye(2), (len(radii), 2, 2))
    body = _outlines(middle, radius, first, plain, _UNIT)
    inset = middle + radius[:, None] * (0.38 * np.array(light_from))
    sunny = _outlines(inset, 0.6 * radius, first, plain, _UNIT)
    cast = sun.shadow(centres)
    ground, _ = camera.project(cast)
    feet = np.add.reduceat(cast, starts[:-1]) / np.array(counts)[:, None]  # (F, 3)
    axes = np.repeat(_shadow_axes(feet, camera, sun), counts, axis=0)
    shadow = _outlines(ground, radii, first, axes, 1 << _SHIFT)

    def part_of(outlines: _Outlines, k: int) -> _Outlines:
        rings = outlines.rings[starts[k] : starts[k + 1]]
        return _Outlines(rings, outlines.capsules[rows[k] : rows[k + 1]])

    return [
        Drawing(
            figure.parts,
            middle[starts[k] : starts[k + 1]],
            radius[starts[k] : starts[k + 1]],
            part_of(body, k),
            part_of(sunny, k),
            ground[starts[k] : starts[k + 1]],
            part_of(shadow, k),
        )
        for k, figure in enumerate(figures)
    ]


def _shadow_axes(feet: Floats, camera: Camera, sun: Sun) -> Floats:
    """Images of one metre along and across the light, (F, 2, 2) pixels, at each figure's shadow.

    A sphere's shadow is an ellipse, stretched along the light by 1 / sin(elevation).  Its image is
    taken once per figure: the ground hardly tilts within one.
    """
    length = math.hypot(sun.east, sun.north)
    along = np.array([sun.east, 0.0, sun.north]) / length
    across = np.array([-along[2], 0.0, along[0]])
    step = 0.1  # metres: small enough for perspective not to matter
    here, _ = camera.project(feet)
    ahead, _ = camera.project(feet + step * math.hypot(1.0, length) * along)
    aside, _ = camera.project(feet + step * across)
    return np.stack([ahead - here, aside - here], axis=1) / step


def _outlines(
    middle: Floats, radius: Floats, first: NDArray[np.intp], axes: Floats, unit: int
) -> _Outlines:
    """Circles round all spheres, and hulls of the pairs from `first`: two half circles each.

    middle: (N, 2) pixels.  axes: (N, 2, 2), the image of the unit circle's axes.  unit: fixed
    point numbers to a pixel.
    """
    right, up = axes[:, None, 0], axes[:, None, 1]  # (N, 1, 2)
    circle = _RING[:, :1] * right + _RING[:, 1:] * up  # (N, 12, 2)
    rings = middle[:, None] + radius[:, None, None] * circle
    along = middle[first + 1] - middle[first]  # (K, 2)
    (a, b), (c, d) = axes[first, 0].T, axes[first, 1].T
    # The direction in the unit circle's own axes: the inverse of `axes` up to a positive factor.
    sign = np.sign(a * d - b * c)
    angle = np.arctan2(
        (a * along[:, 1] - b * along[:, 0]) * sign, (d * along[:, 0] - c * along[:, 1]) * sign
    )
    back = angle[:, None] + _BACK  # (K, 7)
    half = np.cos(back)[..., None] * right[first] + np.sin(back)[..., None] * up[first]
    start = middle[first, None] + radius[first, None, None] * half
    end = middle[first + 1, None] - radius[first + 1, None, None] * half
    capsules = np.concatenate([start, end], axis=1)  # (K, 14, 2)
    return _Outlines((rings * unit).astype(np.int32), (capsules * unit).astype(np.int32))
