"""Learn normal for `attributes`: from footage to weights in seconds, without torch."""

from __future__ import annotations

import platform
import shutil
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

import engine
from engine.detectors.attributes import (
    FACTS,
    PACE,
    PATCH,
    AttributesConfig,
    joined,
)
from engine.detectors.attributes_normal import ATTRIBUTES, Normal
from engine.detectors.base import Calibration
from engine.detectors.series import normal_series
from engine.detectors.speed import working_picture
from engine.detectors.weights import WeightsCard, check_target, write_arrays
from engine.errors import UnusableDataset
from engine.learning.attributes_fit import background_of
from engine.learning.check import NormalCheck, NormalWatch, watched_takes
from engine.learning.clips import ClipSet, gather
from engine.learning.cross_fitting import FOLDS, CrossFit, cross_fit
from engine.learning.limits import check_above_zero, check_lambda, check_seed
from engine.learning.normal import NormalFootage, as_normal
from engine.learning.run_folder import run_folder
from engine.learning.watching import LossPoint, Preview
from engine.progress import Progress, RateMeter
from engine.scoring.calibrating import calibrate
from engine.scoring.pooling import worst_patches

MOST_FRAMES = 2500  # frames that are measured; of more, stretches are taken from all over
STRETCH = 100
UNIT_LEVEL = 0.99
_PART = "quarter"  # of FOLDS
# an attribute that hardly showed on normal footage must not outweigh the others
SMALLEST_UNITS = {
    "speed": 0.5, "direction": 0.5, "place": 0.5, "stay": 0.5, "size": 1.0, "form": 0.5,
}  # fmt: skip


@dataclass(slots=True)
class Fitting:
    """One learning run of `attributes`; iterate `run()`, then read `card`.

    sources: files, image folders, data sets, or spans of them.  Footage of another shape than the
    first is refused.  pace: see engine/detectors/attributes.py; None for what is usual.  notes:
    what the card says besides.  There is no loss to watch and nothing that it predicts.  Raises
    BadSetting for numbers that cannot be.
    """

    sources: Sequence[Path | NormalFootage]
    out: Path
    lambda_: float | None = None
    clip_rate: float | None = 10.0
    seed: int = 1
    pace: float | None = None
    notes: Mapping[str, Any] = field(default_factory=dict)
    card: WeightsCard | None = None
    check: NormalCheck | None = None
    preview: Preview | None = None

    def __post_init__(self) -> None:
        check_lambda(self.lambda_)
        check_above_zero("The clip rate", self.clip_rate)
        check_seed(self.seed)
        check_above_zero("The pace", self.pace)

    @property
    def curve(self) -> tuple[LossPoint, ...]:
        """There is none."""
        return ()

    def run(self) -> Iterator[Progress]:
        """Read, measure, calibrate, write.  Raises UnusableDataset."""
        started = time.monotonic()
        check_target(self.out)
        folder = run_folder(self.out)
        try:
            normal_footage, watch = as_normal(self.sources), NormalWatch()
            takes = watched_takes(normal_footage, self.clip_rate, watch)
            clips: ClipSet | None = None
            meter, expected = RateMeter(), sum(take.frames for take in takes)
            for count, gathered in gather(takes, _prepare(), 2, folder / "frames.u8"):
                clips = gathered
                yield meter.progress("reading footage", count, expected)
            self.check = watch.check()
            yield Progress("checked", expected, expected)
            if clips is None or len(clips) == 0:
                raise UnusableDataset(
                    "The footage holds no two frames in a row to learn from.",
                    hint="Give at least a minute of normal footage.",
                )
            frames = clips.frames[:, 0]
            yield Progress("learning the background", 0, 0)
            background = background_of(frames, clips.bounds)
            spans = stretches(clips.bounds, MOST_FRAMES)
            fit: CrossFit | None = None
            meters: defaultdict[str, RateMeter] = defaultdict(RateMeter)  # one for each phase
            for phase, done, total, found in cross_fit(
                frames, spans, background, self.seed, clips.bounds
            ):
                fit = found
                yield meters[phase].progress(phase, done, total)
            assert fit is not None
            planes, bounds = fit.planes, fit.bounds
            height, width = frames.shape[1:]
            pace = PACE if self.pace is None else self.pace
            config = AttributesConfig(height, width, pace=pace)
            normal = replace(fit.normal, units=units_of(planes, bounds))
            origin = (
                f"the training footage, each {_PART} of it against the rest"
                if fit.honest
                else "the training footage itself, for lack of more"
            )
            calibration = calibration_of(planes, bounds, normal, config, origin, self.clip_rate)
            self.card = write_arrays(
                self.out,
                normal.as_arrays(),
                WeightsCard(
                    name=self.out.stem,
                    detector=FACTS.name,
                    config={**config.as_dict(), **normal.as_dict()},
                    lambda_=FACTS.default_lambda if self.lambda_ is None else self.lambda_,
                    gamma=None,
                    clip_rate=self.clip_rate,
                    training={
                        "trained_on": _named(normal_footage, clips),
                        "normal": [one.as_dict() for one in normal_footage],
                        "findings": [finding.sentence for finding in self.check.findings],
                        **_facts(clips),
                        "measured": normal.frames,
                        "seconds": round(time.monotonic() - started, 1),
                        "seed": self.seed,
                        "folds": FOLDS,
                        **self.notes,
                    },
                    calibration=calibration,
                    background=None
                    if self.check.background is None
                    else self.check.background.as_dict(),
                ),
            )
            shutil.rmtree(folder, ignore_errors=True)
            yield Progress("done", len(planes), len(planes))
        finally:
            # there is nothing to resume: learning again takes seconds
            (folder / "frames.u8").unlink(missing_ok=True)
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()


