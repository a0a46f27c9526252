"""The table of segments: sort, filter, judge, note, and tick what to export."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QSignalBlocker,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.models.segment_model import (
    GLYPHS,
    ID_ROLE,
    LENGTH,
    NOTE,
    PEAK,
    START,
    THUMBNAIL,
    THUMBNAIL_SIZE,
    VERDICT,
    SegmentModel,
    SegmentRow,
)
from app.views.empty import EmptyText
from app.views.segment_table import SegmentFilter, SegmentTable

_NARROW = 520  # below it length and note leave the table
_EMPTY = "No segments above the threshold. Lower it on the timeline, or drag it in the panel."
_JUDGEMENTS = (
    ("confirmed", "Confirm", "Confirm the selected segment (C)"),
    ("dismissed", "Dismiss", "Dismiss the selected segment (X)"),
    ("unsure", "Unsure", "Mark the selected segment as unsure (U)"),
)


class SegmentList(QWidget):
    """Emits what the analyst asks for; the owner answers with new rows."""

    segment_activated = Signal(str)
    verdict_requested = Signal(str, str)
    note_edited = Signal(str, str)
    export_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = SegmentModel(self)
        self.filter = SegmentFilter()
        self.filter.setParent(self)
        self.filter.setSourceModel(self.model)
        self._quiet = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.setSpacing(6)
        layout.addLayout(self._build_filters())
        layout.addWidget(self._build_table(), 1)
        layout.addWidget(self._build_note())
        layout.addLayout(self._build_buttons())
        self.model.note_edited.connect(self.note_edited)
        self.model.checked_changed.connect(self._refresh)
        self._refresh()

    def _build_filters(self) -> QHBoxLayout:
        self.verdict_filter = QComboBox()
        self.verdict_filter.addItem("all", "")
        for verdict, glyph in GLYPHS.items():
            self.verdict_filter.addItem(f"{glyph} {verdict}", verdict)
        self.verdict_filter.setAccessibleName("Filter by verdict")
        self.verdict_filter.setAccessibleDescription("Shows only segments with this verdict")
        self.verdict_filter.setToolTip("Show only segments with this verdict")
        self.text_filter = QLineEdit()
        self.text_filter.setPlaceholderText("Filter by note or time")
        self.text_filter.setClearButtonEnabled(True)
        self.text_filter.setAccessibleName("Filter by text")
        self.text_filter.setAccessibleDescription("Shows only segments that hold these words")
        self.text_filter.setToolTip("Show only segments that hold these words")
        self.verdict_filter.currentIndexChanged.connect(self._narrow)
        self.text_filter.textChanged.connect(self._narrow)
        row = QHBoxLayout()
        row.addWidget(self.verdict_filter)
        row.addWidget(self.text_filter, 1)
        return row

    def _build_table(self) -> QTableView:
        table = SegmentTable()
        self.table = table
        table.setModel(self.filter)
        table.setAccessibleName("Segments")
        table.setAccessibleDescription("Segments of this footage; F2 edits the note, Space ticks")
        table.setIconSize(THUMBNAIL_SIZE)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setSortingEnabled(True)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(THUMBNAIL_SIZE.height() + 10)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setMinimumSectionSize(28)
        for column, width in ((THUMBNAIL, 104), (START, 80), (LENGTH, 96), (PEAK, 58)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, width)
        header.setSectionResizeMode(NOTE, QHeaderView.ResizeMode.Stretch)
        table.sortByColumn(START, Qt.SortOrder.AscendingOrder)
        table.selectionModel().currentRowChanged.connect(self._current_changed)
        table.clicked_again.connect(self._activate)
        self.empty = EmptyText(table.viewport(), _EMPTY)
        for signal in (self.filter.rowsInserted, self.filter.rowsRemoved, self.filter.modelReset):
            signal.connect(self._refresh)
        return table

    def _build_note(self) -> QLineEdit:
        self.note = QLineEdit()
        self.note.setPlaceholderText("Note on the selected segment")
        self.note.setAccessibleName("Note")
        self.note.setAccessibleDescription("Note on the selected segment")
        self.note.setToolTip("Note on the selected segment; Enter keeps it")
        self.note.editingFinished.connect(self._note_finished)
        return self.note

    def _build_buttons(self) -> QVBoxLayout:
        judging = QHBoxLayout()
        judging.setSpacing(4)
        self.verdict_buttons: dict[str, QPushButton] = {}
        for verdict, text, help in _JUDGEMENTS:
            button = QPushButton(f"{GLYPHS[verdict]} {text}")
            button.setAccessibleName(text)
            button.setAccessibleDescription(help)
            button.setToolTip(help)
            button.setProperty("verdict", verdict)
            button.clicked.connect(self._judge)
            self.verdict_buttons[verdict] = button
            judging.addWidget(button)
        self.export = QPushButton()
        self.export.setAccessibleName("Export chosen")
        self.export.setAccessibleDescription("Exports the ticked segments (E)")
        self.export.clicked.connect(self._export)
        column = QVBoxLayout()
        column.setSpacing(6)
        column.addLayout(judging)
        column.addWidget(self.export)
        return column

    # setters and questions

    def set_segments(self, rows: Sequence[SegmentRow]) -> None:
        """Show other rows; selection, scroll position, ticks and thumbnails stay with their ids."""
        selected, bar = self.selected_id(), self.table.verticalScrollBar()
        at = bar.value()
        self._quiet = True
        if self.model.set_rows(rows) and selected is not None:
            self._select(selected, scroll=False)
        bar.setValue(at)
        self._quiet = False
        self._refresh()

    def set_selected(self, segment: str | None) -> None:
        """Select a row without emitting."""
        if segment == self.selected_id():
            return
        self._quiet = True
        if segment is None:
            self.table.selectionModel().clear()
        else:
            self._select(segment, scroll=True)
        self._quiet = False
        self._refresh()

    def set_thumbnail(self, segment: str, image: QImage) -> None:
        """The picture at a segment's peak."""
        self.model.set_thumbnail(segment, image)

    def set_empty_text(self, text: str) -> None:
        """What to do next while there is no segment."""
        self.empty.setText(text)

    def selected_id(self) -> str | None:
        """The current segment, if one is selected."""
        index = self.table.currentIndex()
        return index.data(ID_ROLE) if index.isValid() else None

    def checked_ids(self) -> list[str]:
        """The ticked segments, in order of time."""
        return self.model.checked_ids()

    def shown_ids(self) -> list[str]:
        """What the filter lets through, as sorted."""
        return [self.filter.index(i, 0).data(ID_ROLE) for i in range(self.filter.rowCount())]

    # inner

    def _select(self, segment: str, *, scroll: bool) -> None:
        row = self.model.row_of(segment)
        index = QModelIndex()
        if row is not None:
            index = self.filter.mapFromSource(self.model.index(row, START))
        chosen = QItemSelectionModel.SelectionFlag.ClearAndSelect
        auto = self.table.hasAutoScroll()
        self.table.setAutoScroll(scroll)
        self.table.selectionModel().setCurrentIndex(
            index, chosen | QItemSelectionModel.SelectionFlag.Rows
        )
        self.table.setAutoScroll(auto)
        if scroll and index.isValid():
            self.table.scrollTo(index)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < _NARROW
        self.table.setColumnHidden(LENGTH, narrow)
        self.table.setColumnHidden(NOTE, narrow)
        self.note.setVisible(narrow)
        self.filter.set_terse(narrow)
        self.table.setIconSize(QSize(48, 27) if narrow else THUMBNAIL_SIZE)
        header = self.table.horizontalHeader()
        stretch, fixed = QHeaderView.ResizeMode.Stretch, QHeaderView.ResizeMode.Fixed
        header.setSectionResizeMode(VERDICT, stretch if narrow else fixed)
        header.resizeSection(START, 82 if narrow else 84)
        header.resizeSection(PEAK, 54 if narrow else 64)
        header.resizeSection(THUMBNAIL, 82 if narrow else 108)
        if not narrow:
            header.resizeSection(VERDICT, 116)

    @Slot()
    def _narrow(self) -> None:
        self.filter.narrow(self.verdict_filter.currentData(), self.text_filter.text())
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        ticked, selected = len(self.model.checked_ids()), self.selected_id()
        self.export.setText(f"Export chosen ({ticked})…" if ticked else "Export chosen…")
        self.export.setEnabled(ticked > 0)
        help = "Export the ticked segments (E)" if ticked else "Tick segments in the first column"
        self.export.setToolTip(help)
        for button in self.verdict_buttons.values():
            button.setEnabled(selected is not None)
        filtered = bool(self.model.rows()) and not self.filter.rowCount()
        self.empty.show_over(not self.filter.rowCount(), "No segment fits." if filtered else None)
        row = None if selected is None else self.model.row_of(selected)
        self.note.setEnabled(row is not None)
        if not self.note.hasFocus() or row is None:
            with QSignalBlocker(self.note):
                self.note.setText("" if row is None else self.model.row(row).note)
                self.note.setCursorPosition(0)

    @Slot()
    def _current_changed(self) -> None:
        self._refresh()
        if not self._quiet:
            self._activate()

    @Slot()
    def _activate(self) -> None:
        selected = self.selected_id()
        if selected is not None:
            self.segment_activated.emit(selected)

    @Slot()
    def _judge(self) -> None:
        selected, button = self.selected_id(), self.sender()
        if selected is not None and button is not None:
            self.verdict_requested.emit(selected, button.property("verdict"))

    @Slot()
    def _note_finished(self) -> None:
        selected = self.selected_id()
        row = None if selected is None else self.model.row_of(selected)
        if row is not None:
            self.model.setData(self.model.index(row, NOTE), self.note.text())

    @Slot()
    def _export(self) -> None:
        self.export_requested.emit()
