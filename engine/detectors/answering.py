"""What items or prototypes say about the queries of one frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.detectors.memory import Addressing


@dataclass(frozen=True, slots=True, eq=False)
class Answering:
    """On the grid (h, w) of the queries.

    queries (h, w, c): unit vectors.  items (M, c): unit vectors.  matching (M, h, w): matching
    probabilities, Park et al. eq. (1), which sum to 1 over the items.  assigned (h, w): the item
    that answers most.  normalcy (M, h, w): weights of the pixels in each prototype, 1 for an even
    share; None for a memory.
    """

    name: str
    queries: NDArray[np.float32]
    items: NDArray[np.float32]
    matching: NDArray[np.float32]
    assigned: NDArray[np.int64]
    normalcy: NDArray[np.float32] | None = None


def answering_of(name: str, addressing: Addressing, side: int) -> Answering:
    """One memory's answers over side x side queries."""
    count, channels = addressing.items.shape
    return Answering(
        name,
        addressing.queries.reshape(side, side, channels).cpu().numpy(),
        addressing.items.cpu().numpy(),
        addressing.weights.T.reshape(count, side, side).cpu().numpy(),
        addressing.assigned.reshape(side, side).cpu().numpy(),
    )
