"""What the moment under the mouse looks like: a small picture with its time, above the cursor."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app import theme
from app.language import tr

PICTURE = QSize(176, 99)
_PAD, _LINE, _GAP = 4, 17, 6
_WIDEST = 320  # pixels of words; what is longer is elided


class HoverPreview(QWidget):
    """A child of the window, so that it may lie over its neighbours; the mouse passes through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(tr("Preview of the moment under the mouse"))
        self._image: QImage | None = None
        self._pictured = True
        self._lines: tuple[str, ...] = ()
        self.hide()

    def show_at(
        self,
        place: QPoint,
        lines: tuple[str, ...],
        image: QImage | None,
        *,
        pictured: bool = True,
        over: QWidget | None = None,
    ) -> None:
        """Above a point of the parent, inside it, and between the sides of a widget that is wide
        enough: what lies beside it is being read.  image None: it is still being decoded; pictured
        False: there is none.
        """
        self._lines, self._image, self._pictured = lines, image, pictured
        picture, metrics = self._picture_size(), QFontMetrics(self._small())
        words = max((metrics.horizontalAdvance(line) for line in lines), default=0)
        width = max(picture.width(), min(words + 2, _WIDEST))
        size = QSize(width + 2 * _PAD, picture.height() + len(lines) * _LINE + 2 * _PAD)
        parent = self.parentWidget()
        room = parent.rect() if parent is not None else QRect(QPoint(), size)
        if parent is not None and over is not None and over.width() > size.width() + 4:
            room = QRect(over.mapTo(parent, QPoint(0, 0)), over.size())
        first, last = room.left() + 2, room.right() - size.width() - 1
        left = min(max(place.x() - size.width() // 2, first), last)
        top = place.y() - size.height() - _GAP
        if top < 0:
            top = place.y() + 24
        self.setGeometry(QRect(QPoint(left, top), size))
        self.show()
        self.raise_()
        self.update()

    def has_picture(self) -> bool:
        """Whether the picture is there."""
        return self._image is not None

    def lines(self) -> tuple[str, ...]:
        """What is said under it."""
        return self._lines

    def _picture_size(self) -> QSize:
        if not self._pictured:
            return QSize(PICTURE.width(), 0)
        if self._image is None:
            return PICTURE
        return self._image.size().scaled(PICTURE, Qt.AspectRatioMode.KeepAspectRatio)

    def _small(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(12)
        return font

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.colours()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colours.raised))
        painter.setPen(QColor(colours.line))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        area = QRect(QPoint(0, _PAD), self._picture_size())
        area.moveLeft((self.width() - area.width()) // 2)
        if self._pictured:
            painter.fillRect(area, QColor(colours.stage))
        if self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(area, self._image)
        painter.setFont(self._small())
        for number, line in enumerate(self._lines):
            painter.setPen(QColor(colours.text if number == 0 else colours.faint))
            top = area.bottom() + 1 + number * _LINE
            where = QRectF(_PAD, top, self.width() - 2 * _PAD, _LINE)
            shown = painter.fontMetrics().elidedText(
                line, Qt.TextElideMode.ElideRight, round(where.width())
            )
            painter.drawText(where, Qt.AlignmentFlag.AlignCenter, shown)
