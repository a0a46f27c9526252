"""Where analyses of footage are kept, so that they are found again when the footage is reopened."""

from __future__ import annotations

import re
from pathlib import Path

from engine.analysis.analysis import Analysis
from engine.analysis.file import read_analysis
from engine.analysis.journal import journal_path
from engine.errors import UnreadableAnalysis
from engine.files import fingerprint
from engine.places import user_folder


def analyses_of(footage: Path) -> Path:
    """The folder for one footage, named after its fingerprint, so that moving the file does not
    matter.
    """
    folder = user_folder("analyses") / fingerprint(footage)
    folder.mkdir(exist_ok=True)
    return folder


def analysis_path(footage: Path, detector: str, weights_id: str = "") -> Path:
    """Where the analysis of a footage by a detector with some weights lies."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", weights_id or detector)
    return analyses_of(footage) / f"{name}.h5"


def find_analyses(footage: Path) -> list[Path]:
    """Analysis files of a footage, the last used first; those of runs that were cut short too."""
    folder = analyses_of(footage)
    paths = set(folder.glob("*.h5"))
    paths |= {p.with_name(p.name.removesuffix(".journal")) for p in folder.glob("*.h5.journal")}

    def used(path: Path) -> float:
        return max(p.stat().st_mtime for p in (path, journal_path(path)) if p.exists())

    # a kill may leave the temporary file of an atomic write, whose name starts with a dot
    whole = [path for path in paths if not path.name.startswith(".")]
    return sorted(whole, key=used, reverse=True)


def last_analysis(footage: Path) -> Analysis | None:
    """The analysis of this footage that was used last and can be read."""
    for path in find_analyses(footage):
        try:
            return read_analysis(path)
        except UnreadableAnalysis:
            continue
    return None
