"""What the program remembers between starts, as QSettings with types.

Whatever the file says, a value comes back that can be used: a bad one is as good as none.
"""

from __future__ import annotations

import getpass
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from PySide6.QtCore import QByteArray, QSettings

from app.theme import Mode
from engine.places import user_folder

RECENT = 12
MIB = 1 << 20
CACHE_MIB = (64, 16_384, 384)  # least, most, usual
DEVICES = ("auto", "cpu", "cuda", "mps")
PRECISIONS = ("auto", "fp32", "bf16", "fp16")
Value = TypeVar("Value", list[Any], dict[str, Any])


@dataclass(frozen=True, slots=True)
class RecentReview:
    """Footage opened lately: path, when (ISO 8601), its state in words, its fingerprint, and the
    file of its thumbnail.
    """

    path: str
    opened: str = ""
    state: str = ""
    fingerprint: str = ""
    thumbnail: str = ""


class Settings:
    """Typed access.  The file lies with the user's data, so that one folder holds everything."""

    def __init__(self, path: Path | None = None) -> None:
        file = path or user_folder("settings") / "normscope.ini"
        self._store = QSettings(str(file), QSettings.Format.IniFormat)

    # --- looks ----------------------------------------------------------------------------------

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
    def language(self) -> str:
        """A language's code, or "system"."""
        return self._text("language", "system")

    @language.setter
    def language(self, code: str) -> None:
        self._store.setValue("language", code)

    @property
    def hidden_tracks(self) -> frozenset[str]:
        """Rows of the timeline that the analyst does not want to see, by their commands' names."""
        text = str(self._store.value("hidden_tracks", ""))
        return frozenset(name for name in text.split(",") if name)

    @hidden_tracks.setter
    def hidden_tracks(self, names: frozenset[str]) -> None:
        self._store.setValue("hidden_tracks", ",".join(sorted(names)))

    @property
    def geometry(self) -> QByteArray | None:
        """Size and place of the main window."""
        value = self._store.value("geometry")
        return value if isinstance(value, QByteArray) else None

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._store.setValue("geometry", value)

    # --- work -----------------------------------------------------------------------------------

    @property
    def device(self) -> str:
        """Where networks run: auto, cpu, cuda or mps."""
        return self._one_of("device", DEVICES)

    @device.setter
    def device(self, name: str) -> None:
        self._store.setValue("device", name)

    @property
    def precision(self) -> str:
        """How networks calculate: auto, fp32, bf16 or fp16."""
        return self._one_of("precision", PRECISIONS)

    @precision.setter
    def precision(self, name: str) -> None:
        self._store.setValue("precision", name)

    @property
    def threads(self) -> int:
        """Threads of an analysis; 0: all cores but one."""
        return self._number("threads", 0, max(1, os.cpu_count() or 1), 0)

    @threads.setter
    def threads(self, count: int) -> None:
        self._store.setValue("threads", count)

    @property
    def cache_mib(self) -> int:
        """Decoded frames that are kept for playback, in MiB."""
        return self._number("cache_mib", *CACHE_MIB)

    @cache_mib.setter
    def cache_mib(self, size: int) -> None:
        self._store.setValue("cache_mib", size)

    @property
    def operator(self) -> str:
        """Who judges: written beside every verdict; the account's name unless another is set."""
        return self._text("operator", "") or account_name()

    @operator.setter
    def operator(self, name: str) -> None:
        self._store.setValue("operator", " ".join(name.split()))

    # --- recent reviews -------------------------------------------------------------------------

    @property
    def recent_reviews(self) -> list[RecentReview]:
        """Footage opened lately, the last first."""
        rows = []
        for entry in self._json("recent", []):
            try:
                row = RecentReview(entry) if isinstance(entry, str) else RecentReview(**entry)
            except TypeError:
                continue
            if row.path and all(isinstance(text, str) for text in asdict(row).values()):
                rows.append(row)
        return rows[:RECENT]

    @property
    def recent(self) -> list[str]:
        """The paths of `recent_reviews`."""
        return [row.path for row in self.recent_reviews]

    def remember(self, path: str, **facts: str) -> None:
        """Put a footage first among the recent ones, with what is newly known of it."""
        known = {row.path: row for row in self.recent_reviews}
        old = asdict(known.pop(path, RecentReview(path)))
        first = RecentReview(**{**old, **facts})
        rows = [asdict(row) for row in [first, *known.values()][:RECENT]]
        self._store.setValue("recent", json.dumps(rows))

    def update_recent(self, path: str, **facts: str) -> None:
        """Other facts of a recent footage, which keeps its place."""
        rows = [asdict(row) | (facts if row.path == path else {}) for row in self.recent_reviews]
        self._store.setValue("recent", json.dumps(rows))

    def forget(self, path: str) -> None:
        """Take a footage off the recent ones."""
        rows = [asdict(row) for row in self.recent_reviews if row.path != path]
        self._store.setValue("recent", json.dumps(rows))

    # --- keys and hints -------------------------------------------------------------------------

    @property
    def keys(self) -> dict[str, list[str]]:
        """Remapped keys by command id."""
        found = self._json("keys", {})
        return {
            str(command): [str(key) for key in keys]
            for command, keys in found.items()
            if isinstance(keys, list)
        }

    @keys.setter
    def keys(self, keys: dict[str, list[str]]) -> None:
        self._store.setValue("keys", json.dumps(keys))

    @property
    def hints_done(self) -> set[str]:
        """Hints that were followed or dismissed."""
        return {str(name) for name in self._json("hints_done", [])}

    @hints_done.setter
    def hints_done(self, names: set[str]) -> None:
        self._store.setValue("hints_done", json.dumps(sorted(names)))

    def save(self) -> None:
        """Write now."""
        self._store.sync()

    # --- inner ----------------------------------------------------------------------------------

    def _text(self, name: str, usual: str) -> str:
        value = self._store.value(name, usual)
        return value if isinstance(value, str) else usual

    def _one_of(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self._text(name, allowed[0])
        return value if value in allowed else allowed[0]

    def _number(self, name: str, least: int, most: int, usual: int) -> int:
        try:
            value = int(str(self._store.value(name, usual)))
        except ValueError:
            return usual
        return value if least <= value <= most else usual

    def _json(self, name: str, empty: Value) -> Value:
        try:
            found = json.loads(str(self._store.value(name, "null")))
        except ValueError:
            return empty
        return found if isinstance(found, type(empty)) else empty


def account_name() -> str:
    """The name of the account at this computer, or nothing."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""
