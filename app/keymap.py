"""Which keys start which command: defaults, the analyst's own, and what stands in each other's
way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtGui import QKeySequence

from app.commands import BY_ID, COMMANDS, MENUS, Command
from app.language import tr

PORTABLE = QKeySequence.SequenceFormat.PortableText


def canonical(key: str) -> str:
    """A key as Qt writes it, so that two spellings of one key are equal; empty for nonsense."""
    sequence = QKeySequence(key, PORTABLE)
    text = sequence.toString(PORTABLE)
    return text if sequence.count() == 1 and QKeySequence(text, PORTABLE) == sequence else ""


def menu_keys() -> dict[str, str]:
    """Which menu each of the keys opens that no command can have, in the language in force."""
    return {canonical(f"Alt+{tr(title)[0]}"): title for title in MENUS}


@dataclass(slots=True)
class Keymap:
    """The keys in force.  own: what differs from the defaults, by command id."""

    own: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @staticmethod
    def read(stored: Mapping[str, Sequence[str]]) -> Keymap:
        """From the settings: unknown commands and keys are left out, so are those that open menus,
        and of two commands with the same key the first keeps it.
        """
        keymap = Keymap()
        for command_id, keys in stored.items():
            if command_id in BY_ID:
                keymap.own[command_id] = _valid(keys)
        taken = set(menu_keys())
        # keys of the analyst's own go before defaults
        ordered = sorted(COMMANDS, key=lambda command: command.id not in keymap.own)
        for command in ordered:
            keys = keymap.keys(command.id)
            free = tuple(key for key in keys if key not in taken)
            taken |= set(free)
            if free != keys:
                keymap.own[command.id] = free
        return keymap

    def keys(self, command_id: str) -> tuple[str, ...]:
        """Keys of a command, the one that is shown first."""
        return self.own.get(command_id, _valid(BY_ID[command_id].keys))

    def owner(self, key: str, *, besides: str = "") -> Command | None:
        """The command that has a key."""
        wanted = canonical(key)
        return next(
            (c for c in COMMANDS if c.id != besides and wanted and wanted in self.keys(c.id)), None
        )

    def give(self, command_id: str, keys: Iterable[str]) -> None:
        """Give a command exactly these keys, and take them from whichever had them."""
        wanted = _valid(keys)
        for key in wanted:
            while (other := self.owner(key, besides=command_id)) is not None:
                self._put(other.id, tuple(k for k in self.keys(other.id) if k != key))
        self._put(command_id, wanted)

    def reset(self, command_id: str) -> list[Command]:
        """The defaults again; returns the commands that lost a key to it."""
        defaults = _valid(BY_ID[command_id].keys)
        losers = [self.owner(key, besides=command_id) for key in defaults]
        self.give(command_id, defaults)
        return [command for command in losers if command is not None]

    def reset_all(self) -> None:
        """All defaults."""
        self.own.clear()

    def as_stored(self) -> dict[str, list[str]]:
        """For the settings."""
        return {command_id: list(keys) for command_id, keys in self.own.items()}

    def _put(self, command_id: str, keys: tuple[str, ...]) -> None:
        if keys == _valid(BY_ID[command_id].keys):
            self.own.pop(command_id, None)
        else:
            self.own[command_id] = keys


def _valid(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for key in map(canonical, keys) if key))
