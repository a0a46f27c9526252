"""Stored maps, 8 bits a value: those of cells for every frame, and fine ones where the score is
high.

value = scale * (code / 255)^2, one scale a map: steps are small where normal is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

MAP_LEVELS = 255.0

FINE_BYTES = 16 << 20  # of all fine maps of a run together, before they are packed
FINE_LEAST = 16  # frames that may have them in any footage
FINE_SECONDS = 4.0  # one frame for so much footage, at most

Codes = NDArray[np.uint8]


def coded(values: NDArray[np.float32]) -> tuple[Codes, float]:
    """A map (h, w) of values, the negative ones taken as 0, as codes and their scale."""
    scale = float(values.max(initial=0.0))
    if not scale > 0:
        return np.zeros(values.shape, np.uint8), scale
    return np.rint(np.sqrt(np.maximum(values, 0) / scale) * MAP_LEVELS).astype(np.uint8), scale


def decoded(codes: Codes, scale: NDArray[np.float32] | float) -> NDArray[np.float32]:
    """The inverse: float32 of the same shape."""
    share = codes.astype(np.float32) / np.float32(MAP_LEVELS)
    return np.asarray(share * share * scale, np.float32)


@dataclass(slots=True)
class CodedMap:
    """Maps of all frames in cells.

    codes uint8 (N, h, w): allocated lazily by the system, so unscored frames cost nothing.
    """

    codes: Codes
    scales: NDArray[np.float32]

    @staticmethod
    def empty(frames: int, grid: tuple[int, int]) -> CodedMap:
        """Room for `frames` maps of h x w cells."""
        return CodedMap(np.zeros((frames, *grid), np.uint8), np.zeros(frames, np.float32))

    def put(self, index: int, values: NDArray[np.float32]) -> None:
        """Store one map (h, w) of non-negative values."""
        self.codes[index], self.scales[index] = coded(values)

    def get(self, start: int, stop: int) -> NDArray[np.float32]:
        """Maps of frames [start, stop) as values, float32 (T, h, w)."""
        return decoded(self.codes[start:stop], self.scales[start:stop, None, None])


@dataclass(frozen=True, slots=True, eq=False)
class FineFrame:
    """The fine maps of one frame.  height: its score, for comparison only; maps: name -> codes
    (H, W) and their scale.
    """

    index: int
    height: float
    maps: Mapping[str, tuple[Codes, float]]

    @property
    def rank(self) -> tuple[float, int]:
        """What is kept first; of equals the earlier."""
        return self.height, -self.index

    @property
    def size(self) -> int:
        """Bytes of its codes."""
        return sum(codes.size for codes, _ in self.maps.values())

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape (H, W) of its maps, by name."""
        return {name: codes.shape for name, (codes, _) in self.maps.items()}


@dataclass(slots=True)
class FineMaps:
    """Maps at the detector's own resolution of the frames that score highest, at most one in a
    second of footage and so many that they fit into `budget` bytes.

    What is kept depends on the frames alone and not on how often a run was cut short: the best of
    each second, and of those the best.  seconds (N,): times of all frames.
    """

    seconds: NDArray[np.float64]
    budget: int = FINE_BYTES
    _kept: dict[int, FineFrame] = field(default_factory=dict)  # by the second
    _by_index: dict[int, FineFrame] = field(default_factory=dict)
    _least: FineFrame | None = None  # of those kept, where no more fit

    def __len__(self) -> int:
        return len(self._by_index)

    def frames(self, start: int = 0, stop: int | None = None) -> list[FineFrame]:
        """Those kept of frames [start, stop), in order."""
        end = len(self.seconds) if stop is None else stop
        return [self._by_index[at] for at in sorted(self._by_index) if start <= at < end]

    def get(self, index: int) -> dict[str, NDArray[np.float32]]:
        """Maps (H, W) of a frame by name; empty where none are kept.  For any thread."""
        frame = self._by_index.get(index)
        maps = {} if frame is None else frame.maps
        return {name: decoded(codes, scale) for name, (codes, scale) in maps.items()}

    def offer(self, index: int, height: float, maps: Mapping[str, NDArray[np.float32]]) -> None:
        """Keep the maps (H, W) of a frame if its score is among the highest."""
        if maps and self._wanted(index, height):
            self.keep(FineFrame(index, height, {name: coded(v) for name, v in maps.items()}))

    def keep(self, frame: FineFrame) -> None:
        """As `offer`, of maps that are coded already."""
        fits = not self._by_index or frame.shapes == self.shapes
        if not frame.maps or not fits or not self._wanted(frame.index, frame.height):
            return
        second = self._second(frame.index)
        before = self._kept.get(second)
        if before is None and self._least is not None:
            before = self._kept.pop(self._second(self._least.index))
        if before is not None:
            self._by_index.pop(before.index, None)
        self._kept[second] = self._by_index[frame.index] = frame
        full = len(self._kept) >= self._room(frame)
        self._least = min(self._kept.values(), key=lambda one: one.rank) if full else None

    def below(self, index: int) -> FineMaps:
        """Those of the frames below one, as a store of its own."""
        fresh = FineMaps(self.seconds, self.budget)
        for frame in self.frames(0, index):
            fresh.keep(frame)
        return fresh

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape (H, W) of the maps by name, which all frames have in common."""
        first = next(iter(self._by_index.values()), None)
        return {} if first is None else first.shapes

    def _wanted(self, index: int, height: float) -> bool:
        if not math.isfinite(height):
            return False
        best = self._kept.get(self._second(index)) or self._least
        return best is None or (height, -index) > best.rank

    def _second(self, index: int) -> int:
        return math.floor(float(self.seconds[index]))

    def _room(self, frame: FineFrame) -> int:
        """How many frames are kept at most."""
        length = float(self.seconds[-1] - self.seconds[0])
        wanted = max(FINE_LEAST, math.ceil(length / FINE_SECONDS))
        return max(1, min(wanted, self.budget // max(1, frame.size)))
