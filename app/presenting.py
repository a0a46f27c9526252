"""From values of the engine to rows that views show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.controllers.document import Document
from app.language import tr
from app.models.footage_model import FootageRow
from app.models.segment_model import SegmentRow
from app.numerals import decimal, percent_done, significant
from app.views.segment_list import NO_SEGMENTS
from app.wording import fault
from engine.timebase import timecode

if TYPE_CHECKING:
    from engine.analysis.analysis import Analysis
    from engine.review.scoring import ScoreTrack


def footage_row(document: Document) -> FootageRow:
    """Name, facts and state of a footage."""
    footage = document.footage
    if footage is not None and not document.detail:  # it never changes, the state often does
        rate, length = footage.table.rate, timecode(footage.table.duration, digits=0)
        document.detail = f"{length} · {footage.width}x{footage.height}"
        if rate is not None:
            document.rate = tr("{rate} frame/s", rate=significant(rate))
    return FootageRow(
        key=document.key,
        name=document.path.name,
        path=str(document.path),
        detail=document.detail,
        rate=document.rate,
        state=_state(document),
        fraction=document.fraction,
        cancellable=bool(document.opening or document.progress),
        error=None if document.error is None else fault(document.error),
        problems=() if footage is None else tuple(tr(problem) for problem in footage.problems),
        notes=document.notes,
        shorter=() if document.opening else document.shorter,
    )


def _state(document: Document) -> str:
    if document.opening:
        return document.opening
    if document.progress:
        return document.progress
    analysis = document.analysis
    if analysis is None or analysis.frames_done == 0:
        return tr("not analysed")
    state = tr("done")
    if not analysis.complete:
        share = percent_done(analysis.frames_done / max(1, len(analysis.pts)))
        state = tr("stopped at {share}", share=share)
    if document.peak is None:
        return state
    return f"{state} · {tr('peak {score}', score=decimal(document.peak, 1))}"


def nothing_found(document: Document, key: str) -> str:
    """Why there is no segment, and what to do next.  key: that of the command Analyse."""
    analysis, button = document.analysis, tr("Analyse ({key})", key=key) if key else tr("Analyse")
    if document.progress or document.running:
        return tr("Segments appear here as frames are scored.")
    if analysis is None or analysis.frames_done == 0:
        return tr("Not analysed yet. Press {analyse}.", analyse=button)
    if not analysis.complete:
        return tr("No segments so far. Press {analyse} to score the rest.", analyse=button)
    return tr(NO_SEGMENTS)


def segment_rows(track: ScoreTrack, analysis: Analysis) -> list[SegmentRow]:
    """Segments with their times."""
    seconds = analysis.seconds
    if not len(seconds):
        return []
    ends = np.append(seconds[1:], seconds[-1] + analysis.step)
    return [
        SegmentRow(
            id=s.id,
            start=s.span.start,
            stop=s.span.stop,
            start_time=float(seconds[s.span.start]),
            stop_time=float(ends[s.span.stop - 1]),
            peak=s.peak,
            peak_frame=s.peak_frame,
            peak_time=float(seconds[s.peak_frame]),
            origin=s.origin,
            verdict=s.verdict.value,
            note=s.note,
            tags=s.tags,
        )
        for s in track.segments
    ]
