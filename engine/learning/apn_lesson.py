"""How the attention prototype network is taught: the backbone first, then the unit on it.

In the first phase the backbone and the layers after the unit learn to predict, the unit left out.
In the second the backbone stands still, and the unit learns with the layers after it: so the
features are those of prediction, and W finds what is normal among them.  The released code trains
all at once from the first step; `joint` with a backbone's share of 0 is that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.detectors.apn import ApnConfig, ApnNetwork, ApnOutput, apn_facts
from engine.detectors.apn_losses import ApnLossWeights, apn_losses
from engine.detectors.apn_stream import ApnDetector
from engine.detectors.base import Detector, DetectorFacts, Picture
from engine.detectors.pictures import prepared
from engine.errors import BadSetting
from engine.learning.clips import ClipSet
from engine.learning.lesson import Batch, Course, Loss, Setup, one_of
from engine.learning.plan import MemoryCare, TrainingPlan
from engine.progress import Progress

LEARNING_RATE = 1e-3  # AdamW, as released


class ApnLesson:
    """See Lesson."""

    terms = ("pixel", "compact", "diverse", "covariance")

    def __init__(self, config: ApnConfig, weights: ApnLossWeights) -> None:
        self.config, self.weights = config, weights
        self.network = ApnNetwork(config)
        self.with_unit = config.prototypes > 0

    @property
    def facts(self) -> DetectorFacts:
        """The declaration that belongs to the configuration."""
        return apn_facts(self.config)

    @property
    def clip_frames(self) -> int:
        """Frames of one clip, the target included."""
        return self.config.clip_frames

    def prepare(self, picture: Picture) -> NDArray[np.uint8]:
        """RGB uint8 (H, W, 3) -> uint8 (C, size, size)."""
        return prepared(picture, self.config.size, self.config.channels)

    def optimiser(self, rate: float) -> torch.optim.Optimizer:
        """AdamW, as released; what has no gradient is neither moved nor decayed."""
        return torch.optim.AdamW(self.network.parameters(), lr=rate)

    def gathered(self, clips: ClipSet, folder: Path) -> Iterator[Progress]:
        """Nothing is cached."""
        return iter(())

    def begin(self, clips: ClipSet, seed: int) -> None:
        """Everything starts as drawn."""

    def begin_epoch(self, epoch: int, epochs: int) -> None:
        """Phase one up to the backbone's share of the epochs; then the unit comes in.

        A single epoch cannot be shared: then all learn at once.
        """
        share = self.weights.backbone_share
        single = epochs == 1 and 0 < share < 1
        alone = not single and epoch < round(share * epochs)
        self.with_unit = self.config.prototypes > 0 and not alone
        frozen = self.with_unit and not self.weights.joint and not single
        self.network.backbone.requires_grad_(not frozen)

    def loss(self, batch: Batch) -> Loss:
        """The frame's term, and with the unit its terms."""
        output = self._respond(batch)
        target = batch.clip[:, self.config.target]
        found = apn_losses(output.predicted, target, output.prototyping, self.weights)
        return Loss(found.total, {name: getattr(found, name) for name in self.terms})

    def after_backward(self) -> None:
        """There is no memory to write."""

    def errors(self, batch: Batch) -> Tensor:
        """Mean squared error of each clip's prediction.  (B,)."""
        gap = self._respond(batch).predicted.float() - batch.clip[:, self.config.target]
        return gap.square().flatten(1).mean(dim=1)

    def settle(self, clips: ClipSet) -> Iterator[Progress]:
        """Nothing is measured with the final weights."""
        return iter(())

    def detector(self, device: torch.device, dtype: torch.dtype) -> Detector:
        """A detector of a copy."""
        return ApnDetector(deepcopy(self.network), self.facts, device, dtype)

    def _respond(self, batch: Batch) -> ApnOutput:
        clip = batch.clip[:, : self.config.frames_in].flatten(1, 2)
        clip = clip.contiguous(memory_format=torch.channels_last)
        return self.network(clip, with_unit=self.with_unit)  # type: ignore[no-any-return]


SHAPE = ("channels", "width", "size", "levels", "prototypes", "plug", "rounds", "attention_side",
         "frames_in")  # fmt: skip
WEIGHTS = frozenset(field.name for field in fields(ApnLossWeights)) - {"margin"}


def scales_of(text: str) -> tuple[float, ...]:
    """`1,0.5` -> (1.0, 0.5).  Raises BadSetting."""
    try:
        return tuple(float(scale) for scale in text.split(","))
    except ValueError as error:
        raise BadSetting(
            f"'{text}' names no input scales.", hint="Write them with commas, such as 1,0.5."
        ) from error


def apn_course(detector: str) -> Course:
    """The course of `apn`."""

    def setup(given: Mapping[str, Any], inherited: Mapping[str, Any]) -> Setup:
        shape: dict[str, Any] = {"channels": 1, "width": 16} | dict(inherited)
        shape |= {name: given[name] for name in SHAPE if name in given}
        if "scales" in given:
            shape["scales"] = scales_of(given["scales"])
        if "forms" in given:
            one_of("forms", given["forms"], ("code", "paper"))
        weights = ApnLossWeights(**{name: given[name] for name in WEIGHTS if name in given})
        return Setup(ApnConfig(**shape), weights, MemoryCare(), LEARNING_RATE)

    def lesson(plan: TrainingPlan) -> ApnLesson:
        if not isinstance(plan.config, ApnConfig) or not isinstance(plan.losses, ApnLossWeights):
            raise TypeError(f"this plan is for '{plan.detector}', not for apn")
        return ApnLesson(plan.config, plan.losses)

    return Course(detector, WEIGHTS | {*SHAPE, "scales"}, setup, lesson)
