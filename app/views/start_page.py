"""The first page: open footage, try the demo, go on with a recent review."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)


class StartPage(QWidget):
    """Setters in, signals out; footage may be dropped anywhere on it."""

    open_requested = Signal()
    folder_requested = Signal()
    demo_requested = Signal()
    recent_chosen = Signal(str)
    files_dropped = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAcceptDrops(True)
        title = QLabel("Normscope")
        title.setObjectName("hero")
        subtitle = QLabel(
            "See at a glance where recorded footage is unlike normal, look at those moments, "
            "decide, and hand over the clips."
        )
        subtitle.setObjectName("faint")
        subtitle.setWordWrap(True)
        self._open = _button(
            "Open footage...", "Open one or more video files (Ctrl+O)", primary=True
        )
        self._folder = _button(
            "Open folder...", "A folder of footage, or of images as one footage (Ctrl+Shift+O)"
        )
        self._demo = _button(
            "Try the demo", "Render a scene on this machine and analyse it for real"
        )
        self._open.clicked.connect(self.open_requested)
        self._folder.clicked.connect(self.folder_requested)
        self._demo.clicked.connect(self.demo_requested)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        for button in (self._open, self._folder, self._demo):
            buttons.addWidget(button)
        buttons.addStretch(1)
        hint = QLabel("or drop files and folders here. Sources are never written to.")
        hint.setObjectName("faint")
        recent_title = QLabel("Recent footage")
        recent_title.setObjectName("title")
        self._recent = QListWidget()
        self._recent.setAccessibleName("Recent footage")
        self._recent.setAlternatingRowColors(False)
        self._recent.setMinimumHeight(120)
        self._recent.setMaximumHeight(280)
        self._recent.itemActivated.connect(self._on_recent)
        self._recent.itemClicked.connect(self._on_recent)
        self._none = QLabel("Nothing yet. What you open is listed here, with its review.")
        self._none.setObjectName("faint")
        inner = QWidget()
        inner.setMaximumWidth(640)
        column = QVBoxLayout(inner)
        column.setSpacing(12)
        for widget in (title, subtitle):
            column.addWidget(widget)
        column.addSpacing(10)
        column.addLayout(buttons)
        column.addWidget(hint)
        column.addSpacing(18)
        column.addWidget(recent_title)
        column.addWidget(self._recent)
        column.addWidget(self._none)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(inner, 8)
        middle.addStretch(1)
        outer.addLayout(middle)
        outer.addStretch(3)
        self.set_recent([])

    def set_recent(self, paths: Sequence[str]) -> None:
        """Recent footage, the last first; what is gone is said to be."""
        self._recent.clear()
        for text in paths:
            path = Path(text)
            gone = "" if path.exists() else "   (not there any more)"
            item = QListWidgetItem(f"{path.name}{gone}\n{path.parent}")
            item.setData(Qt.ItemDataRole.UserRole, text)
            item.setToolTip(text)
            if gone:
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
            self._recent.addItem(item)
        self._recent.setVisible(bool(paths))
        self._none.setVisible(not paths)

    @Slot(QListWidgetItem)
    def _on_recent(self, item: QListWidgetItem) -> None:
        self.recent_chosen.emit(str(item.data(Qt.ItemDataRole.UserRole)))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files and folders are welcome."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            self.files_dropped.emit(paths)
            event.acceptProposedAction()


def _button(text: str, tip: str, *, primary: bool = False) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setAccessibleDescription(tip)
    button.setMinimumHeight(38)
    if primary:
        button.setObjectName("primary")
    return button
