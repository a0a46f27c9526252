"""From maps of cells to one value a frame: the mean of the frame, or its worst patch over space
and time.

The worst patch finds what a whole-frame mean drowns: a bicycle is one per cent of a picture.  The
same functions serve the streaming run and the live re-scoring under ignored areas, so both give
the same numbers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Maps = NDArray[np.float32]
PEAK_FLOOR = 1e-10  # a perfect prediction would be infinite dB
LOG_FLOOR = 1e-6  # the eps of log forms, whose errors are about 1 on normal footage


def to_cells(values: Maps, height: int, width: int) -> Maps:
    """Block means of a map (H, W), H and W divisible by height and width.  -> (height, width)."""
    h, w = values.shape
    blocks = values.reshape(height, h // height, width, w // width)
    return np.asarray(blocks.mean(axis=(1, 3)), np.float32)


def psnr(mean_squared_error: NDArray[np.floating] | float) -> NDArray[np.float32]:
    """Eq. (15) with peak 1, in dB; the error is floored, so that it is always finite."""
    return np.asarray(-10.0 * np.log10(np.maximum(mean_squared_error, PEAK_FLOOR)), np.float32)


def log_of(weighted_error: NDArray[np.floating] | float) -> NDArray[np.float32]:
    """log(x + eps) of an error that is weighted so that normal is about 1: finite for a perfect
    prediction.
    """
    return np.asarray(np.log(np.asarray(weighted_error) + LOG_FLOOR), np.float32)


def frame_means(maps: Maps, kept: NDArray[np.bool_] | None = None) -> NDArray[np.float32]:
    """Mean of each map over the kept cells.  (T, h, w) -> (T,)."""
    if kept is None or kept.all():
        return np.asarray(maps.mean(axis=(1, 2), dtype=np.float64), np.float32)
    if not kept.any():
        return np.full(len(maps), np.nan, np.float32)
    return np.asarray(maps[:, kept].mean(axis=1, dtype=np.float64), np.float32)


def spatial_patches(maps: Maps, cells: int, kept: NDArray[np.bool_] | None = None) -> Maps:
    """Mean over every `cells` x `cells` patch that lies wholly inside, (T, h, w) -> (T, h-c+1,
    w-c+1).

    A patch counts with what its kept cells say, but never with more than it says as a whole, so
    that striking out what is quiet raises nothing: a mean over few cells is higher by chance, and
    scores are calibrated on whole patches.  A patch with less than half of its cells kept is -inf.
    """
    # half a second to import, which the start of the window need not pay
    from scipy.ndimage import uniform_filter

    cells = min(cells, maps.shape[1], maps.shape[2])
    low = cells // 2
    inside = (
        slice(low, low + maps.shape[1] - cells + 1),
        slice(low, low + maps.shape[2] - cells + 1),
    )
    whole = uniform_filter(maps, size=(0, cells, cells), mode="nearest")[:, *inside]
    if kept is None or kept.all():
        return np.asarray(whole, np.float32)
    weight = uniform_filter(kept.astype(np.float64), size=cells, mode="nearest")[inside]
    total = uniform_filter(np.where(kept, maps, 0.0), size=(0, cells, cells), mode="nearest")[
        :, *inside
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.minimum(total / weight, whole)
    return np.where(weight >= 0.5, mean, -np.inf).astype(np.float32)


def centred_means(patches: Maps, frames: int) -> Maps:
    """Mean over `frames` frames around each one; at the ends over those that exist.  (T, h, w) ->
    (T, h, w).
    """
    if frames <= 1 or len(patches) <= 1:
        return patches
    half = frames // 2
    padded = np.concatenate((np.zeros((half + 1, *patches.shape[1:])), patches,
                             np.zeros((half, *patches.shape[1:]))))  # fmt: skip
    totals = np.cumsum(padded, axis=0, dtype=np.float64)
    ends = np.arange(len(patches))
    count = np.minimum(ends + half, len(patches) - 1) - np.maximum(ends - half, 0) + 1
    window = totals[2 * half + 1 :] - totals[: -2 * half - 1]
    return np.asarray(window / count[:, None, None], np.float32)


def worst_patches(
    maps: Maps, cells: int, frames: int, kept: NDArray[np.bool_] | None = None
) -> NDArray[np.float32]:
    """The largest patch mean of each frame, patches being cells x cells x frames.  (T, h, w) ->
    (T,).
    """
    patches = spatial_patches(maps, cells, kept)
    finite = np.isfinite(patches[0]) if len(patches) else np.zeros(0, bool)
    if not finite.any():
        return np.full(len(maps), np.nan, np.float32)
    usable = patches[:, finite][:, :, None]  # (T, P, 1)
    return np.asarray(centred_means(usable, frames).max(axis=(1, 2)), np.float32)
