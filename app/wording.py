"""Sentences about numbers: what a threshold and a gamma mean on this footage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.timebase import timecode

if TYPE_CHECKING:
    from engine.analysis.analysis import Analysis
    from engine.review.scoring import ScoreTrack


def rarity_words(track: ScoreTrack | None, score: float) -> str:
    """` · rarer than 99.7 % of normal`, or nothing where normal is not known."""
    from engine.scoring.score import rarity

    share = rarity(score, track.normal) if track is not None else None
    if share is None:
        return ""
    percent = np.floor(1000 * share) / 10
    return f" · rarer than {percent:.1f} % of normal" if percent >= 50 else " · usual"


def gamma_words(analysis: Analysis, gamma: float) -> tuple[str, int | None]:
    """What a gamma would change: a sentence, and the first frame whose decision differs."""
    from engine.analysis.replay import first_change, would_update

    if not analysis.facts.has_memory or not analysis.scored.any():
        return "", None
    rows = analysis.scored[: analysis.frames_done]
    wanted = would_update(analysis, gamma)[: analysis.frames_done][rows]
    actual = analysis.updated[: analysis.frames_done][rows]
    stop, begin = int((actual & ~wanted).sum()), int((wanted & ~actual).sum())
    change = first_change(analysis, gamma)
    text = f"{int(wanted.sum())} of {len(wanted)} frames update the memory"
    if change is not None:
        at = timecode(float(analysis.seconds[change]), digits=1)
        text += f"; {stop} would stop, {begin} would begin, first at {at}"
    return text, change
