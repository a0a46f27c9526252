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


def threshold_tip(track: ScoreTrack | None, threshold: float) -> str:
    """What the threshold line means, at length."""
    from engine.scoring.score import rarity

    text = f"Threshold {threshold:.3g}: frames with a score above this line are flagged."
    share = rarity(threshold, track.normal) if track is not None else None
    if share is not None:
        of_thousand = 1000 * (1 - share)
        above = "fewer than 1" if of_thousand < 1 else f"about {of_thousand:.0f}"
        text += f"\nOf 1,000 normal frames {above} would be."
    return f"{text}\nDrag it, or type the value in the panel."


def gamma_label(analysis: Analysis, gamma: float) -> str:
    """What a gamma means among normal frames, in a few words for its line."""
    share = normal_share_below(analysis, gamma)
    if share is None:
        return f"gamma {gamma:.4g}"
    return f"gamma {gamma:.4g} · above {100 * share:.0f} % of normal"


def gamma_tip(analysis: Analysis, gamma: float, effect: str) -> str:
    """What the line of gamma means, at length.  effect: what it would change here."""
    text = f"gamma {gamma:.4g}: frames whose regular score lies below this line update the memory."
    share = normal_share_below(analysis, gamma)
    if share is not None:
        text += f"\n{100 * share:.1f} % of the normal frames lie below it."
    return f"{text}\nHere {effect}." if effect else text


def normal_share_below(analysis: Analysis, gamma: float) -> float | None:
    """Share of normal frames whose regular score lies below gamma, 0..1; None where not known."""
    calibration = analysis.calibration
    if calibration is None or calibration.regular_score is None:
        return None
    values = calibration.regular_score
    if not np.isfinite(values).all():
        return None
    return float(np.interp(gamma, values, calibration.levels))
