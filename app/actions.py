"""From the command table to QActions, menus and the shortcut sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from app.commands import BY_ID, CHECKABLE, COMMANDS, MENUS, REPEATING, Command, Need
from app.language import tr

# Enabled already with what stands here: pressed too early, they say what is missing.
SAYING: dict[Need, Need] = {"segment": "review"}


class Actions(QObject):
    """All actions of a window; `triggered` carries the command's id."""

    triggered = Signal(str)

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self._actions: dict[str, QAction] = {}
        self._present: set[Need] | None = None
        self.menus: dict[str, QMenu] = {}
        for command in COMMANDS:
            action = QAction(tr(command.title), owner)
            action.setObjectName(command.id)
            action.setData(command.id)
            action.setCheckable(command.id in CHECKABLE)
            action.setAutoRepeat(command.id in REPEATING)
            action.setStatusTip(_tip(command))
            action.triggered.connect(self._on_triggered)
            owner.addAction(action)
            self._actions[command.id] = action
        self.set_keys(lambda command_id: BY_ID[command_id].keys)

    def set_keys(self, keys_of: Callable[[str], Sequence[str]]) -> None:
        """Put other keys in force, at once."""
        for command in COMMANDS:
            action = self._actions[command.id]
            action.setShortcuts([QKeySequence(key) for key in keys_of(command.id)])
            tip, keys = _tip(command), self.keys(command)
            action.setToolTip(f"{tip} ({keys})" if keys else tip)

    @Slot()
    def _on_triggered(self) -> None:
        sender = self.sender()
        if isinstance(sender, QAction):
            self.triggered.emit(str(sender.data()))

    def __getitem__(self, command_id: str) -> QAction:
        return self._actions[command_id]

    def fill(self, bar: QMenuBar) -> None:
        """Menus in the table's order, each with a letter that Alt opens it by."""
        for title in MENUS:
            menu = bar.addMenu(f"&{tr(title)}")
            menu.setAccessibleName(tr(title))
            menu.setToolTipsVisible(True)
            self.menus[title] = menu
            for command in COMMANDS:
                if command.menu == title:
                    menu.addAction(self._actions[command.id])

    def allow(self, present: set[Need]) -> None:
        """Enable what the present state has everything for."""
        if present == self._present:
            return
        self._present = set(present)
        for command in COMMANDS:
            needs = {command.needs, SAYING.get(command.needs, command.needs)}
            self._actions[command.id].setEnabled(bool(needs & present))

    def check(self, command_id: str, checked: bool) -> None:
        """Show whether what a command switches is on; nothing is triggered."""
        self._actions[command_id].setChecked(checked)

    def keys(self, command: Command) -> str:
        """The keys of a command as text."""
        shortcuts = self._actions[command.id].shortcuts()
        return tr(" or ").join(
            s.toString(QKeySequence.SequenceFormat.NativeText) for s in shortcuts
        )

    def named(self, command_id: str) -> str:
        """What a sentence calls a command by: its keys, or its title where it has none."""
        command = BY_ID[command_id]
        return self.keys(command) or f"'{tr(command.title).removesuffix('...')}'"

    def hints(self) -> dict[str, str]:
        """Key texts by command id, for tooltips of buttons."""
        return {command.id: self.keys(command) for command in COMMANDS}


def _tip(command: Command) -> str:
    return tr(command.hint or command.title).removesuffix("...")
