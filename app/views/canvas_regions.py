"""The abnormal regions on the canvas: which one is meant by a click, and which one is explained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QTransform

from app.theme import DARK
from app.views import canvas_paint as paint

if TYPE_CHECKING:
    from engine.scoring.regions import Region

Box = tuple[int, int, int, int]


class FoundRegions:
    """Regions of the shown frame, the strongest first, in pixels of the picture.

    chosen: the one that is explained.  worst: the patch of it that differs most.
    """

    def __init__(self) -> None:
        self.regions: list[Region] = []
        self.chosen: int | None = None
        self.worst: Box | None = None
        self._outlines = paint.region_path([])

    def put(self, regions: Sequence[Region]) -> None:
        """Other regions; none of them is chosen."""
        self.regions = list(regions)
        self.chosen = self.worst = None
        self._outlines = paint.region_path(self.regions)

    def at(self, place: QPointF, reach: float, *, boxes: bool) -> int | None:
        """The smallest region at a place, or within `reach` pixels of it; boxes: by their boxes."""
        for grown in (0.0, reach):
            found = [
                (box.width() * box.height(), number)
                for number, region in enumerate(self.regions)
                if (box := QRectF(*region.box).adjusted(-grown, -grown, grown, grown)).contains(
                    place
                )
                and (boxes or grown or paint.region_path([region]).contains(place))
            ]
            if found:
                return min(found)[1]
        return None

    def draw(self, painter: QPainter, transform: QTransform, stage: QRectF, mode: str) -> None:
        """All of them in their mode; the chosen one in every mode."""
        if mode == "boxes":
            paint.draw_boxes(painter, self.regions, transform, stage)
        elif mode != "off":
            width = 2.0 if mode == "contour" else 1.2
            paint.stroke(painter, transform.map(self._outlines), width)
        if self.chosen is None or self.chosen >= len(self.regions):
            return
        region = self.regions[self.chosen]
        path = QPainterPath()
        if mode == "boxes":
            path.addRect(QRectF(*region.box))
        else:
            path = paint.region_path([region])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        self._line(painter, transform.map(path), 3.0, Qt.PenStyle.SolidLine)
        if self.worst is not None:
            patch = QPainterPath()
            patch.addRect(QRectF(*self.worst))
            self._line(painter, transform.map(patch), 1.6, Qt.PenStyle.DashLine)

    @staticmethod
    def _line(painter: QPainter, path: QPainterPath, width: float, style: Qt.PenStyle) -> None:
        """White on black: told apart from the other contours without colour."""
        for colour, pixels, drawn in (
            (DARK.stage, width + 2.5, Qt.PenStyle.SolidLine),
            (DARK.text, width, style),
        ):
            pen = QPen(QColor(colour), pixels, drawn)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            painter.drawPath(path)
