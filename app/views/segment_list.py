"""The table of segments: sort, filter, judge, note, and tick what to export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.language import mark, tr
from app.models.segment_model import (
    ID_ROLE,
    LENGTH,
    NOTE,
    PEAK,
    START,
    TAGS,
    THUMBNAIL,
    SegmentModel,
    SegmentRow,
)
from app.views.empty import EmptyText
from app.views.inspector import Inspector
from app.views.segment_buttons import SegmentButtons
from app.views.segment_columns import share_room
from app.views.segment_filters import SegmentFilters
from app.views.segment_table import SegmentFilter, SegmentTable

MODIFIER = Qt.KeyboardModifier
_LOW = 400  # below it the inspector shows one line, the note's where none is edited
NO_SEGMENTS = mark(
    "No segments above the threshold. Lower it on the timeline, or drag it in the panel."
)


class SegmentList(QWidget):
    """Emits what the analyst asks for; the owner answers with new rows."""

    segment_activated = Signal(str)
    selection_changed = Signal(list)
    verdict_requested = Signal(list, str)
    edit_requested = Signal(str)  # a command's id
    note_edited = Signal(str, str)
    export_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = SegmentModel(self)
        self.filter = SegmentFilter()
        self.filter.setParent(self)
        self.filter.setSourceModel(self.model)
        self._quiet = False
        self._terse: bool | None = None
        self.filters = SegmentFilters()
        self.filters.changed.connect(self._narrow)
        self.filters.sort_requested.connect(self._sort)
        self.inspector = Inspector()
        self.inspector.note_edited.connect(self.note_edited)
        self.inspector.left.connect(self._to_table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.setSpacing(6)
        layout.addWidget(self.filters)
        layout.addWidget(self._build_table(), 1)
        layout.addWidget(self.inspector)
        self.buttons = SegmentButtons()
        self.verdict_buttons, self.edit_buttons = self.buttons.verdicts, self.buttons.edits
        self.export = self.buttons.export
        self.buttons.judged.connect(self._judge)
        self.buttons.edited.connect(self.edit_requested)
        self.buttons.export_requested.connect(self.export_requested)
        layout.addWidget(self.buttons)
        self.model.note_edited.connect(self.note_edited)
        self.model.checked_changed.connect(self._refresh)
        self._refresh()

    def _build_table(self) -> QTableView:
        table = SegmentTable()
        self.table = table
        table.setObjectName("dense")
        table.setModel(self.filter)
        table.setAccessibleName(tr("Segments"))
        help = tr("Segments of this footage; Shift and Ctrl select several, Space ticks")
        table.setAccessibleDescription(help)
        table.setToolTip(help)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
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
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setMinimumSectionSize(28)
        for column in (THUMBNAIL, START, LENGTH, PEAK, TAGS):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(NOTE, QHeaderView.ResizeMode.Stretch)
        header.sortIndicatorChanged.connect(self.filters.set_sorting)
        table.sortByColumn(START, Qt.SortOrder.AscendingOrder)
        table.selectionModel().currentRowChanged.connect(self._current_changed)
        table.selectionModel().selectionChanged.connect(self._selection_changed)
        table.clicked_again.connect(self._activate)
        self._empty_text = tr(NO_SEGMENTS)
        self.empty = EmptyText(table.viewport(), self._empty_text)
        for signal in (self.filter.rowsInserted, self.filter.rowsRemoved, self.filter.modelReset):
            signal.connect(self._refresh)
        return table

    # setters and questions

    def set_segments(self, rows: Sequence[SegmentRow]) -> None:
        """Show other rows; selection, scroll position, ticks and thumbnails stay with their ids."""
        selected, several = self.selected_id(), self.selected_ids()
        bar = self.table.verticalScrollBar()
        at = bar.value()
        self._quiet = True
        if self.model.set_rows(rows) and selected is not None:
            self._select(selected, scroll=False)
            self._add_to_selection(several)
        bar.setValue(at)
        self._quiet = False
        tags = {tag.casefold(): tag for row in reversed(rows) for tag in row.tags}
        known = [tags[key] for key in sorted(tags)]
        self.filters.set_tags(known)
        self.inspector.set_known_tags(known)
        self._refresh()

    def set_selected(self, segment: str | None, also: Sequence[str] = ()) -> None:
        """Select a row, and others with it, without emitting."""
        wanted = {each for each in (segment, *also) if each is not None}
        if segment == self.selected_id() and wanted == set(self.selected_ids()):
            return
        self._quiet = True
        if segment is None:
            self.table.selectionModel().clear()
        else:
            self._select(segment, scroll=True)
            self._add_to_selection(also)
        self._quiet = False
        self._refresh()

    def set_thumbnail(self, segment: str, image: QImage) -> None:
        """The picture at a segment's peak."""
        self.model.set_thumbnail(segment, image)

    def set_empty_text(self, text: str) -> None:
        """What to do next while there is no segment."""
        if text != self._empty_text:
            self._empty_text = text
            self.empty.setText(text)
            self._refresh()

    def selected_id(self) -> str | None:
        """The current segment, if one is selected."""
        index = self.table.currentIndex()
        return index.data(ID_ROLE) if index.isValid() else None

    def selected_ids(self) -> list[str]:
        """All selected segments, as sorted."""
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows(START))
        return [str(self.filter.index(row, START).data(ID_ROLE)) for row in rows]

    def set_key_hints(self, keys: Mapping[str, str]) -> None:
        """The keys of commands, for tooltips."""
        self.buttons.set_key_hints(keys)
        self.inspector.set_key_hints(keys)

    def edit_field(self, name: str) -> None:
        """Put the keyboard into a field of the inspector: start, stop, tags or note."""
        field: QLineEdit = getattr(self.inspector, name)
        self.inspector.set_terse(bool(self._terse), field)
        if field.isEnabled():
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            field.selectAll()

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

    def _add_to_selection(self, segments: Sequence[str]) -> None:
        flags = QItemSelectionModel.SelectionFlag
        for segment in segments:
            row = self.model.row_of(segment)
            if row is not None:
                index = self.filter.mapFromSource(self.model.index(row, START))
                self.table.selectionModel().select(index, flags.Select | flags.Rows)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        share_room(self.table, self.filter, self.width(), self.height())
        low = self.height() < _LOW
        if low != self._terse:
            self._terse = low
            self.inspector.set_terse(low)

    @Slot()
    def _narrow(self) -> None:
        f = self.filters
        self.filter.narrow(f.verdict.currentData(), f.tag.currentData() or "", f.text.text())
        self._refresh()

    @Slot(int, bool)
    def _sort(self, column: int, falls: bool) -> None:
        order = Qt.SortOrder.DescendingOrder if falls else Qt.SortOrder.AscendingOrder
        self.table.sortByColumn(column, order)
        self.table.scrollToTop()

    @Slot()
    def _refresh(self) -> None:
        selected = self.selected_ids()
        self.buttons.set_ticked(len(self.model.checked_ids()))
        self.buttons.set_selected(bool(selected))
        filtered = bool(self.model.rows()) and not self.filter.rowCount()
        text = tr("No segment fits.") if filtered else None
        self.empty.show_over(not self.filter.rowCount(), text)
        rows = [self.model.row_of(segment) for segment in selected]
        self.inspector.set_rows([self.model.row(row) for row in rows if row is not None])

    @Slot()
    def _current_changed(self) -> None:
        self._refresh()
        # Ctrl and Shift choose several: going to one of them would choose that one alone
        held = QApplication.keyboardModifiers() & (
            MODIFIER.ControlModifier | MODIFIER.ShiftModifier
        )
        if not self._quiet and not held:
            self._activate()

    @Slot()
    def _activate(self) -> None:
        selected = self.selected_id()
        if selected is not None:
            self.segment_activated.emit(selected)

    @Slot()
    def _selection_changed(self) -> None:
        if not self._quiet:
            self._refresh()
            self.selection_changed.emit(self.selected_ids())

    @Slot(str)
    def _judge(self, verdict: str) -> None:
        selected = self.selected_ids()
        if selected:
            self.verdict_requested.emit(selected, verdict)

    @Slot()
    def _to_table(self) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self.inspector.set_terse(bool(self._terse))
