"""Find the footage of a stored analysis again."""

from __future__ import annotations

from pathlib import Path

from engine.analysis.analysis import Analysis
from engine.errors import FootageNotFound
from engine.files import fingerprint
from engine.footage import Footage, open_footage


def footage_of(analysis: Analysis, file: Path | None = None) -> Footage:
    """Open the footage that was analysed: where it was, or beside the analysis file.

    Raises FootageNotFound when it is gone or is no longer the same footage.
    """
    reference = analysis.head.footage
    known = Path(reference.path)
    candidates = [known] if file is None else [known, file.parent / known.name]
    changed = False
    for path in candidates:
        if path.exists():
            if fingerprint(path) == reference.fingerprint:
                return open_footage(path)
            changed = True
    if changed:
        raise FootageNotFound(
            f"{known.name} is not the footage that was analysed: its contents differ.",
            hint="Analyse it again, or put the original file back.",
        )
    raise FootageNotFound(
        f"The footage {known} is not there any more.",
        hint="Put it back, or beside the analysis file under its old name.",
    )
