"""What a threshold means on normal footage: false alarms an hour, and how surely that can be said.

Segments are counted in the normal footage that the calibration keeps, under the very settings that
are in force.  Their number is taken as Poisson: k segments in T hours allow any rate between
chi2(alpha/2; 2k) / 2T and chi2(1 - alpha/2; 2k + 2) / 2T (Garwood 1936), which is exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from engine.detectors.base import Calibration, DetectorFacts
from engine.errors import BadSetting
from engine.scoring.score import ScoreSettings, anomaly_score
from engine.scoring.segments import SegmentSettings, find_segments
from engine.timebase import spoken_at_least

ENOUGH = 3  # segments from which a rate is named; below it only a bound


def rate_interval(count: int, hours: float, level: float = 0.95) -> tuple[float, float]:
    """Rates an hour that `count` events in `hours` allow, two-sided."""
    from scipy.special import gammaincinv  # here, because the window should not wait for scipy

    tail = (1 - level) / 2
    # chi2(p; 2n) / 2 is the inverse of the regularised incomplete gamma function at n
    low = float(gammaincinv(count, tail)) if count else 0.0
    return low / hours, float(gammaincinv(count + 1, 1 - tail)) / hours


def rate_bound(count: int, hours: float, level: float = 0.95) -> float:
    """The rate an hour that is not exceeded at this level, one-sided: 3 / hours for no event."""
    from scipy.special import gammaincinv

    return float(gammaincinv(count + 1, level)) / hours


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """`count` segments were found in `seconds` of normal footage; marked: of this very footage, as
    the analyst marked it.
    """

    count: int
    seconds: float
    marked: bool = False

    @property
    def hours(self) -> float:
        """The normal footage's length in hours."""
        return self.seconds / 3600

    @property
    def rate(self) -> float:
        """False alarms an hour, as counted."""
        return self.count / self.hours

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the rate."""
        return rate_interval(self.count, self.hours)

    @property
    def at_most(self) -> float:
        """95 % upper bound of the rate."""
        return rate_bound(self.count, self.hours)

    @property
    def sentence(self) -> str:
        """What can honestly be said."""
        if self.marked:
            length = spoken_at_least(self.seconds)
            rest = f"from {length} that you marked as normal"
            if self.count >= ENOUGH:
                return f"about {_rate_words(self.rate)} false alarms an hour, {rest}"
            return f"at most {_bound_words(self.at_most)} false alarms an hour can be said {rest}"
        if self.count >= ENOUGH:
            return f"about {_rate_words(self.rate)} false alarms an hour on normal footage"
        return (
            f"at most {_bound_words(self.at_most)} false alarms an hour"
            f" can be said from {_length_words(self.seconds)} of normal footage"
        )

    def as_dict(self) -> dict[str, object]:
        """For documents."""
        low, high = self.interval
        return {
            "count": self.count,
            "normal_seconds": round(self.seconds, 3),
            "per_hour": self.rate,
            "interval": [low, high],
            "at_most": self.at_most,
            "sentence": self.sentence,
        }


def _rate_words(rate: float) -> str:
    return f"{rate:.0f}" if rate >= 9.95 else f"{rate:.1f}"


def _length_words(seconds: float) -> str:
    """Rounded down, so that no more is claimed than was watched."""
    if seconds < 120:
        return f"{int(seconds)} s"
    return f"{int(seconds / 60)} min" if seconds < 7200 else f"{int(seconds / 3600)} h"


def _bound_words(bound: float) -> str:
    """Two digits, rounded up, so that it stays a bound."""
    if bound < 1:
        return f"{math.ceil(10 * bound) / 10:.1f}"
    unit = 10 ** max(0, math.floor(math.log10(bound)) - 1)
    return f"{math.ceil(bound / unit) * unit:,}"


def false_alarms(
    facts: DetectorFacts,
    score: ScoreSettings,
    segments: SegmentSettings,
    calibration: Calibration | None,
    smooth_seconds: float = 0.0,
) -> FalseAlarms | None:
    """Segments that these settings find in the calibration's normal footage.

    None where no normal footage was kept, or where the settings say nothing of it (min-max is
    per footage).  Ignored areas are not left out of it, so with them it is rather too high.
    """
    series = None if calibration is None else calibration.series
    if series is None or score.normalise == "minmax":
        return None
    settings = replace(score, smooth=smooth_seconds * series.rate)
    count, rows = 0, 0
    for parts in series.stretches():
        try:
            values = anomaly_score(parts, facts, settings, calibration)
        except (BadSetting, KeyError):
            return None
        times = np.arange(len(values)) / series.rate
        count += len(find_segments(values, times, segments))
        rows += int(np.isfinite(values).sum())
    marked = calibration is not None and calibration.marked
    return FalseAlarms(count, rows / series.rate, marked) if rows else None
