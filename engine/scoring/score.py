"""The anomaly score S_t = lambda g(A) + (1 - lambda) g(B), eq. (14)-(17), from stored parts.

Pure and fast: everything here is recomputed while a slider is dragged.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from engine.detectors.base import Calibration, DetectorFacts, PartSpec, Pooling
from engine.errors import BadSetting
from engine.scoring.calibrating import scale_of, turned_up

Normalise = Literal["calibrated", "minmax", "none"]
Values = NDArray[np.float32]


def check_smoothing(sigma: float) -> None:
    """BadSetting for what is no sigma of a Gaussian."""
    if not math.isfinite(sigma) or sigma < 0:
        raise BadSetting(f"Smoothing is a number and not negative, so it cannot be {sigma}.")


@dataclass(frozen=True, slots=True)
class ScoreSettings:
    """How stored parts become one score.  smooth: sigma of a Gaussian in scored frames, 0 for
    none.
    """

    lambda_: float = 0.6
    normalise: Normalise = "calibrated"
    pooling: Pooling = "patch"
    smooth: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.lambda_ <= 1.0:
            raise BadSetting(f"lambda lies between 0 and 1, not at {self.lambda_}.")
        check_smoothing(self.smooth)
        if self.normalise not in get_args(Normalise):
            raise BadSetting(
                f"'{self.normalise}' is not a normalisation.",
                hint="Use calibrated, minmax or none.",
            )
        if self.pooling not in get_args(Pooling):
            raise BadSetting(f"'{self.pooling}' is not a pooling.", hint="Use frame or patch.")

    def fitting(self, facts: DetectorFacts) -> ScoreSettings:
        """These settings with a pooling that the detector offers, and lambda where one part is
        missing.
        """
        pooling = self.pooling if self.pooling in facts.poolings else facts.poolings[0]
        lambda_ = self.lambda_
        if facts.part("B", pooling) is None:
            lambda_ = 1.0
        elif facts.part("A", pooling) is None:
            lambda_ = 0.0
        return replace(self, pooling=pooling, lambda_=lambda_)


def minmax(values: Values) -> Values:
    """g of the papers over one footage; NaN stays, a constant gives 0."""
    finite = np.isfinite(values)
    if not finite.any():
        return values
    low, high = values[finite].min(), values[finite].max()
    if high <= low:
        return np.where(finite, np.float32(0), values).astype(np.float32)
    return np.asarray((values - low) / (high - low), np.float32)


def normalised(
    values: Values, spec: PartSpec, normalise: Normalise, calibration: Calibration | None
) -> Values:
    """One part, turned so that up is abnormal, in the unit of the chosen normalisation.  (N,) ->
    (N,).
    """
    up = np.asarray(turned_up(values, spec.direction), np.float32)
    if normalise == "minmax":
        return minmax(up)
    if normalise == "none":
        return up
    if calibration is None or spec.name not in calibration.parts:
        raise BadSetting(
            f"The part '{spec.name}' has no calibration.",
            hint="Name a normal span with --calibrate, or use --normalise minmax.",
        )
    middle, unit = scale_of(calibration, spec.name)
    return np.asarray((up - np.float32(middle)) * np.float32(1 / unit), np.float32)


def smoothed(values: Values, sigma: float) -> Values:
    """Gaussian over time, edges held, NaN ignored and kept.  sigma in frames, at most all."""
    sigma = min(sigma, float(len(values)))  # the window of a wider one need not fit into memory
    if sigma <= 0:
        return values
    # half a second to import, which the start of the window need not pay
    from scipy.ndimage import gaussian_filter1d

    finite = np.isfinite(values)
    if finite.all():
        return np.asarray(
            gaussian_filter1d(values, sigma, mode="nearest", truncate=3.5), np.float32
        )
    weight = gaussian_filter1d(finite.astype(np.float32), sigma, mode="nearest", truncate=3.5)
    total = gaussian_filter1d(np.where(finite, values, 0), sigma, mode="nearest", truncate=3.5)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(finite, total / weight, np.nan).astype(np.float32)


def anomaly_score(
    parts: Mapping[str, Values],
    facts: DetectorFacts,
    settings: ScoreSettings,
    calibration: Calibration | None,
) -> Values:
    """S_t of every frame, up is abnormal.  parts (N,) each -> (N,) float32, NaN where there is no
    score.

    `none` is defined for one part only: A, or B where lambda is 0 or A is missing.
    """
    settings = settings.fitting(facts)
    a, b = facts.part("A", settings.pooling), facts.part("B", settings.pooling)
    lambda_ = settings.lambda_
    if settings.normalise == "none" and a is not None and b is not None and 0 < lambda_ < 1:
        raise BadSetting(
            "Raw parts of different units cannot be added.",
            hint="Use --lambda 1 or 0 with --normalise none, or another normalisation.",
        )
    total: Values | None = None
    for spec, weight in ((a, lambda_), (b, 1.0 - lambda_)):
        if spec is None or weight == 0:
            continue
        g = normalised(parts[spec.name], spec, settings.normalise, calibration)
        g = g if weight == 1.0 else g * np.float32(weight)
        total = g if total is None else total + g
    if total is None:
        raise BadSetting("lambda leaves no part of the score.")
    return smoothed(total, settings.smooth)


def normal_scores(
    facts: DetectorFacts, settings: ScoreSettings, calibration: Calibration | None
) -> Values:
    """What these settings make of the normal frames that the calibration keeps.  (n,), sorted.

    Empty where there are none, or where the settings have no meaning for single frames (min-max).
    """
    if calibration is None or not calibration.samples or settings.normalise == "minmax":
        return np.zeros(0, np.float32)
    single = replace(settings, smooth=0.0)  # sample rows are no neighbours
    return np.sort(anomaly_score(calibration.samples, facts, single, calibration))


def rarity(score: float, normal: Values) -> float | None:
    """Share of normal frames below a score, 0..1; None where normal is not known.

    Never 1: from n frames no more can be said than n / (n + 1).
    """
    if not len(normal) or not np.isfinite(score):
        return None
    below = int(np.searchsorted(normal, score, side="left"))
    return min(below, len(normal) * len(normal) / (len(normal) + 1)) / len(normal)


def held(
    scores: Values, limit: int | None = None, breaks: NDArray[np.bool_] | None = None
) -> Values:
    """Scores with gaps filled by the last one, for footage that is sampled below its frame rate.

    limit: longest hold in frames; what lies further from a score stays NaN.  breaks: frames before
    which there is a cut or a gap, across which nothing is held.
    """
    known = np.isfinite(scores)
    if breaks is not None:
        known |= breaks
    last = np.maximum.accumulate(np.where(known, np.arange(len(scores)), -1))
    filled = np.where(last >= 0, scores[np.maximum(last, 0)], np.nan)
    if limit is not None:
        filled = np.where(np.arange(len(scores)) - last <= limit, filled, np.nan)
    return filled.astype(np.float32)
