"""Promised against happened false alarms as a picture (SVG), drawn without a plotting library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

WIDTH, HEIGHT = 860, 470
LEFT, RIGHT, TOP, BOTTOM = 84, 24, 76, 64
PROMISED, HAPPENED, INK, GRID = "#2f6db5", "#c4561c", "#22272e", "#d9dde2"


def rate_chart(report: dict[str, Any]) -> str:
    """The SVG of a calibration check's report: rates an hour over thresholds, logarithmic, with
    95 % intervals; no alarm at all is drawn as its upper bound, an arrow down.
    """
    rows = report["rows"]
    floor, top = _span(rows)
    low_x = float(rows[0]["threshold"])
    high_x = float(max(r["threshold"] for r in rows))
    plot_w, plot_h = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(threshold: float) -> float:
        return LEFT + (threshold - low_x) / (high_x - low_x or 1.0) * plot_w

    def y(rate: float) -> float:
        share = math.log10(max(rate, floor) / floor) / math.log10(top / floor)
        return TOP + (1 - min(1.0, share)) * plot_h

    shapes = [_text(LEFT, 28, _title(report), 17, weight="600")]
    shapes.append(_text(LEFT, 50, _subtitle(report), 13, colour="#57606a"))
    decade = floor
    while decade <= top * 1.001:
        shapes.append(_line(LEFT, y(decade), WIDTH - RIGHT, y(decade), GRID))
        shapes.append(_text(LEFT - 10, y(decade) + 4, f"{decade:g}", 12, anchor="end"))
        decade *= 10
    for at in _ticks(low_x, high_x):
        shapes.append(_line(x(at), TOP, x(at), HEIGHT - BOTTOM, GRID))
        shapes.append(_text(x(at), HEIGHT - BOTTOM + 20, f"{at:g}", 12, anchor="middle"))
    shapes.append(_text(LEFT + plot_w / 2, HEIGHT - 18, "threshold (calibrated unit)", 13,
                        anchor="middle"))  # fmt: skip
    shapes.append(
        f'<text transform="translate(22 {TOP + plot_h / 2}) rotate(-90)" font-size="13" '
        f'text-anchor="middle" fill="{INK}">false alarms an hour</text>'
    )
    upper = [(x(r["threshold"]), y(r["promised"]["interval"][1])) for r in rows]
    lower = [(x(r["threshold"]), y(r["promised"]["interval"][0])) for r in reversed(rows)]
    shapes.append(f'<polygon points="{_points(upper + lower)}" fill="{PROMISED}" opacity="0.18"/>')
    line = [
        (x(r["threshold"]), y(r["promised"]["per_hour"])) for r in rows if r["promised"]["count"]
    ]
    shapes.append(
        f'<polyline points="{_points(line)}" fill="none" stroke="{PROMISED}" stroke-width="2"/>'
    )
    for row in rows:
        shapes += _happened(x(row["threshold"]), row["happened"], y)
    shapes += _legend()
    body = "\n".join(shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" role="img" '
        f'aria-label="{escape(_title(report))}">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>\n{body}\n</svg>\n'
    )


def _title(report: dict[str, Any]) -> str:
    name = report["weights"].partition("@")[0] or report["detector"]
    return f"{name}: false alarms promised and happened"


def _subtitle(report: dict[str, Any]) -> str:
    return (
        f"promised from {report['calibration_minutes']:g} min of normal footage, happened in "
        f"{report['hours']:g} h of unseen normal footage; 95 % intervals"
    )


def _span(rows: Sequence[dict[str, Any]]) -> tuple[float, float]:
    """Whole decades around everything that is drawn."""
    values = [row[side]["interval"][end] for row in rows
              for side in ("promised", "happened") for end in (0, 1)]  # fmt: skip
    values = [v for v in values if v > 0]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return 10.0**low, 10.0 ** max(high, low + 1)


def _ticks(low: float, high: float) -> list[float]:
    rough = max(1e-9, high - low) / 7
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * m for m in (1, 2, 5, 10) if unit * m >= rough)
    first = math.ceil(low / step)
    return [round(i * step, 10) for i in range(first, math.floor(high / step) + 1)]


def _happened(at: float, alarms: dict[str, Any], y: Any) -> list[str]:
    low, high = alarms["interval"]
    if not alarms["count"]:
        end = y(high)
        head = f"M{at - 4:.1f} {end + 10:.1f} L{at:.1f} {end + 16:.1f} L{at + 4:.1f} {end + 10:.1f}"
        return [
            _line(at, end, at, end + 14, HAPPENED, 2),
            f'<path d="{head}" fill="none" stroke="{HAPPENED}" stroke-width="2"/>',
        ]
    middle = y(alarms["per_hour"])
    return [
        _line(at, y(low), at, y(high), HAPPENED, 2),
        f'<circle cx="{at:.1f}" cy="{middle:.1f}" r="4" fill="{HAPPENED}"/>',
    ]


def _legend() -> list[str]:
    left = WIDTH - RIGHT - 190
    return [
        f'<rect x="{left}" y="{TOP + 10}" width="26" height="12" fill="{PROMISED}" opacity="0.3"/>',
        _line(left, TOP + 16, left + 26, TOP + 16, PROMISED, 2),
        _text(left + 36, TOP + 21, "promised", 13),
        _line(left + 13, TOP + 30, left + 13, TOP + 50, HAPPENED, 2),
        f'<circle cx="{left + 13}" cy="{TOP + 40}" r="4" fill="{HAPPENED}"/>',
        _text(left + 36, TOP + 45, "happened", 13),
    ]


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{px:.1f},{py:.1f}" for px, py in points)


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        f'stroke="{colour}" stroke-width="{width:g}"/>'
    )


def _text(x: float, y: float, text: str, size: int, *, anchor: str = "start",
          colour: str = INK, weight: str = "400") -> str:  # fmt: skip
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" '
        f'font-weight="{weight}" fill="{colour}">{escape(text)}</text>'
    )
