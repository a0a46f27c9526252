"""Where analyses of footage are kept, so that they are found again when the footage is reopened."""

from __future__ import annotations

import os
import re
from pathlib import Path

from engine.analysis.analysis import Analysis
from engine.analysis.file import WORKING, StoredHead, read_analysis, read_head
from engine.analysis.journal import journal_path
from engine.detectors.base import DetectorFacts
from engine.errors import FootageNotFound, UnreadableAnalysis
from engine.files import fingerprint
from engine.places import user_folder


def analyses_of(footage: Path) -> Path:
    """The folder for one footage, named after its fingerprint, so that moving the file does not
    matter.  FootageNotFound where it cannot be read any more.
    """
    try:
        folder = user_folder("analyses") / fingerprint(footage)
    except OSError as error:
        reason = error.strerror or str(error)
        raise FootageNotFound(f"{footage} cannot be read any more: {reason}.") from error
    folder.mkdir(exist_ok=True)
    return folder


def analysis_path(
    footage: Path,
    detector: str,
    weights_id: str = "",
    *,
    gamma: float | None = None,
    update: bool | None = None,
) -> Path:
    """Where the analysis of a footage by a detector with some weights lies.

    gamma, update: named where they are not the detector's own, so that runs with another gamma
    stand beside each other and can be compared.
    """
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", weights_id or detector)
    if update is not None:
        name += ".update" if update else ".no-update"
    if gamma is not None:
        name += f".gamma-{gamma:.6g}"
    return analyses_of(footage) / f"{name}.h5"


def path_for(footage: Path, facts: DetectorFacts, gamma: float | None, update: bool | None) -> Path:
    """Where the analysis by a detector lies whose gamma and update may be others than its own."""
    other_gamma = gamma if facts.has_memory and gamma != facts.gamma else None
    other_update = update if facts.has_memory and update != facts.update_by_default else None
    return analysis_path(
        footage, facts.name, facts.weights_id, gamma=other_gamma, update=other_update
    )


def find_analyses(footage: Path) -> list[Path]:
    """Analysis files of a footage, the last used first; those of runs that were cut short too, but
    not those that grow beside a complete one.
    """
    folder = analyses_of(footage)
    paths = set(folder.glob("*.h5"))
    paths |= {p.with_name(p.name.removesuffix(".journal")) for p in folder.glob("*.h5.journal")}

    def used(path: Path) -> float:
        return max(p.stat().st_mtime for p in (path, journal_path(path)) if p.exists())

    # a kill may leave the temporary file of an atomic write, whose name starts with a dot
    whole = [p for p in paths if not p.name.startswith(".") and not p.name.endswith(WORKING)]
    return sorted(whole, key=used, reverse=True)


def stored_heads(footage: Path) -> list[StoredHead]:
    """What the analyses of a footage say of themselves, the last used first."""
    heads = [read_head(path) for path in find_analyses(footage)]
    return [head for head in heads if head is not None]


def mark_used(path: Path) -> None:
    """Make an analysis the one that was used last."""
    os.utime(path)


def last_analysis(footage: Path) -> Analysis | None:
    """The analysis of this footage that was used last and can be read."""
    for path in find_analyses(footage):
        try:
            return read_analysis(path)
        except UnreadableAnalysis:
            continue
    return None
