"""What scores of normal are, told anew on normal footage, without learning anything.

For weights that were calibrated on little footage, or on another season of the same camera.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from engine.detectors.base import Calibration, Detector, DetectorFacts, FrameScore
from engine.detectors.series import normal_series
from engine.detectors.weights import (
    WeightsCard,
    check_target,
    load_detector,
    read_arrays,
    write_arrays,
)
from engine.errors import BadSetting, UnusableDataset
from engine.learning.check import NormalCheck, NormalWatch, watched_takes
from engine.learning.limits import check_lambda
from engine.learning.normal import NormalFootage
from engine.progress import Progress, RateMeter
from engine.scoring.calibrating import calibrate, suggested_gamma
from engine.scoring.usual import weights_of

MAP_FRAMES = 300


@dataclass(slots=True)
class NormalScores:
    """Scores of normal frames in order, kept as far as calibration needs them.

    keep_every: of so many frames one keeps its maps; those of hours would not fit.
    """

    keep_every: int = 1
    scores: list[FrameScore] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)

    def add(self, found: list[FrameScore]) -> None:
        """Note what came out of the stream."""
        for score in found:
            maps = score.maps if len(self.scores) % self.keep_every == 0 else {}
            self.scores.append(replace(score, maps=maps, fine={}, items=None))

    def end_run(self) -> None:
        """What comes next follows a cut."""
        self.lengths.append(len(self.scores) - sum(self.lengths))

    @staticmethod
    def of(frames: int) -> NormalScores:
        """For about so many frames."""
        return NormalScores(max(1, frames // MAP_FRAMES))


def calibration_of(
    normal: NormalScores,
    facts: DetectorFacts,
    origin: str,
    rate: float | None,
) -> Calibration:
    """Quantiles of parts, of map cells and of E_t from scores of normal frames.

    Maps of another size than the first count for nothing.  rate: frames a second, so that the
    order is kept too.
    """
    scores = normal.scores
    parts = {p.name: np.array([score.parts[p.name] for score in scores]) for p in facts.parts}
    some = [score.maps for score in scores if score.maps]
    some = some[:: max(1, len(some) // MAP_FRAMES)]
    maps = {
        name: np.stack([found[name] for found in some if found[name].shape == first.shape])
        for name, first in some[0].items()
    }
    regular = None
    if facts.has_memory:
        regular = np.array([score.regular_score for score in scores], np.float64)
    lengths = [length for length in normal.lengths if length]
    series = None if rate is None else normal_series(parts, lengths, rate)
    usual = weights_of(facts.calibration)
    return calibrate(parts, facts.parts, maps, regular, origin, series, usual)


@dataclass(slots=True)
class NormalPass:
    """A detector's pass over normal footage; iterate `run()`, then read `calibration`.

    The memory stays as it was trained.  check: what was noticed in the ranges.
    """

    detector: Detector
    normal: Sequence[NormalFootage]
    calibration: Calibration | None = None
    check: NormalCheck | None = None

    def run(self) -> Iterator[Progress]:
        """Score all of it.  Raises UnusableDataset, UnreadableFootage, BadSetting."""
        facts = self.detector.facts
        watch = NormalWatch()
        takes = watched_takes(self.normal, facts.clip_rate, watch)
        expected = sum(take.frames for take in takes)
        kept = NormalScores.of(expected)
        meter, done = RateMeter(), 0
        stream = self.detector.stream(update=False)
        for take in takes:
            for at, (picture, breaks) in enumerate(take.pictures()):
                if breaks:
                    kept.add(stream.flush())
                    kept.end_run()
                kept.add(stream.push(at, picture))
                done += 1
                yield meter.progress("scoring normal footage", done, expected)
            kept.add(stream.flush())
            kept.end_run()
        self.check = watch.check()
        if not kept.scores:
            raise UnusableDataset(
                "The footage holds no unbroken run that is long enough to calibrate on.",
                hint="Give at least a minute of normal footage.",
            )
        origin = "normal footage: " + ", ".join(one.title for one in self.normal)
        self.calibration = calibration_of(kept, facts, origin, facts.clip_rate)


@dataclass(slots=True)
class Recalibration:
    """Known weights with the calibration of other footage; iterate `run()`, then read `card`.

    places_alike: forget what the weights know to be usual at each place.  lambda_: for review;
    None for that of the weights.  round_trip: of comemory, see ComemoryConfig; None likewise.
    """

    weights: WeightsCard
    normal: Sequence[NormalFootage]
    out: Path
    device: str = "auto"
    precision: str = "auto"
    places_alike: bool = False
    lambda_: float | None = None
    round_trip: bool | None = None
    card: WeightsCard | None = None
    check: NormalCheck | None = None

    def run(self) -> Iterator[Progress]:
        """Score, then write the same arrays beside a new card.  Raises what NormalPass raises."""
        check_target(self.out)
        asked, before = self._asked(), self.weights.calibration
        arrays, known = read_arrays(asked), asked
        if self.places_alike and before is not None:
            known = replace(asked, calibration=replace(before, usual={}))
        detector = load_detector(known, device=self.device, precision=self.precision)
        normal = NormalPass(detector, self.normal)
        for progress in normal.run():
            self.check = normal.check
            yield progress
        self.check, calibration = normal.check, normal.calibration
        assert calibration is not None
        gamma = suggested_gamma(calibration) if detector.facts.has_memory else None
        self.card = write_arrays(
            self.out,
            arrays,
            replace(asked, name=self.out.stem, calibration=calibration, gamma=gamma),
        )
        yield Progress("done", calibration.frames, calibration.frames)

    def _asked(self) -> WeightsCard:
        """The weights with what is asked for beside their calibration.  Raises BadSetting."""
        card = self.weights
        check_lambda(self.lambda_)
        if self.lambda_ is not None:
            card = replace(card, lambda_=self.lambda_)
        if self.round_trip is None:
            return card
        if card.detector != "comemory" or card.config.get("flow", "dis") != "dis":
            raise BadSetting(
                f"The weights {card.name} look at no optical flow that could be checked.",
                hint="Leave out --round-trip, or name weights of comemory.",
            )
        return replace(card, config={**card.config, "round_trip": self.round_trip})
