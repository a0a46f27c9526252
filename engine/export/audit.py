"""The audit log: a chain of entries, each of which holds the hash of the one before.

Nothing can be changed, left out or put in without breaking the chain behind it; the manifest pins
its length and its last hash, so that it cannot be cut off either.  One JSON document a line; an
entry's hash is SHA-256 over its JSON without the field `hash`, keys sorted, no spaces.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.files import write_text

START = "0" * 64


def entry_hash(entry: dict[str, Any]) -> str:
    """The hash of an entry; its own field `hash` does not count."""
    told = {key: value for key, value in entry.items() if key != "hash"}
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


@dataclass(slots=True)
class AuditLog:
    """Entries in order."""

    entries: list[dict[str, Any]] = field(default_factory=list)

    def note(self, action: str, **facts: Any) -> None:
        """Append an entry; facts are what JSON can hold."""
        entry: dict[str, Any] = {
            "number": len(self.entries),
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "action": action,
            **facts,
            "previous": self.head,
        }
        self.entries.append({**entry, "hash": entry_hash(entry)})

    @property
    def head(self) -> str:
        """The hash of the last entry."""
        return str(self.entries[-1]["hash"]) if self.entries else START

    @property
    def pin(self) -> dict[str, Any]:
        """What the manifest says of it."""
        return {"file": "audit.jsonl", "entries": len(self.entries), "head": self.head}

    def write(self, path: Path) -> None:
        """One line an entry."""
        write_text(path, "".join(json.dumps(e, ensure_ascii=False) + "\n" for e in self.entries))


def broken_chain(text: str, pin: dict[str, Any]) -> str:
    """Why a log is not the one that was pinned; "" where it is."""
    previous, count = START, 0
    for number, line in enumerate(text.splitlines()):
        try:
            entry = json.loads(line)
            stated, told, place = entry["hash"], entry["previous"], entry["number"]
        except (ValueError, KeyError, TypeError):
            return f"entry {number} cannot be read"
        if place != number or told != previous:
            return f"the chain is broken before entry {number}"
        if entry_hash(entry) != stated:
            return f"entry {number} was changed"
        previous, count = stated, number + 1
    if count != pin.get("entries"):
        return f"it has {count} entries, the manifest says {pin.get('entries')}"
    if previous != pin.get("head"):
        return "its last entry is not the one that the manifest names"
    return ""
