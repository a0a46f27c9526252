"""The list of footage: what is open, how far each is analysed, and what is wrong with which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QDragEnterEvent,
    QDropEvent,
    QIcon,
    QImage,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListView,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.language import tr, tr_count
from app.models.footage_model import (
    KEY_ROLE,
    ROW_ROLE,
    FootageModel,
    FootageRow,
)
from app.views.empty import EmptyText
from app.views.footage_rows import FootageDelegate, FootageView
from app.views.key_button import explain


class FootageList(QWidget):
    """Click or Return opens a footage; files can be dropped on it."""

    footage_chosen = Signal(str)
    add_requested = Signal()
    folder_requested = Signal()
    remove_requested = Signal(str)
    cancel_requested = Signal(str)
    join_requested = Signal()
    files_dropped = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self.model = FootageModel(self)
        self.list = FootageView()
        self._delegate = FootageDelegate(self.list)
        self.list.setModel(self.model)
        self.list.setItemDelegate(self._delegate)
        self.list.setAccessibleName(tr("Footage"))
        self.list.setToolTip(tr("Click to review a footage; Delete takes it off the list"))
        self.list.setAccessibleDescription(
            tr("Return opens a footage, Delete takes it off the list, Esc cancels its work")
        )
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._ask)
        self.list.clicked.connect(self._choose)
        self.list.chosen.connect(self._choose)
        self.list.removed.connect(self._remove)
        self.list.given_up.connect(self._give_up)
        self.empty = EmptyText(self.list.viewport(), "")
        self.empty.show_over(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addWidget(self.list, 1)
        self.join = QPushButton()
        self.join.setCheckable(True)
        self.join.clicked.connect(self._join)
        self.set_joinable(0, False)
        layout.addWidget(self.join)
        layout.addLayout(self._build_buttons())
        self.list.selectionModel().currentChanged.connect(self._refresh)
        self.model.modelReset.connect(self._refresh)
        self.set_key_hints({})
        self._refresh()

    def _build_buttons(self) -> QHBoxLayout:
        self.open_files = QPushButton(tr("Open files…"))
        self.open_folder = QPushButton(tr("Open folder…"))
        self.remove = QToolButton()
        self.remove.setText("✕")
        row = QHBoxLayout()
        row.setSpacing(6)
        for button, name, help, stretch in (
            (self.open_files, tr("Open files"), "", 1),
            (self.open_folder, tr("Open folder"), "", 1),
            (self.remove, tr("Remove"), tr("Take the selected footage off the list (Delete)"), 0),
        ):
            button.setAccessibleName(name)
            explain(button, help)
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

    def show_row(self, key: str) -> None:
        """Turn the list to a footage, which begins at the top as far as there is more below."""
        at = self.model.row_of(key)
        if at is not None:
            self.list.scrollTo(self.model.index(at), QListView.ScrollHint.PositionAtTop)

    def set_key_hints(self, keys: Mapping[str, str]) -> None:
        """The keys of commands, for tooltips and for the empty list."""
        key = keys.get("file.open", "")
        explain(self.open_files, tr("Open one or more videos"), key)
        folder = tr("Open a folder of videos or of pictures")
        explain(self.open_folder, folder, keys.get("file.open_folder", ""))
        together = tr("Show files of one recorder that follow each other on one line of time")
        explain(self.join, together, keys.get("file.join", ""))
        self.empty.setText(
            tr("Drop footage here, or press {key}", key=key) if key else tr("Drop footage here")
        )

    def set_joinable(self, count: int, joined: bool) -> None:
        """How many files follow each other, and whether they are shown on one line of time."""
        self.join.setVisible(count > 1)
        self.join.setChecked(joined)
        self.join.setText(
            tr_count(count, "{count} file joined", "{count} files joined")
            if joined
            else tr_count(count, "Join {count} file", "Join {count} files")
        )
        self.join.setAccessibleName(self.join.text())

    # inner

    @Slot()
    def _join(self) -> None:
        self.join_requested.emit()

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

    @Slot(QModelIndex)
    def _give_up(self, index: QModelIndex) -> None:
        self.cancel_requested.emit(index.data(KEY_ROLE))

    @Slot()
    def _give_current_up(self) -> None:
        self._give_up(self.list.currentIndex())

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
            if index.data(ROW_ROLE).cancellable:
                stop = QAction(QIcon(), tr("Cancel"), menu)
                stop.triggered.connect(self._give_current_up)
                menu.addAction(stop)
            action = QAction(QIcon(), tr("Remove from the list"), menu)
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
