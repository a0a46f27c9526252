"""Co-memory's score: the patch where the flow fails most, and how far the picture fails there.

After AMC (Nguyen and Meunier, "Anomaly Detection in Video Sequence with Appearance-Motion
Correspondence", ICCV 2019), which averages both errors over sliding patches of 16 x 16 pixels:

    P~ = argmax_P mean_P E_F     S_F = mean_P~ E_F     S_I = mean_P~ E_I
    S_t = log(w_F S_F) + lambda_S log(w_I S_I)

w_F and w_I are one over the means of S_F and S_I on training frames, seen with the final weights.
The last row and the last column of patches count too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.detectors.base import PatchRule
from engine.scoring.pooling import log_of

SIDE, STRIDE = 16, 4  # pixels of a patch, and from one patch to the next
PAPER_RULE = PatchRule(cells=2, frames=1)  # the same patch in cells of 8 pixels

Map = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PatchErrors:
    """S_I and S_F of one frame, and the top and left of the patch that both are taken from."""

    image: float
    flow: float
    top: int
    left: int


def patch_means(error: Map) -> NDArray[np.float64]:
    """Mean over every patch that lies wholly inside, every STRIDE pixels.  (h, w) -> (rows,
    columns).  A map smaller than a patch is one patch.
    """
    height, width = error.shape
    rows, columns = min(SIDE, height), min(SIDE, width)
    total = np.zeros((height + 1, width + 1))
    total[1:, 1:] = error.astype(np.float64).cumsum(axis=0).cumsum(axis=1)
    tops, lefts = patch_starts(height), patch_starts(width)
    low, high = tops[:, None], tops[:, None] + rows
    sums = (
        total[high, lefts + columns]
        - total[low, lefts + columns]
        - total[high, lefts]
        + total[low, lefts]
    )
    return np.asarray(sums / (rows * columns), np.float64)


def patch_starts(length: int) -> NDArray[np.int64]:
    """Where patches start along a side: every STRIDE pixels, and at the end in any case."""
    last = max(0, length - SIDE)
    return np.unique(np.append(np.arange(0, last + 1, STRIDE), last)).astype(np.int64)


def patch_errors(image_error: Map, flow_error: Map) -> PatchErrors:
    """S_I and S_F from E_I and E_F (h, w): both at the patch with the largest flow error."""
    flow, image = patch_means(flow_error), patch_means(image_error)
    row, column = np.unravel_index(int(flow.argmax()), flow.shape)
    height, width = flow_error.shape
    return PatchErrors(
        float(image[row, column]),
        float(flow[row, column]),
        int(patch_starts(height)[row]),
        int(patch_starts(width)[column]),
    )


def patch_weights(found: list[PatchErrors]) -> tuple[float, float]:
    """(w_I, w_F) from training frames: one over the mean of S_I and of S_F; 1 where that is 0."""
    image = float(np.mean([errors.image for errors in found])) if found else 0.0
    flow = float(np.mean([errors.flow for errors in found])) if found else 0.0
    return 1 / image if image > 0 else 1.0, 1 / flow if flow > 0 else 1.0


def parts_of(image_error: Map, flow_error: Map) -> dict[str, float]:
    """A = log(w_I S_I) and B = log(w_F S_F), from errors that are weighted already."""
    errors = patch_errors(image_error, flow_error)
    return {"appearance": float(log_of(errors.image)), "motion": float(log_of(errors.flow))}
