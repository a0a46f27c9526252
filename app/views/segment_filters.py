"""What of the segment list is shown: one verdict, one tag, some words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from app.language import tr
from app.models.segment_model import GLYPHS


class SegmentFilters(QWidget):
    """Emits whenever another selection of segments is wanted."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.verdict = QComboBox()
        self.verdict.addItem(tr("all"), "")
        for verdict, glyph in GLYPHS.items():
            self.verdict.addItem(f"{glyph} {tr(verdict)}", verdict)
        tip = tr("Show only segments with this verdict")
        self.verdict.setAccessibleName(tr("Filter by verdict"))
        self.verdict.setAccessibleDescription(tip)
        self.verdict.setToolTip(tip)
        self.tag = QComboBox()
        tip = tr("Show only segments with this tag")
        self.tag.setAccessibleName(tr("Filter by tag"))
        self.tag.setAccessibleDescription(tip)
        self.tag.setToolTip(tip)
        self.text = QLineEdit()
        self.text.setPlaceholderText(tr("Filter by note, tag or time"))
        self.text.setClearButtonEnabled(True)
        tip = tr("Show only segments that hold these words")
        self.text.setAccessibleName(tr("Filter by text"))
        self.text.setAccessibleDescription(tip)
        self.text.setToolTip(tip)
        self.text.setMinimumWidth(60)
        for combo in (self.verdict, self.tag):
            combo.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            combo.setMinimumContentsLength(4)
            combo.view().setMinimumWidth(130)
            combo.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            combo.currentIndexChanged.connect(self.changed)
        self.text.textChanged.connect(self.changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.verdict)
        row.addWidget(self.tag)
        row.addWidget(self.text, 1)
        self.set_tags([])

    def set_tags(self, tags: Sequence[str]) -> None:
        """The tags in use; without any the choice is not shown."""
        wanted = ["", *tags]
        if [self.tag.itemData(i) for i in range(self.tag.count())] == wanted:
            return
        chosen = self.tag.currentData()
        with QSignalBlocker(self.tag):
            self.tag.clear()
            self.tag.addItem(tr("tags"), "")
            for tag in tags:
                self.tag.addItem(tag, tag)
            self.tag.setCurrentIndex(max(0, self.tag.findData(chosen)))
        self.tag.setVisible(bool(tags))
        if self.tag.currentData() != chosen and chosen is not None:
            self.changed.emit()
