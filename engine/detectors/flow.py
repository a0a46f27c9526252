"""What the motion branch is asked for: optical flow between two frames, or their difference.

DIS (Kroeger et al., "Fast Optical Flow using Dense Inverse Search", ECCV 2016) stands in for the
frozen flow network of the papers.  It is computed at the network's own size, so u and v are in
pixels of that grid and need no rescaling.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

MotionTarget = Literal["dis", "rgb-difference"]
Field = NDArray[np.float32]  # (2, h, w): u and v; or (C, h, w): differences

STILL = 0.25  # pixels: what is slower is noise of the codec
CLIP_LEVEL = 0.999
BINS_PER_PIXEL, LARGEST = 32, 512  # of the histogram of magnitudes


def dense_flow(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> Field:
    """Flow of `before` towards `after`, prepared frames (C, h, w), grey or BGR -> (2, h, w).

    DIS at preset MEDIUM.  A fresh instance each time: it costs nothing, and at some sizes (40, 80)
    one that is used again answers by what it saw before.
    """
    first, second = _grey(before), _grey(after)
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    flow = dis.calc(first, second, np.zeros((*first.shape, 2), np.float32))
    return np.ascontiguousarray(flow.transpose(2, 0, 1), np.float32)


def comes_back(there: Field, back: Field) -> NDArray[np.bool_]:
    """Where a flow (2, h, w) and the one from the other frame back lead to where they began.

    After Sundaram, Brox and Keutzer ("Dense Point Trajectories by GPU-Accelerated Large
    Displacement Optical Flow", ECCV 2010): |w + w'|^2 < 0.01 (|w|^2 + |w'|^2) + 0.5, w' read where
    w leads.  What is covered, uncovered, or leaves the picture has no counterpart, and its flow is
    a guess.  -> (h, w).
    """
    rows, columns = np.mgrid[: there.shape[1], : there.shape[2]].astype(np.float32)
    x, y = columns + there[0], rows + there[1]
    answer = np.stack([
        cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=1e3)
        for plane in back
    ])  # fmt: skip
    lengths = np.square(there).sum(axis=0) + np.square(answer).sum(axis=0)
    return np.asarray(np.square(there + answer).sum(axis=0) < 0.01 * lengths + 0.5)


def difference(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> Field:
    """The cheaper target: colours of `after` minus those of `before`, in [-1, 1] units of the
    network's input, so in [-2, 2].  (C, h, w).
    """
    return np.asarray((after.astype(np.float32) - before) / 127.5, np.float32)


def _grey(prepared: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if len(prepared) == 1:
        return np.ascontiguousarray(prepared[0])
    return np.asarray(cv2.cvtColor(prepared.transpose(1, 2, 0), cv2.COLOR_BGR2GRAY), np.uint8)


@dataclass(frozen=True, slots=True)
class FlowScale:
    """Units of a motion target, taken from the training footage.

    limit: longest vector that is learned from, longer ones are shortened to it.  unit: the root
    mean square of u and v, about zero, so that what stands still stays zero.  still: shorter
    vectors become zero.
    """

    limit: float = float("inf")
    unit: float = 1.0
    still: float = STILL

    @property
    def unlimited(self) -> FlowScale:
        """The same units for scoring: what is faster than all training footage stays that fast."""
        return replace(self, limit=float("inf"))

    def apply(self, field: NDArray[np.floating]) -> Field:
        """Raw target -> what the network is asked for.  (..., 2, h, w) of the same shape."""
        raw = np.asarray(field, np.float32)
        if self.still <= 0 and not np.isfinite(self.limit):
            return raw / np.float32(self.unit)
        length = np.sqrt(np.square(raw).sum(axis=-3, keepdims=True))
        with np.errstate(divide="ignore"):
            share = np.minimum(np.float32(self.limit) / length, 1) / np.float32(self.unit)
        return np.asarray(np.where(length < self.still, 0, raw * share), np.float32)


class Magnitudes:
    """Lengths of the vectors of many fields, counted, so that footage of any length fits."""

    def __init__(self) -> None:
        self._counts = np.zeros(LARGEST * BINS_PER_PIXEL, np.int64)

    def add(self, field: NDArray[np.floating]) -> None:
        """Count one field (2, h, w)."""
        length = np.sqrt(np.square(field.astype(np.float32)).sum(axis=0))
        bins = np.minimum(length * BINS_PER_PIXEL, len(self._counts) - 1).astype(np.int64)
        self._counts += np.bincount(bins.ravel(), minlength=len(self._counts))

    def scale(self) -> FlowScale:
        """The limit at the 99.9 % length, and the unit of what then remains."""
        total = int(self._counts.sum())
        if total == 0:
            return FlowScale()
        lengths = (np.arange(len(self._counts)) + 0.5) / BINS_PER_PIXEL
        at = int(np.searchsorted(np.cumsum(self._counts), CLIP_LEVEL * total))
        limit = max(float(lengths[min(at, len(lengths) - 1)]), STILL)
        kept = np.where(lengths < STILL, 0, np.minimum(lengths, limit))
        # |F|^2 = u^2 + v^2, so the mean square of a component is half of it
        unit = float(np.sqrt((self._counts * np.square(kept)).sum() / total / 2))
        return FlowScale(limit, unit if unit > 1e-6 else 1.0)
