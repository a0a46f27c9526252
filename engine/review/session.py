"""A review of one footage: its state, undo and redo with titles, saved after every change."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from engine.analysis.analysis import FootageReference
from engine.errors import BadSetting
from engine.files import write_json
from engine.review.history import History, HistoryStep
from engine.review.joining import Joined, joined_states
from engine.review.state import ReviewState
from engine.review.versions import (
    FORMAT,
    VERSION,
    ReviewVersion,
    UnreadableReview,
    keep_version,
    read_document,
    state_of,
    versions_of,
)

MERGE_SECONDS = 1.5  # a pause in dragging begins another step of undo
VERSION_SECONDS = 900.0  # how long one sitting goes on before another version is kept
ELSEWHERE = "Changes from another window"
Title = str | Callable[[ReviewState, ReviewState], str]
Stamp = tuple[int, int, int]  # what tells one writing of a file from another

__all__ = ["ReviewSession", "UnreadableReview", "open_review", "read_review", "review_path"]


def review_path(analysis: Path) -> Path:
    """Where the review of an analysis lies: NAME.review.json beside it."""
    return analysis.with_name(analysis.stem + ".review.json")


@dataclass(slots=True)
class ReviewSession:
    """One footage's review.  Every change is a whole new state with a title, so undo cannot be
    wrong.

    Undone and redone steps are saved with the state.  `history_lost`: the file's state could be
    read, its steps could not.

    Another window may have the same review open.  A file that was written elsewhere is never
    overwritten: what both changed since they agreed is joined, as a step of undo, and `joined`
    says so until it is taken.
    """

    path: Path
    footage: FootageReference
    analysis: str = ""
    state: ReviewState = field(default_factory=ReviewState)
    history_lost: bool = False
    joined: Joined | None = None
    _agreed: ReviewState | None = None  # what the file said when it was read or written last
    _stamp: Stamp | None = None
    _history: History = field(default_factory=History)
    _versioned: float | None = None
    _dirty: bool = False
    _changed: float = 0.0
    _kind: str = ""  # of the last change

    def change(
        self,
        title: Title,
        state: ReviewState,
        *,
        merge: bool = False,
        kind: str = "",
        save: bool = True,
    ) -> None:
        """Put a state in force and save it.

        title: in words, or what finds them from the states before and after the step.
        merge: a change of the same kind, or else title, joins the last one, as while a slider is
        dragged.  save False: the caller saves soon, by `save_if_changed`.
        """
        if state == self.state:
            return
        now, kind = time.monotonic(), kind or str(title)
        before = self._history.before
        goes_on = kind == self._kind and now - self._changed < MERGE_SECONDS
        if merge and goes_on and before is not None:
            self._history.join(_words(title, before, state))
        else:
            self._history.add(_words(title, self.state, state), self.state)
        self._changed, self._kind = now, kind
        self.state = state
        self._dirty = True
        if save:
            self.save()

    def undo(self) -> str | None:
        """Take the last change back; returns its title."""
        return self._take(self._history.undo(self.state))

    def redo(self) -> str | None:
        """Make the last undone change again; returns its title."""
        return self._take(self._history.redo(self.state))

    def _take(self, step: tuple[str, ReviewState] | None) -> str | None:
        if step is None:
            return None
        self._changed = 0.0  # what is dragged next is a step of its own
        title, self.state = step
        self._dirty = True
        self.save()
        return title

    def go_to(self, done: int) -> int:
        """Undo or redo until so many of `steps` are in force; returns how many were moved over."""
        wanted = min(max(done, 0), len(self.steps))
        moved = 0
        while self._history.done != wanted:
            back = self._history.done > wanted
            step = self._history.undo(self.state) if back else self._history.redo(self.state)
            if step is None:
                break
            self.state = step[1]
            moved += 1
        if moved:
            self._changed, self._dirty = 0.0, True
            self.save()
        return moved

    @property
    def steps(self) -> list[HistoryStep]:
        """All steps in order of time; the undone ones are the last."""
        return self._history.steps

    @property
    def history(self) -> list[str]:
        """Titles of what can be undone, the last one last."""
        return [step.title for step in self.steps if step.done]

    @property
    def versions(self) -> list[ReviewVersion]:
        """Older versions of this review, the youngest first."""
        return versions_of(self.path)

    def go_back_to(self, version: ReviewVersion) -> bool:
        """Put an older version's state in force, as a step that can be undone; False where it is
        damaged or says the same.
        """
        if version.state is None or version.state == self.state:
            return False
        self.change(f"version of {version.saved[:16].replace('T', ' ')}", version.state)
        return True

    def save(self) -> None:
        """Replace the review file atomically; the first save of a sitting, and one now and then,
        keeps the file before it.
        """
        self.catch_up()
        now = time.monotonic()
        due = self._versioned is None or now - self._versioned >= VERSION_SECONDS
        if due and self.path.is_file():
            keep_version(self.path)
        if due:
            self._versioned = now
        write_json(self.path, self.as_dict())
        self._agree()
        self._dirty = False

    def catch_up(self) -> bool:
        """Take in what another window wrote since; returns whether the state is another now.

        A file that is damaged or gone is not waited for: the next save writes it anew, and keeps
        the damaged one as a version.
        """
        stamp = _stamp(self.path)
        if stamp is None or stamp == self._stamp:
            return False
        try:
            theirs = read_review(self.path)
        except UnreadableReview:
            keep_version(self.path)
            return False
        self._stamp = stamp
        base = self._agreed if self._agreed is not None else theirs
        joined = joined_states(base, self.state, theirs)
        self._agreed = theirs
        if joined.clashes:
            keep_version(self.path)
            self.joined = joined
        if joined.state == self.state:
            return False
        self._history.add(ELSEWHERE, self.state)
        self._changed = 0.0
        self._dirty = self._dirty or joined.state != theirs
        self.state, self.joined = joined.state, joined
        return True

    def take_joined(self) -> Joined | None:
        """What was taken in from another window since this was asked last."""
        joined, self.joined = self.joined, None
        return joined

    def _agree(self) -> None:
        self._agreed, self._stamp = self.state, _stamp(self.path)

    def save_if_changed(self) -> None:
        """Save unless the file has everything already."""
        if self._dirty:
            self.save()

    def as_dict(self, folder: Path | None = None) -> dict[str, Any]:
        """The review file's document, for its own folder or another."""
        source = Path(self.footage.path)
        try:
            relative = os.path.relpath(source, folder or self.path.parent)
        except ValueError:  # another drive
            relative = str(source)
        return {
            "format": FORMAT,
            "version": VERSION,
            "saved": datetime.now().astimezone().isoformat(timespec="seconds"),
            "footage": {
                "path": str(source),
                "relative_path": Path(relative).as_posix(),
                "size": self.footage.size,
                "fingerprint": self.footage.fingerprint,
            },
            "analysis": self.analysis,
            **self.state.as_dict(),
            "history": self._history.as_dict(self.state),
        }


