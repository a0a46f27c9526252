"""What will be exported, and where each cut really starts and stops, before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.language import mark, tr, tr_count
from app.views.export_kinds import KindChoice
from app.views.export_queue import ExportQueue

HEADINGS = (
    "",
    mark("Start"),
    mark("Length"),
    mark("Peak"),
    mark("Verdict"),
    mark("The untouched excerpt"),
)
CUT = len(HEADINGS) - 1


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One segment: id, texts, whether it is chosen at first; cut "" while it is being
    worked out."""

    id: str
    start: str
    length: str
    peak: str
    verdict: str
    chosen: bool = True
    cut: str = ""


class ExportDialog(QDialog):
    """Choice of segments, kinds and folder, and the queue.  Not modal: review goes on beside it,
    and closing it stops nothing.
    """

    export_requested = Signal(list, tuple, str, str)  # ids, kinds, folder, operator
    choice_changed = Signal()  # segments, kinds or folder: the room needed may differ

    def __init__(
        self,
        rows: Sequence[ExportRow],
        folder: str,
        operator: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Export segments"))
        self._rows = list(rows)
        self._room_left = True
        self.kinds, self.queue = KindChoice(), ExportQueue()
        self.kinds.changed.connect(self._on_choice)
        self._table = self._make_table()
        self._folder, self._operator = QLineEdit(folder), QLineEdit(operator)
        self._state = QLabel()
        self._room = QLabel()
        self._close, self._export = QPushButton(tr("Close")), QPushButton()
        kinds = QScrollArea()
        kinds.setWidget(self.kinds)
        kinds.setWidgetResizable(True)
        kinds.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        kinds.setFixedWidth(270)
        upper = QHBoxLayout()
        upper.setSpacing(18)
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addLayout(self._make_choices())
        left.addWidget(self._table, 1)
        upper.addLayout(left, 1)
        upper.addWidget(kinds)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(12)
        column.addLayout(upper, 1)
        column.addLayout(self._make_place())
        column.addWidget(self.queue)
        column.addLayout(self._make_buttons())
        self.setMinimumSize(880, 560)
        self.resize(1000, 600)
        self._on_choice()

    # --- how it is built ------------------------------------------------------------------------

    def _make_table(self) -> QTableWidget:
        table = QTableWidget(len(self._rows), len(HEADINGS))
        table.setHorizontalHeaderLabels([tr(heading) if heading else "" for heading in HEADINGS])
        table.setAccessibleName(tr("Segments to export"))
        table.setToolTip(tr("Tick what to export; Space ticks the current line"))
        table.verticalHeader().hide()
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.setWordWrap(True)
        for at, row in enumerate(self._rows):
            tick = QTableWidgetItem()
            able = Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEnabled
            tick.setFlags(able | Qt.ItemFlag.ItemIsSelectable)
            tick.setCheckState(Qt.CheckState.Checked if row.chosen else Qt.CheckState.Unchecked)
            tick.setData(
                Qt.ItemDataRole.AccessibleTextRole, tr("Segment at {start}", start=row.start)
            )
            table.setItem(at, 0, tick)
            texts = (
                row.start,
                row.length,
                row.peak,
                tr(row.verdict),
                row.cut or tr("working out..."),
            )
            for place, text in enumerate(texts, 1):
                table.setItem(at, place, QTableWidgetItem(text))
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(CUT, QHeaderView.ResizeMode.Stretch)
        # the header tells its width before the table wraps by it: fit the rows once, after that
        self._fit = QTimer(table)
        self._fit.setSingleShot(True)
        self._fit.timeout.connect(table.resizeRowsToContents)
        header.sectionResized.connect(self._fit_rows)
        if self._rows:
            table.setCurrentCell(0, 0)
        table.itemChanged.connect(self._on_choice)
        return table

    def _make_choices(self) -> QHBoxLayout:
        """All confirmed, all flagged, or what was ticked in the list of segments."""
        verdicts = [row.verdict for row in self._rows]
        confirmed = verdicts.count("confirmed")
        flagged = len(verdicts) - verdicts.count("dismissed")
        title = QLabel(tr("Segments"))
        title.setObjectName("title")
        line = QHBoxLayout()
        line.addWidget(title)
        line.addStretch(1)
        self.quick: dict[str, QPushButton] = {}
        for name, text, tip in (
            ("confirmed", tr("Confirmed ({count})", count=confirmed), tr("All confirmed ones")),
            ("flagged", tr("Flagged ({count})", count=flagged), tr("All but the dismissed ones")),
            ("chosen", tr("As ticked"), tr("As they were ticked in the list of segments")),
            ("none", tr("None"), tr("None of them")),
        ):
            button = QPushButton(text)
            button.setToolTip(tip)
            button.setAccessibleDescription(tip)
            button.setAutoDefault(False)
            line.addWidget(button)
            self.quick[name] = button
        self.quick["confirmed"].setEnabled(confirmed > 0)
        self.quick["confirmed"].clicked.connect(self._tick_confirmed)
        self.quick["flagged"].clicked.connect(self._tick_flagged)
        self.quick["chosen"].clicked.connect(self._tick_chosen)
        self.quick["none"].clicked.connect(self._tick_none)
        return line

    def _make_place(self) -> QGridLayout:
        browse = QPushButton(tr("Browse..."))
        browse.setToolTip(tr("Choose where the new folder will lie"))
        browse.setAutoDefault(False)
        browse.clicked.connect(self._browse)
        self._folder.setAccessibleName(tr("Folder to export into"))
        self._folder.setToolTip(tr("A new folder; it is there as a whole once all is written"))
        self._folder.textChanged.connect(self._on_choice)
        self._operator.setAccessibleName(tr("Who exports"))
        self._operator.setToolTip(tr("Written into the manifest, the audit log and the report"))
        into, by = QLabel(tr("Into")), QLabel(tr("Operator"))
        into.setBuddy(self._folder)
        by.setBuddy(self._operator)
        self._room.setObjectName("faint")
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.addWidget(into, 0, 0)
        grid.addWidget(self._folder, 0, 1, 1, 2)
        grid.addWidget(browse, 0, 3)
        grid.addWidget(by, 1, 0)
        grid.addWidget(self._operator, 1, 1)
        grid.addWidget(self._room, 1, 2, 1, 2)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 2)
        return grid

    def _make_buttons(self) -> QHBoxLayout:
        self._state.setWordWrap(True)
        self._close.setToolTip(tr("Close this window; exports go on without it (Esc)"))
        self._close.setAutoDefault(False)
        self._close.clicked.connect(self.reject)
        self._export.setObjectName("primary")
        self._export.setToolTip(tr("Put it into the queue; review goes on meanwhile"))
        self._export.setDefault(True)
        self._export.clicked.connect(self._on_export)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._state, 1)
        line.addWidget(self._close)
        line.addWidget(self._export)
        return line

    @Slot()
    def _fit_rows(self) -> None:
        self._fit.start(0)

    # --- what is shown --------------------------------------------------------------------------

    def set_cut(self, segment_id: str, text: str) -> None:
        """Where the cut of a segment really starts and stops."""
        for at, row in enumerate(self._rows):
            item = self._table.item(at, CUT)
            if row.id == segment_id and item is not None:
                item.setText(text)
                item.setToolTip(text)
                self._table.resizeRowToContents(at)

    def set_room(self, text: str, *, enough: bool) -> None:
        """How much room it needs, and whether there is so much."""
        self._room_left = enough
        self._room.setText(text)
        self._room.setObjectName("faint" if enough else "warn")
        self._room.style().polish(self._room)
        self._enable()

    def set_folder(self, folder: str) -> None:
        """The folder for the next export."""
        self._folder.setText(folder)

    def say(self, text: str) -> None:
        """A sentence beside the buttons."""
        self._state.setText(text)

    def chosen(self) -> list[str]:
        """Ids of the ticked segments."""
        chosen = []
        for at, row in enumerate(self._rows):
            tick = self._table.item(at, 0)
            if tick is not None and tick.checkState() == Qt.CheckState.Checked:
                chosen.append(row.id)
        return chosen

    def folder(self) -> str:
        """The folder as it stands in the field."""
        return self._folder.text().strip()

    # --- what is done ---------------------------------------------------------------------------

    def _tick(self, wanted: Sequence[bool]) -> None:
        self._table.blockSignals(True)
        for at, want in enumerate(wanted):
            tick = self._table.item(at, 0)
            if tick is not None:
                tick.setCheckState(Qt.CheckState.Checked if want else Qt.CheckState.Unchecked)
        self._table.blockSignals(False)
        self._table.viewport().update()
        self._on_choice()

    @Slot()
    def _tick_confirmed(self) -> None:
        self._tick([row.verdict == "confirmed" for row in self._rows])

    @Slot()
    def _tick_flagged(self) -> None:
        self._tick([row.verdict != "dismissed" for row in self._rows])

    @Slot()
    def _tick_chosen(self) -> None:
        self._tick([row.chosen for row in self._rows])

    @Slot()
    def _tick_none(self) -> None:
        self._tick([False] * len(self._rows))

    @Slot()
    def _on_choice(self) -> None:
        count = len(self.chosen())
        self._export.setText(tr_count(count, "Export {count} segment", "Export {count} segments"))
        self._enable()
        self.choice_changed.emit()

    def _enable(self) -> None:
        ready = bool(self.chosen() and self.kinds.chosen() and self.folder())
        self._export.setEnabled(ready and self._room_left)

    @Slot()
    def _on_export(self) -> None:
        self.export_requested.emit(
            self.chosen(), self.kinds.chosen(), self.folder(), self._operator.text().strip()
        )

    @Slot()
    def _browse(self) -> None:
        known = Path(self.folder())
        found = QFileDialog.getExistingDirectory(self, tr("Export into"), str(known.parent))
        if found:
            self._folder.setText(str(Path(found) / known.name))
