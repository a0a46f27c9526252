"""Weights and their versions: what each learned, which is in force, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QColor, QTextOption
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSplitter,
    QTextEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.language import tr

KEY = Qt.ItemDataRole.UserRole
NAME, STATE, DETECTOR, MADE = range(4)


@dataclass(frozen=True, slots=True)
class WeightsRow:
    """One weights file.

    root: the key of the first of its versions.  state: whether it is in force, in words.
    facts: what its card says, by name.  own: not those that came with the program.  back_to: what
    is in force after a step back, or ""; retired: it was rolled back.  used: made what is shown.
    """

    key: str
    root: str
    name: str
    detector: str
    made: str
    state: str
    facts: tuple[tuple[str, str], ...]
    own: bool = True
    back_to: str = ""
    retired: bool = False
    used: bool = False


class WeightsDialog(QDialog):
    """Not modal.  Setters in, signals out; rows are named by their keys."""

    back_requested = Signal(str)
    restore_requested = Signal(str)
    renamed = Signal(str, str)
    bin_requested = Signal(str)
    undo_requested = Signal()
    folder_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Weights"))
        self._rows: dict[str, WeightsRow] = {}
        self._quiet = False
        self.tree = self._build_tree()
        self.facts = QTextEdit()
        self.facts.setReadOnly(True)
        self.facts.setTabChangesFocus(True)
        self.facts.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.facts.setAccessibleName(tr("What the card of the chosen weights says"))
        self.facts.setToolTip(tr("What the card of the chosen weights says; it can be copied"))
        halves = QSplitter()
        halves.addWidget(self.tree)
        halves.addWidget(self.facts)
        halves.setStretchFactor(0, 3)
        halves.setStretchFactor(1, 2)
        halves.setChildrenCollapsible(False)
        halves.setSizes([580, 320])
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.said.setAccessibleName(tr("What was done"))
        self.undo = _button(tr("Undo"), tr("Take the weights out of the bin again"))
        self.undo.hide()
        self.back = _button(tr("Roll back"), "")
        self.restore = _button(tr("Put in force again"), tr("Take the step back, back"))
        self.rename = _button(tr("Rename"), tr("Type another name; the file is renamed, too (F2)"))
        self.bin = _button(tr("Bin"), tr("Put the weights into the bin; Undo brings them back"))
        self.folder = _button(tr("Show in folder"), tr("Open the folder that the file lies in"))
        self.close_button = _button(tr("Close"), tr("Close this window (Esc)"))
        self._lay_out(halves)
        self.back.clicked.connect(self._back)
        self.restore.clicked.connect(self._restore)
        self.rename.clicked.connect(self._rename)
        self.bin.clicked.connect(self._bin)
        self.undo.clicked.connect(self.undo_requested)
        self.folder.clicked.connect(self._folder)
        self.close_button.clicked.connect(self.close)
        self.setMinimumSize(820, 420)
        self.resize(980, 520)

    def _build_tree(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setColumnCount(4)
        tree.setHeaderLabels([tr("Name"), tr("State"), tr("Detector"), tr("Learned")])
        tree.setAccessibleName(tr("Weights and their versions"))
        tree.setToolTip(tr("Versions lie under the first one; F2 renames"))
        tree.setAccessibleDescription(tree.toolTip())
        tree.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        tree.setUniformRowHeights(True)
        header = tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in ((STATE, 144), (DETECTOR, 156), (MADE, 92)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, width)
        tree.currentItemChanged.connect(self._show_chosen)
        tree.itemChanged.connect(self._on_edited)
        return tree

    def _lay_out(self, halves: QSplitter) -> None:
        told = QHBoxLayout()
        told.addWidget(self.said, 1)
        told.addWidget(self.undo)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.back, self.restore, self.rename, self.bin, self.folder):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(10)
        column.addWidget(halves, 1)
        column.addLayout(told)
        column.addLayout(buttons)

    # setters

    def set_rows(self, rows: Sequence[WeightsRow], chosen: str = "") -> None:
        """Families together, the first version before the others; `chosen`: the key to stand on."""
        chosen = chosen or self.chosen()
        self._rows = {row.key: row for row in rows}
        self._quiet = True
        self.tree.clear()
        tops: dict[str, QTreeWidgetItem] = {}
        for row in rows:
            entry = self._entry(row)
            first = tops.get(row.root)
            if first is None:
                tops[row.root] = entry
                self.tree.addTopLevelItem(entry)
            else:
                first.addChild(entry)
            if row.key == chosen:
                self.tree.setCurrentItem(entry)
        self.tree.expandAll()
        top = self.tree.topLevelItem(0)
        if self.tree.currentItem() is None and top is not None:
            self.tree.setCurrentItem(top)
        self._quiet = False
        self._show_chosen()

    def _entry(self, row: WeightsRow) -> QTreeWidgetItem:
        entry = QTreeWidgetItem([row.name, row.state, row.detector, row.made[:10]])
        entry.setData(NAME, KEY, row.key)
        for column in range(4):
            entry.setToolTip(column, f"{row.name}\n{row.state}".strip())
            if row.retired or not row.own:
                entry.setForeground(column, QColor(theme.colours().faint))
        if row.used:
            font = entry.font(NAME)
            font.setBold(True)
            entry.setFont(NAME, font)
        if row.own:
            entry.setFlags(entry.flags() | Qt.ItemFlag.ItemIsEditable)
        return entry

    def say(self, text: str, *, undo: bool = False, wrong: bool = False) -> None:
        """What was done or could not be; undo: whether it can be taken back."""
        self.said.setText(text)
        self.said.setObjectName("warn" if wrong else "")
        self.said.style().polish(self.said)
        self.undo.setVisible(undo)

    def chosen(self) -> str:
        """The key of the chosen weights, or an empty string."""
        entry = self.tree.currentItem()
        return "" if entry is None else str(entry.data(NAME, KEY))

    # inner

    @Slot()
    def _show_chosen(self) -> None:
        if self._quiet:
            return
        row = self._rows.get(self.chosen())
        faint = theme.colours().faint
        self.facts.setHtml(
            "".join(
                f'<p style="margin: 0 0 8px 0"><span style="color: {faint}">{escape(name)}</span>'
                f"<br/>{escape(value)}</p>"
                for name, value in (() if row is None else row.facts)
            )
        )
        own = row is not None and row.own
        self.rename.setEnabled(own)
        self.bin.setEnabled(own)
        self.folder.setEnabled(row is not None)
        self.restore.setEnabled(row is not None and row.own and row.retired)
        to = "" if row is None else row.back_to
        self.back.setEnabled(bool(to))
        self.back.setText(tr("Roll back to '{name}'", name=to) if to else tr("Roll back"))
        tip = tr("Take the newest version out of force; nothing is deleted") if to else ""
        self.back.setToolTip(tip or tr("There is no earlier version to go back to"))
        self.back.setAccessibleDescription(self.back.toolTip())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._rows:
            self.set_rows(list(self._rows.values()))  # in the colours of the other theme

    @Slot(QTreeWidgetItem, int)
    def _on_edited(self, entry: QTreeWidgetItem, column: int) -> None:
        row = self._rows.get(str(entry.data(NAME, KEY)))
        if self._quiet or row is None or column != NAME or entry.text(NAME) == row.name:
            return
        self.renamed.emit(row.key, entry.text(NAME))

    @Slot()
    def _rename(self) -> None:
        entry = self.tree.currentItem()
        if entry is not None:
            self.tree.setFocus(Qt.FocusReason.OtherFocusReason)
            self.tree.editItem(entry, NAME)

    @Slot()
    def _back(self) -> None:
        self.back_requested.emit(self.chosen())

    @Slot()
    def _restore(self) -> None:
        self.restore_requested.emit(self.chosen())

    @Slot()
    def _bin(self) -> None:
        self.bin_requested.emit(self.chosen())

    @Slot()
    def _folder(self) -> None:
        self.folder_requested.emit(self.chosen())


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setAccessibleName(text)
    button.setAccessibleDescription(tip)
    button.setAutoDefault(False)
    return button
