"""Rows of an earlier table of the same clips, so that one detector more need not cost all passes
again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.errors import BadSetting

Row = dict[str, Any]
NEEDED = {"name", "twin", "auc", "published"}


def read_kept(
    path: Path, *, dataset: str, clips: Sequence[str], normal: int, rival: str
) -> list[Row]:
    """The rows of a table's JSON.  Raises BadSetting where it is of other clips, or no table, or
    gains in it are told against another rival.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        same = (document["dataset"], document["clips"], document["normal"]) == (
            dataset,
            list(clips),
            normal,
        )
        rows = [dict(row) for row in document["rows"]]
        if not all(row.keys() >= NEEDED and isinstance(row["auc"], dict) for row in rows):
            raise KeyError("a row of a table")
    except FileNotFoundError as error:
        raise BadSetting(f"There is no {path.name} to keep rows of.") from error
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadSetting(f"{path.name} is not the JSON of a table.") from error
    if not same:
        raise BadSetting(
            f"{path.name} is a table of other clips, so its rows cannot stand beside these.",
            hint="Leave out --keep, or name the same data set and clips.",
        )
    if not rows or rows[0].get("name") != rival:
        raise BadSetting(
            f"The gains in {path.name} are told against another detector than '{rival}'.",
            hint="Name the same one with --detector.",
        )
    return rows


def merged(kept: Sequence[Row], fresh: Sequence[Row]) -> list[Row]:
    """Kept rows in their order, those that were measured again replaced where they stood, then the
    new ones.  Means over seeds stay as they are here; see `without_old_means`.
    """
    again: dict[str, list[Row]] = {}
    for row in fresh:
        again.setdefault(row["name"], []).append(row)
    found: list[Row] = []
    placed: set[str] = set()
    for row in kept:
        name = row["name"]
        if name not in again:
            found.append(row)
        elif name not in placed:
            found += again[name]
            placed.add(name)
    return found + [row for row in fresh if row["name"] not in placed]


def without_old_means(rows: Sequence[Row], means: Sequence[Row]) -> list[Row]:
    """Rows without means over seeds that were taken anew: those of the same training and twin."""
    anew = {(row["group"], row["twin"]) for row in means}
    return [
        row for row in rows if "seeds" not in row or (row.get("group"), row["twin"]) not in anew
    ]
