"""Rows of the footage list: how they are painted, and what keys and clicks on them mean."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import (
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from app import theme
from app.language import tr
from app.models.footage_model import (
    PARTINGS_ROLE,
    ROW_ROLE,
    THUMBNAIL_SIZE,
    WARNING,
    FootageRow,
    Index,
)
from app.models.telling_apart import shortened

_PAD = 8
_LINE = 17
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
_ERROR_LINES = 2
_CROSS = 16  # the place at the end of the state's line that gives up what goes on


class FootageDelegate(QStyledItemDelegate):
    """Thumbnail, name, facts and state of one footage."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.current = ""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row: FootageRow = index.data(ROW_ROLE)
        lines = _ERROR_LINES if row.error else 1
        return QSize(200, THUMBNAIL_SIZE.height() + lines * _LINE + 8 + 2 * _PAD)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: FootageRow = index.data(ROW_ROLE)
        colours = theme.colours()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        area = QRectF(option.rect)
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(colours.raised))
        if row.key == self.current:
            painter.fillRect(QRectF(area.left(), area.top(), 3, area.height()), colours.accent)
        painter.setPen(QColor(colours.line))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        picture = QRectF(area.left() + _PAD + 2, area.top() + _PAD, 0, 0)
        picture.setSize(THUMBNAIL_SIZE.toSizeF())
        self._paint_picture(painter, picture, index.data(Qt.ItemDataRole.DecorationRole))
        left = picture.right() + 10
        text = QRectF(left, area.top() + _PAD - 1, area.right() - left - _PAD, _LINE)
        name = name_shown(index, option.font, int(text.width()))
        self._paint_facts(painter, text, name, row.detail, option.font)
        self._paint_state(painter, state_line(area), row)
        painter.restore()

    def _paint_picture(self, painter: QPainter, area: QRectF, pixmap: QPixmap | None) -> None:
        colours = theme.colours()
        painter.fillRect(area, QColor(colours.stage))
        if pixmap is None:
            return
        size = pixmap.size().scaled(area.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        inside = QRectF(0, 0, size.width(), size.height())
        inside.moveCenter(area.center())
        painter.drawPixmap(inside, pixmap, QRectF(pixmap.rect()))

    def _paint_facts(
        self, painter: QPainter, line: QRectF, name: str, detail: str, font: QFont
    ) -> None:
        colours = theme.colours()
        width = int(line.width())
        painter.setFont(_bold(font))
        painter.setPen(QColor(colours.text))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, name)
        small = QFont(font)
        small.setPixelSize(12)
        painter.setFont(small)
        measure = QFontMetrics(small)
        painter.setPen(QColor(colours.faint))
        line.translate(0, _LINE)
        detail = measure.elidedText(detail, Qt.TextElideMode.ElideRight, width)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, detail)

    def _paint_state(self, painter: QPainter, line: QRectF, row: FootageRow) -> None:
        colours = theme.colours()
        width, elide = int(line.width()), Qt.TextElideMode.ElideRight
        measure = QFontMetrics(painter.font())
        painter.setPen(QColor(colours.text if row.fraction is not None else colours.faint))
        if row.error:
            painter.setPen(QColor(colours.warn))
            line.setHeight(_ERROR_LINES * _LINE)
            flags = Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            room = int((_ERROR_LINES - 0.2) * width)
            shown = measure.elidedText(f"{WARNING} {row.error}", elide, room)
            painter.drawText(line, flags, shown)
            return
        if row.fraction is not None:
            bar = QRectF(line.left(), line.bottom() + 1, line.width(), 3)
            painter.fillRect(bar, QColor(colours.line))
            bar.setWidth(bar.width() * min(max(row.fraction, 0.0), 1.0))
            painter.fillRect(bar, QColor(colours.accent))
        if row.cancellable:
            self._paint_cross(painter, cross_of(line))
            line.setRight(line.right() - _CROSS - 4)
        if row.problems:
            self._paint_sign(painter, line)
        width = int(line.width())
        state = state_shown(row, measure, width)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, state)
        if measure.horizontalAdvance(f"{state}   {row.rate}") <= width:
            painter.setPen(QColor(colours.faint))
            painter.drawText(line, _RIGHT, row.rate)

    def _paint_sign(self, painter: QPainter, line: QRectF) -> None:
        """The tooltip says what is odd; what is left of the line is for the state."""
        before = painter.pen()
        painter.setPen(QColor(theme.colours().warn))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, WARNING)
        painter.setPen(before)
        line.setLeft(line.left() + painter.fontMetrics().horizontalAdvance(f"{WARNING} "))

    def _paint_cross(self, painter: QPainter, area: QRectF) -> None:
        painter.save()
        painter.setPen(QPen(QColor(theme.colours().text), 1.5))
        inner = area.adjusted(4.5, 4.5, -4.5, -4.5)
        painter.drawLine(inner.topLeft(), inner.bottomRight())
        painter.drawLine(inner.topRight(), inner.bottomLeft())
        painter.setPen(QColor(theme.colours().line))
        painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.restore()


