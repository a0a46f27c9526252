"""What is usual at each place: errors of a prediction are larger where people are near and where
leaves move, and a patch stands out by what is usual there.

Ours, and not the default: the papers weigh all places alike, and their whole-frame parts are left
as they are.  Where few have passed, little is usual, so that whoever passes there next stands out;
README tells what that cost.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from engine.detectors.base import Calibration, DetectorFacts

LEVEL = 0.99
NEAR = 3.0  # cells: what is usual is shared with neighbours, since few have passed any one cell
FLOOR = 2.0  # medians added, so that a place where nothing ever happens is not all noise


def usual_of(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    """Relative level of a map at each place on normal footage, its median 1.  (T, h, w) -> (h, w).

    The 99 % quantile over time, smoothed over places, plus two medians of it.
    """
    from scipy.ndimage import gaussian_filter

    levels = gaussian_filter(np.quantile(maps.astype(np.float64), LEVEL, axis=0), NEAR)
    levels = levels + FLOOR * float(np.median(levels))
    middle = float(np.median(levels))
    if middle <= 0:
        return np.ones(levels.shape, np.float32)
    return np.asarray(levels / middle, np.float32)


def placed(facts: DetectorFacts) -> tuple[str, ...]:
    """The maps that are weighed by what is usual at a place: errors of predicted pictures."""
    return tuple(
        spec.map_name
        for spec in facts.parts
        if spec.pooling == "patch" and spec.role == "appearance" and spec.form != "plain"
    )


def weights_of(calibration: Calibration | None) -> Mapping[str, NDArray[np.float32]]:
    """What was learned to be usual, by map; empty where nothing was."""
    return {} if calibration is None else calibration.usual


def weighed(maps: NDArray[np.float32], usual: NDArray[np.float32] | None) -> NDArray[np.float32]:
    """Maps (.., h, w) over what is usual at each place; unchanged where that is not known, or
    known of another grid.
    """
    if usual is None or usual.shape != maps.shape[-2:]:
        return maps
    return np.asarray(maps / usual, np.float32)
