"""The first page: open footage, learn normal, try the demo, go on with a recent review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.language import tr
from app.views.key_button import KeyButton
from app.views.recent_list import RecentList, RecentRow


class StartPage(QWidget):
    """Setters in, signals out; footage may be dropped anywhere on it."""

    open_requested = Signal()
    folder_requested = Signal()
    review_requested = Signal()
    learn_requested = Signal()
    demo_requested = Signal()
    recent_chosen = Signal(str)
    back_requested = Signal()
    files_dropped = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAcceptDrops(True)
        title = QLabel(tr("Normscope"))
        title.setObjectName("hero")
        self.back = KeyButton(
            tr("Back to the footage"), tr("Go on with the footage that is open"), "file.start_page"
        )
        self.back.clicked.connect(self.back_requested)
        top = QHBoxLayout()
        top.addWidget(title, 1)
        top.addWidget(self.back, 0, Qt.AlignmentFlag.AlignVCenter)
        subtitle = QLabel(
            tr(
                "See at a glance where recorded footage is unlike normal, look at those moments, "
                "decide, and hand over the clips."
            )
        )
        subtitle.setObjectName("faint")
        subtitle.setWordWrap(True)
        self._buttons: list[KeyButton] = []
        grid = QGridLayout()
        grid.setSpacing(10)
        for number, (command, text, tip, signal) in enumerate(
            (
                (
                    "file.open",
                    tr("Open footage…"),
                    tr("One or more video files"),
                    self.open_requested,
                ),
                (
                    "file.open_folder",
                    tr("Open folder…"),
                    tr("A folder of footage, or of images as one footage"),
                    self.folder_requested,
                ),
                (
                    "file.open_review",
                    tr("Open a review…"),
                    tr("A review that was copied from another computer"),
                    self.review_requested,
                ),
                (
                    "learn.normal",
                    tr("Learn normal…"),
                    tr("Teach a detector what is normal for a camera"),
                    self.learn_requested,
                ),
                (
                    "file.demo",
                    tr("Try the demo"),
                    tr("Render a scene on this machine and analyse it for real"),
                    self.demo_requested,
                ),
            )
        ):
            button = KeyButton(text, tip, command)
            button.setAccessibleName(text.removesuffix("…"))
            button.setMinimumHeight(38)
            if not number:
                button.setObjectName("primary")
            button.clicked.connect(signal)
            self._buttons.append(button)
            grid.addWidget(button, 0, number)
        hint = QLabel(tr("or drop files and folders here. Sources are never written to."))
        hint.setObjectName("faint")
        recent_title = QLabel(tr("Recent reviews"))
        recent_title.setObjectName("title")
        self.recent = RecentList()
        self.recent.setMinimumHeight(100)
        self.recent.chosen.connect(self.recent_chosen)
        self._none = QLabel(tr("Nothing yet. What you open is listed here, with its review."))
        self._none.setObjectName("faint")
        inner = QWidget()
        inner.setMaximumWidth(820)
        column = QVBoxLayout(inner)
        column.setSpacing(12)
        column.addLayout(top)
        column.addWidget(subtitle)
        column.addSpacing(6)
        column.addLayout(grid)
        column.addWidget(hint)
        column.addSpacing(12)
        column.addWidget(recent_title)
        column.addWidget(self.recent, 1)
        column.addWidget(self._none)
        column.addStretch(0)
        outer = QVBoxLayout(self)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(inner, 12)
        middle.addStretch(1)
        outer.addStretch(1)
        outer.addLayout(middle, 8)
        outer.addStretch(1)
        self.set_recent([])
        self.set_back(False)

    def set_back(self, shown: bool) -> None:
        """Whether there is footage to go back to."""
        self.back.setVisible(shown)

    def set_recent(self, rows: Sequence[RecentRow]) -> None:
        """Recent reviews, the last first; what is gone is said to be."""
        self.recent.set_rows(rows)
        self.recent.setVisible(bool(rows))
        self._none.setVisible(not rows)

    def set_key_hints(self, keys: Mapping[str, str]) -> None:
        """The keys of commands, for tooltips."""
        for button in self._buttons:
            button.show_key(keys.get(button.command, ""))
            button.setVisible(button.command in keys)  # what the program cannot do is not offered
        self.back.show_key(keys.get(self.back.command, ""))

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
