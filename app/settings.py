"""What the program remembers between starts, as QSettings with types."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

from PySide6.QtCore import QByteArray, QSettings

from app.theme import Mode
from engine.places import user_folder

RECENT = 12


class Settings:
    """Typed access.  The file lies with the user's data, so that one folder holds everything."""

    def __init__(self, path: Path | None = None) -> None:
        file = path or user_folder("settings") / "normscope.ini"
        self._store = QSettings(str(file), QSettings.Format.IniFormat)

    @property
    def theme(self) -> Mode:
        """dark, light, or what the system says."""
        value = str(self._store.value("theme", "dark"))
        return cast(Mode, value if value in ("dark", "light", "system") else "dark")

    @theme.setter
    def theme(self, mode: Mode) -> None:
        self._store.setValue("theme", mode)

    @property
    def opacity(self) -> float:
        """Of the heat map, 0.1..1."""
        try:
            value = float(str(self._store.value("opacity", 0.6)))
        except ValueError:
            return 0.6
        return min(1.0, max(0.1, value))

    @opacity.setter
    def opacity(self, value: float) -> None:
        self._store.setValue("opacity", value)

    @property
    def geometry(self) -> QByteArray | None:
        """Size and place of the main window."""
        value = self._store.value("geometry")
        return value if isinstance(value, QByteArray) else None

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._store.setValue("geometry", value)

    @property
    def recent(self) -> list[str]:
        """Footage opened lately, the last first."""
        try:
            found = json.loads(str(self._store.value("recent", "[]")))
        except ValueError:
            return []
        return [str(path) for path in found] if isinstance(found, list) else []

    def remember(self, path: str) -> None:
        """Put a footage first among the recent ones."""
        others = [known for known in self.recent if known != path]
        self._store.setValue("recent", json.dumps([path, *others][:RECENT]))

    @property
    def keys(self) -> dict[str, list[str]]:
        """Remapped keys by command id."""
        try:
            found = json.loads(str(self._store.value("keys", "{}")))
        except ValueError:
            return {}
        return (
            {str(k): [str(x) for x in v] for k, v in found.items()}
            if isinstance(found, dict)
            else {}
        )

    def remap(self, command_id: str, keys: list[str]) -> None:
        """Give a command other keys; acts at the next start."""
        self._store.setValue("keys", json.dumps({**self.keys, command_id: keys}))

    def save(self) -> None:
        """Write now."""
        self._store.sync()
