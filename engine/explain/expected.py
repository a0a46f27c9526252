"""What was expected in a region, beside what was there: for detectors that predict a picture."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.detectors.base import Picture
from engine.explain.explanation import Explanation, Finding, Measurement

WORDS = "brightness {0} % where {1} % was expected, {2} % off on average"


def beside_expected(explanation: Explanation, actual: Picture, expected: Picture) -> Explanation:
    """An explanation that also says how the region's brightness differs from the prediction.

    actual: RGB uint8 (H, W, 3) as shown; expected (h, w, 3), stretched over the same scene.
    Brightness is in per cent of white.
    """
    height, width = expected.shape[:2]
    seen = np.asarray(cv2.resize(actual, (width, height)), np.uint8)  # as the network saw it
    here = _grey(seen)
    x, y, across, down = explanation.box
    rows = _part(y, down, height / actual.shape[0], height)
    columns = _part(x, across, width / actual.shape[1], width)
    there, wanted = here[rows, columns], _grey(expected)[rows, columns]
    stated = (
        Measurement("brightness", float(there.mean()), "%"),
        Measurement("brightness_expected", float(wanted.mean()), "%"),
        Measurement("brightness_off", float(np.abs(there - wanted).mean()), "%"),
    )
    return replace(
        explanation,
        findings=(*explanation.findings, Finding(WORDS, stated)),
        measured=(*explanation.measured, *stated),
    )


def _grey(picture: Picture) -> NDArray[np.float64]:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.float64) * (100 / 255)


def _part(first: int, length: int, scale: float, size: int) -> slice:
    """The pixels of one axis that a stretch of the shown picture touches, at least one."""
    start = int(np.clip(np.floor(first * scale), 0, size - 1))
    return slice(start, int(np.clip(np.ceil((first + length) * scale), start + 1, size)))
