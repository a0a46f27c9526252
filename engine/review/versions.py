"""Older versions of a review: kept beside it as NAME.review.1.json (the youngest) and so on."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from engine.analysis.analysis import FootageReference
from engine.analysis.locating import file_name
from engine.errors import BadSetting, EngineError
from engine.files import write_bytes
from engine.review.state import ReviewState

FORMAT = "normscope-review"
VERSION = 2  # 1 had no tags, no bin and no steps of undo
KEPT_VERSIONS = 10


class UnreadableReview(EngineError):
    """A review file is damaged or of an unknown version."""

    hint = "Older versions lie beside it as NAME.review.1.json and so on."


@dataclass(frozen=True, slots=True)
class ReviewVersion:
    """An older file.  saved: ISO 8601 with offset; judged: segments with a verdict; state None
    where the file is damaged.
    """

    path: Path
    saved: str
    state: ReviewState | None

    @property
    def judged(self) -> int:
        """How many segments have a verdict in it."""
        stored = self.state.stored if self.state is not None else ()
        return sum(segment.verdict.value != "unjudged" for segment in stored)


def version_path(path: Path, number: int) -> Path:
    """Where an older version lies; 1 is the youngest."""
    return path.with_name(f"{path.stem}.{number}.json")


def keep_version(path: Path) -> None:
    """Keep the present file as version 1; a kill in between leaves every file whole, at most with
    a gap in the numbers.
    """
    content = path.read_bytes()
    if version_path(path, 1).is_file() and version_path(path, 1).read_bytes() == content:
        return
    for number in range(KEPT_VERSIONS - 1, 0, -1):
        if version_path(path, number).is_file():
            os.replace(version_path(path, number), version_path(path, number + 1))
    write_bytes(version_path(path, 1), content)


def versions_of(path: Path) -> list[ReviewVersion]:
    """All older versions, the youngest first; damaged ones too, without a state."""
    found = []
    for number in range(1, KEPT_VERSIONS + 1):
        older = version_path(path, number)
        if older.is_file():
            found.append(_version(older))
    return found


def _version(path: Path) -> ReviewVersion:
    changed = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
    saved = changed.isoformat(timespec="seconds")
    try:
        document = read_document(path)
        return ReviewVersion(path, str(document.get("saved", saved)), state_of(path, document))
    except UnreadableReview:
        return ReviewVersion(path, saved, None)


def read_document(path: Path) -> dict[str, object]:
    """The JSON document of a review file of a known version.  Raises UnreadableReview."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] != FORMAT or int(document["version"]) > VERSION:
            raise UnreadableReview(f"{path.name} is not a review that this version reads.")
    except FileNotFoundError as error:
        raise UnreadableReview(f"There is no review file {path}.") from error
    except (OSError, ValueError, KeyError, TypeError, OverflowError) as error:
        raise UnreadableReview(f"The review file {path.name} is damaged.") from error
    return dict(document)


def state_of(path: Path, document: dict[str, object]) -> ReviewState:
    """The state in a review's document.  Raises UnreadableReview."""
    try:
        return ReviewState.from_dict(document)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, BadSetting) as error:
        raise UnreadableReview(f"The review file {path.name} is damaged.") from error


def of_footage(path: Path, footage: FootageReference) -> bool:
    """Whether a review was made of this footage, by size and fingerprint; by its name where no
    fingerprint is known.  Raises UnreadableReview.
    """
    named = read_document(path).get("footage")
    if not isinstance(named, dict):
        return False
    if not footage.fingerprint or not named.get("fingerprint"):
        return file_name(str(named.get("path", ""))) == file_name(footage.path)
    said = (named.get("size"), named["fingerprint"])
    return said == (footage.size, footage.fingerprint)