def open_review(
    path: Path, footage: FootageReference, default: ReviewState, analysis: str = ""
) -> ReviewSession:
    """Open the review at `path`, or begin one.  Raises UnreadableReview; the file is left as it
    is.
    """
    session = ReviewSession(path, footage, analysis, default)
    if not path.is_file():
        session._agreed = default
        return session
    session._stamp = _stamp(path)  # before it is read: what is written in between is seen later
    document = read_document(path)
    session.state = session._agreed = state_of(path, document)
    steps = document.get("history")
    if isinstance(steps, dict):  # version 1 has titles alone
        try:
            session._history = History.from_dict(cast(dict[str, Any], steps), session.state)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, BadSetting):
            session.history_lost = True
    return session


def _words(title: Title, before: ReviewState, after: ReviewState) -> str:
    return title if isinstance(title, str) else title(before, after)


def _stamp(path: Path) -> Stamp | None:
    """None where there is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino)


def recovered_review(
    path: Path, footage: FootageReference, default: ReviewState, analysis: str = ""
) -> ReviewSession:
    """A review beside a damaged one, begun from the youngest version that can be read.

    The damaged file is left as it is; what is decided from now on lies in NAME.recovered.json.
    """
    aside = path.with_name(path.stem + ".recovered.json")
    try:
        if aside.is_file():
            return open_review(aside, footage, default, analysis)
    except UnreadableReview:
        stamp = datetime.now().strftime("%Y%m%d%H%M%S")
        aside = path.with_name(f"{path.stem}.recovered-{stamp}.json")
    readable = (version.state for version in versions_of(path) if version.state is not None)
    session = ReviewSession(aside, footage, analysis, next(readable, default))
    return session


def read_review(path: Path) -> ReviewState:
    """The state in a review file.  Raises UnreadableReview."""
    return state_of(path, read_document(path))
