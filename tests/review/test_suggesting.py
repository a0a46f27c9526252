"""What verdicts say about the threshold."""

from __future__ import annotations

import numpy as np
import pytest

from engine.review.state import ReviewSegment, Verdict
from engine.review.suggesting import ThresholdSuggestion, suggest_threshold
from engine.scoring.segments import SegmentSettings, find_segments
from engine.timebase import FrameSpan

SETTINGS = SegmentSettings(threshold=0.3, min_length=0.3, merge_gap=0.5)


def bumps(*peaks: float, length: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """A score with one hump for each peak, 40 frames apart; 10 frames a second."""
    score = np.full(40 * len(peaks) + 20, 0.05, np.float32)
    for at, peak in enumerate(peaks):
        score[40 * at + 20 : 40 * at + 20 + length] = peak
    return score, np.arange(len(score)) / 10


def judged(at: int, value: str, length: int = 10) -> ReviewSegment:
    span = FrameSpan(40 * at + 20, 40 * at + 20 + length)
    return ReviewSegment(f"s{at}", span, 0.0, span.start, verdict=Verdict(value), stored=True)  # type: ignore[arg-type]


def suggested(peaks: list[float], verdicts: str, settings: SegmentSettings = SETTINGS):
    names = {"c": "confirmed", "d": "dismissed", "u": "unsure", ".": "unjudged"}
    score, seconds = bumps(*peaks)
    segments = [judged(at, names[mark]) for at, mark in enumerate(verdicts)]
    return suggest_threshold(score, seconds, settings, segments)


def test_verdicts_that_can_be_parted_are_parted_midway():
    found = suggested([0.9, 0.4, 0.8, 0.5], "cdcd")
    assert found == ThresholdSuggestion(pytest.approx(0.65), 2, 2, 2, 2)
    assert found.sentence == (
        "At 0.65 all your 2 confirmed segments stay and all 2 dismissed ones go."
    )


def test_every_confirmed_segment_counts_more_than_any_dismissed_one():
    found = suggested([0.9, 0.5, 0.8, 0.7, 0.6, 0.4], "ccdddd")
    assert found is not None
    assert (found.kept, found.gone) == (2, 1)
    assert 0.4 < found.threshold <= 0.5
    assert found.sentence.endswith("stay and 1 of 4 dismissed ones go.")


def test_what_nobody_judged_is_told_when_it_would_go():
    found = suggested([0.9, 0.4, 0.45, 0.41], "cd.u")
    assert found is not None
    assert found.open_gone == 2
    assert found.sentence == (
        "At 0.65 your 1 confirmed segment stays and 1 dismissed one goes;"
        " 2 not judged yet would go, too."
    )


def test_a_confirmed_segment_below_the_threshold_asks_for_a_lower_one():
    found = suggested([0.9, 0.2], "cc")
    assert found is not None
    assert found.kept == 2
    assert found.threshold <= 0.2
    assert "dismissed" not in found.sentence


def test_what_is_said_is_what_the_segments_do():
    rng = np.random.default_rng(4)
    peaks = rng.uniform(0.31, 1.0, 30).tolist()
    verdicts = "".join("c" if peak + rng.normal(0, 0.15) > 0.6 else "d" for peak in peaks)
    score, seconds = bumps(*peaks)
    segments = [
        judged(at, "confirmed" if mark == "c" else "dismissed") for at, mark in enumerate(verdicts)
    ]
    found = suggest_threshold(score, seconds, SETTINGS, segments)
    assert found is not None
    spans = [
        s.span
        for s in find_segments(
            score, seconds, SegmentSettings(found.threshold, min_length=0.3, merge_gap=0.5)
        )
    ]
    kept = [s for s in segments if any(s.span.overlaps(span) for span in spans)]
    assert sum(s.verdict.value == "confirmed" for s in kept) == found.kept == verdicts.count("c")
    assert verdicts.count("d") - sum(s.verdict.value == "dismissed" for s in kept) == found.gone


@pytest.mark.parametrize(
    ("peaks", "verdicts"),
    [([0.9, 0.4], ".."), ([0.9, 0.4], "dd"), ([0.9, 0.8], "cc"), ([0.5, 0.9], "cd"), ([], "")],
    ids=["nothing judged", "nothing confirmed", "all stay already", "no better one", "no segments"],
)
def test_there_is_silence_where_nothing_can_be_gained(peaks, verdicts):
    assert suggested(peaks, verdicts) is None


def test_a_segment_that_is_too_short_for_the_settings_hinders_nobody():
    score, seconds = bumps(0.9, 0.4, 0.8)
    segments = [
        judged(0, "confirmed"),
        judged(1, "dismissed"),
        ReviewSegment("m", FrameSpan(5, 7), 0.05, 5, "made", Verdict("confirmed"), stored=True),
        judged(2, "confirmed"),
    ]
    found = suggest_threshold(score, seconds, SETTINGS, segments)
    assert found is not None
    assert found.gone == 1
    assert found.sentence.startswith("At 0.6 2 of your 3 confirmed segments stay")


def test_frames_without_a_score_do_not_count():
    score, seconds = bumps(0.9, 0.4)
    score[22:25] = np.nan
    found = suggest_threshold(
        score, seconds, SETTINGS, [judged(0, "confirmed"), judged(1, "dismissed")]
    )
    assert found is not None
    assert found.gone == 1
    nothing = np.full_like(score, np.nan)
    assert suggest_threshold(nothing, seconds, SETTINGS, [judged(0, "confirmed")]) is None
