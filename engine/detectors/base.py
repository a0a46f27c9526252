"""The seam between detectors and the rest: what a detector declares, and what it says of each
frame.

No torch here, so that the command line, the store and the application can speak of detectors
without it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.detectors.series import NormalSeries
from engine.errors import BadSetting

Picture = NDArray[np.uint8]  # RGB (H, W, 3)
Map = NDArray[np.float32]
Role = Literal["appearance", "memory", "motion", "feature"]
Direction = Literal["up", "down"]
Pooling = Literal["frame", "patch"]


@dataclass(frozen=True, slots=True)
class PatchRule:
    """How `patch` parts are pooled: mean over `cells` x `cells` cells and `frames` frames, then
    the worst one.
    """

    cells: int = 4
    frames: int = 5


@dataclass(frozen=True, slots=True)
class PartSpec:
    """One score part of a detector.

    role and direction as stored in the analysis file; `map_name` names the map that it pools;
    `slot` is A or B of S = lambda g(A) + (1 - lambda) g(B); `pooling` says whether the whole frame
    counts (the papers) or its worst patch (ours).  A detector may fill each slot once for each
    pooling.  form: what becomes of the pooled map.  rule: the patch that a `frame` part of a paper
    is taken from, where it is not the whole frame.
    """

    name: str
    unit: str
    role: Role
    direction: Direction
    map_name: str
    slot: Literal["A", "B"]
    pooling: Pooling
    form: Literal["plain", "psnr", "log"] = "plain"
    rule: PatchRule | None = None

    @property
    def title(self) -> str:
        """The part's name as a person reads it."""
        return self.name.replace("_", " ").replace("psnr", "PSNR")


