"""Recent reviews as rows with a picture, a name, a state and a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QFontMetrics,
    QIcon,
    QKeyEvent,
    QPainter,
    QPixmap,
)
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.language import tr
from app.theme import colours

ROW = Qt.ItemDataRole.UserRole
HEIGHT, PICTURE, MARGIN = 68, QSize(96, 54), 8


@dataclass(frozen=True, slots=True)
class RecentRow:
    """One review; gone: its footage is not where it was."""

    path: str
    name: str
    folder: str
    state: str
    when: str
    thumbnail: str = ""
    gone: bool = False


class RecentList(QListWidget):
    """Emits the path of the one that is clicked or activated, or that is to be forgotten."""

    chosen = Signal(str)
    forget_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Recent reviews"))
        self.setAccessibleDescription(tr("Enter opens a review; Delete takes it off this list"))
        self.setToolTip(tr("Click to go on with a review; Delete takes it off this list"))
        self.setItemDelegate(_RecentDelegate(self))
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.itemActivated.connect(self._chosen)
        self.itemClicked.connect(self._chosen)

    def set_rows(self, rows: Sequence[RecentRow]) -> None:
        """The last opened first; the current row stays, or the one in its place is current."""
        at, kept = self.currentRow(), self._current_path()
        self.clear()
        for row in rows:
            item = QListWidgetItem()
            item.setData(ROW, row)
            words = [row.name, row.state, row.when]
            item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(w for w in words if w))
            item.setToolTip(row.path)
            if row.thumbnail:
                item.setIcon(QIcon(QPixmap(row.thumbnail)))
            item.setSizeHint(QSize(200, HEIGHT))
            self.addItem(item)
        if rows and at >= 0:
            places = [row.path for row in rows]
            near = min(at, len(rows) - 1)
            self.setCurrentRow(places.index(kept) if kept in places else near)
        self.setMaximumHeight(max(1, len(rows)) * HEIGHT + 2 * self.frameWidth() + 4)

    def rows(self) -> list[RecentRow]:
        """What is shown."""
        return [self.item(at).data(ROW) for at in range(self.count())]

    @Slot()
    def forget_current(self) -> None:
        """Ask that the current row is taken off; the footage and its review stay."""
        item = self.currentItem()
        if item is not None:
            self.forget_requested.emit(item.data(ROW).path)

    def _current_path(self) -> str:
        item = self.currentItem()
        return "" if item is None else str(item.data(ROW).path)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete forgets; the rest is the list's own."""
        if event.key() == Qt.Key.Key_Delete:
            self.forget_current()
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with the row under the mouse, or with the current one."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        item = self.currentItem() if by_key else self.itemAt(event.pos())
        if item is None:
            return
        self.setCurrentItem(item)
        at = self.visualItemRect(item).center() if by_key else event.pos()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, slot in (
            (tr("Open"), self._open_current),
            (tr("Take off this list"), self.forget_current),
        ):
            action = QAction(text, menu)
            action.triggered.connect(slot)
            menu.addAction(action)
        menu.popup(self.viewport().mapToGlobal(at))

    @Slot()
    def _open_current(self) -> None:
        self.chosen.emit(self._current_path())

    @Slot(QListWidgetItem)
    def _chosen(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(ROW).path)


class _RecentDelegate(QStyledItemDelegate):
    """Picture on the left, name over state and place, time on the right."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        row, c = index.data(ROW), colours()
        style = option.widget.style()
        style.drawPrimitive(
            QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, option.widget
        )
        area: QRect = option.rect.adjusted(MARGIN, 0, -MARGIN, 0)
        state = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        text, faint = (c.on_accent, c.on_accent) if chosen else (c.text, c.faint)
        painter.save()
        top = area.top() + (area.height() - PICTURE.height()) // 2
        picture = QRect(area.left(), top, PICTURE.width(), PICTURE.height())
        painter.fillRect(picture, c.stage)
        icon = index.data(Qt.ItemDataRole.DecorationRole)
        if isinstance(icon, QIcon) and not icon.isNull():
            icon.paint(painter, picture)
        left = picture.right() + 14
        font = painter.font()
        metrics = QFontMetrics(font)
        when_width = metrics.horizontalAdvance(row.when)
        right, line = area.right() - when_width, metrics.height() + 4
        words = QRect(left, area.center().y() - line, right - left - 12, line)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(text if not row.gone else faint)
        elide = Qt.TextElideMode.ElideMiddle
        name = QFontMetrics(font).elidedText(row.name, elide, words.width())
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(words, flags, name)
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(faint)
        painter.drawText(QRect(right, words.top(), when_width + 2, line), flags, row.when)
        state_text = tr("not there any more; click to find it") if row.gone else row.state
        below = QRect(left, words.bottom() + 1, area.right() - left, line)
        detail = " · ".join(word for word in (state_text, row.folder) if word)
        painter.drawText(below, flags, metrics.elidedText(detail, elide, below.width()))
        painter.restore()

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(200, HEIGHT)
