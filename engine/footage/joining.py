"""Recordings of one camera that follow each other, on one line of time.

Recorders cut what they record into files.  Which belong together is told by their names (the same
but for a date or a number) and by when they began; positions on the joined line are mapped to a
piece and a time in it, and where nothing was recorded there is a gap.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from engine.footage.footage import Footage
from engine.footage.start_time import STAMP

OVERLAP = 2.0  # seconds by which recorders' clocks may let a file begin before the last one ends
LONGEST_GAP = 6 * 3600.0  # seconds without a recording after which it is another one
_NUMBER = re.compile(r"\d+")
_OF = re.compile(r"[-_. ]*of[-_. ]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Recording:
    """What joining needs to know of one footage.  duration in seconds."""

    path: Path
    duration: float
    picture_size: tuple[int, int]
    start_time: datetime | None = None

    @staticmethod
    def of(footage: Footage) -> Recording:
        """From an opened footage."""
        size = (footage.width, footage.height)
        return Recording(footage.path, float(footage.duration), size, footage.start_time)


@dataclass(frozen=True, slots=True)
class Piece:
    """One footage on the joined line: it lies there from `start` for `duration` seconds."""

    path: Path
    start: float
    duration: float

    @property
    def stop(self) -> float:
        """When it ends, in seconds of the joined line."""
        return self.start + self.duration


@dataclass(frozen=True, slots=True)
class Joined:
    """Pieces in order of time, none overlapping another.

    assumed: their times are not known, so they were laid end to end.  began: when the first one
    began, where that is known.
    """

    pieces: tuple[Piece, ...]
    assumed: bool = False
    began: datetime | None = None

    @property
    def duration(self) -> float:
        """Seconds from the start of the first piece to the end of the last."""
        return self.pieces[-1].stop if self.pieces else 0.0

    def place(self, seconds: float) -> tuple[int, float] | None:
        """(piece, seconds in it) of a moment on the line; None in a gap or beyond the ends."""
        at = bisect.bisect_right([piece.start for piece in self.pieces], seconds + 1e-9) - 1
        if at < 0 or seconds >= self.pieces[at].stop:
            return None
        return at, max(0.0, seconds - self.pieces[at].start)

    def nearest(self, seconds: float) -> tuple[int, float]:
        """As `place`, with the nearer end of a piece for a moment that nothing recorded."""
        found = self.place(seconds)
        if found is not None:
            return found
        ends = [
            (min(abs(seconds - piece.start), abs(seconds - piece.stop)), at)
            for at, piece in enumerate(self.pieces)
        ]
        at = min(ends)[1]
        piece = self.pieces[at]
        return at, 0.0 if seconds < piece.start else piece.duration

    def seconds_of(self, path: Path, seconds: float) -> float | None:
        """The moment on the line of a time in a piece."""
        piece = next((piece for piece in self.pieces if piece.path == path), None)
        return None if piece is None else piece.start + seconds

    def gaps(self, least: float = 0.5) -> list[tuple[float, float]]:
        """(start, stop) of what lies between pieces and lasts longer than `least` seconds."""
        between = zip(self.pieces, self.pieces[1:], strict=False)
        return [(a.stop, b.start) for a, b in between if b.start - a.stop > least]


def joinable(recordings: Sequence[Recording]) -> list[Joined]:
    """The groups of recordings that follow each other, of two at least, in order of their names.

    They lie in one folder, show pictures of one size, and their names differ in a date or a number
    only.  Where all times are known they must be consecutive; a long pause parts them.
    """
    families: dict[tuple[Path, str, tuple[int, int]], list[Recording]] = {}
    for recording in recordings:
        key = (recording.path.parent, pattern_of(recording.path.stem), recording.picture_size)
        families.setdefault(key, []).append(recording)
    joined: list[Joined] = []
    for family in families.values():
        if len(family) > 1:
            joined += _joined(family)
    return joined


def pattern_of(name: str) -> str:
    """A file's name with what changes from file to file taken out: a date with a time and a number
    after it, else the number that counts.
    """
    stamp = STAMP.search(name)
    if stamp is not None:
        return f"{name[: stamp.start()]}@{_NUMBER.sub('#', name[stamp.end() :])}"
    counter = _counter(name)
    return name if counter is None else f"{name[: counter.start()]}#{name[counter.end() :]}"


def _counter(name: str) -> re.Match[str] | None:
    """The number that counts the files: the last one, or the one before "of 12"."""
    numbers = list(_NUMBER.finditer(name))
    if len(numbers) > 1 and _OF.fullmatch(name[numbers[-2].end() : numbers[-1].start()]):
        return numbers[-2]
    return numbers[-1] if numbers else None


def _joined(family: list[Recording]) -> list[Joined]:
    if all(recording.start_time is not None for recording in family):
        return _by_time(_on_one_clock(family))
    in_order = sorted(family, key=_counted)
    numbers = [_counted(recording) for recording in in_order]
    if any(b - a != 1 for a, b in itertools.pairwise(numbers)):
        return []  # a number is missing, and nothing says how long the pause was
    pieces, start = [], 0.0
    for recording in in_order:
        pieces.append(Piece(recording.path, start, recording.duration))
        start += recording.duration
    return [Joined(tuple(pieces), assumed=True)]


def _on_one_clock(family: list[Recording]) -> list[Recording]:
    """One recorder has one clock: where the zone of some of its files is known and that of others
    is not, their times are compared as the clock showed them.
    """
    zoned = {r.start_time.tzinfo is not None for r in family if r.start_time is not None}
    if len(zoned) < 2:
        return family
    return [
        replace(r, start_time=r.start_time.replace(tzinfo=None)) for r in family if r.start_time
    ]


def _by_time(family: list[Recording]) -> list[Joined]:
    in_order = sorted(family, key=_began)
    groups: list[list[Recording]] = [[]]
    for recording in in_order:
        if groups[-1]:
            last = groups[-1][-1]
            pause = (_began(recording) - _began(last)).total_seconds() - last.duration
            if pause < -OVERLAP or pause > LONGEST_GAP:
                groups.append([])
        groups[-1].append(recording)
    return [_laid_out(group) for group in groups if len(group) > 1]


def _laid_out(group: list[Recording]) -> Joined:
    first = _began(group[0])
    pieces: list[Piece] = []
    for recording in group:
        start = (_began(recording) - first).total_seconds()
        start = max(start, pieces[-1].stop if pieces else 0.0)
        pieces.append(Piece(recording.path, start, recording.duration))
    return Joined(tuple(pieces), began=group[0].start_time)


def _began(recording: Recording) -> datetime:
    """For ordering."""
    moment = recording.start_time
    if moment is None:
        raise ValueError(f"{recording.path.name} has no start time")
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _counted(recording: Recording) -> int:
    counter = _counter(recording.path.stem)
    return int(counter.group()) if counter is not None else 0