def _bold(font: QFont) -> QFont:
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    return bold


def name_shown(index: Index, font: QFont, width: int) -> str:
    """A row's name in so many pixels; names that are cut short can still be told apart."""
    name, measure = index.data(ROW_ROLE).name, QFontMetrics(_bold(font))
    usual = measure.elidedText(name, Qt.TextElideMode.ElideMiddle, width)
    return shortened(
        name,
        index.data(PARTINGS_ROLE),
        usual,
        lambda text: measure.horizontalAdvance(text) <= width,
    )


def state_shown(row: FootageRow, measure: QFontMetrics, width: int) -> str:
    """The longest words for a row's state that fit.  Of those of work that goes on the beginning
    leaves first: how long it still takes comes last, and is what one waits for.
    """
    for words in (row.state, *row.shorter):
        if measure.horizontalAdvance(words) <= width:
            return words
    modes = Qt.TextElideMode
    elide = modes.ElideRight if row.fraction is None else modes.ElideLeft
    return measure.elidedText((row.state, *row.shorter)[-1], elide, width)


def state_line(area: QRectF) -> QRectF:
    """Where a row says its state."""
    left, top = area.left() + _PAD + 2, area.top() + _PAD + THUMBNAIL_SIZE.height() + 3
    return QRectF(left, top, area.right() - _PAD - left, _LINE)


def cross_of(line: QRectF) -> QRectF:
    """Where a row can be clicked to give up what goes on."""
    return QRectF(line.right() - _CROSS, line.top() + (_LINE - _CROSS) / 2, _CROSS, _CROSS)


def _cancellable(index: QModelIndex) -> bool:
    row = index.data(ROW_ROLE) if index.isValid() else None
    return row is not None and bool(row.cancellable)


class FootageView(QListView):
    """Return chooses, Delete removes; Esc and the cross of a row give up what goes on in it."""

    chosen = Signal(QModelIndex)
    removed = Signal(QModelIndex)
    given_up = Signal(QModelIndex)

    def _cross_at(self, place: QPoint) -> QModelIndex | None:
        index = self.indexAt(place)
        if not _cancellable(index):
            return None
        cross = cross_of(state_line(QRectF(self.visualRect(index))))
        return index if cross.adjusted(-3, -3, 3, 3).contains(place) else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self._cross_at(event.position().toPoint())
        if index is not None and event.button() == Qt.MouseButton.LeftButton:
            self.given_up.emit(index)
            return
        super().mousePressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and self._cross_at(event.pos()) is not None:
            QToolTip.showText(
                event.globalPos(), tr("Cancel (Esc while the list has the focus)"), self
            )
            return True
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if index.isValid() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(index)
        elif index.isValid() and event.key() == Qt.Key.Key_Delete:
            self.removed.emit(index)
        elif _cancellable(index) and event.key() == Qt.Key.Key_Escape:
            self.given_up.emit(index)
        else:
            super().keyPressEvent(event)
