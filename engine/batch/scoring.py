"""One footage of a batch: what a worker is told, what it does, and what it answers.

Both values are plain, so that they travel to a process or to a machine of a cluster.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from engine import api
from engine.detectors.running import budget
from engine.errors import EngineError

if TYPE_CHECKING:
    from engine.analysis.analysis import Analysis

State = Literal["done", "known", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class FootageTask:
    """One footage to score.  weights, detector, device, precision, update as `analyse` has them."""

    footage: Path
    out: Path
    weights: str | None = None
    detector: str | None = None
    device: str = "auto"
    precision: str = "auto"
    update: bool | None = None
    threads: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one footage.

    known: an earlier batch had scored it in the same way.  peak: the highest calibrated score;
    segments and flagged (seconds) at the default settings.  error and hint where it failed.
    warning: where the weights learned another camera.
    """

    footage: str
    analysis: str
    state: State
    frames: int = 0
    scored: int = 0
    seconds: float = 0.0
    peak: float | None = None
    segments: int = 0
    flagged: float = 0.0
    error: str = ""
    hint: str = ""
    warning: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For the summary and for --json."""
        return asdict(self)


def score_footage(task: FootageTask, report: Callable[[int, int], bool]) -> Outcome:
    """Score one footage, resuming what an earlier run left.

    report(done, total) is told after every frame and answers whether to go on.  Expected failures
    become an Outcome, so that one broken file harms no other.
    """
    began = time.monotonic()
    try:
        return _score(task, report, began)
    except EngineError as error:
        return _failed(task, str(error), error.hint, began)
    except OSError as error:  # a share that went away, a full disk
        hint = "Check the path, its permissions and the free space."
        return _failed(task, f"{error.filename or task.footage}: {error.strerror}.", hint, began)


def _failed(task: FootageTask, error: str, hint: str, began: float) -> Outcome:
    return Outcome(
        str(task.footage),
        str(task.out),
        "failed",
        seconds=round(time.monotonic() - began, 2),
        error=error,
        hint=hint,
    )


def _score(task: FootageTask, report: Callable[[int, int], bool], began: float) -> Outcome:
    footage = api.open_footage(task.footage)
    detector = api.load_detector(
        weights=task.weights, detector=task.detector, device=task.device, precision=task.precision
    )
    run = api.start_analysis(footage, detector, task.out, update=task.update, resume=True)
    warning = api.camera_warning(footage, task.weights)
    state: State = "done"
    if run.resumed_from >= len(footage.table) > 0:
        state, analysis = "known", api.read_analysis(task.out)
    else:
        with budget(task.threads):
            work = run.run()
            for progress in work:
                if not report(progress.done, progress.total):
                    work.close()  # type: ignore[attr-defined]
                    state = "cancelled"
                    break
        analysis = run.analysis
    peak, segments, flagged = _flagged(analysis)
    return Outcome(
        str(task.footage),
        str(task.out),
        state,
        frames=len(footage.table),
        scored=int(analysis.scored.sum()),
        seconds=round(time.monotonic() - began, 2),
        peak=peak,
        segments=segments,
        flagged=round(flagged, 3),
        warning=warning,
    )


def _flagged(analysis: Analysis) -> tuple[float | None, int, float]:
    """Peak score, number of segments and flagged seconds at the settings a review starts from."""
    from engine.review.defaults import default_state
    from engine.review.scoring import calibration_in_force, track
    from engine.scoring.segments import flagged_seconds

    if not analysis.frames_done:
        return None, 0, 0.0
    found = track(analysis, default_state(analysis), calibration_in_force(analysis))
    finite = found.score[np.isfinite(found.score)]
    peak = round(float(finite.max()), 4) if len(finite) else None
    spans = [segment.span for segment in found.segments]
    return peak, len(spans), flagged_seconds(spans, analysis.seconds)
