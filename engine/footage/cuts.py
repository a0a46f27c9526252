"""Where a recording jumps: another camera, or another time of the same one.

Clips for a detector must not span such a place, for the jump itself would score as abnormal.
"""

from __future__ import annotations

from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

_SIZE = (96, 64)  # width, height of the picture that is compared: noise averages out, people do not
_HISTORY = 20  # differences whose median says how much this footage usually changes
_ENOUGH = 3  # differences needed before the median means anything
# Measured on ../shared/footage, as difference / running median:
# - ped2-normal.mp4, its 5 real jumps (frames 120, 420, 780, 1200, 1740): 6.15 to 9.3; every other
#   frame at most 2.2.  The other 10 joins of its 16 clips are no jumps: the recording goes on there
#   with the next frame (1.4 to 2.2, and frame 2040, inside a clip, has as much).
# - ped2-test-*.mp4: at most 1.8.  plaza.avi and all made from it: at most 3.4.
# 4.5 is the geometric mean of 3.4 and 6.15: a factor of 1.35 of margin on either side.
_RATIO = 4.5
# Grey levels below which the median is not believed: a still camera with little noise, or repeated
# frames, would otherwise see a jump in everything that moves.  Jumps of less than 4.5 * 0.5 levels
# are not seen.
_LEAST_MEDIAN = 0.5
_FIRST_FRAMES = 15.0  # grey levels that mean a jump before there is a median


class CutDetector:
    """Says of each frame, in order, whether the scene jumps there.  Keeps one small picture."""

    def __init__(self) -> None:
        self._last: NDArray[np.float32] | None = None
        self._differences: deque[float] = deque(maxlen=_HISTORY)

    def push(self, frame: NDArray[np.uint8]) -> bool:
        """True if this frame starts a new scene compared with the one pushed before it.

        frame: RGB (H, W, 3) or grey (H, W), uint8, of any size.  The first frame is never a jump.
        """
        grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) if frame.ndim == 3 else frame
        small = cv2.resize(grey, _SIZE, interpolation=cv2.INTER_AREA)
        picture: NDArray[np.float32] = small.astype(np.float32)
        last, self._last = self._last, picture
        if last is None:
            return False
        difference = float(np.abs(picture - last).mean())
        jump = difference >= self._limit()
        if not jump:  # a jump says nothing about how much the footage usually changes
            self._differences.append(difference)
        return jump

    def _limit(self) -> float:
        """The difference, in grey levels, from which on it is a jump."""
        if len(self._differences) < _ENOUGH:
            return _FIRST_FRAMES
        return _RATIO * max(_LEAST_MEDIAN, float(np.median(self._differences)))
