"""Motion targets of the training footage, computed once and kept as float16 beside the frames."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.detectors.flow import Field, FlowScale, Magnitudes, dense_flow
from engine.learning.clips import ClipSet
from engine.progress import Progress

REPORT = 25  # frames


class FlowCache:
    """Raw flow from each frame's predecessor to it, (N, 2, h, w) in pixels, at the positions of
    ClipSet.frames; zeros where a run starts, and outside of the runs.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._fields: NDArray[np.float16] | None = None
        self.scale = FlowScale()

    def fill(self, clips: ClipSet) -> Iterator[Progress]:
        """Compute the fields of all runs, and with them the scale."""
        count, _, height, width = clips.frames.shape
        # where the file system can, what is never written takes no room
        self._fields = np.memmap(self._file, np.float16, "w+", shape=(count, 2, height, width))
        magnitudes = Magnitudes()
        total = sum(max(0, stop - start - 1) for start, stop in clips.bounds)
        done = 0
        for start, stop in clips.bounds:
            for at in range(start + 1, stop):
                field = dense_flow(clips.frames[at - 1], clips.frames[at])
                self._fields[at] = field
                magnitudes.add(field)
                done += 1
                if done % REPORT == 0:
                    yield Progress("computing the flow", done, total)
        self.scale = magnitudes.scale()

    def read(self, positions: NDArray[np.int64], corners: NDArray[np.int64], side: int) -> Field:
        """Raw fields, cropped.  (B,), corners (B, 2) -> (B, 2, side, side)."""
        if self._fields is None:
            raise ValueError("the cache has not been filled")
        found = np.empty((len(positions), 2, side, side), np.float32)
        for row, (at, (top, left)) in enumerate(zip(positions, corners, strict=True)):
            found[row] = self._fields[at, :, top : top + side, left : left + side]
        return found


def difference_scale(clips: ClipSet, frames: int = 400) -> FlowScale:
    """The scale of frame differences: their root mean square over a sample of the footage."""
    pairs = np.concatenate([np.arange(start + 1, stop) for start, stop in clips.bounds])
    picked = pairs[np.linspace(0, len(pairs) - 1, min(frames, len(pairs))).astype(np.int64)]
    squares = []
    for at in picked:
        gap = clips.frames[at].astype(np.float32) - clips.frames[at - 1]
        squares.append(float(np.square(gap / 127.5).mean()))
    unit = float(np.sqrt(np.mean(squares)))
    return FlowScale(unit=unit if unit > 1e-6 else 1.0, still=0.0)
