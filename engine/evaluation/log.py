"""The log of evaluations: every look at a labelled set is a line, so that looks can be counted."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.files import refuse_foreign


def check_log(log: Path) -> None:
    """BadSetting where a line would be appended to anything but such a log."""
    refuse_foreign(log, _is_log, "a log of evaluations")


def _is_log(path: Path) -> bool:
    try:
        with open(path, encoding="utf-8") as stream:
            first = json.loads(stream.readline(1 << 20))
    except (ValueError, RecursionError):
        return False
    return isinstance(first, dict) and {"time", "dataset", "auc"} <= first.keys()


def log_evaluation(log: Path, dataset: Path, report: dict[str, Any]) -> None:
    """Append what was evaluated, how, and what came of it.  BadSetting as `check_log`."""
    check_log(log)
    line = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "dataset": dataset.name,
        "weights": report["weights_id"] or report["detector"],
        "settings": report["settings"],
        "auc": report["auc"],
        "interval": report["interval"],
        **({"against": report["against"]} if "against" in report else {}),
    }
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "a", encoding="utf-8") as stream:
        stream.write(json.dumps(line) + "\n")
