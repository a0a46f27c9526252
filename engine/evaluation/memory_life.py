"""Is the memory alive?  Three measures, because a dead one still lets a network predict well."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

MOVING = 0.04  # mean absolute change of a cell against the frame before, in shares of the range


@dataclass(slots=True)
class MemoryLife:
    """Collects which item answered where.

    perplexity: how many items are in use, 1 to M.  moving_share: of the queries on moving
    foreground, the share whose item differs from the one usual at their place; near 0 means that
    the memory tells places, not things.
    """

    items: int
    assigned: list[NDArray[np.int64]] = field(default_factory=list)
    moving: list[NDArray[np.bool_]] = field(default_factory=list)

    def add(self, assigned: NDArray[np.int64], moving: NDArray[np.bool_]) -> None:
        """One frame: item of each query (h, w), and whether its cell moves (h, w)."""
        self.assigned.append(assigned.astype(np.int16))
        self.moving.append(moving)

    def measures(self) -> dict[str, float | None]:
        """Perplexity of the usage and the moving share; None where nothing was collected."""
        if not self.assigned:
            return {"usage_perplexity": None, "moving_share": None}
        stack = np.stack(self.assigned)
        counts = np.stack([(stack == item).sum(axis=0) for item in range(self.items)])
        share = counts.sum(axis=(1, 2)) / counts.sum()
        used = share[share > 0]
        usual = counts.argmax(axis=0)
        moving = np.stack(self.moving)
        differs = (stack != usual[None])[moving]
        return {
            "usage_perplexity": float(np.exp(-(used * np.log(used)).sum())),
            "moving_share": float(differs.mean()) if differs.size else None,
        }


def moving_cells(
    now: NDArray[np.uint8], before: NDArray[np.uint8], grid: tuple[int, int]
) -> NDArray[np.bool_]:
    """Cells (h, w) that changed between two prepared frames (C, H, W)."""
    change = np.abs(now.astype(np.int16) - before.astype(np.int16)).mean(axis=0) / 255.0
    rows, columns = grid
    cells = change.reshape(rows, change.shape[0] // rows, columns, change.shape[1] // columns)
    return np.asarray(cells.mean(axis=(1, 3)) > MOVING, np.bool_)
