"""What lies over a frame: the pixel form of its score under a review's settings, and regions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.analysis.analysis import Analysis
from engine.analysis.looking import fine_maps
from engine.detectors.base import Calibration
from engine.review.state import ReviewState
from engine.scoring.ignoring import kept_cells
from engine.scoring.regions import Region, RegionSettings, find_regions, overlay_map

OVERLAY_WIDTH = 480  # the maps are far coarser; more pixels would only cost time
HELD_FRAMES = 8  # a sampled frame's maps stand for as many frames after it


def stored_maps(analysis: Analysis, index: int) -> dict[str, NDArray[np.float32]]:
    """Stored maps (h', w') of the scored frame that stands for `index`; empty where there is
    none.
    """
    at = _standing_for(analysis, index)
    if at is None:
        return {}
    return {name: coded.get(at, at + 1)[0] for name, coded in analysis.maps.items()}


def stored_fine_maps(analysis: Analysis, index: int) -> dict[str, NDArray[np.float32]]:
    """The same at the detector's own resolution; empty where that is not stored, as for most
    frames.

    For a picture that stands alone: in a sequence the heat would change its grain.
    """
    at = _standing_for(analysis, index)
    return {} if at is None else fine_maps(analysis, at)


def _standing_for(analysis: Analysis, index: int) -> int | None:
    scores = analysis.parts[analysis.facts.parts[0].name]  # NaN where a frame has none
    for at in range(index, max(-1, index - HELD_FRAMES), -1):
        if at < analysis.frames_done and np.isfinite(scores[at]):
            return at
    return None


def overlay_of(
    maps: Mapping[str, NDArray[np.float32]],
    analysis: Analysis,
    state: ReviewState,
    calibration: Calibration | None,
) -> tuple[NDArray[np.float32], list[Region]]:
    """The overlay (h, w) and its regions in pixels of the shown picture; ignored areas are
    cleared.
    """
    width, height = analysis.head.picture_size
    scale = min(1.0, OVERLAY_WIDTH / width)
    size = (max(1, round(height * scale)), max(1, round(width * scale)))
    overlay = overlay_map(maps, analysis.facts, state.score.lambda_, calibration, size)
    if state.areas:
        overlay = np.where(kept_cells(state.areas, size), overlay, np.float32(0))
    regions = []
    for region in find_regions(overlay, RegionSettings()):
        x, y, w, h = (round(v / scale) for v in region.box)
        outline = np.rint(region.outline / scale).astype(np.int32)
        regions.append(replace(region, outline=outline, box=(x, y, w, h)))
    return overlay, regions
