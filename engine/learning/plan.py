"""What a training run is asked to do: everything that its outcome depends on."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Protocol

from engine.detectors.device import check_precision
from engine.detectors.losses import LossWeights
from engine.errors import BadSetting
from engine.learning.limits import check_above_zero, check_seed, check_weight


class DetectorConfig(Protocol):
    """Everything that fixes a detector's network, a frozen dataclass."""

    @property
    def detector(self) -> str:
        """The name of the detector that it belongs to."""

    def as_dict(self) -> dict[str, Any]:
        """For the weights card; its values make the same configuration again."""


class TermWeights(Protocol):
    """Weights of a detector's loss terms, a frozen dataclass."""

    def as_dict(self) -> dict[str, Any]:
        """For the weights card."""


@dataclass(frozen=True, slots=True)
class MemoryCare:
    """What keeps the memory alive; the first values of each are the released code's.

    start: items from uniform noise, or from queries of the training footage.
    finish: leave the items as the last batch left them, or make them the centroids of the training
    footage's queries in eval mode (BN drifts between the modes).
    """

    start: Literal["random", "queries"] = "random"
    finish: Literal["last-batch", "centroids"] = "last-batch"


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """One training run.  minutes replaces epochs by what fits into that time on this machine.

    config and losses are the detector's own.  crop: side of the moving crops that a step sees, a
    multiple of 8; 0 for whole frames, as in the papers.  robust: share of the clips, those with
    the highest error of their batch, that is left out of the loss: for footage that may hold a few
    abnormal moments.  anneal: whether the learning rate falls after each epoch, as released, or
    after each step, which suits runs of a few epochs.  weigh_places: whether patch scores of
    predicted pictures are weighed by what is usual at each place (engine/scoring/usual.py).
    """

    config: DetectorConfig
    losses: TermWeights = field(default_factory=LossWeights)
    care: MemoryCare = field(default_factory=MemoryCare)
    epochs: int = 8
    minutes: float | None = None
    batch: int = 4
    crop: int = 0
    learning_rate: float = 2e-4
    seed: int = 1
    holdout: float = 0.125
    clip_rate: float | None = 10.0
    robust: float = 0.0
    anneal: Literal["epoch", "step"] = "epoch"
    weigh_places: bool = False
    device: str = "auto"
    precision: str = "auto"

    def __post_init__(self) -> None:
        if self.epochs < 1:
            raise BadSetting(f"Training needs at least 1 epoch, not {self.epochs}.")
        if self.batch < 1:
            raise BadSetting(f"A batch needs at least 1 clip, not {self.batch}.")
        check_above_zero("The minutes for training", self.minutes)
        check_above_zero("The learning rate", self.learning_rate)
        check_above_zero("The clip rate", self.clip_rate)
        check_seed(self.seed)
        for name, value in _numbers(self.losses.as_dict()):
            check_weight(f"The loss's {name}", value)
        for name, value in _numbers(self.config.as_dict()):
            check_weight(f"The network's {name}", value)
        if self.crop % 8 or self.crop < 0 or 0 < self.crop < 32:
            raise BadSetting(f"The crop must be a multiple of 8 from 32 on, or 0, not {self.crop}.")
        if not 0 <= self.holdout < 1:
            raise BadSetting("The held-out share lies between 0 and 1.")
        if self.anneal not in ("epoch", "step"):
            raise BadSetting(f"The learning rate falls by epoch or step, not by '{self.anneal}'.")
        if not 0 <= self.robust <= 0.5:
            raise BadSetting(
                f"The share that is left out of the loss lies between 0 and 0.5, not at "
                f"{self.robust}."
            )
        if self.robust and self.batch < 2:
            raise BadSetting("To leave the worst clip out, a batch needs at least 2 clips.")
        check_precision(self.precision)

    @property
    def detector(self) -> str:
        """The name of the detector that is taught."""
        return self.config.detector

    def rate_at(self, progress: float) -> float:
        """Learning rate by cosine annealing; progress is the share of the run that is done."""
        return 0.5 * self.learning_rate * (1 + math.cos(math.pi * min(1.0, progress)))

    def left_out(self, step: int) -> int:
        """How many clips of a step's batch are left out: 0 or more, the share on average.

        step counts from 0 within an epoch.  At least one clip of a batch stays.
        """
        share = self.robust * self.batch
        return min(self.batch - 1, math.floor((step + 1) * share) - math.floor(step * share))

    def as_dict(self) -> dict[str, Any]:
        """For the card, and to tell whether a checkpoint belongs to this plan."""
        return {"detector": self.detector, **asdict(self)}


def _numbers(settings: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for name, value in settings.items():
        if isinstance(value, float):
            yield name.replace("_", " "), value
