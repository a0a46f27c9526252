"""What `attributes` measures in a frame, in cells of 7 pixels: motion, foreground, things, form,
and for how long something has stood still.

Motion is dense optical flow (DIS, Kroeger et al., ECCV 2016).  Foreground is what differs from a
learned background after the light has been evened out; a shadow darkens without changing the
texture, and is not counted.  Form is a histogram of gradient orientations (Dalal and Triggs, CVPR
2005) of the foreground alone.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.beside import Beside

CELL = 7  # pixels
PATCH_CELLS = 4  # a patch is 28 pixels wide
ORIENTATIONS = 6
STAY_FRAMES = 100  # frames that standing still is counted over
STAY_GONE = 10  # frames for which something may be hidden; after that it is gone
STAY_LAG = 3  # frames over which a thing that stands must look the same
FOREGROUND = 0.4  # share of a cell that makes it foreground
SHIFT = 0.5  # pixels: what a mast sways, or a camera settles, between recordings
SMALLEST = 20  # pixels of a thing; less is noise

Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """The empty scene.  level: grey float32 (H, W); noise: its standard deviation, likewise."""

    level: Plane
    noise: Plane

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of cells."""
        height, width = self.level.shape
        return (
            max(PATCH_CELLS, round(height / CELL)),
            max(PATCH_CELLS, round(width / CELL)),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """flow (h, w, 2) and speed (h, w) of a frame, float32 in cells."""

    flow: Plane
    speed: Plane


@dataclass(frozen=True, slots=True)
class Thing:
    """A connected piece of foreground: its box and area in working pixels."""

    x: int
    y: int
    width: int
    height: int
    area: int

    @property
    def foot(self) -> int:
        """The row below its lowest pixel, where it stands."""
        return self.y + self.height

    def cells(self) -> tuple[slice, slice]:
        """The cells that its box touches."""
        return (
            slice(self.y // CELL, (self.foot - 1) // CELL + 1),
            slice(self.x // CELL, (self.x + self.width - 1) // CELL + 1),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One frame.  All planes are float32 (h, w) in cells.

    fill: share of foreground; form: (h, w, ORIENTATIONS), mean gradient of the foreground;
    stay: in how many of the last frames foreground stood still there, 0 where it is gone; motion:
    flow and speed, which another thread may still be at.
    """

    motion: Beside[Motion]
    fill: Plane
    form: Plane
    stay: Plane
    things: tuple[Thing, ...]

    @property
    def flow(self) -> Plane:
        """(h, w, 2), where things came from, pixel/frame; waits for it."""
        return self.motion.result().flow

    @property
    def speed(self) -> Plane:
        """Mean magnitude of the flow, pixel/frame; waits for it."""
        return self.motion.result().speed

    def feet(self) -> NDArray[np.bool_]:
        """Cells in which foreground ends downwards: where things touch the ground.  A foot at the
        lower edge of the picture is unknown, and counts as one.
        """
        solid = self.fill >= FOREGROUND
        below = np.zeros_like(solid)
        below[:-1] = solid[1:]
        return np.asarray(solid & ~below, np.bool_)


def learn_background(frames: NDArray[np.uint8]) -> Background:
    """Median over time, light evened out; noise is 1.4826 times the median deviation, and what a
    camera that moved by SHIFT pixels would add at edges.

    frames: grey uint8 (T, H, W), some tens of them over all of the footage.
    """
    first = np.median(frames, axis=0).astype(np.float32)
    even = np.stack([evened(frame, first) for frame in frames])
    level = np.median(even, axis=0).astype(np.float32)
    spread = np.median(np.abs(even - level), axis=0) * 1.4826
    # the codec leaves still pixels without noise; 1.5 grey levels are always possible
    noise = np.maximum(spread, 1.5).astype(np.float32)
    slope = cv2.magnitude(
        cv2.Scharr(level, cv2.CV_32F, 1, 0, scale=1 / 32),
        cv2.Scharr(level, cv2.CV_32F, 0, 1, scale=1 / 32),
    )
    return Background(level, np.asarray(np.hypot(noise, SHIFT * slope), np.float32))


def evened(frame: NDArray[np.uint8], level: Plane) -> Plane:
    """A frame in the light of the background: divided by the median ratio of the two.  (H, W)."""
    grey = frame.astype(np.float32)
    gain = float(np.median(grey[::4, ::4] / np.maximum(level[::4, ::4], 1.0)))
    return np.asarray(grey / np.float32(max(gain, 0.1)), np.float32)


def foreground(even: Plane, background: Background) -> NDArray[np.bool_]:
    """Pixels that differ from the background by more than 4 deviations, shadows left out.  (H, W).

    In a shadow the logarithm of the ratio to the background is negative and even: it varies within
    7 x 7 pixels by no more than the noise explains.
    """
    level, noise = background.level, background.noise
    deviation = cv2.blur(np.minimum(cv2.absdiff(even, level) / noise, 20.0), (3, 3))
    ratio = cv2.log((np.maximum(even, 0) + 8.0) / (level + 8.0))
    mean = cv2.blur(ratio, (7, 7))
    spread = cv2.blur(ratio * ratio, (7, 7)) - mean * mean
    explained = 2.0 * cv2.sqrt(cv2.blur((noise / (level + 8.0)) ** 2, (7, 7))) + 0.03
    shadow = (mean < 0) & (mean > -0.6) & (spread < explained * explained)
    return np.asarray((deviation > 4.0) & ~shadow, np.bool_)


def things_in(mask: NDArray[np.bool_]) -> tuple[Thing, ...]:
    """Connected pieces of foreground after small gaps are closed."""
    closed = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 3), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(closed)
    return tuple(Thing(*map(int, row)) for row in stats[1:] if row[4] >= SMALLEST)


def form_of(even: Plane, mask: NDArray[np.bool_], grid: tuple[int, int]) -> Plane:
    """Gradient magnitude by orientation (mod 180 degrees), mean over each cell.

    At half the working size: the form of a thing survives it, and the time halves.  -> (h, w,
    ORIENTATIONS).
    """
    half = cv2.resize(even, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    wide = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8))
    inside = cv2.resize(wide, half.shape[::-1], interpolation=cv2.INTER_NEAREST)
    gx = cv2.Scharr(half, cv2.CV_32F, 1, 0, scale=1 / 32)
    gy = cv2.Scharr(half, cv2.CV_32F, 0, 1, scale=1 / 32)
    magnitude, angle = cv2.cartToPolar(gx, gy)
    magnitude = np.minimum(magnitude, 40.0) * inside
    place = np.mod(angle, np.pi) * (ORIENTATIONS / np.pi)
    low = np.floor(place)
    share = place - low
    first = low.astype(np.int32) % ORIENTATIONS
    upper, lower = magnitude * share, magnitude * (1 - share)
    planes = []
    for k in range(ORIENTATIONS):
        both = np.where(first == k, lower, 0) + np.where((first + 1) % ORIENTATIONS == k, upper, 0)
        planes.append(to_grid(both.astype(np.float32), grid))
    return np.dstack(planes)


def to_grid(values: NDArray[Any], grid: tuple[int, int]) -> Plane:
    """Means over cells.  (H, W) or (H, W, C) -> (h, w) or (h, w, C)."""
    return np.asarray(
        cv2.resize(values, (grid[1], grid[0]), interpolation=cv2.INTER_AREA), np.float32
    )


def patch_mean(values: Plane) -> Plane:
    """Mean over the 28 x 28 pixels around each cell.  (h, w) -> (h, w)."""
    return np.asarray(
        cv2.blur(values, (PATCH_CELLS, PATCH_CELLS), borderType=cv2.BORDER_REFLECT), np.float32
    )


class Measurer:
    """Measures frame after frame; what it remembers reaches `context` frames back and no further.

    stay_frames: over how many standing still is counted.  stay_gone: see STAY_GONE; 0 for weights
    of before, to which what stood there counts on.
    """

    def __init__(
        self, background: Background, stay_frames: int = STAY_FRAMES, stay_gone: int = STAY_GONE
    ) -> None:
        self.background = background
        self._gone = stay_gone
        self.context = stay_frames + STAY_LAG
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        self._quiet = to_grid(background.noise, background.grid)
        self._before: NDArray[np.uint8] | None = None
        self._motion: Beside[Motion] | None = None
        self._evens: deque[tuple[Plane, Plane]] = deque(maxlen=STAY_LAG)
        self._stood: deque[NDArray[np.bool_]] = deque(maxlen=stay_frames)

    def forget(self) -> None:
        """A cut or a gap: nothing before it counts."""
        self._before = None
        self._evens.clear()
        self._stood.clear()

    def take(self, grey: NDArray[np.uint8]) -> tuple[Plane, NDArray[np.bool_], Plane]:
        """Remember a frame (H, W): its evened picture, foreground mask and fill."""
        even = evened(grey, self.background.level)
        mask = foreground(even, self.background)
        fill = to_grid(mask.astype(np.float32), self.background.grid)
        if len(self._evens) == STAY_LAG:
            earlier, filled = self._evens[0]
            change = to_grid(cv2.absdiff(even, earlier), self.background.grid)
            same = change < 1.5 * self._quiet + 1.0
            self._stood.append((fill >= FOREGROUND) & (filled >= FOREGROUND) & same)
        self._evens.append((even, fill))
        self._before = grey
        return even, mask, fill

    def measure(self, grey: NDArray[np.uint8]) -> Measured | None:
        """Measure the next frame, grey uint8 (H, W); None for the first of a clip.

        The flow is half of the work, and nothing but speed and direction needs it: another thread
        has it.
        """
        before = self._before
        if self._motion is not None:
            self._motion.result()  # two at once would share the flow's buffers
        motion = None if before is None else Beside(partial(self._motion_of, grey, before))
        self._motion = motion
        even, mask, fill = self.take(grey)
        if motion is None:
            return None
        grid = self.background.grid
        return Measured(motion, fill, form_of(even, mask, grid), self._stay(), things_in(mask))

    def _stay(self) -> Plane:
        """(h, w)."""
        if not self._stood:
            return np.zeros(self.background.grid, np.float32)
        stood = np.stack(self._stood)
        counted = stood.sum(axis=0, dtype=np.float32)
        if self._gone:  # what comes into sight again takes STAY_LAG frames to be seen standing
            counted *= stood[-(self._gone + STAY_LAG) :].any(axis=0)
        return np.asarray(counted, np.float32)

    def _motion_of(self, grey: NDArray[np.uint8], before: NDArray[np.uint8]) -> Motion:
        """From now to before, so that the motion lies on things where they are now."""
        grid = self.background.grid
        flow = self._flow.calc(grey, before, np.zeros((*grey.shape, 2), np.float32))
        return Motion(to_grid(flow, grid), to_grid(cv2.magnitude(flow[..., 0], flow[..., 1]), grid))
