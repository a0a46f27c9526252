"""The shortcut sheet, and the dialog that gives commands other keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.commands import BY_ID, MENUS, Command
from app.keymap import PORTABLE, Keymap, canonical, menu_keys
from app.language import tr

ID = Qt.ItemDataRole.UserRole
NATIVE = QKeySequence.SequenceFormat.NativeText


def shown_keys(keys: Sequence[str]) -> str:
    """Keys as this system writes them."""
    return tr(" or ").join(QKeySequence(key, PORTABLE).toString(NATIVE) for key in keys)


class KeysDialog(QDialog):
    """All commands with the keys in force, in the order of the menus."""

    remap_requested = Signal()

    def __init__(
        self, commands: Sequence[Command], keys: Mapping[str, str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keyboard shortcuts"))
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setHorizontalSpacing(24)
        row, menu = 0, ""
        for command in commands:
            if not keys.get(command.id):
                continue
            if command.menu != menu:
                menu = command.menu
                heading = QLabel(tr(menu))
                heading.setObjectName("title")
                grid.addWidget(heading, row, 0, 1, 2)
                row += 1
            grid.addWidget(QLabel(tr(command.title).removesuffix("...")), row, 0)
            key = QLabel(keys[command.id])
            key.setObjectName("mono")
            grid.addWidget(key, row, 1)
            row += 1
        grid.setColumnStretch(0, 1)
        scroll = QScrollArea()
        scroll.setAccessibleName(tr("Commands and their keys"))
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        change = QPushButton(tr("Change keys…"))
        change.setToolTip(tr("Give commands other keys"))
        change.clicked.connect(self._change)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(change, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(scroll)
        column.addWidget(buttons)
        self.setMinimumSize(360, 320)
        self.resize(500, 580)

    @Slot()
    def _change(self) -> None:
        self.reject()
        self.remap_requested.emit()


class KeyField(QLineEdit):
    """Takes the next key that is pressed, Tab and Escape excepted, which keep their meaning."""

    pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setPlaceholderText(tr("Press a key here"))
        self.setAccessibleName(tr("New key"))
        self.setToolTip(tr("Press the key that the chosen command is to have"))
        self.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Escape):
            super().keyPressEvent(event)
            return
        modifiers = (Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta)
        if event.key() in (*modifiers, Qt.Key.Key_AltGr, Qt.Key.Key_unknown):
            return
        key = _pressed(event)
        if key:
            self.setText(shown_keys([key]))
            self.pressed.emit(key)


def _pressed(event: QKeyEvent) -> str:
    """The key as it is stored.  A sign such as ? is named by itself: which keys make it differs
    from keyboard to keyboard.
    """
    combination = event.keyCombination()
    text = event.text()
    if text and text.isprintable() and not text.isalnum() and not text.isspace():
        held = event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
        held &= ~Qt.KeyboardModifier.KeypadModifier
        if not held:
            return canonical(text)
    return canonical(QKeySequence(combination).toString(PORTABLE))


class RemapDialog(QDialog):
    """Chooses a command, takes a key for it, says which other command has it already."""

    def __init__(self, keymap: Keymap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Change keys"))
        self.keymap = deepcopy(keymap)
        self._before = keymap.as_stored()
        self._wanted = ""
        self._warned = False
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search commands or keys"))
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName(tr("Search commands or keys"))
        self.search.setToolTip(tr("Show only commands with these words or this key"))
        self.search.textChanged.connect(self._filter)
        self.tree = QTreeWidget()
        self.tree.setAccessibleName(tr("Commands"))
        self.tree.setToolTip(tr("Choose a command, then press a key in the field below"))
        self.tree.setHeaderLabels([tr("Command"), tr("Keys")])
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setStretchLastSection(False)
        self.tree.header().resizeSection(1, 190)
        self.tree.currentItemChanged.connect(self._chosen)
        self._items: dict[str, QTreeWidgetItem] = {}
        for menu in MENUS:
            group = QTreeWidgetItem([tr(menu)])
            group.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self.tree.addTopLevelItem(group)
            for command in BY_ID.values():
                if command.menu == menu:
                    item = QTreeWidgetItem([tr(command.title).removesuffix("..."), ""])
                    item.setData(0, ID, command.id)
                    group.addChild(item)
                    self._items[command.id] = item
            group.setExpanded(True)
        self.field = KeyField()
        self.field.pressed.connect(self._pressed)
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.message.setMinimumHeight(36)
        self.message.setAccessibleName(tr("What the key does now"))
        self.assign = _button(tr("Use this key"), tr("The command has this key alone"))
        self.add = _button(tr("Add it"), tr("The command keeps its other keys, too"))
        self.clear = _button(tr("No key"), tr("Take all keys from the chosen command"))
        self.reset = _button(tr("Reset"), tr("Give the chosen command its usual keys again"))
        self.reset_all = _button(tr("Reset all"), tr("Give every command its usual keys again"))
        self.assign.clicked.connect(self._assign)
        self.add.clicked.connect(self._add)
        self.clear.clicked.connect(self._clear)
        self.reset.clicked.connect(self._reset)
        self.reset_all.clicked.connect(self._reset_all)
        row = QHBoxLayout()
        row.addWidget(self.field, 1)
        for button in (self.assign, self.add, self.clear, self.reset):
            row.addWidget(button)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.button(QDialogButtonBox.StandardButton.Save).setToolTip(
            tr("Put the keys in force; they are kept")
        )
        buttons.addButton(self.reset_all, QDialogButtonBox.ButtonRole.ResetRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        for each in buttons.buttons():
            if isinstance(each, QPushButton):
                each.setAutoDefault(False)
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addWidget(self.search)
        column.addWidget(self.tree, 1)
        column.addLayout(row)
        column.addWidget(self.message)
        column.addWidget(buttons)
        self.setMinimumSize(560, 420)
        self.resize(620, 580)
        self._refresh()

    def choose(self, command_id: str) -> None:
        """Select a command."""
        self.tree.setCurrentItem(self._items[command_id])

    def current(self) -> str:
        """The chosen command's id, or an empty string."""
        item = self.tree.currentItem()
        return str(item.data(0, ID) or "") if item is not None else ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape takes back the key that was pressed last; what was changed it drops only when it
        is pressed again.
        """
        if event.key() == Qt.Key.Key_Escape:
            if self._wanted:
                self._want("")
                self._say(tr("Press the new key in the field above."))
                return
            if not self._warned and self.keymap.as_stored() != self._before:
                self._warned = True
                text = tr("Keys were changed. Save keeps them; Esc once more drops the changes.")
                self._say(text, warning=True)
                return
        super().keyPressEvent(event)

    def _refresh(self) -> None:
        self._warned = False
        for command_id, item in self._items.items():
            keys = self.keymap.keys(command_id)
            item.setText(1, shown_keys(keys))
            font = item.font(1)
            font.setBold(command_id in self.keymap.own)
            item.setFont(1, font)
            changed = tr("changed; usually {keys}", keys=shown_keys(BY_ID[command_id].keys) or "-")
            item.setToolTip(1, changed if command_id in self.keymap.own else "")
        chosen = self.current()
        self.field.setEnabled(bool(chosen))
        self.assign.setEnabled(bool(chosen and self._wanted))
        self.add.setEnabled(bool(chosen and self._wanted and self.keymap.keys(chosen)))
        self.clear.setEnabled(bool(chosen and self.keymap.keys(chosen)))
        self.reset.setEnabled(chosen in self.keymap.own)
        self.reset_all.setEnabled(bool(self.keymap.own))

    @Slot()
    def _chosen(self) -> None:
        self._want("")
        self._say(tr("Press the new key in the field above.") if self.current() else "")

    def _want(self, key: str) -> None:
        self._wanted = key
        if not key:
            self.field.clear()
        self._refresh()

    def _say(self, text: str, *, warning: bool = False) -> None:
        self.message.setText(f"⚠ {text}" if warning else text)
        self.message.setObjectName("warn" if warning else "faint")
        self.message.style().unpolish(self.message)
        self.message.style().polish(self.message)

    @Slot(str)
    def _pressed(self, key: str) -> None:
        chosen, shown = self.current(), shown_keys([key])
        menu = menu_keys().get(key)
        if menu is not None:
            self._want("")
            text = tr("{key} opens the menu '{menu}'; press another key.", key=shown, menu=tr(menu))
            self._say(text, warning=True)
            return
        self._want(key)
        owner = self.keymap.owner(key, besides=chosen)
        if owner is not None:
            title = tr(owner.title).removesuffix("...")
            text = tr("{key} belongs to '{title}', which would lose it.", key=shown, title=title)
            self._say(text, warning=True)
        elif key in self.keymap.keys(chosen):
            self._say(tr("{key} does this already.", key=shown))
        else:
            self._say(tr("{key} is free.", key=shown))

    def _give(self, keys: Sequence[str]) -> None:
        self.keymap.give(self.current(), keys)
        self._want("")
        self._say("")

    @Slot()
    def _assign(self) -> None:
        self._give([self._wanted])

    @Slot()
    def _add(self) -> None:
        self._give([*self.keymap.keys(self.current()), self._wanted])

    @Slot()
    def _clear(self) -> None:
        self._give([])

    @Slot()
    def _reset(self) -> None:
        losers = self.keymap.reset(self.current())
        self._want("")
        titles = ", ".join(tr(command.title).removesuffix("...") for command in losers)
        self._say(tr("Taken back from: {titles}", titles=titles) if losers else "")

    @Slot()
    def _reset_all(self) -> None:
        self.keymap.reset_all()
        self._want("")
        self._say("")

    @Slot(str)
    def _filter(self, text: str) -> None:
        words = text.casefold().strip()
        for at in range(self.tree.topLevelItemCount()):
            group = self.tree.topLevelItem(at)
            if group is None:
                continue
            any_shown = False
            for number in range(group.childCount()):
                item = group.child(number)
                if item is None:
                    continue
                fits = words in f"{item.text(0)} {item.text(1)}".casefold()
                item.setHidden(not fits)
                any_shown = any_shown or fits
            group.setHidden(not any_shown)


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setAccessibleDescription(tip)
    button.setAutoDefault(False)
    return button
