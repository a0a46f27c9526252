"""The list of footage: what is open, how far each is analysed, and what is wrong with which."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPoint, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QFont,
    QFontMetrics,
    QIcon,
    QImage,
    QKeyEvent,
    QPainter,
    QPixmap,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListView,
    QMenu,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.models.footage_model import (
    KEY_ROLE,
    ROW_ROLE,
    THUMBNAIL_SIZE,
    FootageModel,
    FootageRow,
    Index,
)
from app.views.empty import EmptyText

_EMPTY = "Drop footage here, or press Ctrl+O"
_PAD = 8
_LINE = 17
_ERROR_LINES = 2


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
        self._paint_facts(painter, text, row, option.font)
        below = QRectF(picture.left(), picture.bottom() + 3, text.right() - picture.left(), _LINE)
        self._paint_state(painter, below, row)
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

    def _paint_facts(self, painter: QPainter, line: QRectF, row: FootageRow, font: QFont) -> None:
        colours = theme.colours()
        width = int(line.width())
        bold = QFont(font)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(QColor(colours.text))
        name = QFontMetrics(bold).elidedText(row.name, Qt.TextElideMode.ElideMiddle, width)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, name)
        small = QFont(font)
        small.setPixelSize(12)
        painter.setFont(small)
        measure = QFontMetrics(small)
        painter.setPen(QColor(colours.faint))
        line.translate(0, _LINE)
        detail = measure.elidedText(row.detail, Qt.TextElideMode.ElideRight, width)
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
            shown = measure.elidedText(f"⚠ {row.error}", elide, int((_ERROR_LINES - 0.2) * width))
            painter.drawText(line, flags, shown)
            return
        state = measure.elidedText(row.state, elide, width)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, state)
        if row.fraction is not None:
            bar = QRectF(line.left(), line.bottom() + 1, line.width(), 3)
            painter.fillRect(bar, QColor(colours.line))
            bar.setWidth(bar.width() * min(max(row.fraction, 0.0), 1.0))
            painter.fillRect(bar, QColor(colours.accent))


class FootageView(QListView):
    """Return chooses, Delete removes."""

    chosen = Signal(QModelIndex)
    removed = Signal(QModelIndex)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if index.isValid() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(index)
        elif index.isValid() and event.key() == Qt.Key.Key_Delete:
            self.removed.emit(index)
        else:
            super().keyPressEvent(event)


class FootageList(QWidget):
    """Click or Return opens a footage; files can be dropped on it."""

    footage_chosen = Signal(str)
    add_requested = Signal()
    folder_requested = Signal()
    remove_requested = Signal(str)
    files_dropped = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self.model = FootageModel(self)
        self.list = FootageView()
        self._delegate = FootageDelegate(self.list)
        self.list.setModel(self.model)
        self.list.setItemDelegate(self._delegate)
        self.list.setAccessibleName("Footage")
        self.list.setAccessibleDescription("Return opens a footage, Delete takes it off the list")
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._ask)
        self.list.clicked.connect(self._choose)
        self.list.chosen.connect(self._choose)
        self.list.removed.connect(self._remove)
        self.empty = EmptyText(self.list.viewport(), _EMPTY)
        self.empty.show_over(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addWidget(self.list, 1)
        layout.addLayout(self._build_buttons())
        self.list.selectionModel().currentChanged.connect(self._refresh)
        self.model.modelReset.connect(self._refresh)
        self._refresh()

    def _build_buttons(self) -> QHBoxLayout:
        self.open_files = QPushButton("Open files…")
        self.open_folder = QPushButton("Open folder…")
        self.remove = QToolButton()
        self.remove.setText("✕")
        row = QHBoxLayout()
        row.setSpacing(6)
        for button, name, help, stretch in (
            (self.open_files, "Open files", "Open one or more videos (Ctrl+O)", 1),
            (self.open_folder, "Open folder", "Open a folder of videos or of pictures", 1),
            (self.remove, "Remove", "Take the selected footage off the list (Delete)", 0),
        ):
            button.setAccessibleName(name)
            button.setAccessibleDescription(help)
            button.setToolTip(help)
            row.addWidget(button, stretch)
        self.open_files.clicked.connect(self._add)
        self.open_folder.clicked.connect(self._add_folder)
        self.remove.clicked.connect(self._remove_current)
        return row

    # setters

    def set_rows(self, rows: Sequence[FootageRow]) -> None:
        """Show other footage; the selection stays with its key."""
        index = self.list.currentIndex()
        key = index.data(KEY_ROLE) if index.isValid() else None
        self.model.set_rows(rows)
        if not self.list.currentIndex().isValid() and key is not None:
            self._select(key)
        self._refresh()

    def update_row(self, row: FootageRow) -> None:
        """Show one footage's new state."""
        self.model.update_row(row)
        at = self.model.row_of(row.key)
        if at is not None:  # an error takes a line more
            self._delegate.sizeHintChanged.emit(self.model.index(at))

    def set_thumbnail(self, key: str, image: QImage) -> None:
        """A picture of one footage."""
        self.model.set_thumbnail(key, image)

    def set_current(self, key: str) -> None:
        """Mark the footage that is open."""
        self._delegate.current = key
        self._select(key)
        self.list.viewport().update()

    # inner

    def _select(self, key: str) -> None:
        at = self.model.row_of(key)
        if at is not None:
            self.list.setCurrentIndex(self.model.index(at))

    @Slot()
    def _refresh(self) -> None:
        self.remove.setEnabled(self.list.currentIndex().isValid())
        self.empty.show_over(not self.model.rowCount())

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        self.footage_chosen.emit(index.data(KEY_ROLE))

    @Slot(QModelIndex)
    def _remove(self, index: QModelIndex) -> None:
        self.remove_requested.emit(index.data(KEY_ROLE))

    @Slot()
    def _remove_current(self) -> None:
        self._remove(self.list.currentIndex())

    @Slot()
    def _add(self) -> None:
        self.add_requested.emit()

    @Slot()
    def _add_folder(self) -> None:
        self.folder_requested.emit()

    @Slot(QPoint)
    def _ask(self, at: QPoint) -> None:
        index = self.list.indexAt(at)
        if index.isValid():
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            action = QAction(QIcon(), "Remove from the list", menu)
            action.triggered.connect(self._remove_current)
            menu.addAction(action)
            menu.popup(self.list.viewport().mapToGlobal(at))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.files_dropped.emit(paths)
