"""Calibrate a detector without weights on normal footage, for a fair place in a table."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.detectors.base import Detector, FrameScore
from engine.detectors.series import normal_series
from engine.detectors.speed import SpeedDetector
from engine.errors import BadSetting
from engine.learning.takes import footage_paths, take_of
from engine.scoring.calibrating import calibrate


def calibrated_on(detector: Detector, normal: Path) -> Detector:
    """The detector with quantiles of normal from footage.  Raises BadSetting where it brings its
    own.
    """
    if not isinstance(detector, SpeedDetector):
        raise BadSetting(
            f"The weights of '{detector.facts.name}' bring their own calibration.",
            hint="Leave out --calibrate-on.",
        )
    scores: list[FrameScore] = []
    stream = detector.stream()
    lengths: list[int] = []
    for path in footage_paths([normal]):
        for at, (picture, breaks) in enumerate(take_of(path, detector.facts.clip_rate).pictures()):
            if breaks:
                scores += stream.flush()
                lengths.append(len(scores) - sum(lengths))
            scores += stream.push(at, picture)
        scores += stream.flush()
        lengths.append(len(scores) - sum(lengths))
    parts = {p.name: np.array([s.parts[p.name] for s in scores]) for p in detector.facts.parts}
    some = scores[:: max(1, len(scores) // 300)]
    # footage of one camera has one size; the first decides
    grid = next(iter(some[0].maps.values())).shape
    maps = {
        name: np.stack([s.maps[name] for s in some if s.maps[name].shape == grid])
        for name in some[0].maps
    }
    rate = detector.facts.clip_rate
    series = None if rate is None else normal_series(parts, lengths, rate)
    origin = f"footage in {normal.name}"
    calibration = calibrate(parts, detector.facts.parts, maps, origin=origin, series=series)
    return SpeedDetector(detector.facts.clip_rate, calibration)
