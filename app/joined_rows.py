"""Joined files as rows that views show: names of segments over several files, curves, the line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from app.controllers.document import Document
from app.language import tr, tr_count
from app.models.segment_model import SegmentRow
from app.presenting import segment_rows
from app.views.timeline import REGULAR, SCORE
from app.views.timeline_files import BesideRow, FileRow, Line

if TYPE_CHECKING:
    from engine.footage.joining import Joined
    from engine.review.scoring import ScoreTrack
    from engine.scoring.score import Values

_AT = "@"  # no segment's id holds it


def seen_id(document: Document, segment_id: str) -> str:
    """A segment's name in views that show several files."""
    return f"{segment_id}{_AT}{document.key}"


def parted_id(seen: str) -> tuple[str, str]:
    """(segment's id, its file's key); an empty key is the current file's."""
    own, _, key = seen.partition(_AT)
    return own, key


def line_of(joined: Joined, documents: Mapping[str, Document], current: str) -> Line:
    """The files with what is to be said of each."""
    files = tuple(
        FileRow(
            str(piece.path),
            piece.path.name,
            piece.start,
            piece.duration,
            _state(documents.get(str(piece.path))),
        )
        for piece in joined.pieces
    )
    return Line(files, current, joined.began)


def _state(document: Document | None) -> str:
    if document is None or document.analysis is None:
        return tr("not analysed") if document is None or not document.progress else ""
    if document.running or document.track is None:
        return ""
    return tr_count(len(document.track.segments), "{count} segment", "{count} segments")


def rows_on_line(
    rows: Sequence[SegmentRow], document: Document, file: FileRow, line: Line
) -> list[SegmentRow]:
    """Rows of one file as the views of all show them."""
    return [
        replace(
            row,
            id=seen_id(document, row.id),
            file=file.name,
            line_start=file.start,
            clock=line.clock(file.start + row.start_time),
        )
        for row in rows
    ]


class RowsBeside:
    """Rows of files beside the current one, made anew only where their track is another."""

    def __init__(self) -> None:
        self._segments: dict[str, tuple[ScoreTrack, Line, list[SegmentRow]]] = {}
        self._curves: dict[str, tuple[ScoreTrack, float, BesideRow]] = {}

    def segments(self, document: Document, file: FileRow, line: Line) -> list[SegmentRow]:
        """Segments of a file."""
        track, analysis = document.track, document.analysis
        if track is None or analysis is None:
            return []
        known = self._segments.get(document.key)
        if known is None or known[0] is not track or not _same_times(known[1], line):
            rows = rows_on_line(segment_rows(track, analysis), document, file, line)
            known = (track, line, rows)
            self._segments[document.key] = known
        return known[2]

    def curves(self, document: Document, threshold: float) -> BesideRow | None:
        """What is drawn of a file; `threshold`: where the line lies."""
        track, analysis, session = document.track, document.analysis, document.session
        if track is None or analysis is None or session is None:
            return None
        own = session.state.segments.threshold
        scale = threshold / own if threshold > 0 and own > 0 else 1.0
        known = self._curves.get(document.key)
        if known is None or known[0] is not track or known[1] != scale:
            rows: dict[str, Values] = {SCORE: track.score}
            for part in analysis.facts.parts:
                if part.pooling == session.state.score.pooling:
                    rows[part.name] = analysis.parts[part.name]
            if analysis.facts.has_memory:
                rows[REGULAR] = analysis.regular_score
            row = BesideRow(document.key, analysis.seconds, track.done, rows, scale)
            known = (track, scale, row)
            self._curves[document.key] = known
        return known[2]


def _same_times(one: Line, other: Line) -> bool:
    return one.began == other.began and [f.start for f in one.files] == [
        f.start for f in other.files
    ]
