"""report.html: one file that works offline, on a light or dark screen and on paper."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from engine.export.report import Curve, ReportContent
from engine.files import replacing
from engine.places import resource

WIDE, TALL, AXIS, HEAD = 1000, 150, 20, 20  # of the drawing, its axis and its numbers, in units


def writing_html(content: ReportContent, path: Path) -> Iterator[None]:
    """Write the report; yields after every piece.  OSError."""
    environment = Environment(
        loader=FileSystemLoader(resource("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters["embedded"] = _embedded
    template = environment.get_template("report.html.j2")
    most = max((len(segment.pictures) for segment in content.segments), default=1)
    fields = {name: getattr(content, name) for name in ReportContent.__dataclass_fields__}
    stream = template.stream(**{**fields, "curve": Markup(_svg(content.curve)), "most": most or 1})
    stream.enable_buffering(256)
    with replacing(path) as temporary, open(temporary, "w", encoding="utf-8") as file:
        for piece in stream:
            file.write(piece)
            yield


def _embedded(jpeg: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")


def _svg(curve: Curve) -> str:
    """The score over the footage; where style sheets count, colours follow the page's."""
    height = HEAD + TALL + AXIS
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {height}" role="img" '
            'aria-label="Anomaly score over time, with the exported segments">'
        )
    ]
    taken = -100.0
    for start, stop, number, _ in curve.spans:
        x, wide = start * WIDE, max(2.0, (stop - start) * WIDE)
        lines.append(
            f'<rect class="flag" fill="#f6e6d3" x="{x:.1f}" y="{HEAD}" width="{wide:.1f}" '
            f'height="{TALL}"/>'
        )
        middle = x + wide / 2
        if middle - taken > 18:  # numbers that would touch are left to the table
            taken = middle
            lines.append(
                f'<text font-size="11" x="{middle:.1f}" y="{HEAD - 5}" text-anchor="middle">'
                f"{number}</text>"
            )
    for path in _paths(curve):
        lines.append(
            f'<path d="{path}" class="score" fill="none" stroke="#0b6bb0" stroke-width="1.5"/>'
        )
    level = HEAD + TALL * (1 - curve.threshold)
    lines.append(
        f'<line class="threshold" x1="0" x2="{WIDE}" y1="{level:.1f}" y2="{level:.1f}" '
        'stroke="#b85c00" '
        'stroke-width="1" stroke-dasharray="5 4"/>'
    )
    lines.append(
        f'<text class="level" font-size="11" x="{WIDE}" y="{level - 4:.1f}" text-anchor="end" '
        'paint-order="stroke" stroke="#ffffff" stroke-width="4" stroke-linejoin="round">'
        f"threshold {curve.threshold * curve.top:.3g}</text>"
    )
    base = HEAD + TALL
    lines.append(
        f'<line x1="0" x2="{WIDE}" y1="{base}" y2="{base}" class="axis" stroke="#d3d8de"/>'
    )
    for place, label in curve.ticks:
        x = place * WIDE
        anchor = "start" if x < 20 else "middle"
        lines.append(
            f'<text font-size="11" x="{x:.1f}" y="{height - 3}" text-anchor="{anchor}">'
            f"{label}</text>"
        )
    return "\n".join([*lines, "</svg>"])


def _paths(curve: Curve) -> Iterator[str]:
    """One path for each stretch that has scores."""
    known = np.isfinite(curve.highs)
    edges = np.flatnonzero(np.diff(known.astype(np.int8), prepend=0, append=0)).reshape(-1, 2)
    for start, stop in edges.tolist():
        points = [
            f"{(at + 0.5) / len(known) * WIDE:.1f} {HEAD + TALL * (1 - curve.highs[at]):.1f}"
            for at in range(start, stop)
        ]
        yield "M" + " L".join(points)
