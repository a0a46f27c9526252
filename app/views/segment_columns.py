"""How the table of segments shares its room: which columns it shows, and how high its rows are."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHeaderView

from app.models.segment_model import (
    LENGTH,
    NOTE,
    PEAK,
    START,
    TAGS,
    THUMBNAIL,
    THUMBNAIL_SIZE,
    VERDICT,
)
from app.views.segment_table import SegmentFilter, SegmentTable

WIDE = 640  # pixels of the list, from which every column has room
NOTED = 400  # from here on the note has room, as soon as the length stands below the start
LOW = 300  # below it the header leaves: the choice of order says what it said
_SMALL = QSize(48, 27)
_FULL = {THUMBNAIL: 108, START: 84, LENGTH: 80, PEAK: 60, VERDICT: 112, TAGS: 96}
_DENSE = {THUMBNAIL: 76, START: 92, PEAK: 54, VERDICT: 84}


def share_room(table: SegmentTable, filter: SegmentFilter, width: int, height: int) -> None:
    """Lay the table out for a list of so many pixels."""
    wide, noted = width >= WIDE, width >= NOTED
    for column, shown in ((LENGTH, wide), (TAGS, wide), (NOTE, noted)):
        table.setColumnHidden(column, not shown)
    filter.set_terse(not wide)
    table.setIconSize(THUMBNAIL_SIZE if wide else _SMALL)
    two_lines = 2 * table.fontMetrics().lineSpacing() + 4  # the length stands below the start
    low = max(_SMALL.height() + 7, two_lines)
    table.verticalHeader().setDefaultSectionSize(THUMBNAIL_SIZE.height() + 10 if wide else low)
    header = table.horizontalHeader()
    header.setVisible(height >= LOW)
    stretch, fixed = QHeaderView.ResizeMode.Stretch, QHeaderView.ResizeMode.Fixed
    header.setSectionResizeMode(VERDICT, fixed if noted else stretch)
    for column, pixels in (_FULL if wide else _DENSE).items():
        header.resizeSection(column, pixels)
