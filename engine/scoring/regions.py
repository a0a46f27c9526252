"""From part maps to the overlay and to regions: where in the picture a frame is abnormal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.detectors.base import Calibration, DetectorFacts
from engine.scoring.calibrating import map_scale

RegionRule = Literal["calibrated", "paper"]


@dataclass(frozen=True, slots=True)
class RegionSettings:
    """rule `paper`: pixels above the frame's mean.  `calibrated`: above `level`, where 1 is as rare
    as one normal cell in 1,000, after a blur of `blur` of the map's width; specks below `min_area`
    of the picture are dropped.

    level and blur were chosen on pasted anomalies: of levels 0.25 to 2 and blurs 0.005 to 0.02
    these overlap the truth most (0.27; the paper's rule 0.05).
    """

    rule: RegionRule = "calibrated"
    level: float = 0.5
    blur: float = 0.01
    min_area: float = 0.0008


@dataclass(frozen=True, slots=True)
class Region:
    """One abnormal place.  outline: int32 (P, 2) x, y in pixels of the shown picture; box: x, y,
    w, h.
    """

    outline: NDArray[np.int32]
    box: tuple[int, int, int, int]
    peak: float


def overlay_map(
    maps: Mapping[str, NDArray[np.float32]],
    facts: DetectorFacts,
    lambda_: float,
    calibration: Calibration | None,
    size: tuple[int, int],
) -> NDArray[np.float32]:
    """The pixel form of the score: lambda g(map A) + (1 - lambda) g(map B), each calibrated.

    maps (h', w') of any size -> float32 (height, width); 1 is as rare as one normal cell in 1,000.
    Without calibration each map is scaled by its own 99.9 % quantile.
    """
    height, width = size
    total = np.zeros((height, width), np.float32)
    slots = {part.slot: part.map_name for part in facts.parts}
    weights = {"A": lambda_, "B": 1.0 - lambda_}
    if len(slots) == 1:
        weights = dict.fromkeys(slots, 1.0)
    for slot, name in slots.items():
        if name not in maps or weights[slot] == 0:
            continue
        values = maps[name]
        if calibration is not None and name in calibration.maps:
            middle, unit = map_scale(calibration, name)
        else:
            middle = float(np.median(values))
            unit = max(float(np.quantile(values, 0.999)) - middle, 1e-9)
        scaled = (values - np.float32(middle)) * np.float32(weights[slot] / unit)
        total += cv2.resize(
            scaled.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR
        )
    return total


def mark(overlay: NDArray[np.float32], settings: RegionSettings) -> NDArray[np.bool_]:
    """Abnormal pixels of an overlay (H, W)."""
    if settings.rule == "paper":
        return np.asarray(overlay > overlay.mean(), np.bool_)
    sigma = max(0.5, settings.blur * overlay.shape[1])
    blurred = cv2.GaussianBlur(overlay, (0, 0), sigma)
    marked = (blurred >= settings.level).astype(np.uint8)
    smallest = settings.min_area * marked.size
    count, labels, stats, _ = cv2.connectedComponentsWithStats(marked)
    keep = np.zeros(count, bool)
    keep[1:] = stats[1:, cv2.CC_STAT_AREA] >= smallest
    return np.asarray(keep[labels], np.bool_)


def find_regions(overlay: NDArray[np.float32], settings: RegionSettings) -> list[Region]:
    """Contours and boxes of the abnormal pixels, the strongest first."""
    marked = mark(overlay, settings)
    outlines, _ = cv2.findContours(
        marked.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    regions = []
    for outline in outlines:
        x, y, w, h = cv2.boundingRect(outline)
        peak = float(overlay[y : y + h, x : x + w][marked[y : y + h, x : x + w]].max())
        regions.append(Region(outline[:, 0, :].astype(np.int32), (x, y, w, h), peak))
    return sorted(regions, key=lambda region: -region.peak)
