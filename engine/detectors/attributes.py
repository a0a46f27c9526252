"""`attributes` (ours): what an analyst would name, as densities learned from normal footage.

A frame is measured (attributes_measuring.py) and compared with what is normal at each place
(attributes_normal.py).

    motion      B = r + kappa * min(r, PACE) * d,  r = v / v_99(place)
    appearance  A = max(0, max over attributes of surprise / unit - EVIDENT)

v is the speed of a cell of 7 x 7 pixels; v_99(place) is what 99 of 100 of those that move there
stay below, and d the surprise of the direction there in nats: somebody going the wrong way is as
odd as somebody fast, but somebody fast is not the odder for the way he takes, which few have taken
before him.  Attributes of appearance are place, stay, size and form;
the unit of one is what a normal frame's worst patch stays below in 99 of 100 frames.  The oddest
attribute speaks, and only where it is about as odd as normal gets: a sum of four that are each a
little unusual, as in any new crowd, drowned the rest.  A frame's part is its worst patch of 14 x
14 pixels and seven frames.  Nothing adapts while it runs, so a run can be resumed anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.detectors.attributes_measuring import (
    STAY_GONE,
    Measured,
    Measurer,
    Plane,
)
from engine.detectors.attributes_normal import APPEARANCE, Normal
from engine.detectors.base import DetectorFacts, FrameScore, Look, PartSpec, PatchRule, Picture
from engine.detectors.pooled import PatchDelay
from engine.detectors.speed import working_picture
from engine.errors import BadSetting

# chosen with lambda and the patch on pasted anomalies, against walkers pasted as they walked, and
# on rendered scenes of other seeds
KAPPA = 1.0
PACE = 0.6  # of the limit of speed; more does not count with the direction
EVIDENT = 0.8  # units; below 1, so that normal's own 99 % quantile lies above 0 and scales A
PATCH = PatchRule(cells=2, frames=7)
ODDEST_ASPECT = 0.05  # relative difference of aspect that is stretched away

FACTS = DetectorFacts(
    name="attributes",
    parts=(
        PartSpec("appearance", "normal q99", "appearance", "up", "appearance", "A", "patch"),
        PartSpec("motion", "normal q99", "motion", "up", "motion", "B", "patch"),
    ),
    default_lambda=0.4,
    has_memory=False,
    clip_rate=10.0,
    patch=PATCH,
)


@dataclass(frozen=True, slots=True)
class AttributesConfig:
    """What the card keeps beside the densities.  height, width: of the working picture.

    evident: the unit share at which an attribute begins to count.  Cards of before the patch was
    chosen anew lack it, and those of before direction was added to speed, not multiplied with it,
    lack a pace.  stay_gone: see Measurer.
    """

    height: int
    width: int
    kappa: float = KAPPA
    evident: float = EVIDENT
    patch: PatchRule = PATCH
    pace: float = PACE
    stay_gone: int = STAY_GONE

    @staticmethod
    def of(document: Mapping[str, object]) -> AttributesConfig:
        """From a card.  Raises TypeError, ValueError, KeyError on a damaged one."""
        return AttributesConfig(
            int(document["height"]),  # type: ignore[call-overload]
            int(document["width"]),  # type: ignore[call-overload]
            float(document["kappa"]),  # type: ignore[arg-type]
            float(document["evident"]),  # type: ignore[arg-type]
            PatchRule(
                int(document.get("patch_cells", 4)),  # type: ignore[call-overload]
                int(document.get("patch_frames", 3)),  # type: ignore[call-overload]
            ),
            float(document.get("pace", np.inf)),  # type: ignore[arg-type]
            int(document.get("stay_gone", 0)),  # type: ignore[call-overload]
        )

    def as_dict(self) -> dict[str, object]:
        """For the card."""
        return {
            "height": self.height,
            "width": self.width,
            "kappa": self.kappa,
            "evident": self.evident,
            "patch_cells": self.patch.cells,
            "patch_frames": self.patch.frames,
            "stay_gone": self.stay_gone,
            # JSON has no infinity
            **({"pace": self.pace} if np.isfinite(self.pace) else {}),
        }


def in_units(surprises: Mapping[str, Plane], units: Mapping[str, float]) -> Plane:
    """The attributes of appearance in their units, in the order of APPEARANCE.  (4, h, w)."""
    return np.stack([surprises[name] / np.float32(units.get(name, 1.0)) for name in APPEARANCE])


def wrong_way(surprises: Mapping[str, Plane], config: AttributesConfig) -> Plane:
    """What the direction adds to the speed, in units of the limit of speed.  (h, w)."""
    pace = np.minimum(surprises["speed"], np.float32(config.pace))
    return np.asarray(np.float32(config.kappa) * pace * surprises["direction"], np.float32)


def joined(
    surprises: Mapping[str, Plane], units: Mapping[str, float], config: AttributesConfig
) -> dict[str, Plane]:
    """The maps of the two parts from the planes of the attributes.  (h, w) each."""
    oddest = in_units(surprises, units).max(axis=0)
    appearance = np.maximum(oddest - np.float32(config.evident), 0)
    motion = surprises["speed"] + wrong_way(surprises, config)
    return {"appearance": appearance, "motion": np.asarray(motion, np.float32)}


def fitted(picture: Picture, config: AttributesConfig) -> NDArray[np.uint8]:
    """The working picture, grey uint8 (H, W), in the size that the weights know.

    Another size of the same aspect is scaled; an aspect that differs by more than 5 % shows another
    view, and is refused with BadSetting.
    """
    height, width = picture.shape[:2]
    odd = (width / height) / (config.width / config.height) - 1
    if abs(odd) > ODDEST_ASPECT:
        raise BadSetting(
            f"These weights know a picture of {config.width} x {config.height} working pixels; "
            f"{width} x {height} has another shape.",
            hint="Learn normal from footage of this camera, or use the detector 'speed'.",
        )
    grey = working_picture(picture)
    if grey.shape == (config.height, config.width):
        return grey
    return np.asarray(cv2.resize(grey, (config.width, config.height)), np.uint8)


class AttributesDetector:
    """The `attributes` detector.  Runs on the CPU, whatever the device."""

    def __init__(self, normal: Normal, config: AttributesConfig, facts: DetectorFacts) -> None:
        self.normal, self.config = normal, config
        self._facts = facts

    @property
    def facts(self) -> DetectorFacts:
        """Its declaration."""
        return self._facts

    @property
    def device(self) -> str:
        """Always the CPU."""
        return "cpu"

    @property
    def precision(self) -> str:
        """Always fp32."""
        return "fp32"

    def stream(self, *, gamma: float | None = None, update: bool | None = None) -> AttributesStream:
        """Start a pass; gamma and update have no meaning here."""
        return AttributesStream(self)


class AttributesStream:
    """One pass of `attributes` over a footage."""

    def __init__(self, detector: AttributesDetector) -> None:
        self._normal, self._config = detector.normal, detector.config
        normal = detector.normal
        self._measurer = Measurer(normal.background, normal.stay_frames, detector.config.stay_gone)
        self._delay = PatchDelay(detector.facts.parts, detector.facts.patch)

    @property
    def context(self) -> int:
        """As far back as standing still is counted."""
        return self._measurer.context

    def measure(self, picture: Picture) -> Measured | None:
        """Take the next frame and measure it; None for the first of a clip."""
        return self._measurer.measure(fitted(picture, self._config))

    def push(self, index: int, picture: Picture) -> list[FrameScore]:
        """Take the next frame; see Stream."""
        measured = self.measure(picture)
        if measured is None:
            return []
        return self._delay.push(FrameScore(index, {}, self._maps(measured)))

    def flush(self) -> list[FrameScore]:
        """Return what is pending; nothing before a cut counts after it."""
        self._measurer.forget()
        return self._delay.flush()

    def restore(self, items: NDArray[np.float32] | None) -> None:
        """There is no memory to restore."""

    def replay(self, index: int, picture: Picture, *, write: bool) -> None:
        """Remember the frame, without scoring it."""
        self._measurer.take(fitted(picture, self._config))

    def look(self, index: int, picture: Picture) -> Look | None:
        """The maps of the two parts; there is no expected picture."""
        measured = self.measure(picture)
        return None if measured is None else Look(index, None, self._maps(measured))

    def _maps(self, measured: Measured) -> dict[str, Plane]:
        normal = self._normal
        return joined(normal.surprises(measured), normal.units, self._config)
