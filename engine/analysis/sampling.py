"""Which frames a detector sees: sampled by PTS at its clip rate, with the gaps marked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.footage import FrameTable


@dataclass(frozen=True, slots=True)
class Sampling:
    """indices: sampled frames, int64 (S,).  gap_before: bool (S,), True where time jumps before
    it.
    """

    indices: NDArray[np.int64]
    gap_before: NDArray[np.bool_]

    def position_at(self, index: int) -> int:
        """Position of the sampled frame at or before a frame index (0 at least)."""
        return max(0, int(np.searchsorted(self.indices, index, side="right")) - 1)


def sample(table: FrameTable, clip_rate: float | None, first: int = 0) -> Sampling:
    """Sample a table at a rate, or take every frame where the rate is None or the footage is
    slower.

    Each sampled frame is the first whose time reaches the next tick, and the ticks restart at
    every gap, so that the spacing never drifts and a clip never spans a gap.
    """
    seconds = table.seconds()
    gaps = np.zeros(len(table), bool)
    gaps[table.gaps()] = True
    rate = table.rate
    if clip_rate is None or rate is None or rate <= clip_rate * 1.2:
        indices = np.arange(first, len(table), dtype=np.int64)
        return Sampling(indices, gaps[indices])
    step, slack = 1.0 / clip_rate, 0.5 / rate
    chosen: list[int] = []
    broken: list[bool] = []
    tick, pending = -np.inf, False
    for index in range(first, len(table)):
        now = float(seconds[index])
        if gaps[index]:
            tick, pending = now, True
        if now + slack >= tick:
            chosen.append(index)
            broken.append(pending)
            pending = False
            tick = max(tick + step, now + step - slack) if np.isfinite(tick) else now + step
    return Sampling(np.array(chosen, np.int64), np.array(broken, bool))