@dataclass(frozen=True, slots=True)
class FrameScore:
    """What a detector says of one frame.

    parts: value of each part.  maps: by name, float32 (h', w'), the picture of a part in cells, up
    is abnormal.  fine: the same at the detector's own resolution, where that is finer.
    regular_score: E_t, or None without a memory.  updated: whether the memory took this frame in.
    items: the memory items (M, C) that scored this frame, before its update; None without a
    memory.
    """

    index: int
    parts: Mapping[str, float]
    maps: Mapping[str, Map]
    regular_score: float | None = None
    updated: bool = False
    items: NDArray[np.float32] | None = None
    fine: Mapping[str, Map] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Look:
    """A closer look at one frame, made on demand.

    expected: what the detector predicted, RGB uint8 (h, w, 3), or None where it predicts no
    picture. maps: as FrameScore.fine and, for those without, as FrameScore.maps.
    """

    index: int
    expected: Picture | None
    maps: Mapping[str, Map]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Quantiles of normal: probabilities `levels` (Q,), and for each part and map its values (Q,).

    origin says in words what normal was ("2 held-out clips", "this whole footage").
    samples: the parts of some normal frames, row by row (n,), so that the score that any lambda
    makes of normal can be told.  series: the same in order of time, as far as it was kept, so that
    segments of normal footage can be counted.  usual: map name -> relative level of the map at each
    place (h, w), which patches are weighed by (engine/scoring/usual.py).  marked: the analyst
    marked it as normal in the review, which keeps the ranges; made of them anew, never stored.
    """

    levels: NDArray[np.float64]
    parts: Mapping[str, NDArray[np.float64]]
    maps: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    regular_score: NDArray[np.float64] | None = None
    origin: str = ""
    frames: int = 0
    samples: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    series: NormalSeries | None = None
    usual: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    marked: bool = False

    def as_dict(self) -> dict[str, Any]:
        """For cards and files."""
        return {
            "levels": self.levels.tolist(),
            "parts": {k: v.tolist() for k, v in self.parts.items()},
            "maps": {k: v.tolist() for k, v in self.maps.items()},
            "regular_score": None if self.regular_score is None else self.regular_score.tolist(),
            "origin": self.origin,
            "frames": self.frames,
            "samples": {
                k: [float(f"{x:.6g}") for x in v.tolist()] for k, v in self.samples.items()
            },
            "series": None if self.series is None else self.series.as_dict(),
            "usual": {
                name: [[float(f"{x:.4g}") for x in row] for row in levels.tolist()]
                for name, levels in self.usual.items()
            },
        }

    @staticmethod
    def from_dict(document: Mapping[str, Any]) -> Calibration:
        """The inverse of `as_dict`."""
        regular, series = document.get("regular_score"), document.get("series")
        return Calibration(
            np.asarray(document["levels"], np.float64),
            {k: np.asarray(v, np.float64) for k, v in document["parts"].items()},
            {k: np.asarray(v, np.float64) for k, v in document.get("maps", {}).items()},
            None if regular is None else np.asarray(regular, np.float64),
            str(document.get("origin", "")),
            int(document.get("frames", 0)),
            {k: np.asarray(v, np.float32) for k, v in document.get("samples", {}).items()},
            None if series is None else NormalSeries.from_dict(series),
            {k: np.asarray(v, np.float32) for k, v in document.get("usual", {}).items()},
        )


@dataclass(frozen=True, slots=True)
class DetectorFacts:
    """What is known of a detector before it runs.  `clip_rate`: frames per second that it samples,
    or None for all.  `warning`: what whoever reads its scores must know.
    """

    name: str
    parts: tuple[PartSpec, ...]
    default_lambda: float
    has_memory: bool
    clip_rate: float | None
    patch: PatchRule
    calibration: Calibration | None = None
    gamma: float | None = None
    weights_id: str = ""
    weights_sha256: str = ""
    update_by_default: bool = False
    warning: str = ""

    def part(self, slot: Literal["A", "B"], pooling: Pooling) -> PartSpec | None:
        """The part that fills a slot under a pooling, if the detector has one."""
        for spec in self.parts:
            if spec.slot == slot and spec.pooling == pooling:
                return spec
        return None

    @property
    def poolings(self) -> tuple[Pooling, ...]:
        """The poolings that this detector offers."""
        order: tuple[Pooling, ...] = ("frame", "patch")
        return tuple(p for p in order if any(s.pooling == p for s in self.parts))

    @property
    def predicts(self) -> bool:
        """Whether it expects a picture that can be shown beside the actual one."""
        return self.name not in ("speed", "attributes")

    @property
    def answers(self) -> bool:
        """Whether memory items or prototypes answer the places of a picture."""
        return self.has_memory or self.name == "apn"


def check_gamma(gamma: float | None) -> None:
    """BadSetting for what is no threshold of the regular score E_t, which is never negative."""
    if gamma is not None and (not math.isfinite(gamma) or gamma < 0):
        raise BadSetting(
            f"gamma is a number from 0 upwards, not {gamma}.",
            hint="Use --no-update to keep the memory as it is.",
        )


class Stream(Protocol):
    """One pass over a footage.  Frames go in, in order; scores come out, in order, some frames
    later.
    """

    @property
    def context(self) -> int:
        """How many frames before a frame are needed to score it."""

    def push(self, index: int, picture: Picture) -> list[FrameScore]:
        """Take the next frame (RGB uint8 (H, W, 3)); return what is ready."""

    def flush(self) -> list[FrameScore]:
        """At a cut, a gap or the end: return what is pending, forget the clip, keep the memory."""

    def restore(self, items: NDArray[np.float32] | None) -> None:
        """Put back memory items (M, C) from a snapshot."""

    def replay(self, index: int, picture: Picture, *, write: bool) -> None:
        """Take a frame as `push` does, without scoring it; write it to the memory if it was
        written then.
        """

    def look(self, index: int, picture: Picture) -> Look | None:
        """Take the next frame and show what was expected of it; None while the clip is not full."""


class Detector(Protocol):
    """A detector that is ready to run."""

    @property
    def facts(self) -> DetectorFacts:
        """Its declaration."""

    @property
    def device(self) -> str:
        """Where it runs: `cpu`, `cuda:0`."""

    @property
    def precision(self) -> str:
        """`fp32`, `bf16` or `fp16`."""

    def stream(self, *, gamma: float | None = None, update: bool | None = None) -> Stream:
        """Start a pass.  gamma None: the detector's own default; update None: likewise."""
