"""The queue of exports: what each one is doing, how long it will take, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.language import tr
from app.models.export_line import QueueRow
from app.numerals import duration

SHOWN = 2.4  # lines that are seen at once; a part of the next one says that there are more
LINE = 58  # pixels


class _Row(QFrame):
    """One export."""

    cancel_requested = Signal(int)
    open_requested = Signal(str)
    away_requested = Signal(int)

    def __init__(self, row: QueueRow) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.title, self.said = QLabel(), QLabel()
        self.title.setObjectName("title")
        self.said.setObjectName("faint")
        # a long sentence is cut, and whole in the tooltip
        self.said.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setFixedHeight(LINE)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.cancel = QPushButton(tr("Cancel"))
        self.open = QPushButton(tr("Open folder"))
        self.away = QPushButton(tr("Put away"))
        self.cancel.clicked.connect(self._on_cancel)
        self.open.clicked.connect(self._on_open)
        self.away.clicked.connect(self._on_away)
        self.cancel.setToolTip(tr("Stop this export; nothing of it is left"))
        self.open.setToolTip(tr("Show the case folder in the file manager"))
        self.away.setToolTip(tr("Take this line off the list; what was written stays"))
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 6, 12, 6)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.addWidget(self.title, 0, 0)
        grid.addWidget(self.said, 0, 1)
        grid.addWidget(self.bar, 1, 0, 1, 2)
        for column, button in enumerate((self.cancel, self.open, self.away), 2):
            button.setAutoDefault(False)
            grid.addWidget(button, 0, column, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.setColumnStretch(1, 1)
        self.show_row(row)

    def show_row(self, row: QueueRow) -> None:
        self.row = row
        self.title.setText(row.title)
        said = row.said
        if row.state == "waiting":
            said = tr("waiting for the one before it")
        elif row.state == "stopping":
            said = tr("stopping")
        elif row.eta is not None:
            said = tr("{phase}, {time} left", phase=said, time=duration(row.eta))
        self.said.setText(said)
        self.said.setToolTip(said)
        self.said.setObjectName("warn" if row.state == "failed" else "faint")
        self.said.style().polish(self.said)
        self.said.setWordWrap(row.over)  # how it ended may take the room of the bar
        self.bar.setVisible(not row.over)
        self.bar.setValue(round(1000 * row.fraction))
        self.cancel.setVisible(not row.over)
        self.cancel.setEnabled(row.state != "stopping")
        self.open.setVisible(row.state == "done")
        self.away.setVisible(row.over)
        for widget in (self.bar, self.cancel, self.open, self.away):
            widget.setAccessibleName(f"{widget.property('text') or tr('progress')}: {row.title}")
            widget.setAccessibleDescription(self.said.text())

    @Slot()
    def _on_cancel(self) -> None:
        self.cancel_requested.emit(self.row.number)

    @Slot()
    def _on_open(self) -> None:
        self.open_requested.emit(self.row.folder)

    @Slot()
    def _on_away(self) -> None:
        self.away_requested.emit(self.row.number)


class ExportQueue(QScrollArea):
    """A line for each export, the last one at the top; hidden while there is none."""

    cancel_requested = Signal(int)
    open_requested = Signal(str)
    away_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setAccessibleName(tr("Queue of exports"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addStretch(1)
        self.setWidget(inner)
        self._lines: dict[int, _Row] = {}
        self.hide()

    def set_rows(self, rows: Sequence[QueueRow]) -> None:
        """All exports, in the order in which they were asked for."""
        wanted = {row.number for row in rows}
        for number in set(self._lines) - wanted:
            line = self._lines.pop(number)
            self._column.removeWidget(line)
            line.deleteLater()
        for row in rows:
            if row.number in self._lines:
                self._lines[row.number].show_row(row)
                continue
            line = _Row(row)
            line.cancel_requested.connect(self.cancel_requested)
            line.open_requested.connect(self.open_requested)
            line.away_requested.connect(self.away_requested)
            self._lines[row.number] = line
            self._column.insertWidget(0, line)
        self.setVisible(bool(rows))
        shown = min(len(rows), SHOWN)
        self.setFixedHeight(round((LINE + 6) * shown))

    def line(self, number: int) -> _Row:
        """The line of one export."""
        return self._lines[number]
