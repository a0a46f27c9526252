"""How MNAD is taught: eq. (8), with the memory written between backward and the optimiser's step.

That order is the released code's: read and losses use the old items, the items are written with
the same features, then the optimiser steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.detectors.base import Detector, DetectorFacts, Picture
from engine.detectors.losses import LossWeights, mnad_losses
from engine.detectors.memory import Addressing, as_queries, write_items
from engine.detectors.mnad import MnadConfig, MnadNetwork, mnad_facts, prepare
from engine.detectors.mnad_stream import MnadDetector
from engine.learning.clips import ClipSet
from engine.learning.lesson import Batch, Course, Loss, Setup, care_of, one_of
from engine.learning.plan import MemoryCare, TrainingPlan
from engine.learning.upkeep import centroid_items, sample_queries, spread_items
from engine.progress import Progress

OPTIONS = frozenset(
    {"channels", "width", "size", "items", "no_memory", "frames_in", "forms", "update_rate"}
    | {"compact", "separate", "memory_start", "memory_finish"}
)


class MnadLesson:
    """See Lesson.  care says where the items start and where they settle."""

    terms = ("pixel", "compact", "separate")

    def __init__(self, config: MnadConfig, weights: LossWeights, care: MemoryCare) -> None:
        self.config, self.weights, self.care = config, weights, care
        self.network = MnadNetwork(config)
        self._addressing: Addressing | None = None

    @property
    def facts(self) -> DetectorFacts:
        """The declaration that belongs to the configuration."""
        return mnad_facts(self.config)

    @property
    def clip_frames(self) -> int:
        """Frames of one clip, the target included."""
        return self.config.clip_frames

    def prepare(self, picture: Picture) -> NDArray[np.uint8]:
        """RGB uint8 (H, W, 3) -> uint8 (C, size, size)."""
        return prepare(picture, self.config)

    def optimiser(self, rate: float) -> torch.optim.Optimizer:
        """Adam with its usual betas, as released."""
        return torch.optim.Adam(self.network.parameters(), lr=rate)

    def gathered(self, clips: ClipSet, folder: Path) -> Iterator[Progress]:
        """Nothing is cached."""
        return iter(())

    def begin(self, clips: ClipSet, seed: int) -> None:
        """Items from queries, where asked for."""
        memory = self.network.memory
        if memory is not None and self.care.start == "queries":
            queries = self._sample(clips, seed)
            memory.items.copy_(spread_items(queries, self.config.items, seed))

    def begin_epoch(self, epoch: int, epochs: int) -> None:
        """Every epoch is alike."""

    def loss(self, batch: Batch) -> Loss:
        """Eq. (8); the addressing is kept for the update."""
        output = self.network(self._inputs(batch.clip))
        self._addressing = output.addressing
        target = batch.clip[:, self.config.target]
        found = mnad_losses(output.predicted, target, output.addressing, self.weights)
        terms = {"pixel": found.pixel, "compact": found.compact, "separate": found.separate}
        return Loss(found.total, terms)

    def after_backward(self) -> None:
        """Eq. (3)-(5) with the features of this step."""
        if self.network.memory is not None and self._addressing is not None:
            written = write_items(self._addressing, self.weights.forms, self.config.update_rate)
            self.network.memory.items.copy_(written)
        self._addressing = None

    def errors(self, batch: Batch) -> Tensor:
        """Mean squared error of each clip's prediction.  (B,)."""
        output = self.network(self._inputs(batch.clip))
        gap: Tensor = output.predicted.float() - batch.clip[:, self.config.target]
        return gap.square().flatten(1).mean(dim=1)

    def settle(self, clips: ClipSet) -> Iterator[Progress]:
        """Items at the centroids of the footage's queries, where asked for."""
        memory = self.network.memory
        if memory is not None and self.care.finish == "centroids":
            yield Progress("settling the memory", 0, 0)
            memory.items.copy_(centroid_items(self._sample(clips, 0), memory.items))

    def detector(self, device: torch.device, dtype: torch.dtype) -> Detector:
        """A detector of a copy."""
        return MnadDetector(deepcopy(self.network), self.facts, device, dtype)

    def _inputs(self, clip: Tensor) -> Tensor:
        """(B, T, C, h, w) -> the frames that go in, stacked on the channels."""
        inputs = clip[:, : self.config.frames_in].flatten(1, 2)
        return inputs.contiguous(memory_format=torch.channels_last)

    def _sample(self, clips: ClipSet, seed: int) -> Tensor:
        return sample_queries(
            self.network,
            lambda clip: as_queries(self.network.encoder(self._inputs(clip))[0]),
            clips,
            training=False,
            seed=seed,
        )


def mnad_course(detector: str) -> Course:
    """`mnad-prediction` or `mnad-reconstruction`, with the papers' defaults of each."""
    task = detector.removeprefix("mnad-")
    prediction = task == "prediction"

    def setup(given: Mapping[str, Any], inherited: Mapping[str, Any]) -> Setup:
        shape: dict[str, Any] = {
            "channels": 1,
            "width": 16,
            "size": 256,
            "frames_in": 4 if prediction else 1,
        }
        shape |= inherited
        shape |= {name: given[name] for name in given if name in MnadConfig.__dataclass_fields__}
        shape["task"] = task
        one_of("forms", shape.get("forms", "code"), ("code", "paper"))
        if given.get("no_memory"):
            shape["memory"] = False
        config = MnadConfig(**shape)
        usual = 0.1 if prediction else 0.01
        losses = LossWeights(
            given.get("compact", usual), given.get("separate", usual), forms=config.forms
        )
        return Setup(config, losses, care_of(given), 2e-4 if prediction else 2e-5)

    def lesson(plan: TrainingPlan) -> MnadLesson:
        if not isinstance(plan.config, MnadConfig) or not isinstance(plan.losses, LossWeights):
            raise TypeError(f"this plan is for '{plan.detector}', not for MNAD")
        return MnadLesson(plan.config, plan.losses, plan.care)

    return Course(detector, OPTIONS, setup, lesson)
