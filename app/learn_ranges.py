"""The ranges that the dialog shows: from marks on the timeline, from files, typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app import numerals
from app.controllers.document import Document
from app.language import tr
from app.models.place import parse_place
from app.views.learn_ranges import RangeRow
from engine.timebase import FrameSpan, timecode

if TYPE_CHECKING:
    from engine.detectors.weights import WeightsCard
    from engine.footage import Footage
    from engine.learning.normal import NormalFootage


@dataclass(frozen=True, slots=True)
class Range:
    """One row.  span None: the whole footage.  marked: it came from the timeline."""

    path: Path
    footage: Footage | None
    span: FrameSpan | None = None
    marked: bool = False


class Ranges:
    """All rows; pure but for the footage that rows point to."""

    def __init__(self) -> None:
        self._rows: list[Range] = []

    @property
    def marked(self) -> bool:
        """Whether every row was marked or typed by somebody, so that nothing is taken on trust."""
        return bool(self._rows) and all(row.span is not None for row in self._rows)

    @property
    def stem(self) -> str:
        """A name for the weights."""
        return self._rows[0].path.stem if self._rows else "normal"

    def start_from(self, document: Document | None) -> None:
        """What was marked on a footage, else all of it."""
        self._rows = []
        if document is None or document.footage is None:
            return
        if document.normal:
            self.set_marked(document)
        else:
            self._rows = [Range(document.path, document.footage)]

    def set_marked(self, document: Document) -> None:
        """The marks of a footage in place of the earlier ones, and of the whole of it."""
        kept = [r for r in self._rows if r.path != document.path or (r.span and not r.marked)]
        fresh = [Range(document.path, document.footage, s, True) for s in document.normal]
        self._rows = [*kept, *fresh]

    def set_version(
        self, document: Document, spans: Iterable[FrameSpan], card: WeightsCard | None
    ) -> None:
        """What some weights learned from, as far as it is still there, and these spans."""
        from engine.learning.normal import NormalFootage

        self._rows = []
        for entry in [] if card is None else card.training.get("normal", []):
            try:
                before = NormalFootage.from_dict(entry)
            except (KeyError, TypeError, ValueError):
                continue
            if before.path.exists():
                pieces: Sequence[FrameSpan | None] = before.spans or (None,)
                self._rows += [Range(before.path, None, span) for span in pieces]
        self._rows += [Range(document.path, document.footage, span) for span in spans]

    def add(self, paths: Iterable[Path], documents: Iterable[Document]) -> None:
        """Whole footages."""
        known = {d.path: d.footage for d in documents}
        self._rows += [Range(path, known.get(path)) for path in paths]

    def remove(self, rows: Iterable[int]) -> list[FrameSpan]:
        """Take rows away; returns the spans among them that were marked."""
        gone = set(rows)
        marks = [r.span for i, r in enumerate(self._rows) if i in gone and r.marked and r.span]
        self._rows = [row for at, row in enumerate(self._rows) if at not in gone]
        return marks

    def edit(self, row: int, field: str, text: str) -> str:
        """Take a typed edge in; returns why not, or ""."""
        if not 0 <= row < len(self._rows):
            return ""
        now = self._rows[row]
        if now.footage is None:
            return tr("The footage is still being opened.")
        table = now.footage.table
        span = now.span or FrameSpan(0, len(table))
        clean = text.strip().lower()
        if clean in ("start", "end", ""):
            frame = 0 if field == "start" else len(table)
        else:
            place = parse_place(clean)
            if place is None:
                return tr(
                    "'{text}' is neither a time (1:05.2 or 65s) nor a frame (650).", text=text
                )
            kind, value = place
            frame = int(value) if kind == "frame" else table.index_at(value)
            if kind == "seconds" and value >= float(table.duration):
                frame = len(table)
        start, stop = (frame, span.stop) if field == "start" else (span.start, frame)
        if not 0 <= start < stop <= len(table):
            return tr(
                "A range starts before it stops, within the {frames} frames.",
                frames=len(table),
            )
        whole = (start, stop) == (0, len(table))
        self._rows[row] = replace(now, span=None if whole else FrameSpan(start, stop))
        return ""

    def take_in(self, footages: Mapping[Path, Footage]) -> None:
        """Footage that has been opened since."""
        self._rows = [
            replace(row, footage=footages[row.path])
            if row.footage is None and row.path in footages
            else row
            for row in self._rows
        ]

    def footages(self) -> dict[Path, Footage]:
        """What is open already."""
        return {row.path: row.footage for row in self._rows if row.footage is not None}

    def normal(self) -> tuple[NormalFootage, ...]:
        """For the engine: one entry for each footage, unless a whole one makes spans needless."""
        from engine.learning.normal import NormalFootage, joined

        found = []
        for path in dict.fromkeys(row.path for row in self._rows):
            spans = [row.span for row in self._rows if row.path == path]
            whole = any(span is None for span in spans)
            found.append(NormalFootage(path, () if whole else joined([s for s in spans if s])))
        return tuple(found)

    def rows(self) -> list[RangeRow]:
        """As text."""
        return [_row(row) for row in self._rows]


def _row(row: Range) -> RangeRow:
    if row.footage is None:
        start, stop = (tr("start"), tr("end")) if row.span is None else (f"{row.span.start}",
                                                                 f"{row.span.stop}")  # fmt: skip
        return RangeRow(row.path.name, str(row.path), start, stop, "...")
    table = row.footage.table
    seconds, duration = table.seconds(), float(table.duration)
    span = row.span or FrameSpan(0, len(table))
    first = float(seconds[span.start])
    last = float(seconds[span.stop]) if span.stop < len(table) else duration
    return RangeRow(
        row.path.name,
        str(row.path),
        tr("start") if row.span is None else timecode(first, digits=1),
        tr("end") if row.span is None else timecode(last, digits=1),
        numerals.duration(last - first),
    )
