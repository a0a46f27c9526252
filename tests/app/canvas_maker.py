"""A canvas with a picture, for tests of what is drawn on it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage

from app.imaging import to_qimage
from app.views.canvas import VideoCanvas
from engine.scoring.ignoring import IgnoredArea

SQUARE = IgnoredArea(((0.2, 0.2), (0.6, 0.2), (0.6, 0.6), (0.2, 0.6)), "clock")


def grey_picture(width: int = 400, height: int = 200) -> QImage:
    return to_qimage(np.full((height, width, 3), 128, np.uint8))


def at(canvas: VideoCanvas, x: float, y: float) -> QPoint:
    """The pixel of a place in shares of the picture."""
    return canvas.from_shares(x, y).toPoint()
