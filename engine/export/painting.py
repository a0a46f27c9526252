"""The overlay on a picture, drawn as the screen shows it: heat map, contours, ignored areas."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.export.lettering import lettering
from engine.scoring.heat import HEAT, OPACITY, heat_steps
from engine.scoring.ignoring import IgnoredArea
from engine.scoring.regions import Region

Picture = NDArray[np.uint8]
# The dark theme's colours: footage does not turn light with the window.
STAGE = (12, 14, 16)
TEXT = (230, 233, 236)
FAINT = (154, 164, 175)
ACCENT = (74, 163, 223)
ALERT = (255, 171, 64)
LINE = (53, 59, 67)
_SUBPIXEL = 4  # bits of a coordinate behind the point, for cv2


def heated(picture: Picture, overlay: NDArray[np.float32], opacity: float = OPACITY) -> Picture:
    """A copy of RGB uint8 (H, W, 3) with the heat map of an overlay (h, w) over it.

    The alpha of a place is its step on the scale, so that normal places keep their pixels.
    """
    height, width = picture.shape[:2]
    steps = heat_steps(overlay)
    painted = picture.copy()
    if not steps.any():
        return painted
    wide = cv2.resize(steps, (width, height), interpolation=cv2.INTER_LINEAR)
    rows, columns = np.flatnonzero(wide.any(axis=1)), np.flatnonzero(wide.any(axis=0))
    hot = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    alpha = wide[hot].astype(np.float32)[..., None] * np.float32(opacity / 255)
    under = painted[hot].astype(np.float32)
    painted[hot] = under + (HEAT[wide[hot]] - under) * alpha + np.float32(0.5)
    return painted


def outlined(picture: Picture, regions: Sequence[Region], scale: float = 1.0) -> None:
    """Draw the regions' outlines into a picture that is `scale` times the shown one, in place:
    a dark halo below, so that the line holds on any picture.
    """
    thin = max(1, round(picture.shape[0] / 360))
    rings = [_ring(region.outline.astype(np.float64) + 0.5, scale) for region in regions
             if len(region.outline) > 1]  # fmt: skip
    for colour, width in ((STAGE, thin + 2), (ALERT, thin)):
        cv2.polylines(picture, rings, True, colour, width, cv2.LINE_AA, _SUBPIXEL)


def struck_out(picture: Picture, areas: Sequence[IgnoredArea]) -> None:
    """Mark ignored areas in place: dimmed, a thin outline, and their name."""
    height, width = picture.shape[:2]
    letters = lettering(max(10, height // 40))
    for number, area in enumerate(areas, 1):
        corners = np.array(area.points, np.float64) * (width, height)
        ring = _ring(corners, 1.0)
        shade = np.zeros((height, width), np.uint8)
        cv2.fillPoly(shade, [ring], 255, cv2.LINE_8, _SUBPIXEL)
        inside = shade > 0
        picture[inside] = (picture[inside] * np.float32(0.7)).astype(np.uint8)
        for colour, thick in ((STAGE, 3), (TEXT, 1)):
            cv2.polylines(picture, [ring], True, colour, thick, cv2.LINE_AA, _SUBPIXEL)
        x, y = (int(v) for v in corners.min(axis=0).clip(0))
        name = letters.fitting(area.name or f"ignored {number}", max(40, width - x - 12))
        plate(picture, x + 3, y + 3, letters.width(name) + 8, letters.line + 2)
        letters.draw(picture, x + 7, y + 4, name, TEXT)


def plate(picture: Picture, x: int, y: int, width: int, height: int, alpha: float = 0.8) -> None:
    """A translucent plate under text, in place."""
    under = picture[max(0, y) : y + height, max(0, x) : x + width]
    ink = np.array(STAGE, np.float32)
    under[:] = (under + (ink - under) * np.float32(alpha)).astype(np.uint8)


def _ring(points: NDArray[np.float64], scale: float) -> NDArray[np.int32]:
    return np.rint(points * scale * (1 << _SUBPIXEL)).astype(np.int32)[:, None, :]
