"""The visible history: every step, the bin, and the way to older versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app.language import mark, tr, tr_count
from app.views.empty import EmptyText
from app.views.key_button import KeyButton

ID = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step's title, its time of day, and whether it is in force."""

    title: str
    when: str
    done: bool


@dataclass(frozen=True, slots=True)
class BinRow:
    """A segment in the bin, in words."""

    id: str
    title: str
    detail: str


class HistoryView(QWidget):
    """Emits how many steps are to be in force, and what is to come out of the bin."""

    step_chosen = Signal(int)
    put_back_requested = Signal(list)
    command = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[Sequence[StepRow], Sequence[BinRow]] | None = None
        self.steps = _list(
            tr("Steps of the review"), tr("Click a step, or press Enter on it, to go there")
        )
        self.steps.itemClicked.connect(self._go)
        self.steps.itemActivated.connect(self._go)
        self.bin = _list(
            tr("Bin"), tr("Segments that were deleted; double-click or Enter puts one back")
        )
        self.bin.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.bin.itemActivated.connect(self._put_back)
        self.bin.itemSelectionChanged.connect(self._refresh)
        self._no_steps = EmptyText(
            self.steps.viewport(), tr("What you decide is listed here, and can be taken back.")
        )
        self._no_bin = EmptyText(self.bin.viewport(), tr("The bin is empty."))
        self.bin_title = QLabel()
        self.bin_title.setObjectName("title")
        self.buttons = {
            command: KeyButton(text, tip, command)
            for command, text, tip in (
                ("edit.undo", tr("Undo"), tr("Take the last step back")),
                ("edit.redo", tr("Redo"), tr("Make the undone step again")),
                ("edit.versions", tr("Older versions…"), tr("Go back to an older saved review")),
                ("segments.put_back", tr("Put back"), tr("Put the selected segments back")),
            )
        }
        for command, button in self.buttons.items():
            button.setAccessibleName(button.text())
            slot = self._put_back if command == "segments.put_back" else self._command
            button.clicked.connect(slot)
        upper, lower = QWidget(), QWidget()
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.steps, 1)
        row = QHBoxLayout()
        row.setSpacing(4)
        for command in ("edit.undo", "edit.redo", "edit.versions"):
            row.addWidget(self.buttons[command])
        row.addStretch(1)
        column.addLayout(row)
        column = QVBoxLayout(lower)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(6)
        heading = QHBoxLayout()
        heading.addWidget(self.bin_title, 1)
        heading.addWidget(self.buttons["segments.put_back"])
        column.addLayout(heading)
        column.addWidget(self.bin, 1)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(upper)
        split.addWidget(lower)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(6, 6, 6, 6)
        outer.addWidget(split)
        self.set_history([], [])

    def set_history(self, steps: Sequence[StepRow], binned: Sequence[BinRow]) -> None:
        """All steps in order of time, and the bin, the last one first."""
        if self._shown == (steps, binned):
            return
        self._shown = (steps, binned)
        done = sum(step.done for step in steps)
        with QSignalBlocker(self.steps):
            self.steps.clear()
            if steps:
                self._add_step(tr("As it was opened first"), "", 0, done)
            for number, step in enumerate(steps, 1):
                self._add_step(step.title, step.when, number, done)
            self.steps.setCurrentRow(done if steps else -1)
        item = self.steps.currentItem()
        if item is not None:
            self.steps.scrollToItem(item)
        kept = {item.data(ID) for item in self.bin.selectedItems()}
        with QSignalBlocker(self.bin):
            self.bin.clear()
            for row in binned:
                line = QListWidgetItem(row.title)
                line.setData(ID, row.id)
                line.setToolTip(row.detail)
                self.bin.addItem(line)
                line.setSelected(row.id in kept)
        self._refresh()

    def _add_step(self, title: str, when: str, number: int, done: int) -> None:
        line = QListWidgetItem(f"{when}   {title}" if when else title)
        line.setData(ID, number)
        font = line.font()
        font.setBold(number == done)
        font.setItalic(number > done)
        line.setFont(font)
        if number > done:
            line.setForeground(self.palette().placeholderText())
        state = mark("in force") if number == done else mark("done")
        if number > done:
            state = mark("undone")
        line.setToolTip(f"{title} ({tr(state)})")
        line.setData(Qt.ItemDataRole.AccessibleTextRole, f"{title}, {tr(state)}")
        self.steps.addItem(line)

    def set_key_hints(self, keys: dict[str, str]) -> None:
        """The keys of commands, for tooltips."""
        for command, button in self.buttons.items():
            button.show_key(keys.get(command, ""))

    @Slot()
    def _refresh(self) -> None:
        steps, count = self._shown[0] if self._shown else [], self.bin.count()
        self._no_steps.show_over(not steps)
        self._no_bin.show_over(not count)
        self.bin_title.setText(tr_count(count, "Bin ({count})", "Bin ({count})"))
        self.buttons["edit.undo"].setEnabled(any(step.done for step in steps))
        self.buttons["edit.redo"].setEnabled(any(not step.done for step in steps))
        self.buttons["segments.put_back"].setEnabled(bool(self.bin.selectedItems()))

    @Slot(QListWidgetItem)
    def _go(self, item: QListWidgetItem) -> None:
        self.step_chosen.emit(int(item.data(ID)))

    @Slot()
    def _put_back(self) -> None:
        chosen = [str(item.data(ID)) for item in self.bin.selectedItems()]
        if chosen:
            self.put_back_requested.emit(chosen)

    @Slot()
    def _command(self) -> None:
        button = self.sender()
        if isinstance(button, KeyButton):
            self.command.emit(button.command)


def _list(name: str, tip: str) -> QListWidget:
    view = QListWidget()
    view.setAccessibleName(name)
    view.setAccessibleDescription(tip)
    view.setToolTip(tip)
    view.setMinimumHeight(56)
    view.setTextElideMode(Qt.TextElideMode.ElideRight)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return view
