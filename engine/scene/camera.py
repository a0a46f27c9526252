"""The fixed camera and the sun: from metres in the square to pixels, and back to the ground.

World axes: x to the right, y up, z away from the camera, in metres; the ground is y = 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DESIGN_WIDTH, DESIGN_HEIGHT = 480, 320


@dataclass(frozen=True)
class Camera:
    """A pinhole camera.  eye: metres.  yaw, pitch: radians, right and down.  focal: pixels."""

    width: int
    height: int
    eye: tuple[float, float, float]
    yaw: float
    pitch: float
    focal: float

    @cached_property
    def axes(self) -> Floats:
        """Rows: the picture's right, down and forward directions in the world.  (3, 3)."""
        sin_y, cos_y = math.sin(self.yaw), math.cos(self.yaw)
        sin_p, cos_p = math.sin(self.pitch), math.cos(self.pitch)
        return np.array(
            [
                (cos_y, 0.0, -sin_y),
                (-sin_y * sin_p, -cos_p, -cos_y * sin_p),
                (sin_y * cos_p, -sin_p, cos_y * cos_p),
            ]
        )

    def project(self, points: Floats) -> tuple[Floats, Floats]:
        """Pixels (N, 2) and pixels per metre (N,) of world points (N, 3)."""
        seen = (points - np.asarray(self.eye)) @ self.axes.T
        # The clamp keeps points beside or behind the camera finite; nobody sees them.
        scale = self.focal / np.maximum(seen[:, 2], 1.0)
        middle = np.array([self.width / 2, self.height / 2])
        return seen[:, :2] * scale[:, None] + middle, scale

    def rays(self, oversampling: int) -> NDArray[np.float32]:
        """Viewing directions of every (sub)pixel.  (H * k, W * k, 3)."""
        k = oversampling
        u = (np.arange(self.width * k) + 0.5) / k - self.width / 2
        v = (np.arange(self.height * k) + 0.5) / k - self.height / 2
        right, down, forward = self.axes
        rays = (u / self.focal)[None, :, None] * right + (v / self.focal)[:, None, None] * down
        return np.asarray(rays + forward, dtype=np.float32)

    def distance(self, x: float, z: float) -> float:
        """Depth of a spot on the ground along the view, by which things cover each other."""
        forward = self.axes[2]
        return float((x - self.eye[0]) * forward[0] + (z - self.eye[2]) * forward[2])


@dataclass(frozen=True)
class Sun:
    """Parallel light: a point 1 m high casts its shadow `east` and `north` m away in x and z."""

    east: float
    north: float

    def shadow(self, points: Floats) -> Floats:
        """World points (N, 3) cast down on the ground, (N, 3)."""
        cast = np.zeros_like(points)
        cast[:, 0] = points[:, 0] + points[:, 1] * self.east
        cast[:, 2] = points[:, 2] + points[:, 1] * self.north
        return cast
