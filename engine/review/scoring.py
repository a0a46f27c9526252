"""From an analysis and a review's state to what is on the screen: score, threshold sentence,
segments.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.analysis.analysis import Analysis
from engine.detectors.base import Calibration
from engine.errors import BadSetting
from engine.review.listing import listed
from engine.review.marked import marked_calibration, takes_marks
from engine.review.state import ReviewSegment, ReviewState
from engine.scoring.false_alarms import FalseAlarms, false_alarms
from engine.scoring.ignoring import IgnoredArea, without_areas
from engine.scoring.score import anomaly_score, held, normal_scores
from engine.scoring.segments import find_segments, flagged_seconds
from engine.timebase import spoken_duration

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ScoreTrack:
    """Scores of all frames, valid below `done`; `segments` under the settings; `provisional` while
    the calibration still grows with the analysis.  false_alarms: what the settings would flag on
    normal footage, None where that is not known.
    """

    score: Values
    segments: list[ReviewSegment]
    done: int
    provisional: bool
    normal: Values
    sentence: str
    false_alarms: FalseAlarms | None = None


def kept_parts(analysis: Analysis, areas: tuple[IgnoredArea, ...]) -> dict[str, Values]:
    """The parts as far as they are final, ignored areas left out."""
    return without_areas(
        analysis.parts,
        analysis.facts,
        analysis.maps,
        analysis.clip_start,
        areas,
        analysis.frames_done,
    )


def calibration_in_force(
    analysis: Analysis,
    state: ReviewState | None = None,
    parts: dict[str, Values] | None = None,
) -> Calibration | None:
    """What normal means now; while a run without calibration goes on, what it has seen so far.

    state: a review, whose marked ranges are normal to a detector without weights.  parts: its
    `kept_parts`, where the caller has them.
    """
    if state is not None and state.normal and takes_marks(analysis):
        kept = kept_parts(analysis, state.areas) if parts is None else parts
        marked = marked_calibration(analysis, state, kept)
        if marked is not None:
            return marked
    if analysis.calibration is not None or analysis.frames_done == 0:
        return analysis.calibration
    return analysis.calibrate_on(0, analysis.frames_done, "the frames analysed so far")


def track(
    analysis: Analysis,
    state: ReviewState,
    calibration: Calibration | None,
    parts: dict[str, Values] | None = None,
) -> ScoreTrack:
    """Everything that follows from stored values and settings.  Pure; fast enough for a dragged
    slider.

    parts: `kept_parts` of the state's areas, which change less often than the other settings.
    """
    seconds = analysis.seconds
    parts = kept_parts(analysis, state.areas) if parts is None else parts
    done = analysis.frames_done
    settings = replace(state.score, smooth=smooth_frames(analysis, state.smooth_seconds))
    impossible = ""
    try:
        score = anomaly_score(parts, analysis.facts, settings, calibration)
        normal = normal_scores(analysis.facts, settings, calibration)
    except BadSetting as error:
        score, normal = np.full(len(seconds), np.nan, np.float32), np.zeros(0, np.float32)
        impossible = f"No score: {str(error)[0].lower()}{str(error)[1:]}"
    score = score.copy()
    score[done:] = np.nan
    score[:done] = held(score[:done], _hold(analysis), analysis.clip_start[:done])
    found = find_segments(score, seconds, state.segments)
    segments = listed(state, found, score, seconds)
    alarms = false_alarms(
        analysis.facts, state.score, state.segments, calibration, state.smooth_seconds
    )
    return ScoreTrack(
        score,
        segments,
        done,
        provisional=not analysis.complete,
        normal=normal,
        sentence=impossible
        if impossible and done
        else _sentence(segments, seconds, done, analysis, alarms),
        false_alarms=alarms,
    )


def smooth_frames(analysis: Analysis, seconds: float) -> float:
    """A smoothing time as a sigma in frames of this footage."""
    if seconds <= 0 or len(analysis.pts) < 2:
        return 0.0
    return seconds / max(1e-6, analysis.step)


def _hold(analysis: Analysis) -> int:
    """How long a sampled score stands for the frames after it: two ticks of the clip rate; 0 where
    every frame is sampled.
    """
    rate = analysis.facts.clip_rate
    if rate is None or len(analysis.pts) < 2:
        return 0
    return max(1, round(2 / rate / max(1e-6, analysis.step)))


def _sentence(
    segments: list[ReviewSegment],
    seconds: NDArray[np.float64],
    done: int,
    analysis: Analysis,
    alarms: FalseAlarms | None,
) -> str:
    """What the settings mean, in words: segments, time flagged, its share, and what it would be on
    normal.
    """
    if done == 0 or len(seconds) == 0:
        return "Nothing is analysed yet."
    flagged = flagged_seconds([s.span for s in segments], seconds)
    length = flagged_seconds([type(segments[0].span)(0, done)] if segments else [], seconds)
    expected = "" if alarms is None else alarms.sentence
    so_far = "" if analysis.complete else " so far"
    if not segments:
        return f"No segments at this threshold{so_far}{'; ' if expected else ''}{expected}."
    noun = "segment" if len(segments) == 1 else "segments"
    share = 100 * flagged / length if length else 0.0
    text = f"{len(segments)} {noun}, {spoken_duration(flagged)} flagged ({share:.1f} %){so_far}"
    return f"{text}; {expected}" if expected else text
