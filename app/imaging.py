"""Pictures for the screen: from RGB arrays to QImage, and from overlays to the heat map."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from engine.scoring.heat import CEILING, FLOOR, HEAT, heat_steps


def to_qimage(rgb: NDArray[np.uint8]) -> QImage:
    """A picture that owns its memory, from RGB uint8 (H, W, 3).

    RGB32 is what the raster engine draws without converting; the conversion is also the copy.
    """
    height, width, channels = rgb.shape
    if channels != 3 or rgb.dtype != np.uint8:
        raise ValueError(f"expected RGB uint8 (H, W, 3), got {rgb.dtype} {rgb.shape}")
    tight = np.ascontiguousarray(rgb)
    borrowed = QImage(tight.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return borrowed.convertToFormat(QImage.Format.Format_RGB32)


def heat_image(
    overlay: NDArray[np.float32], opacity: float, *, floor: float = FLOOR, ceiling: float = CEILING
) -> QImage:
    """The heat map of an overlay (H, W), in which 1 is as rare as one normal cell in 1,000.

    Alpha rises from 0 at `floor` to `opacity` at `ceiling`, so that the normal parts of the picture
    stay untouched.  Not-a-number counts as normal.
    """
    height, width = overlay.shape
    pixels = _premultiplied(opacity).take(heat_steps(overlay, floor, ceiling))
    borrowed = QImage(
        pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied
    )
    return borrowed.copy()


def _premultiplied(opacity: float) -> NDArray[np.uint32]:
    """0xAARRGGBB of each step (256,), colours multiplied by alpha as Qt wants them."""
    alpha = np.linspace(0, 1, 256, dtype=np.float32) * np.float32(min(1.0, max(0.0, opacity)))
    red, green, blue = (HEAT * alpha[:, None] + 0.5).astype(np.uint32).T
    table = (alpha * 255 + 0.5).astype(np.uint32) << 24 | red << 16 | green << 8 | blue
    return np.asarray(table, np.uint32)
