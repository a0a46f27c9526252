"""A review of one footage: its state, undo and redo with titles, saved after every change."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.analysis.analysis import FootageReference
from engine.errors import BadSetting, EngineError
from engine.files import write_json
from engine.review.state import ReviewState

FORMAT = "normscope-review"
VERSION = 1
KEPT_VERSIONS = 5
MERGE_SECONDS = 1.5  # a pause in dragging begins another step of undo


class UnreadableReview(EngineError):
    """A review file is damaged or of an unknown version."""

    hint = "Older versions lie beside it as NAME.review.1.json and so on."


def review_path(analysis: Path) -> Path:
    """Where the review of an analysis lies: NAME.review.json beside it."""
    return analysis.with_name(analysis.stem + ".review.json")


@dataclass(slots=True)
class ReviewSession:
    """One footage's review.  Every change is a whole new state with a title, so undo cannot be
    wrong.
    """

    path: Path
    footage: FootageReference
    analysis: str = ""
    state: ReviewState = field(default_factory=ReviewState)
    _undo: list[tuple[str, ReviewState]] = field(default_factory=list)
    _redo: list[tuple[str, ReviewState]] = field(default_factory=list)
    _versioned: bool = False
    _dirty: bool = False
    _changed: float = 0.0

    def change(
        self, title: str, state: ReviewState, *, merge: bool = False, save: bool = True
    ) -> None:
        """Put a state in force and save it.

        merge: a change of the same title joins the last one, as while a slider is dragged.
        save False: the caller saves soon, by `save_if_changed`.
        """
        if state == self.state:
            return
        now = time.monotonic()
        joins = merge and self._undo and self._undo[-1][0] == title
        if not (joins and now - self._changed < MERGE_SECONDS):
            self._undo.append((title, self.state))
        self._changed = now
        self._redo.clear()
        self.state = state
        self._dirty = True
        if save:
            self.save()

    def undo(self) -> str | None:
        """Take the last change back; returns its title."""
        return self._step(self._undo, self._redo)

    def redo(self) -> str | None:
        """Make the last undone change again; returns its title."""
        return self._step(self._redo, self._undo)

    def _step(
        self, source: list[tuple[str, ReviewState]], target: list[tuple[str, ReviewState]]
    ) -> str | None:
        if not source:
            return None
        title, state = source.pop()
        target.append((title, self.state))
        self.state = state
        self.save()
        return title

    @property
    def history(self) -> list[str]:
        """Titles of what can be undone, the last one last."""
        return [title for title, _ in self._undo]

    def save(self) -> None:
        """Replace the review file atomically; the first save of a session keeps the file before
        it.
        """
        if not self._versioned and self.path.is_file():
            self._keep_versions()
        self._versioned = True
        write_json(self.path, self.as_dict())
        self._dirty = False

    def save_if_changed(self) -> None:
        """Save unless the file has everything already."""
        if self._dirty:
            self.save()

    def _keep_versions(self) -> None:
        def version(number: int) -> Path:
            return self.path.with_name(f"{self.path.stem}.{number}.json")

        for number in range(KEPT_VERSIONS - 1, 0, -1):
            if version(number).is_file():
                os.replace(version(number), version(number + 1))
        version(1).write_bytes(self.path.read_bytes())

    def as_dict(self) -> dict[str, Any]:
        """The review file's document."""
        source = Path(self.footage.path)
        try:
            relative = os.path.relpath(source, self.path.parent)
        except ValueError:  # another drive
            relative = str(source)
        return {
            "format": FORMAT,
            "version": VERSION,
            "footage": {
                "path": str(source),
                "relative_path": relative,
                "size": self.footage.size,
                "fingerprint": self.footage.fingerprint,
            },
            "analysis": self.analysis,
            **self.state.as_dict(),
            "history": self.history,
        }


def open_review(
    path: Path, footage: FootageReference, default: ReviewState, analysis: str = ""
) -> ReviewSession:
    """Open the review at `path`, or begin one.  Raises UnreadableReview; the file is left as it
    is.
    """
    session = ReviewSession(path, footage, analysis, default)
    if not path.is_file():
        return session
    session.state = read_review(path)
    return session


def read_review(path: Path) -> ReviewState:
    """The state in a review file.  Raises UnreadableReview."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] != FORMAT or int(document["version"]) > VERSION:
            raise UnreadableReview(f"{path.name} is not a review that this version reads.")
        return ReviewState.from_dict(document)
    except FileNotFoundError as error:
        raise UnreadableReview(f"There is no review file {path}.") from error
    except (OSError, ValueError, KeyError, TypeError, OverflowError, BadSetting) as error:
        raise UnreadableReview(f"The review file {path.name} is damaged.") from error
