"""After a change of gamma: what would change, and a run that recomputes only from there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.analysis.analysis import Analysis
from engine.analysis.run import AnalysisRun, RunSettings
from engine.detectors.base import Detector
from engine.errors import BadSetting
from engine.footage import Footage


def would_update(analysis: Analysis, gamma: float) -> NDArray[np.bool_]:
    """Frames whose stored E_t lies below gamma.  A preview: a changed memory changes later E_t a little."""
    with np.errstate(invalid="ignore"):
        return analysis.regular_score < gamma


def first_change(analysis: Analysis, gamma: float) -> int | None:
    """The first frame whose update decision differs under another gamma; None where none does."""
    if not analysis.facts.has_memory:
        return None
    rows = np.flatnonzero(analysis.scored[: analysis.frames_done])
    changed = would_update(analysis, gamma)[rows] != analysis.updated[rows]
    return int(rows[np.argmax(changed)]) if changed.any() else None


def rerun(
    analysis: Analysis, footage: Footage, detector: Detector, gamma: float, path: Path
) -> AnalysisRun:
    """A run with another gamma that keeps every row up to the first changed decision.

    The row of that frame stands too: its score came before its update.  Raises BadSetting without a memory.
    """
    if not analysis.facts.has_memory:
        raise BadSetting(f"gamma has no meaning for '{analysis.facts.name}'.")
    change = first_change(analysis, gamma)
    keep = analysis.frames_done if change is None else change
    settings = RunSettings(gamma=gamma, update=True, resume=False)
    return AnalysisRun(footage, detector, path, settings, earlier=analysis, keep=keep)
