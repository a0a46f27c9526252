"""The rows of a comparison as Markdown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.files import refuse_foreign

Row = dict[str, Any]
MARK = "of them normal. AUCs in %."  # by which a table is known again


def check_targets(out: Path) -> None:
    """BadSetting where a table written to `out` and its .json would replace anything else."""
    refuse_foreign(out, _is_table, "a table of this program")
    refuse_foreign(out.with_suffix(".json"), _is_document, "the JSON of such a table")


def _is_table(path: Path) -> bool:
    with open(path, encoding="utf-8", errors="replace") as stream:
        begins = stream.read(1000)
    return begins.startswith("### ") and MARK in begins


def _is_document(path: Path) -> bool:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and {"dataset", "clips", "normal", "rows"} <= document.keys()


def markdown(rows: Sequence[Row], title: str, frames: int, normal: int) -> str:
    """Two tables, what was found and what it cost, and what the columns mean."""
    rival = rows[0]["name"]
    lines = [f"### {title}", "", _legend(rival, frames, normal), ""]
    lines += _table(
        ["row", "min-max", "calibrated", "95 %", f"gain over {rival}", "smoothed", "pixel AUC",
         "region IoU", "published", "what differs"],
        [_found(row) for row in rows],
    )  # fmt: skip
    lines += ["", *_table(
        ["row", "frame/s", "training minutes", "epochs", "width", "M parameters", "GMAC a frame",
         "items used", "moving share", "distance AUC"],
        [_spent(row) for row in rows if "cost" in row and not row["twin"].startswith("by ")],
    )]  # fmt: skip
    return "\n".join(lines) + "\n"


def _legend(rival: str, frames: int, normal: int) -> str:
    return (
        f"{frames:,} frames, {normal:,} {MARK} *min-max*: whole frame where "
        "the detector has that, min-max per video (the papers' rule). *calibrated*: worst patch, "
        "quantiles of held-out normal footage; *smoothed*: the same with a Gaussian of 3 frames. "
        "*95 %*: interval of the calibrated AUC, bootstrap over blocks of 20 frames; *gain*: "
        f"paired interval of its difference to `{rival}`, in points. *items used*: perplexity of "
        "the memory's usage; *moving share*: moving queries that an unusual item answers."
    )


def _name(row: Row) -> str:
    return f"`{row['name']}`" + (f" {row['twin']}" if row["twin"] else "")


def _found(row: Row) -> list[str]:
    auc, deviation = row["auc"], row.get("deviation", {})

    def shown(name: str) -> str:
        return _percent(auc.get(name)) + (
            f" ± {100 * deviation[name]:.1f}" if name in deviation else ""
        )

    main = "calibrated" if "calibrated" in auc else "none"
    known = row.get("published")
    return [
        _name(row),
        shown("minmax"),
        shown(main) + (" (raw)" if main == "none" and main in auc else ""),
        _span((row.get("interval") or {}).get(main)),
        _span(row.get("gain"), signed=True),
        shown("calibrated_smoothed"),
        _percent(row.get("pixel_auc")),
        _percent(row.get("region_iou")),
        "-" if known is None else f"{100 * known['auc']:.1f}",
        "" if known is None else _differs(row, known),
    ]


def _differs(row: Row, known: Row) -> str:
    """What is otherwise here; then what the published figure was reached with."""
    here = []
    if row.get("width"):
        here.append(f"width {row['width']}")
    if row.get("channels") == 1:
        here.append("grey")
    if row.get("epochs"):
        here.append(f"{row['epochs']} epochs" + (" on top of a base" if row.get("base") else ""))
    there = known["setting"] or known["source"]
    return f"here {', '.join(here)}; there {there}" if here else f"there {there}"


def _spent(row: Row) -> list[str]:
    cost, memory = row.get("cost") or {}, row.get("memory") or {}
    return [
        _name(row),
        _number(row.get("frames_per_second"), 1),
        _number(row.get("minutes"), 1),
        _number(row.get("epochs"), 0),
        _number(row.get("width"), 0),
        _number(cost.get("parameters"), 2, 1e6),
        _number(cost.get("multiply_accumulates"), 2, 1e9),
        _number(memory.get("usage_perplexity"), 1),
        _percent(memory.get("moving_share")),
        _percent(memory.get("distance_auc")),
    ]


def _table(columns: list[str], rows: list[list[str]]) -> list[str]:
    return [
        "| " + " | ".join(columns) + " |",
        "|" + "---|" * len(columns),
        *("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows),
    ]


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}"


def _number(value: float | None, digits: int, unit: float = 1.0) -> str:
    return "-" if value is None else f"{value / unit:.{digits}f}"


def _span(found: Sequence[float] | None, *, signed: bool = False) -> str:
    if found is None:
        return "-"
    low, high = (f"{100 * end:+.1f}" if signed else f"{100 * end:.1f}" for end in found)
    return f"{low} to {high}"
