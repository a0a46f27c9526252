"""The table of segments: sort, filter, judge, note, and tick what to export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.language import tr
from app.models.segment_model import (
    GLYPHS,
    ID_ROLE,
    LENGTH,
    NOTE,
    PEAK,
    START,
    TAGS,
    THUMBNAIL,
    THUMBNAIL_SIZE,
    VERDICT,
    SegmentModel,
    SegmentRow,
)
from app.views.empty import EmptyText
from app.views.inspector import Inspector
from app.views.key_button import KeyButton
from app.views.segment_filters import SegmentFilters
from app.views.segment_table import SegmentFilter, SegmentTable

_NARROW = 520  # below it length, tags and note leave the table
_LOW = 400  # below it the inspector shows the note alone
_EMPTY = "No segments above the threshold. Lower it on the timeline, or drag it in the panel."
_JUDGEMENTS = (
    ("confirmed", "Confirm", "Confirm the selected segments", "segments.confirm"),
    ("dismissed", "Dismiss", "Dismiss the selected segments", "segments.dismiss"),
    ("unsure", "Unsure", "Mark the selected segments as unsure", "segments.unsure"),
)
_EDITS = (
    ("segments.split", "Split", "Split the selected segment where the playhead stands"),
    ("segments.merge", "Merge", "Merge the selected segments; a single one with the next"),
    ("segments.delete", "Bin", "Put the selected segments into the bin; History gives them back"),
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
        self._quiet, self._export_key = False, ""
        self._terse: bool | None = None
        self.filters = SegmentFilters()
        self.filters.changed.connect(self._narrow)
        self.inspector = Inspector()
        self.inspector.note_edited.connect(self.note_edited)
        self.inspector.left.connect(self._to_table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.setSpacing(6)
        layout.addWidget(self.filters)
        layout.addWidget(self._build_table(), 1)
        layout.addWidget(self.inspector)
        layout.addLayout(self._build_buttons())
        self.model.note_edited.connect(self.note_edited)
        self.model.checked_changed.connect(self._refresh)
        self._refresh()

    def _build_table(self) -> QTableView:
        table = SegmentTable()
        self.table = table
        table.setModel(self.filter)
        table.setAccessibleName(tr("Segments"))
        help = tr("Segments of this footage; Shift and Ctrl select several, Space ticks")
        table.setAccessibleDescription(help)
        table.setIconSize(THUMBNAIL_SIZE)
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
        table.selectionModel().selectionChanged.connect(self._selection_changed)
        table.clicked_again.connect(self._activate)
        self.empty = EmptyText(table.viewport(), tr(_EMPTY))
        for signal in (self.filter.rowsInserted, self.filter.rowsRemoved, self.filter.modelReset):
            signal.connect(self._refresh)
        return table

    def _build_buttons(self) -> QVBoxLayout:
        judging, editing = QHBoxLayout(), QHBoxLayout()
        judging.setSpacing(4)
        editing.setSpacing(4)
        self.verdict_buttons: dict[str, KeyButton] = {}
        self.edit_buttons: dict[str, KeyButton] = {}
        for verdict, text, help, command in _JUDGEMENTS:
            button = _button(f"{GLYPHS[verdict]} {tr(text)}", tr(text), tr(help), command)
            button.setProperty("verdict", verdict)
            button.clicked.connect(self._judge)
            self.verdict_buttons[verdict] = button
            judging.addWidget(button)
        for command, text, help in _EDITS:
            button = _button(tr(text), tr(text), tr(help), command)
            button.clicked.connect(self._edit)
            self.edit_buttons[command] = button
            editing.addWidget(button)
        self.export = _button("", tr("Export chosen"), tr("Export the ticked segments"), "")
        self.export.clicked.connect(self._export)
        editing.addWidget(self.export, 1)
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addLayout(judging)
        column.addLayout(editing)
        return column

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
        self.empty.setText(text)

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
        for button in (*self.verdict_buttons.values(), *self.edit_buttons.values()):
            button.show_key(keys.get(button.command, ""))
        self._export_key = keys.get("file.export", "")
        self._refresh()

    def edit_field(self, name: str) -> None:
        """Put the keyboard into a field of the inspector: start, stop, tags or note."""
        self.inspector.set_terse(False)
        field: QLineEdit = getattr(self.inspector, name)
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
        narrow = self.width() < _NARROW
        self.table.setColumnHidden(LENGTH, narrow)
        self.table.setColumnHidden(TAGS, narrow)
        self.table.setColumnHidden(NOTE, narrow)
        low = self.height() < _LOW
        if low != self._terse:
            self._terse = low
            self.inspector.set_terse(low)
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
            header.resizeSection(TAGS, 110)

    @Slot()
    def _narrow(self) -> None:
        f = self.filters
        self.filter.narrow(f.verdict.currentData(), f.tag.currentData() or "", f.text.text())
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        ticked, selected = len(self.model.checked_ids()), self.selected_ids()
        self.export.setText(tr("Export ({count})…", count=ticked) if ticked else tr("Export…"))
        self.export.setEnabled(ticked > 0)
        help = "Export the ticked segments" if ticked else "Tick segments in the first column"
        self.export.setToolTip(tr(help) + (f" ({self._export_key})" if self._export_key else ""))
        for button in (*self.verdict_buttons.values(), *self.edit_buttons.values()):
            button.setEnabled(bool(selected))
        filtered = bool(self.model.rows()) and not self.filter.rowCount()
        text = tr("No segment fits.") if filtered else None
        self.empty.show_over(not self.filter.rowCount(), text)
        rows = [self.model.row_of(segment) for segment in selected]
        self.inspector.set_rows([self.model.row(row) for row in rows if row is not None])

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
    def _selection_changed(self) -> None:
        if not self._quiet:
            self._refresh()
            self.selection_changed.emit(self.selected_ids())

    @Slot()
    def _judge(self) -> None:
        selected, button = self.selected_ids(), self.sender()
        if selected and button is not None:
            self.verdict_requested.emit(selected, button.property("verdict"))

    @Slot()
    def _edit(self) -> None:
        button = self.sender()
        if isinstance(button, KeyButton):
            self.edit_requested.emit(button.command)

    @Slot()
    def _to_table(self) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self.inspector.set_terse(bool(self._terse))

    @Slot()
    def _export(self) -> None:
        self.export_requested.emit()


def _button(text: str, name: str, tip: str, command: str) -> KeyButton:
    button = KeyButton(text, tip, command)
    button.setAccessibleName(name)
    return button
