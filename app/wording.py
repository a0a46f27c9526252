"""Sentences about numbers: what a threshold and a gamma mean on this footage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.language import mark, tr
from app.numerals import decimal, percent, significant, whole
from engine.timebase import timecode

if TYPE_CHECKING:
    from engine.analysis.analysis import Analysis
    from engine.errors import EngineError
    from engine.review.scoring import ScoreTrack


PARTS = (  # the titles of score parts, which detectors make of the parts' names
    mark("PSNR"),
    mark("memory distance"),
    mark("feature error"),
    mark("appearance"),
    mark("motion"),
    mark("patch PSNR"),
    mark("patch distance"),
    mark("patch feature error"),
    mark("patch appearance"),
    mark("patch motion"),
    mark("patch speed"),
)


def fault(error: EngineError) -> str:
    """What went wrong, and what helps."""
    return f"{tr(str(error))} {tr(error.hint)}".strip()


def rarity_words(track: ScoreTrack | None, score: float) -> str:
    """`rarer than 99.7 % of normal`, or nothing where normal is not known."""
    from engine.scoring.score import rarity

    share = rarity(score, track.normal) if track is not None else None
    if share is None:
        return ""
    floor = np.floor(1000 * share) / 1000  # 99.97 % is not said to be 100 %
    return (
        tr("rarer than {share} of normal", share=percent(floor, 1)) if floor >= 0.5 else tr("usual")
    )


def gamma_words(analysis: Analysis, gamma: float) -> tuple[str, int | None]:
    """What a gamma would change: a sentence, and the first frame whose decision differs."""
    from engine.analysis.replay import first_change, would_update

    if not analysis.facts.has_memory or not analysis.scored.any():
        return "", None
    done = analysis.frames_done  # once: it grows while the analysis runs
    rows = analysis.scored[:done]
    wanted = would_update(analysis, gamma)[:done][rows]
    actual = analysis.updated[:done][rows]
    stop, begin = int((actual & ~wanted).sum()), int((wanted & ~actual).sum())
    change = first_change(analysis, gamma)
    counts = {"updating": whole(int(wanted.sum())), "all": whole(len(wanted))}
    if change is None:
        return tr("{updating} of {all} frames update the memory", **counts), None
    text = tr(
        "{updating} of {all} frames update the memory; {stop} would stop, {begin} would begin, "
        "first at {time}",
        **counts,
        stop=whole(stop),
        begin=whole(begin),
        time=timecode(float(analysis.seconds[change]), digits=1),
    )
    return text, change


def threshold_tip(track: ScoreTrack | None, threshold: float) -> str:
    """What the threshold line means, at length."""
    from engine.scoring.score import rarity

    lines = [
        tr(
            "Threshold {threshold}: frames with a score above this line are flagged.",
            threshold=significant(threshold, 3),
        )
    ]
    share = rarity(threshold, track.normal) if track is not None else None
    if share is not None:
        of_thousand = 1000 * (1 - share)
        if of_thousand < 1:
            lines.append(tr("Of 1,000 normal frames fewer than 1 would be."))
        else:
            about = decimal(of_thousand, 0)
            lines.append(tr("Of 1,000 normal frames about {number} would be.", number=about))
    return "\n".join([*lines, tr("Drag it, or type the value in the panel.")])


def gamma_label(analysis: Analysis, gamma: float) -> str:
    """What a gamma means among normal frames, in a few words for its line."""
    share = normal_share_below(analysis, gamma)
    if share is None:
        return tr("gamma {gamma}", gamma=significant(gamma))
    return tr(
        "gamma {gamma} · above {share} of normal",
        gamma=significant(gamma),
        share=percent(share),
    )


def gamma_tip(analysis: Analysis, gamma: float, effect: str) -> str:
    """What the line of gamma means, at length.  effect: what it would change here."""
    lines = [
        tr(
            "gamma {gamma}: frames whose regular score lies below this line update the memory.",
            gamma=significant(gamma),
        )
    ]
    share = normal_share_below(analysis, gamma)
    if share is not None:
        below = percent(share, 1)
        lines.append(tr("{share} of the normal frames lie below it.", share=below))
    if effect:
        lines.append(tr("Here {effect}.", effect=effect))
    return "\n".join(lines)


def normal_share_below(analysis: Analysis, gamma: float) -> float | None:
    """Share of normal frames whose regular score lies below gamma, 0..1; None where not known."""
    calibration = analysis.calibration
    if calibration is None or calibration.regular_score is None:
        return None
    values = calibration.regular_score
    if not np.isfinite(values).all():
        return None
    return float(np.interp(gamma, values, calibration.levels))
