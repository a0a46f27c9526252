"""The papers' pictures of one frame, drawn side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QImage, QMouseEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QToolTip

from app.imaging import heat_image, to_qimage
from app.language import tr
from app.numerals import decimal, percent, whole
from app.theme import Colours
from app.views.figures import Figure, empty, heading, small
from app.views.nearest_band import Spot, draw_band, spot_words

if TYPE_CHECKING:
    from engine.analysis.nearest import Nearest
    from engine.analysis.portrait import Portrait

GAP = 14.0
STAR = [(np.sin(k * np.pi / 5), -np.cos(k * np.pi / 5)) for k in range(10)]


class PortraitFigure(Figure):
    """Setters in; a click on a patch of another frame asks for that frame."""

    frame_wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__(QSize(720, 420))
        self._nearest: Nearest | None = None
        self._looking = ""
        self._spots: list[Spot] = []
        self._portrait: Portrait | None = None
        self._said = ""
        self._memory = 0
        self.setAccessibleName(tr("Memory items and queries of a frame"))
        self.say("")

    def set_portrait(self, portrait: Portrait, memory: int) -> None:
        """What to draw, and which of its memories."""
        self._portrait, self._memory = portrait, min(memory, len(portrait.answers) - 1)
        one = portrait.answers[self._memory]
        shares = np.bincount(one.assigned.ravel(), minlength=len(one.items)) / one.assigned.size
        told = ", ".join(f"{at + 1}: {percent(share)}" for at, share in enumerate(shares))
        self.setAccessibleDescription(
            tr(
                "{name} of frame {index} by share: {told}",
                name=tr(one.name),
                index=whole(portrait.index),
                told=told,
            )
        )
        self.update()

    def set_nearest(self, nearest: Nearest | None, said: str) -> None:
        """The patches of each item, or a sentence while there are none."""
        self._nearest, self._looking = nearest, said
        self.update()

    def spots(self) -> list[Spot]:
        """Where patches were drawn on the screen."""
        return list(self._spots)

    def say(self, text: str) -> None:
        """A sentence instead of a portrait."""
        self._portrait, self._said, self._nearest = None, text, None
        self.setAccessibleDescription(text)
        self.update()

    def draw(self, painter: QPainter, area: QRectF, colours: Colours) -> None:
        if self._portrait is None:
            empty(painter, area, self._said or "…", colours)
            return
        inner = area.adjusted(16, 12, -16, -12)
        third = (inner.width() - 2 * GAP) / 3
        band = QRectF(inner)
        band.setTop(inner.bottom() - inner.height() * 0.24)
        inner = inner.adjusted(0, 0, 0, -(band.height() + GAP))
        upper = (inner.height() - GAP) * 0.44
        cells = [
            QRectF(inner.left() + at * (third + GAP), inner.top(), third, upper) for at in range(3)
        ]
        lower = inner.adjusted(0, upper + GAP, 0, 0)
        wide = lower.adjusted(0, 0, -(third + GAP), 0)
        corner = lower.adjusted(2 * (third + GAP), 0, 0, 0)
        seen, one = self._portrait, self._portrait.answers[self._memory]
        self._put(painter, cells[0], tr("Frame {at}", at=seen.index), colours, None)
        self._put(painter, cells[1], tr("Prediction error"), colours, _error(seen.error))
        labels = _labels(one.assigned, len(one.items))
        self._put(painter, cells[2], tr("Which {name} answer", name=tr(one.name)), colours, labels)
        maps, title = one.matching, tr("Matching probabilities, item by item")
        if one.normalcy is not None:
            maps, title = one.normalcy, tr("Normalcy maps, prototype by prototype")
        self._draw_maps(painter, heading(painter, wide, title, colours), maps, colours)
        title = tr("Queries and items (stars), {layout}", layout=seen.layout)
        self._draw_plane(painter, heading(painter, corner, title, colours), colours)
        self._draw_nearest(painter, band, colours)

    def _draw_nearest(self, painter: QPainter, band: QRectF, colours: Colours) -> None:
        assert self._portrait is not None
        one, nearest = self._portrait.answers[self._memory], self._nearest
        title = tr("Nearest normal patches")
        if nearest is not None and not nearest.frames:
            title = tr("Where the frame weighs most in each prototype")
        if self._looking:
            title = f"{title} · {self._looking}"
        rest = heading(painter, band, title, colours)
        self._spots = []
        if nearest is not None:
            shares = np.bincount(one.assigned.ravel(), minlength=len(one.items))
            spots = draw_band(
                painter,
                rest,
                nearest.patches[self._memory],
                (shares / one.assigned.size).tolist(),
                colours,
            )
            self._spots = spots

    def _spot_at(self, place: QPointF) -> Spot | None:
        return next((spot for spot in self._spots if spot.area.contains(place)), None)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            spot = self._spot_at(QPointF(event.pos()))
            if spot is not None and self._nearest is not None:
                words = spot_words(spot.patch, attended=not self._nearest.frames)
                QToolTip.showText(event.globalPos(), words, self)
                return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = self._spot_at(event.position())
        if spot is not None and self._nearest is not None and self._nearest.frames:
            self.frame_wanted.emit(spot.patch.index)
        super().mousePressEvent(event)

    def _put(
        self, painter: QPainter, area: QRectF, title: str, colours: Colours, over: QImage | None
    ) -> None:
        assert self._portrait is not None
        rest = heading(painter, area, title, colours)
        picture = to_qimage(self._portrait.picture)
        size = picture.size().scaled(rest.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF(rest.left(), rest.top(), size.width(), size.height())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(place, picture)
        if over is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
            painter.drawImage(place, over)

    def _draw_maps(
        self, painter: QPainter, area: QRectF, maps: NDArray[np.float32], colours: Colours
    ) -> None:
        """Each item's map, all on one scale, its mean beneath as a number and a bar."""
        assert self._portrait is not None
        assigned = self._portrait.answers[self._memory].assigned
        low, high = float(maps.min()), float(maps.max())
        rows = 2 if len(maps) > 5 else 1
        columns = -(-len(maps) // rows)
        width, height = area.width() / columns, (area.height() - 16) / rows
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
        for at, values in enumerate(maps):
            row, column = divmod(at, columns)
            side = min(width - 10, height - 24)
            place = QRectF(area.left() + column * width, area.top() + row * height, side, side)
            painter.drawImage(place, _heat(values, low, high, opaque=True))
            share = float((assigned == at).mean())
            bar = QRectF(place.left(), place.bottom() + 3, side, 3)
            painter.fillRect(bar, QColor(colours.line))
            bar.setWidth(side * share)
            painter.fillRect(bar, _colour(at, len(maps)))
            small(painter, 10)
            painter.setPen(QColor(colours.text))
            text = QPointF(place.left(), bar.bottom() + 11)
            painter.drawText(text, f"{at + 1}: {percent(share)}")
        small(painter, 10)
        painter.setPen(QColor(colours.faint))
        scale = tr(
            "dark {low} to light {high} · bar: share of queries it answers most",
            low=decimal(low, 3),
            high=decimal(high, 3),
        )
        painter.drawText(area, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, scale)

    def _draw_plane(self, painter: QPainter, area: QRectF, colours: Colours) -> None:
        assert self._portrait is not None
        places, owners, stars = self._portrait.laid[self._memory]
        painter.setPen(QColor(colours.line))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(area)
        both = np.concatenate((places, stars))
        low, extent = both.min(axis=0), np.maximum(np.ptp(both, axis=0), 1e-6)
        inside = area.adjusted(12, 12, -12, -12)

        def at(point: NDArray[np.float32]) -> QPointF:
            x, y = ((point - low) / extent).tolist()
            return QPointF(inside.left() + x * inside.width(), inside.top() + y * inside.height())

        painter.setPen(Qt.PenStyle.NoPen)
        for point, owner in zip(places, owners.tolist(), strict=True):
            painter.setBrush(_colour(owner, len(stars)))
            painter.drawEllipse(at(point), 2.2, 2.2)
        painter.setPen(QPen(QColor(colours.text), 1))
        for owner, point in enumerate(stars):
            middle = at(point)
            sizes = (8.0 if k % 2 == 0 else 3.4 for k in range(10))
            tips = [middle + QPointF(x, y) * size for (x, y), size in zip(STAR, sizes, strict=True)]
            painter.setBrush(_colour(owner, len(stars)))
            painter.drawPolygon(QPolygonF(tips))


def _colour(at: int, count: int) -> QColor:
    """Hues round the circle, light and dark by turns."""
    return QColor.fromHsvF(at / max(1, count), 0.75, 0.95 if at % 2 else 0.72)


def _labels(assigned: NDArray[np.int64], count: int) -> QImage:
    height, width = assigned.shape
    image = QImage(width, height, QImage.Format.Format_ARGB32)
    for y, row in enumerate(assigned.tolist()):
        for x, owner in enumerate(row):
            colour = _colour(owner, count)
            colour.setAlphaF(0.6)
            image.setPixelColor(x, y, colour)
    return image


def _error(squared: NDArray[np.float32]) -> QImage:
    """The absolute error on black, up to what one pixel in 200 exceeds: of squares, the few
    largest would be all that is seen.
    """
    off = np.sqrt(np.maximum(squared, 0))
    return _heat(off, 0.0, float(np.quantile(off, 0.995)), opaque=True)


def _heat(
    values: NDArray[np.float32],
    low: float | None = None,
    high: float | None = None,
    *,
    opaque: bool = False,
) -> QImage:
    bottom = float(values.min()) if low is None else low
    top = float(values.max()) if high is None else high
    image = heat_image(
        np.asarray(values, np.float32), 0.85, floor=bottom, ceiling=max(top, bottom + 1e-9)
    )
    if not opaque:
        return image
    ground = QImage(image.size(), QImage.Format.Format_RGB32)
    ground.fill(QColor("#101010"))
    painter = QPainter(ground)
    painter.drawImage(0, 0, image)
    painter.end()
    return ground
