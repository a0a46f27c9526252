"""`speed`: how fast is the fastest thing?  No weights; the baseline that every detector must face.

Dense optical flow (DIS, Kroeger et al., ECCV 2016) at a working size of 360 pixels on the longer
side; the magnitude averaged over patches of 28 x 28 pixels and three frames; a frame's score is
its fastest patch.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.detectors.base import (
    Calibration,
    DetectorFacts,
    FrameScore,
    Look,
    PartSpec,
    PatchRule,
    Picture,
)
from engine.detectors.pooled import PatchDelay

WORKING_SIDE = 360
CELL = 7  # pixels; a patch of 4 cells is 28 pixels wide
PATCH = PatchRule(cells=4, frames=3)

FACTS = DetectorFacts(
    name="speed",
    parts=(PartSpec("patch_speed", "pixel/frame", "motion", "up", "speed", "B", "patch"),),
    default_lambda=0.0,
    has_memory=False,
    clip_rate=10.0,
    patch=PATCH,
)


def working_picture(picture: Picture) -> NDArray[np.uint8]:
    """RGB uint8 (H, W, 3) -> grey uint8 with WORKING_SIDE pixels on the longer side, aspect
    kept."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    height, width = grey.shape
    scale = WORKING_SIDE / max(height, width)
    # the flow fails on a strip a few pixels wide
    size = (max(32, round(width * scale)), max(32, round(height * scale)))
    if size == (width, height):
        return np.asarray(grey, np.uint8)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(grey, size, interpolation=method), np.uint8)


def cell_grid(height: int, width: int) -> tuple[int, int]:
    """Rows and columns of cells of a working picture."""
    return max(PATCH.cells, round(height / CELL)), max(PATCH.cells, round(width / CELL))


class SpeedDetector:
    """The `speed` detector.  Runs on the CPU, whatever the device."""

    def __init__(
        self, clip_rate: float | None = 10.0, calibration: Calibration | None = None
    ) -> None:
        self._facts = replace(FACTS, clip_rate=clip_rate, calibration=calibration)

    @property
    def facts(self) -> DetectorFacts:
        """Its declaration."""
        return self._facts

    @property
    def device(self) -> str:
        """Always the CPU."""
        return "cpu"

    @property
    def precision(self) -> str:
        """Always fp32."""
        return "fp32"

    def stream(self, *, gamma: float | None = None, update: bool | None = None) -> SpeedStream:
        """Start a pass; gamma and update have no meaning here."""
        return SpeedStream(self._facts)


class SpeedStream:
    """One pass of `speed` over a footage."""

    def __init__(self, facts: DetectorFacts) -> None:
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        self._delay = PatchDelay(facts.parts, facts.patch)
        self._before: NDArray[np.uint8] | None = None

    @property
    def context(self) -> int:
        """One frame before."""
        return 1

    def push(self, index: int, picture: Picture) -> list[FrameScore]:
        """Take the next frame; see Stream."""
        magnitude = self._advance(picture)
        if magnitude is None:
            return []
        rows, columns = cell_grid(*magnitude.shape)
        cells = cv2.resize(magnitude, (columns, rows), interpolation=cv2.INTER_AREA)
        maps = {"speed": np.asarray(cells, np.float32)}
        return self._delay.push(FrameScore(index, {}, maps, fine={"speed": magnitude}))

    def flush(self) -> list[FrameScore]:
        """Return what is pending; the next frame has no frame before it."""
        self._before = None
        return self._delay.flush()

    def restore(self, items: NDArray[np.float32] | None) -> None:
        """There is no memory to restore."""

    def replay(self, index: int, picture: Picture, *, write: bool) -> None:
        """Only the last frame matters."""
        self._before = working_picture(picture)

    def look(self, index: int, picture: Picture) -> Look | None:
        """The flow's magnitude; there is no expected picture."""
        magnitude = self._advance(picture)
        return None if magnitude is None else Look(index, None, {"speed": magnitude})

    def _advance(self, picture: Picture) -> NDArray[np.float32] | None:
        now, before = working_picture(picture), self._before
        self._before = now
        if before is None or before.shape != now.shape:
            return None
        # from now to before, so that the magnitude lies on things where they are now
        flow = self._flow.calc(now, before, np.zeros((*now.shape, 2), np.float32))
        return np.asarray(cv2.magnitude(flow[..., 0], flow[..., 1]), np.float32)
