"""Segments as CSV and JSON, and per-frame scores as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.analysis.analysis import Analysis
from engine.files import write_json, write_text
from engine.review.state import ReviewSegment
from engine.scoring.segments import leaving_times
from engine.timebase import timecode

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def segment_rows(
    segments: Sequence[ReviewSegment], seconds: NDArray[np.float64], pts: NDArray[np.int64]
) -> list[dict[str, Any]]:
    """One flat row a segment; frames count from 0, stop excluded; times in seconds from the first
    frame.
    """
    ends = leaving_times(seconds)
    rows = []
    for segment in segments:
        span = segment.span
        start, stop = float(seconds[span.start]), float(ends[span.stop - 1])
        rows.append(
            {
                "id": segment.id,
                "start": span.start,
                "stop": span.stop,
                "start_time": round(start, 6),
                "stop_time": round(stop, 6),
                "start_timecode": timecode(start),
                "stop_timecode": timecode(stop),
                "start_pts": int(pts[span.start]),
                "last_pts": int(pts[span.stop - 1]),
                "peak": round(float(segment.peak), 6) if np.isfinite(segment.peak) else None,
                "peak_frame": segment.peak_frame,
                "origin": segment.origin,
                "verdict": segment.verdict.value,
                "verdict_time": segment.verdict.time,
                "verdict_by": segment.verdict.operator,
                "note": segment.note,
                "tags": list(segment.tags),
            }
        )
    return rows


def write_csv(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Rows as CSV with a header, UTF-8, replaced atomically.

    Spreadsheets carry out a cell that begins like a formula, and a note is text from anybody: such
    a text gets an apostrophe before it.  Lists are joined by `; `.
    """
    buffer = io.StringIO()
    if rows:
        writer = csv.DictWriter(buffer, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    write_text(path, buffer.getvalue())


def _cell(value: object) -> object:
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    if not isinstance(value, str) or not value.startswith(_FORMULA):
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value


def write_segments(folder: Path, rows: Sequence[dict[str, Any]]) -> list[Path]:
    """segments.csv and segments.json in a folder."""
    csv_path, json_path = folder / "segments.csv", folder / "segments.json"
    write_csv(csv_path, rows)
    write_json(json_path, list(rows))
    return [csv_path, json_path]


def write_scores(path: Path, analysis: Analysis, score: NDArray[np.float32]) -> None:
    """scores.csv: frame, PTS, seconds, anomaly score and every part; empty where there is none."""
    seconds, names = analysis.seconds, list(analysis.parts)

    def cell(value: float) -> str:
        return f"{value:.6g}" if np.isfinite(value) else ""

    rows = [
        {
            "frame": index,
            "pts": int(analysis.pts[index]),
            "seconds": f"{seconds[index]:.6f}",
            "anomaly_score": cell(float(score[index])),
            **{name: cell(float(analysis.parts[name][index])) for name in names},
        }
        for index in range(analysis.frames_done)
    ]
    write_csv(path, rows)
