"""Figures: drawn on the screen in the theme in force, and saved on white as PNG or SVG."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFileDialog, QSizePolicy, QWidget

from app import theme
from app.language import mark, tr
from app.theme import Colours
from engine.errors import StorageFailed
from engine.files import replacing, storing

FILTER = mark("PNG (*.png);;SVG (*.svg)")
PNG_SCALE = 2  # fine enough for print


class Figure(QWidget):
    """A widget whose picture can be saved as it stands."""

    def __init__(self, size: QSize, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self.setMinimumSize(size)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return self._size

    @abstractmethod
    def draw(self, painter: QPainter, area: QRectF, colours: Colours) -> None:
        """Paint the figure into an area."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme.colours()
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(colours.line))
        painter.setBrush(QColor(colours.panel))
        painter.drawRoundedRect(frame, 6, 6)
        self.draw(painter, frame, colours)
        painter.end()

    def save(self, path: Path) -> None:
        """Write the figure, on white; the name's ending says whether as PNG or SVG.  Raises
        StorageFailed.
        """
        with storing(path.name), replacing(path) as temporary:
            if path.suffix.lower() == ".svg":
                self._write_svg(temporary)
            else:
                self._write_png(temporary)

    def _write_svg(self, path: Path) -> None:
        svg = QSvgGenerator()
        svg.setFileName(str(path))
        svg.setSize(self.size())
        svg.setViewBox(QRect(0, 0, self.width(), self.height()))
        svg.setTitle(self.accessibleName())
        svg.setDescription(self.accessibleDescription())
        self._paint_white(QPainter(svg))

    def _write_png(self, path: Path) -> None:
        image = QImage(self.size() * PNG_SCALE, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        painter.scale(PNG_SCALE, PNG_SCALE)
        self._paint_white(painter)
        if not image.save(str(path)):
            raise StorageFailed(tr("{name} could not be written.", name=path.name))

    def _paint_white(self, painter: QPainter) -> None:
        area = QRectF(0, 0, self.width(), self.height())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(area, QColor("#ffffff"))
        font = self.font()
        painter.setFont(font)
        self.draw(painter, area, theme.LIGHT)
        painter.end()


def ask_where(parent: QWidget, title: str, name: str) -> Path | None:
    """Where to save a figure, its ending that of the chosen form."""
    chosen, form = QFileDialog.getSaveFileName(parent, title, name, tr(FILTER))
    if not chosen:
        return None
    path = Path(chosen)
    if path.suffix.lower() in (".png", ".svg"):
        return path
    return path.with_name(path.name + (".svg" if "svg" in form else ".png"))


def small(painter: QPainter, pixels: int = 11, *, bold: bool = False) -> None:
    """Set the size of the letters."""
    font = painter.font()
    font.setPixelSize(pixels)
    font.setBold(bold)
    painter.setFont(font)


def heading(painter: QPainter, area: QRectF, text: str, colours: Colours) -> QRectF:
    """A title over a part of a figure; returns what is left below it."""
    small(painter, 12, bold=True)
    painter.setPen(QColor(colours.text))
    line = QRectF(area.left(), area.top(), area.width(), 18)
    painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
    small(painter)
    return area.adjusted(0, 24, 0, 0)


def axes(
    painter: QPainter,
    area: QRectF,
    colours: Colours,
    below: tuple[str, str, str],
    beside: tuple[str, str, str],
) -> QRectF:
    """A frame with the first and last value and the name of each axis; returns its inside."""
    inside = area.adjusted(44, 6, -8, -34)
    painter.setPen(QPen(QColor(colours.line), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(inside)
    painter.setPen(QColor(colours.faint))
    low, name, high = below
    line = QRectF(inside.left(), inside.bottom() + 3, inside.width(), 15)
    painter.drawText(line, Qt.AlignmentFlag.AlignLeft, low)
    painter.drawText(line, Qt.AlignmentFlag.AlignRight, high)
    painter.drawText(line.translated(0, 15), Qt.AlignmentFlag.AlignHCenter, name)
    low, name, high = beside
    column = QRectF(area.left() + 14, inside.top(), 26, inside.height())
    painter.drawText(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, low)
    painter.drawText(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, high)
    painter.save()
    painter.translate(area.left() + 8, inside.center().y())
    painter.rotate(-90)
    text = QRectF(-inside.height() / 2, -8, inside.height(), 16)
    painter.drawText(text, Qt.AlignmentFlag.AlignCenter, name)
    painter.restore()
    return inside


def empty(painter: QPainter, area: QRectF, text: str, colours: Colours) -> None:
    """What to say where there is nothing to draw."""
    small(painter, 13)
    painter.setPen(QColor(colours.faint))
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(area.adjusted(24, 12, -24, -12), int(flags), text)
