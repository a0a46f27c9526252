"""Segments, under them the near misses, which fold by themselves where there is no room, and what
changed in the scene.  Whatever the height, three segments are to be seen without scrolling.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter

from app.views.changes_list import ChangesList
from app.views.near_list import NearList
from app.views.segment_list import SegmentList

_ROOM = 600  # pixels for both lists
_LEAST = 300  # below, the near misses are left to their commands and to their marks
_FULL = 420  # below, changes of the scene have one line
_LOWEST = 180  # with two segments, beside one change
_LEAST_TABLE = 32
_SEEN = 3  # segments that are seen whole, whatever else is unfolded


class FoundPanel(QSplitter):
    """What the score found, and what it nearly found."""

    def __init__(self, segments: SegmentList, near: NearList, changes: ChangesList) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self._segments, self._near, self._changes = segments, near, changes
        self.addWidget(segments)
        self.addWidget(near)
        self.addWidget(changes)
        self.setStretchFactor(0, 2)
        self.setStretchFactor(1, 1)
        self.setChildrenCollapsible(False)
        self._cramped: bool | None = None

    def minimumSizeHint(self) -> QSize:
        """What is seen of the segments takes room from the other lists, not from the window."""
        return QSize(super().minimumSizeHint().width(), _LOWEST)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._keep_segments()
        self._near.give_room(self.height() >= _ROOM)
        self._near.setVisible(self.height() >= _LEAST)
        cramped = self.height() < _FULL
        if cramped != self._cramped:
            self._cramped = cramped
            self._changes.give_room(not cramped)
            # what it gave up would stay empty
            self.setSizes([320, 210, self._changes.maximumHeight()])

    def _keep_segments(self) -> None:
        """As many segments as are to be seen whole; fewer where even the panel is too low."""
        table = self._segments.table
        head = table.horizontalHeader()
        rows = _SEEN * table.verticalHeader().defaultSectionSize() + 2 * table.frameWidth()
        wanted = rows + (0 if head.isHidden() else head.sizeHint().height())
        around = self._segments.minimumSizeHint().height() - table.minimumHeight()
        changes = 0 if self._changes.isHidden() else self._changes.maximumHeight()
        room = self.height() - around - changes
        table.setMinimumHeight(max(_LEAST_TABLE, min(wanted, room)))
