"""Undo and redo as states with titles, and their form in a file: patches from state to state.

A patch names only what differs, so that hundreds of steps over hundreds of segments stay small.
Tuples of segments and areas differ by one splice: replace [from, to) by `put`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from engine.review.state import ReviewSegment, ReviewState, read_spans, read_start, written_spans
from engine.scoring.ignoring import IgnoredArea
from engine.scoring.score import ScoreSettings
from engine.scoring.segments import SegmentSettings

LONGEST = 500  # steps that are kept
Patch = dict[str, Any]
Entry = TypeVar("Entry", ReviewSegment, IgnoredArea)


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """One line of the visible history.  time: ISO 8601 with offset.  done: not undone."""

    title: str
    time: str
    done: bool


@dataclass(slots=True)
class _Step:
    """A change's title and time, with the state on its other side.  `toward` is the state that
    `patch` was worked out from, for the cache.
    """

    title: str
    time: str
    state: ReviewState
    patch: Patch | None = None
    toward: ReviewState | None = None

    def as_dict(self, near: ReviewState) -> dict[str, Any]:
        if self.patch is None or self.toward is not near:
            self.patch, self.toward = patch_between(near, self.state), near
        return {"title": self.title, "time": self.time, "patch": self.patch}


@dataclass(slots=True)
class History:
    """What can be undone, the last step last, and what can be done again, the next one last."""

    _undo: list[_Step] = field(default_factory=list)
    _redo: list[_Step] = field(default_factory=list)

    def add(self, title: str, before: ReviewState) -> None:
        """A change was made; what had been undone is gone."""
        self._undo.append(_Step(title, _now(), before))
        del self._undo[:-LONGEST]
        self._redo.clear()

    def join(self, title: str) -> None:
        """A change goes on that is a step already."""
        self._undo[-1].title = title
        self._redo.clear()

    @property
    def before(self) -> ReviewState | None:
        """The state that undo would lead to."""
        return self._undo[-1].state if self._undo else None

    def undo(self, current: ReviewState) -> tuple[str, ReviewState] | None:
        """The title of the last change and the state before it."""
        return _move(self._undo, self._redo, current)

    def redo(self, current: ReviewState) -> tuple[str, ReviewState] | None:
        """The title of the last undone change and the state after it."""
        return _move(self._redo, self._undo, current)

    @property
    def steps(self) -> list[HistoryStep]:
        """All steps in order of time; the undone ones are the last."""
        done = [HistoryStep(s.title, s.time, True) for s in self._undo]
        return done + [HistoryStep(s.title, s.time, False) for s in reversed(self._redo)]

    @property
    def done(self) -> int:
        """How many of `steps` are in force."""
        return len(self._undo)

    def as_dict(self, current: ReviewState) -> dict[str, Any]:
        """For the review file: every step as the way to its state from the next nearer one."""
        return {"undo": _written(self._undo, current), "redo": _written(self._redo, current)}

    @staticmethod
    def from_dict(d: dict[str, Any], current: ReviewState) -> History:
        """The inverse of `as_dict`.  Raises KeyError, TypeError, ValueError, BadSetting."""
        return History(_read(d["undo"], current), _read(d["redo"], current))


def _move(
    source: list[_Step], target: list[_Step], current: ReviewState
) -> tuple[str, ReviewState] | None:
    if not source:
        return None
    step = source.pop()
    target.append(_Step(step.title, step.time, current))
    return step.title, step.state


def _written(steps: Sequence[_Step], current: ReviewState) -> list[dict[str, Any]]:
    near = [*(s.state for s in steps[1:]), current]  # without steps, one too many
    return [step.as_dict(to) for step, to in zip(steps, near, strict=False)]


def _read(steps: Sequence[dict[str, Any]], current: ReviewState) -> list[_Step]:
    found: list[_Step] = []
    for d in reversed(steps):
        state = patched(current, d["patch"])
        found.append(_Step(str(d["title"]), str(d["time"]), state, d["patch"], current))
        current = state
    return found[::-1]


def patch_between(before: ReviewState, after: ReviewState) -> Patch:
    """What turns `before` into `after`, as JSON values."""
    patch: Patch = {}
    if before.score != after.score:
        patch["score"] = [after.score.lambda_, after.score.normalise, after.score.pooling]
    if before.segments != after.segments:
        patch["segment_settings"] = asdict(after.segments)
    for name in ("smooth_seconds", "gamma", "next_id", "start_time"):
        if getattr(before, name) != getattr(after, name):
            patch[name] = getattr(after, name)
    if before.normal != after.normal:
        patch["normal"] = written_spans(after.normal)
    for name in ("areas", "stored", "binned"):
        splice = _splice(getattr(before, name), getattr(after, name))
        if splice is not None:
            patch[name] = splice
    return patch


def _splice(
    before: tuple[ReviewSegment | IgnoredArea, ...], after: tuple[ReviewSegment | IgnoredArea, ...]
) -> dict[str, Any] | None:
    if before == after:
        return None
    shorter, head = min(len(before), len(after)), 0
    while head < shorter and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < shorter - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    put = [entry.as_dict() for entry in after[head : len(after) - tail]]
    return {"from": head, "to": len(before) - tail, "put": put}


def patched(state: ReviewState, patch: Patch) -> ReviewState:
    """A state with a patch applied.  Raises KeyError, TypeError, ValueError, BadSetting."""
    changes: dict[str, Any] = {}
    if "score" in patch:
        lambda_, normalise, pooling = patch["score"]
        changes["score"] = ScoreSettings(float(lambda_), normalise, pooling)
    if "segment_settings" in patch:
        changes["segments"] = SegmentSettings(**patch["segment_settings"])
    if "smooth_seconds" in patch:
        changes["smooth_seconds"] = float(patch["smooth_seconds"])
    if "gamma" in patch:
        changes["gamma"] = None if patch["gamma"] is None else float(patch["gamma"])
    if "next_id" in patch:
        changes["next_id"] = int(patch["next_id"])
    if "start_time" in patch:
        changes["start_time"] = read_start(patch["start_time"])
    if "normal" in patch:
        changes["normal"] = read_spans(patch["normal"])
    if "areas" in patch:
        changes["areas"] = _spliced(state.areas, patch["areas"], IgnoredArea.from_dict)
    for name in ("stored", "binned"):
        if name in patch:
            segments = getattr(state, name)
            changes[name] = _spliced(segments, patch[name], ReviewSegment.from_dict)
    return replace(state, **changes)


def _spliced(
    entries: tuple[Entry, ...], splice: dict[str, Any], read: Callable[[dict[str, Any]], Entry]
) -> tuple[Entry, ...]:
    start, stop = int(splice["from"]), int(splice["to"])
    if not 0 <= start <= stop <= len(entries):
        raise ValueError("a step of the history does not fit its state")
    put = tuple(read(d) for d in splice["put"])
    return entries[:start] + put + entries[stop:]


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
