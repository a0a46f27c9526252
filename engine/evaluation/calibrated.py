"""Calibrate a detector without weights on normal footage, for a fair place in a table."""

from __future__ import annotations

from collections import deque
from pathlib import Path

from engine.detectors.base import Detector
from engine.detectors.speed import SpeedDetector
from engine.errors import BadSetting
from engine.learning.normal import NormalFootage
from engine.learning.recalibrating import NormalPass


def calibrated_on(detector: Detector, normal: Path) -> Detector:
    """The detector with quantiles of normal from footage.  Raises BadSetting where it brings its
    own.
    """
    if not isinstance(detector, SpeedDetector):
        raise BadSetting(
            f"The weights of '{detector.facts.name}' bring their own calibration.",
            hint="Leave out --calibrate-on.",
        )
    passing = NormalPass(detector, [NormalFootage(normal)])
    deque(passing.run(), maxlen=0)
    return SpeedDetector(detector.facts.clip_rate, passing.calibration)
