"""How the canvas draws: regions, ignored areas, the badge, the empty state.

What lies over the picture uses the dark theme's colours in both themes: footage does not turn light
with the window, and every line has a dark halo, so that it holds on any picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPainter,
    QPainterPath,
    QPen,
    QPolygonF,
    QTransform,
)

from app.numerals import decimal
from app.theme import DARK, colours
from app.views.canvas_draft import AreaDraft, Point
from app.views.canvas_view import PictureView

if TYPE_CHECKING:
    from engine.scoring.regions import Region

MARGIN = 10.0  # between the badge and the edge
SEPARATOR = " · "


def _shade(name: str, alpha: int) -> QColor:
    colour = QColor(name)
    colour.setAlpha(alpha)
    return colour


def _font(painter: QPainter, pixels: int, *, bold: bool = False) -> QFont:
    font = QFont(painter.font())
    font.setPixelSize(pixels)
    font.setBold(bold)
    return font


def _plate(painter: QPainter, rect: QRectF, alpha: int = 200) -> None:
    """A translucent plate under text."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_shade(DARK.stage, alpha))
    painter.drawRoundedRect(rect, 4, 4)


def draw_heat(painter: QPainter, heat: QImage, place: QRectF, opacity: float) -> None:
    """A heat map of any size, stretched over the picture."""
    painter.save()
    painter.setOpacity(opacity)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(place, heat)
    painter.restore()


def region_path(regions: Sequence[Region]) -> QPainterPath:
    """The outlines in pixels of the picture, through the middles of the pixels they name."""
    path = QPainterPath()
    for region in regions:
        if len(region.outline) > 1:
            path.addPolygon(QPolygonF([QPointF(x + 0.5, y + 0.5) for x, y in region.outline]))
            path.closeSubpath()
    return path


