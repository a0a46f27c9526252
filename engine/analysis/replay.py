"""After a change of gamma: what would change, and a run that recomputes only from there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.analysis.analysis import Analysis
from engine.analysis.run import AnalysisRun, RunSettings
from engine.analysis.sampling import sample
from engine.detectors.base import Detector
from engine.errors import BadSetting
from engine.footage import Footage


def would_update(analysis: Analysis, gamma: float) -> NDArray[np.bool_]:
    """Frames whose stored E_t lies below gamma.  A preview: a changed memory changes later E_t a
    little.
    """
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
    """A run with another gamma that keeps the rows before the first changed decision.

    But not the last few: a patch part looks at the frames after its own, which met another memory.
    What was run with this gamma before is not run again.  Raises BadSetting without a memory.
    """
    if not analysis.facts.has_memory:
        raise BadSetting(f"gamma has no meaning for '{analysis.facts.name}'.")
    change = first_change(analysis, gamma)
    keep = analysis.frames_done
    if change is not None:
        sampling = sample(footage.table, detector.facts.clip_rate)
        position = sampling.position_at(change) - max(0, detector.facts.patch.frames // 2 - 1)
        keep = int(sampling.indices[position]) if position > 0 else 0
    before = AnalysisRun(footage, detector, path, RunSettings(gamma=gamma, update=True))
    if before.resumed_from > keep:
        return before
    settings = RunSettings(gamma=gamma, update=True, resume=False)
    return AnalysisRun(footage, detector, path, settings, earlier=analysis, keep=keep)
