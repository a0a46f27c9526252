"""Smooth ways over the ground, measured in metres walked."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

_STEP = 0.2  # metres between stored points


class Path:
    """A smoothed polyline; `length` in metres.  A place on it is a distance from its start."""

    def __init__(self, points: Sequence[tuple[float, float]]) -> None:
        corners = np.array(points, dtype=float)
        for _ in range(3):  # Chaikin: cuts corners, keeps both ends
            near = 0.75 * corners[:-1] + 0.25 * corners[1:]
            far = 0.25 * corners[:-1] + 0.75 * corners[1:]
            cut = np.stack([near, far], axis=1).reshape(-1, 2)
            corners = np.concatenate([corners[:1], cut[1:-1], corners[-1:]])
        walked = np.concatenate([[0.0], np.hypot(*np.diff(corners, axis=0).T).cumsum()])
        self.length = float(walked[-1])
        even = np.linspace(0.0, self.length, max(2, round(self.length / _STEP)))
        self._x: list[float] = np.interp(even, walked, corners[:, 0]).tolist()
        self._z: list[float] = np.interp(even, walked, corners[:, 1]).tolist()
        self._per_metre = (len(even) - 1) / self.length

    def at(self, metres: float, offset: float = 0.0) -> tuple[float, float, float]:
        """(x, z, heading in radians) at a distance, `offset` metres to the left of the path."""
        place = min(max(metres * self._per_metre, 0.0), len(self._x) - 1.000001)
        k = int(place)
        part = place - k
        dx, dz = self._x[k + 1] - self._x[k], self._z[k + 1] - self._z[k]
        heading = math.atan2(dz, dx)
        x = self._x[k] + part * dx - offset * math.sin(heading)
        z = self._z[k] + part * dz + offset * math.cos(heading)
        return x, z, heading
