"""What a training run is asked to do: everything that its outcome depends on."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from engine.detectors.losses import LossWeights
from engine.detectors.mnad import MnadConfig
from engine.errors import BadSetting


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

    crop: side of the moving crops that a step sees, a multiple of 8; 0 for whole frames, as in the
    papers.
    """

    config: MnadConfig
    losses: LossWeights = field(default_factory=LossWeights)
    care: MemoryCare = field(default_factory=MemoryCare)
    epochs: int = 8
    minutes: float | None = None
    batch: int = 4
    crop: int = 0
    learning_rate: float = 2e-4
    seed: int = 1
    holdout: float = 0.125
    clip_rate: float | None = 10.0
    device: str = "auto"
    precision: str = "auto"

    def __post_init__(self) -> None:
        if self.epochs < 1:
            raise BadSetting(f"Training needs at least 1 epoch, not {self.epochs}.")
        if self.minutes is not None and self.minutes <= 0:
            raise BadSetting("The minutes for training must be more than 0.")
        if self.crop % 8 or self.crop < 0 or 0 < self.crop < 32:
            raise BadSetting(f"The crop must be a multiple of 8 from 32 on, or 0, not {self.crop}.")
        if not 0 <= self.holdout < 1:
            raise BadSetting("The held-out share lies between 0 and 1.")

    def rate_at(self, progress: float) -> float:
        """Learning rate by cosine annealing; progress is the share of the run that is done."""
        return 0.5 * self.learning_rate * (1 + math.cos(math.pi * min(1.0, progress)))

    def as_dict(self) -> dict[str, Any]:
        """For the card, and to tell whether a checkpoint belongs to this plan."""
        return asdict(self)