def stroke(painter: QPainter, path: QPainterPath, width: float) -> None:
    """A line that shows on any picture: dark halo below, colour above."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, pixels in ((_shade(DARK.stage, 210), width + 2.0), (QColor(DARK.alert), width)):
        pen = QPen(colour, pixels)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPath(path)


def draw_boxes(
    painter: QPainter, regions: Sequence[Region], transform: QTransform, stage: QRectF
) -> None:
    """Boxes with the peak of their region: how many times as high as the rare end of normal."""
    path = QPainterPath()
    places = [transform.mapRect(QRectF(*region.box)) for region in regions]
    for place in places:
        path.addRect(place)
    stroke(painter, path, 2.0)
    font = _font(painter, 12, bold=True)
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    # the strongest region comes first and is written last, on top
    for region, place in reversed(list(zip(regions, places, strict=True))):
        text = f"{decimal(region.peak, 1)}x"
        plate = QRectF(0, 0, metrics.horizontalAdvance(text) + 10, metrics.height() + 2)
        above = place.top() - plate.height() - 2 >= stage.top()
        plate.moveTo(place.left() - 1, place.top() - plate.height() - 2)
        if not above:
            plate.moveTo(place.left() + 2, place.top() + 2)
        if not stage.intersects(place):
            continue
        _keep_inside(plate, stage)
        _plate(painter, plate, 225)
        painter.setPen(QColor(DARK.alert))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)


def draw_area(
    painter: QPainter, ring: Sequence[Point], label: str, view: PictureView, *, hot: bool
) -> None:
    """An ignored area: hatched, dashed outline, label; `hot` when the pointer is on it."""
    polygon = QPolygonF([view.from_shares(x, y) for x, y in ring])
    if not polygon.boundingRect().intersects(QRectF(QPointF(0, 0), view.stage)):
        return
    path = QPainterPath()
    path.addPolygon(polygon)
    path.closeSubpath()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_shade(DARK.stage, 110 if hot else 70))
    painter.drawPath(path)
    painter.setBrush(QBrush(_shade(DARK.text, 150 if hot else 95), Qt.BrushStyle.BDiagPattern))
    painter.drawPath(path)
    _dashed(painter, path, 2.0 if hot else 1.4)
    if not label:
        return
    font = _font(painter, 11)
    metrics = QFontMetricsF(font)
    bounds = polygon.boundingRect()
    room = max(96.0, bounds.width() - 18)
    text = metrics.elidedText(label, Qt.TextElideMode.ElideRight, room)
    plate = QRectF(0, 0, metrics.horizontalAdvance(text) + 10, metrics.height() + 2)
    fits = bounds.width() > plate.width() + 6 and bounds.height() > plate.height() + 6
    plate.moveTo(bounds.topLeft() + (QPointF(4, 4) if fits else QPointF(0, bounds.height() + 3)))
    _keep_inside(plate, QRectF(QPointF(0, 0), view.stage))
    _plate(painter, plate)
    painter.setFont(font)
    painter.setPen(QColor(DARK.text))
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)


def _dashed(painter: QPainter, path: QPainterPath, width: float) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(_shade(DARK.stage, 210), width + 2.0))
    painter.drawPath(path)
    pen = QPen(QColor(DARK.text), width)
    pen.setDashPattern([4, 3])
    painter.setPen(pen)
    painter.drawPath(path)


def draw_draft(painter: QPainter, draft: AreaDraft, view: PictureView, *, crosshair: bool) -> None:
    """The area being drawn, its corners as squares; the crosshair when the keyboard moves it."""
    rectangle = draft.rectangle()
    if rectangle:
        draw_area(painter, rectangle, "", view, hot=True)
    corners = [view.from_shares(*corner) for corner in draft.corners]
    pointer = view.from_shares(*draft.pointer)
    if corners:
        path = QPainterPath(corners[0])
        for corner in [*corners[1:], pointer]:
            path.lineTo(corner)
        _dashed(painter, path, 1.6)
        painter.setPen(QPen(QColor(DARK.stage), 1))
        painter.setBrush(QColor(DARK.accent))
        for corner in corners:
            painter.drawRect(QRectF(corner.x() - 4, corner.y() - 4, 8, 8))
    if crosshair:
        cross = QPainterPath(pointer - QPointF(14, 0))
        cross.lineTo(pointer + QPointF(14, 0))
        cross.moveTo(pointer - QPointF(0, 14))
        cross.lineTo(pointer + QPointF(0, 14))
        for colour, width in ((DARK.stage, 4), (DARK.text, 1.5)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawPath(cross)


def draw_badge(painter: QPainter, text: str, room: QRectF, *, top: bool = False) -> None:
    """Text on a plate in the lower (upper) left corner; long text wraps at its separators."""
    if not text:
        return
    font = _font(painter, 12)
    metrics = QFontMetricsF(font)
    widest = room.width() - 2 * MARGIN - 16
    lines = [metrics.elidedText(line, Qt.TextElideMode.ElideRight, widest)
             for line in _wrapped(text, metrics, widest)]  # fmt: skip
    width = max(metrics.horizontalAdvance(line) for line in lines) + 16
    plate = QRectF(0, 0, width, metrics.lineSpacing() * len(lines) + 8)
    if top:
        plate.moveTopLeft(room.topLeft() + QPointF(MARGIN, MARGIN))
    else:
        plate.moveBottomLeft(room.bottomLeft() + QPointF(MARGIN, -MARGIN))
    _plate(painter, plate)
    painter.setFont(font)
    painter.setPen(QColor(DARK.text))
    inner = plate.adjusted(8, 4, -8, -4)
    painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
                     "\n".join(lines))  # fmt: skip


def _wrapped(text: str, metrics: QFontMetricsF, width: float) -> list[str]:
    lines: list[str] = []
    for piece in text.split(SEPARATOR):
        longer = f"{lines[-1]}{SEPARATOR}{piece}" if lines else piece
        if lines and metrics.horizontalAdvance(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(piece)
    return lines


def draw_empty(painter: QPainter, title: str, hint: str, stage: QRectF, *, dropping: bool) -> None:
    """Title and hint in a dashed frame that says: something may be dropped here."""
    c = colours()
    frame = stage.adjusted(16, 16, -16, -16)
    pen = QPen(QColor(c.accent if dropping else c.faint), 2.0 if dropping else 1.2)
    pen.setDashPattern([5, 4])
    painter.setPen(pen)
    painter.setBrush(_shade(c.accent, 28) if dropping else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(frame, 10, 10)
    inner = frame.adjusted(20, 12, -20, -12)
    flags = int(
        Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
    )
    big, small = _font(painter, 20, bold=True), _font(painter, 14)
    text_width = min(inner.width(), 520.0)
    column = QRectF(inner.center().x() - text_width / 2, inner.top(), text_width, inner.height())
    title_size = QFontMetricsF(big).boundingRect(column, flags, title)
    hint_size = QFontMetricsF(small).boundingRect(column, flags, hint)
    gap = 8.0 if hint else 0.0
    top = inner.center().y() - (title_size.height() + gap + hint_size.height()) / 2
    column.moveTop(max(inner.top(), top))
    painter.setFont(big)
    painter.setPen(QColor(c.text))
    painter.drawText(column, flags, title)
    column.translate(0, title_size.height() + gap)
    painter.setFont(small)
    painter.setPen(QColor(c.faint if c is DARK else c.text))
    painter.drawText(column, flags, hint)


def draw_frame(painter: QPainter, stage: QRectF, colour: str, width: float) -> None:
    """A frame inside the widget's edge: keyboard focus, or a drop that would be taken."""
    painter.setPen(QPen(QColor(colour), width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    half = width / 2
    painter.drawRect(stage.adjusted(half, half, -half, -half))


def _keep_inside(plate: QRectF, stage: QRectF) -> None:
    plate.moveLeft(max(stage.left() + 2, min(plate.left(), stage.right() - plate.width() - 2)))
    plate.moveTop(max(stage.top() + 2, min(plate.top(), stage.bottom() - plate.height() - 2)))
