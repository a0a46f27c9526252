"""What will be exported, and where each cut really starts and stops, before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

HEADINGS = ("", "Start", "Length", "Peak", "Verdict", "The untouched excerpt")


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
    """Choice of segments and folder; stays open with progress until all is written."""

    export_requested = Signal(list, str)
    cancel_requested = Signal()

    def __init__(
        self, rows: Sequence[ExportRow], folder: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export segments")
        self._ids = [row.id for row in rows]
        intro = QLabel(
            "Each excerpt is copied without re-encoding, so it can only start at a keyframe. "
            "Tables (CSV, JSON), a manifest and checksums are written beside it."
        )
        intro.setWordWrap(True)
        intro.setObjectName("faint")
        self._table = QTableWidget(len(rows), len(HEADINGS))
        self._table.setHorizontalHeaderLabels(list(HEADINGS))
        self._table.setAccessibleName("Segments to export")
        self._table.verticalHeader().hide()
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._table.setShowGrid(False)
        for at, row in enumerate(rows):
            tick = QTableWidgetItem()
            tick.setFlags(Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEnabled)
            tick.setCheckState(Qt.CheckState.Checked if row.chosen else Qt.CheckState.Unchecked)
            self._table.setItem(at, 0, tick)
            texts = (row.start, row.length, row.peak, row.verdict, row.cut or "working out...")
            for column, text in enumerate(texts, 1):
                self._table.setItem(at, column, QTableWidgetItem(text))
        header = self._table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(len(HEADINGS) - 1, QHeaderView.ResizeMode.Stretch)
        self._table.itemChanged.connect(self._on_tick)
        self._folder = QLineEdit(folder)
        self._folder.setAccessibleName("Folder to export into")
        browse = QPushButton("Browse...")
        browse.setToolTip("Choose the folder to export into")
        browse.clicked.connect(self._browse)
        into = QLabel("Into")
        into.setBuddy(self._folder)
        where = QHBoxLayout()
        where.addWidget(into)
        where.addWidget(self._folder, 1)
        where.addWidget(browse)
        self._bar = QProgressBar()
        self._bar.hide()
        self._state = QLabel()
        self._state.setWordWrap(True)
        self._close = QPushButton("Close")
        self._close.clicked.connect(self._on_close)
        self._export = QPushButton()
        self._export.setObjectName("primary")
        self._export.clicked.connect(self._on_export)
        buttons = QHBoxLayout()
        buttons.addWidget(self._state, 1)
        buttons.addWidget(self._close)
        buttons.addWidget(self._export)
        layout = QVBoxLayout(self)
        for widget in (intro, self._table):
            layout.addWidget(widget)
        layout.addLayout(where)
        layout.addWidget(self._bar)
        layout.addLayout(buttons)
        self.resize(820, 460)
        self._running = False
        self._on_tick()

    def set_cut(self, segment_id: str, text: str) -> None:
        """Where the cut of a segment really starts and stops."""
        if segment_id in self._ids:
            item = QTableWidgetItem(text)
            self._table.setItem(self._ids.index(segment_id), len(HEADINGS) - 1, item)

    def chosen(self) -> list[str]:
        """Ids of the ticked segments."""
        chosen = []
        for at, segment_id in enumerate(self._ids):
            tick = self._table.item(at, 0)
            if tick is not None and tick.checkState() == Qt.CheckState.Checked:
                chosen.append(segment_id)
        return chosen

    def set_progress(self, phase: str, fraction: float) -> None:
        """While it is written."""
        self._running = True
        self._bar.show()
        self._bar.setValue(round(100 * fraction))
        self._state.setText(phase)
        self._export.setEnabled(False)
        self._close.setText("Cancel")

    def set_done(self, text: str) -> None:
        """Written, or stopped: say so."""
        self._running = False
        self._bar.hide()
        self._state.setText(text)
        self._export.setEnabled(bool(self.chosen()))
        self._close.setText("Close")

    @Slot()
    def _on_tick(self) -> None:
        count = len(self.chosen())
        self._export.setText(f"Export {count} segment{'' if count == 1 else 's'}")
        self._export.setEnabled(count > 0 and not getattr(self, "_running", False))

    @Slot()
    def _on_export(self) -> None:
        folder = self._folder.text().strip()
        if not folder:
            self._state.setText("Name the folder to export into.")
            return
        self.set_progress("starting", 0.0)  # a second press must not start a second export
        self.export_requested.emit(self.chosen(), folder)

    @Slot()
    def _on_close(self) -> None:
        if self._running:
            self.cancel_requested.emit()
        else:
            self.reject()

    def reject(self) -> None:
        """Esc while it is written asks to stop; the dialog stays until it has."""
        if self._running:
            self.cancel_requested.emit()
        else:
            super().reject()

    @Slot()
    def _browse(self) -> None:
        start = str(Path(self._folder.text()).parent)
        found = QFileDialog.getExistingDirectory(self, "Export into", start)
        if found:
            self._folder.setText(found)