def _named(sources: Sequence[NormalFootage], clips: ClipSet) -> str:
    names = ", ".join(one.title for one in sources)
    return f"{names} ({sum(stop - start for start, stop in clips.bounds)} frames)"


def _facts(clips: ClipSet) -> dict[str, Any]:
    """What was learned from, and with what."""
    return {
        "fingerprint": clips.fingerprint(),
        "frames": int(sum(stop - start for start, stop in clips.bounds)),
        "device": "cpu",
        "precision": "fp32",
        "versions": {
            "normscope": engine.__version__,
            "numpy": np.__version__,
            "opencv": cv2.__version__,
            "python": platform.python_version(),
        },
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
    }


class _prepare:
    """The working picture of each frame, (1, H, W); all of one size."""

    def __init__(self) -> None:
        self._shape: tuple[int, ...] | None = None

    def __call__(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        grey = working_picture(picture)
        if self._shape is None:
            self._shape = grey.shape
        if grey.shape != self._shape:
            raise UnusableDataset(
                "The footage shows pictures of different shapes, so it is not of one camera.",
                hint="Learn each camera by itself.",
            )
        return grey[None]


def stretches(bounds: Sequence[tuple[int, int]], most: int) -> list[tuple[int, int]]:
    """The bounds, or of more than `most` frames stretches of STRETCH frames from all over."""
    total = sum(stop - start for start, stop in bounds)
    if total <= most:
        return list(bounds)
    pieces = [
        (at, min(at + STRETCH, stop))
        for start, stop in bounds
        for at in range(start, stop, STRETCH)
    ]
    count = max(1, most // STRETCH)
    picked = np.unique(np.linspace(0, len(pieces) - 1, count).astype(int))
    return [pieces[i] for i in picked.tolist()]


def _worst(
    maps: Sequence[NDArray[np.float32]], bounds: Sequence[tuple[int, int]]
) -> NDArray[np.float32]:
    """Each frame's worst patch; patches do not reach across bounds.  -> (T,)."""
    found = [
        worst_patches(np.stack(maps[start:stop]), PATCH.cells, PATCH.frames)
        for start, stop in bounds
        if stop > start
    ]
    return np.concatenate(found)


def units_of(
    planes: Sequence[dict[str, NDArray[np.float32]]], bounds: Sequence[tuple[int, int]]
) -> dict[str, float]:
    """What a normal frame's worst patch stays below in 99 of 100 frames, for each attribute."""
    units = {}
    for name in ATTRIBUTES:
        worst = _worst([frame[name] for frame in planes], bounds)
        units[name] = max(float(np.quantile(worst, UNIT_LEVEL)), SMALLEST_UNITS[name])
    return units


def calibration_of(
    planes: Sequence[dict[str, NDArray[np.float32]]],
    bounds: Sequence[tuple[int, int]],
    normal: Normal,
    config: AttributesConfig,
    origin: str,
    rate: float | None = None,
) -> Calibration:
    """Quantiles of the two parts and of their maps' cells; rate: frames a second."""
    maps = [joined(frame, normal.units, config) for frame in planes]
    parts = {
        spec.name: _worst([frame[spec.map_name] for frame in maps], bounds) for spec in FACTS.parts
    }
    some = maps[:: max(1, len(maps) // 300)]
    cells = {spec.map_name: np.stack([m[spec.map_name] for m in some]) for spec in FACTS.parts}
    lengths = [stop - start for start, stop in bounds if stop > start]
    series = None if rate is None else normal_series(parts, lengths, rate)
    return calibrate(parts, FACTS.parts, cells, origin=origin, series=series)
