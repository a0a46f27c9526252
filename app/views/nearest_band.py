"""The patches that are nearest to each item, drawn as a band of small pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from app.imaging import to_qimage
from app.language import tr
from app.numerals import decimal, percent, whole
from app.theme import Colours
from app.views.figures import small

if TYPE_CHECKING:
    from engine.analysis.nearest import Patch

ACROSS = 2  # pictures side by side for each item
GAP = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """Where a patch was drawn, and what it is."""

    area: QRectF
    patch: Patch


def draw_band(
    painter: QPainter,
    area: QRectF,
    items: tuple[tuple[Patch, ...], ...],
    shares: list[float],
    colours: Colours,
) -> list[Spot]:
    """One column for each item: its pictures, its number and its share of answers."""
    spots: list[Spot] = []
    width = area.width() / max(1, len(items))
    side = max(8.0, min((width - 12) / ACROSS - GAP, (area.height() - 18) / 2 - GAP))
    # as high as the pictures are, which are as wide as their column allows
    tall = max((p.picture.shape[0] / p.picture.shape[1] for each in items for p in each), default=1)
    step = min(1.0, tall) * side + GAP
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    for item, patches in enumerate(items):
        left = area.left() + item * width
        for at, patch in enumerate(patches):
            row, column = divmod(at, ACROSS)
            place = QRectF(left + column * (side + GAP), area.top() + row * step, side, step - GAP)
            image = to_qimage(patch.picture)
            fitted = image.size().scaled(place.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
            inside = QRectF(place.left(), place.top(), fitted.width(), fitted.height())
            painter.drawImage(inside, image)
            spots.append(Spot(inside, patch))
        small(painter, 10)
        painter.setPen(QColor(colours.text))
        below = QPointF(left, area.top() + 2 * step + 11)
        painter.drawText(below, f"{item + 1}: {percent(shares[item])}")
    return spots


def spot_words(patch: Patch, *, attended: bool) -> str:
    """What a patch is, in words."""
    left, top, wide, high = patch.place
    values = {
        "frame": whole(patch.index),
        "x": left + wide // 2,
        "y": top + high // 2,
        "value": decimal(patch.likeness, 2 if attended else 3),
    }
    if attended:
        return tr("Frame {frame}, around ({x}, {y}): {value} times an even share", **values)
    return tr("Frame {frame}, around ({x}, {y}): cosine {value}. Click to go there.", **values)
