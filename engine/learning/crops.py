"""Training on crops that show movement (ours; whole frames are the papers' way).

Most of a fixed camera's picture stands still, and a network learns nothing there after the first
minutes. A crop of half the side costs a quarter, and holds what moves.  It also takes away the cue
that kills the memory: with whole frames the padding tells every query where in the picture it is,
and the items end up telling places apart instead of things.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CANDIDATES = 6
RANDOM_SHARE = 0.25  # of the crops, so that still ground is not forgotten


def moving_corners(
    frames: NDArray[np.uint8], side: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Top and left of one crop of each clip.  (B, T, C, h, w) -> (B, 2).

    Of a few random places the one where the last two frames differ most, or now and then any of
    them.
    """
    height, width = frames.shape[3:]
    corners = np.zeros((len(frames), 2), np.int64)
    if side >= min(height, width):
        return corners
    for at, clip in enumerate(frames):
        before = clip[max(0, len(clip) - 2)]  # a clip of one frame shows no movement
        change = np.abs(clip[-1].astype(np.int16) - before.astype(np.int16)).sum(axis=0)
        total = np.zeros((height + 1, width + 1), np.int64)
        total[1:, 1:] = change.cumsum(axis=0).cumsum(axis=1)
        tops = rng.integers(0, height - side + 1, CANDIDATES)
        lefts = rng.integers(0, width - side + 1, CANDIDATES)
        moved = (
            total[tops + side, lefts + side]
            - total[tops, lefts + side]
            - total[tops + side, lefts]
            + total[tops, lefts]
        )
        best = 0 if rng.random() < RANDOM_SHARE else int(moved.argmax())
        corners[at] = tops[best], lefts[best]
    return corners


def cropped(frames: NDArray[np.uint8], corners: NDArray[np.int64], side: int) -> NDArray[np.uint8]:
    """The crop of each clip at its corner.  (B, T, C, h, w) -> (B, T, C, side, side)."""
    if side >= min(frames.shape[3:]):
        return frames
    found = np.empty((*frames.shape[:3], side, side), np.uint8)
    for at, (top, left) in enumerate(corners):
        found[at] = frames[at, :, :, top : top + side, left : left + side]
    return found
