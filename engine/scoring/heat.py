"""The heat map: which colour an overlay value has, on the screen and in every copy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Violet to pale yellow, lightness rising all the way: readable with any colour vision and in grey.
# The dark end of such maps is left out, since the alpha already lets normal places through.
_ANCHORS = ("#4a0c6b", "#84206b", "#bc3754", "#e8602d", "#fba40a", "#fcffa4")

FLOOR, CEILING = 0.35, 2.0  # overlay values at which colour begins, and is at its strongest
OPACITY = 0.6  # of the strongest colour, where nobody chose another


def _lookup_table() -> NDArray[np.float32]:
    anchors = np.array([[int(a[i : i + 2], 16) for i in (1, 3, 5)] for a in _ANCHORS], np.float32)
    where = np.linspace(0, 255, len(anchors))
    steps = [np.interp(np.arange(256), where, channel) for channel in anchors.T]
    return np.stack(steps, axis=1).astype(np.float32)


HEAT = _lookup_table()  # RGB of 256 steps, float32 (256, 3) in 0..255


def heat_steps(
    overlay: NDArray[np.float32], floor: float = FLOOR, ceiling: float = CEILING
) -> NDArray[np.uint8]:
    """An overlay (H, W), in which 1 is as rare as one normal cell in 1,000, as steps of HEAT.

    Not-a-number counts as normal.  A step's alpha is step / 255 times the opacity.
    """
    steps = np.subtract(overlay, np.float32(floor), dtype=np.float32)
    steps *= np.float32(255 / (ceiling - floor))
    np.fmin(np.fmax(steps, 0, out=steps), 255, out=steps)
    return steps.astype(np.uint8)
