"""What a recording shall show, and what one rendered frame holds."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

KINDS: tuple[str, ...] = ("cyclist", "cart", "runner", "wrong-way", "bag", "forbidden-place")

VISIBLE = 20
"""Pixels from which an anomaly counts as visible; below that its mask is empty."""


@dataclass(frozen=True)
class SceneEvent:
    """One anomaly of a rendered recording: visible in frames `start` to `stop - 1`."""

    kind: str
    start: int
    stop: int


@dataclass(frozen=True)
class SceneSpec:
    """A recording, fully determined by these values.

    seconds, rate: length and frames per second.  width, height: pixels, both even.  layout: which
    camera and square (see `layout.LAYOUTS`).  anomalies: (kind, second in which it begins to
    show).  density: walkers relative to the usual number.  light: depth of the slow changes of
    light, as a share of the gain.  noise: standard deviation of the sensor noise in grey levels at
    medium grey.
    """

    seed: int
    seconds: float
    rate: int = 10
    width: int = 480
    height: int = 320
    layout: int = 0
    anomalies: tuple[tuple[str, float], ...] = ()
    density: float = 1.0
    light: float = 0.035
    noise: float = 1.8

    def __post_init__(self) -> None:
        if self.rate < 1 or self.seconds <= 0:
            raise ValueError(f"nothing to render: {self.seconds} s at {self.rate} frames a second")
        if self.width < 64 or self.height < 64 or self.width % 2 or self.height % 2:
            raise ValueError(
                f"the picture must be even and at least 64: {self.width}x{self.height}"
            )
        unknown = sorted({kind for kind, _ in self.anomalies} - set(KINDS))
        if unknown:
            raise ValueError(f"no such kind of anomaly: {', '.join(unknown)}")

    @property
    def frames(self) -> int:
        """How many frames the recording has."""
        return max(1, round(self.seconds * self.rate))


@dataclass
class SceneFrame:
    """One frame.  picture: RGB uint8 (H, W, 3).  mask: bool (H, W), every visible abnormal pixel.

    kinds: one mask (H, W) per kind that is visible in this frame.  Shadows belong to no mask.
    """

    index: int
    picture: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    kinds: dict[str, NDArray[np.bool_]] = field(default_factory=dict)


def normal_spec(seed: int, seconds: float, layout: int = 0) -> SceneSpec:
    """A recording in which nothing unusual happens."""
    return SceneSpec(seed=seed, seconds=seconds, layout=layout)


def demo_spec() -> SceneSpec:
    """The demo: 20 s of ordinary life, then every kind of anomaly in turn."""
    return SceneSpec(
        seed=7,
        seconds=76.0,
        anomalies=(
            ("cyclist", 20.0),
            ("forbidden-place", 28.0),
            ("cart", 37.0),
            ("runner", 45.5),
            ("wrong-way", 52.5),
            ("bag", 61.0),
        ),
    )
