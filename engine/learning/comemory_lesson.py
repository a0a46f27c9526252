"""How Co-memory is taught: six terms, flow targets from a cache, both memories written in each
step.

The gradient of the prediction flows through f_m into the motion encoder.  The memories are written
between backward and the optimiser's step, as MNAD's is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.detectors.base import Detector, DetectorFacts, Picture
from engine.detectors.comemory import (
    ComemoryConfig,
    ComemoryNetwork,
    ComemoryOutput,
    comemory_facts,
)
from engine.detectors.comemory_score import patch_errors, patch_weights
from engine.detectors.comemory_stream import ComemoryDetector
from engine.detectors.losses import ComemoryWeights, comemory_losses
from engine.detectors.memory import as_queries, write_items
from engine.detectors.mnad import squared_error, to_unit
from engine.detectors.pictures import prepared
from engine.learning.clips import ClipSet
from engine.learning.flow_cache import FlowCache, difference_scale
from engine.learning.lesson import Batch, Course, Loss, Setup, care_of, one_of
from engine.learning.plan import MemoryCare, TrainingPlan
from engine.learning.upkeep import centroid_items, sample_queries, spread_items
from engine.progress import Progress

SETTLE_CLIPS = 400  # on which w_I and w_F are measured
OPTIONS = frozenset(
    {"channels", "width", "size", "items", "motion_items", "appearance_frames", "flow"}
    | {"motion_skips", "round_trip"}
    | {"forms", "update_rate", "compact", "separate", "motion_compact", "motion_separate"}
    | {"memory_start", "memory_finish", "no_memory"}
)


class ComemoryLesson:
    """See Lesson.  care says where the items of both memories start and where they settle."""

    terms = ("flow", "pixel", "compact", "separate", "motion_compact", "motion_separate")

    def __init__(self, config: ComemoryConfig, weights: ComemoryWeights, care: MemoryCare) -> None:
        self.config, self.weights, self.care = config, weights, care
        self.network = ComemoryNetwork(config)
        self._cache: FlowCache | None = None
        self._output: ComemoryOutput | None = None

    @property
    def facts(self) -> DetectorFacts:
        """The declaration that belongs to the configuration."""
        return comemory_facts(self.config)

    @property
    def clip_frames(self) -> int:
        """Frames of one clip, I_{t+1} included."""
        return self.config.clip_frames

    def prepare(self, picture: Picture) -> NDArray[np.uint8]:
        """RGB uint8 (H, W, 3) -> uint8 (C, size, size)."""
        return prepared(picture, self.config.size, self.config.channels)

    def optimiser(self, rate: float) -> torch.optim.Optimizer:
        """Adam, as MNAD's."""
        return torch.optim.Adam(self.network.parameters(), lr=rate)

    def gathered(self, clips: ClipSet, folder: Path) -> Iterator[Progress]:
        """Flow of the footage, and the units that the network shall give it in."""
        if self.config.flow == "dis":
            self._cache = FlowCache(folder / "flow.f16")
            yield from self._cache.fill(clips)
            scale = self._cache.scale
        else:
            scale = difference_scale(clips)
        found = torch.tensor([scale.limit, scale.unit, scale.still])
        self.network.flow_scale.copy_(found)

    def begin(self, clips: ClipSet, seed: int) -> None:
        """Items from queries, where asked for."""
        if self.care.start == "queries":
            for memory, queries_of in self._memories():
                queries = sample_queries(self.network, queries_of, clips, training=False, seed=seed)
                memory.copy_(spread_items(queries, len(memory), seed))

    def begin_epoch(self, epoch: int, epochs: int) -> None:
        """Every epoch is alike."""

    def loss(self, batch: Batch) -> Loss:
        """The six terms; the addressings are kept for the update."""
        output = self._output = self.network(self._inputs(batch.clip))
        total, terms = comemory_losses(
            (output.flow, self._motion_of(batch)),
            (output.predicted, batch.clip[:, -1]),
            output.appearance,
            output.motion,
            self.weights,
        )
        return Loss(total, terms)

    def after_backward(self) -> None:
        """Both memories take in the features of this step."""
        if self._output is None:
            return
        found = (self._output.appearance, self._output.motion)
        for items, addressing in zip(self.network.items, found, strict=True):
            if items is not None and addressing is not None:
                items.copy_(write_items(addressing, self.weights.forms, self.config.update_rate))
        self._output = None

    def errors(self, batch: Batch) -> Tensor:
        """Errors of flow and picture of each clip, weighted as in the loss.  (B,)."""
        output = self.network(self._inputs(batch.clip))
        flow = (output.flow.float() - self._motion_of(batch)).square().flatten(1).mean(dim=1)
        gap = (output.predicted.float() - batch.clip[:, -1]).square().flatten(1).mean(dim=1)
        total: Tensor = self.weights.flow * flow + self.weights.pixel * gap
        return total

    def settle(self, clips: ClipSet) -> Iterator[Progress]:
        """Items at the centroids of the queries, where asked for; then w_I and w_F on training
        frames, with the final weights and items.
        """
        if self.care.finish == "centroids":
            yield Progress("settling the memories", 0, 0)
            for memory, queries_of in self._memories():
                queries = sample_queries(self.network, queries_of, clips, training=False)
                memory.copy_(centroid_items(queries, memory))
        picked = np.linspace(0, len(clips) - 1, min(SETTLE_CLIPS, len(clips))).astype(np.int64)
        device = next(self.network.parameters()).device
        self.network.eval()
        found = []
        for done, at in enumerate(picked, 1):
            clip = to_unit(torch.from_numpy(clips.batch(np.array([at]))).to(device))
            batch = Batch(clip, clips.starts[[at]], np.zeros((1, 2), np.int64))
            with torch.inference_mode():
                output = self.network(self._inputs(clip))
                image = squared_error(output.predicted[0], clip[0, -1]).sum(dim=0)
                wanted = self._motion_of(batch, limited=False)
                flow = (output.flow - wanted)[0].square().sum(dim=0)
            found.append(patch_errors(image.cpu().numpy(), flow.cpu().numpy()))
            if done % 20 == 0:
                yield Progress("weighing the errors", done, len(picked))
        self.network.patch_weights.copy_(torch.tensor(patch_weights(found)))

    def detector(self, device: torch.device, dtype: torch.dtype) -> Detector:
        """A detector of a copy."""
        return ComemoryDetector(deepcopy(self.network), self.facts, device, dtype)

    def _inputs(self, clip: Tensor) -> Tensor:
        """(B, T, C, h, w) -> all frames but the last, stacked on the channels."""
        return clip[:, :-1].flatten(1, 2).contiguous(memory_format=torch.channels_last)

    def _motion_of(self, batch: Batch, *, limited: bool = True) -> Tensor:
        """The motion target F_t of each clip, from I_{t-1} to I_t.  (B, 2 or C, h, w).

        limited: for learning; the stream scores against the flow as it is.
        """
        if self.config.flow != "dis":
            change = batch.clip[:, -2] - batch.clip[:, -3]
            unit: Tensor = self.network.flow_scale[1]
            return change / unit
        if self._cache is None:
            raise ValueError("the flow has not been gathered")
        now = batch.starts + self.config.appearance_frames - 1
        fields = self._cache.read(now, batch.corners, batch.clip.shape[-1])
        scale = self.network.scale if limited else self.network.scale.unlimited
        return torch.from_numpy(scale.apply(fields)).to(batch.clip.device)

    def _memories(self) -> list[tuple[Tensor, Callable[[Tensor], Tensor]]]:
        """The items of each memory, and how its queries are made of a clip (1, T, C, h, w)."""
        network = self.network

        def of_appearance(clip: Tensor) -> Tensor:
            return as_queries(network.appearance_encoder(self._inputs(clip))[0])

        def of_motion(clip: Tensor) -> Tensor:
            return as_queries(network.motion_encoder(network.pair(self._inputs(clip)))[0])

        both = zip(network.items, (of_appearance, of_motion), strict=True)
        return [(items, queries_of) for items, queries_of in both if items is not None]


def comemory_course(detector: str) -> Course:
    """`comemory`, with MNAD's training where its own description is silent."""

    def setup(given: Mapping[str, Any], inherited: Mapping[str, Any]) -> Setup:
        shape: dict[str, Any] = {"channels": 1, "width": 16, "size": 256} | dict(inherited)
        fields = ComemoryConfig.__dataclass_fields__
        shape |= {name: given[name] for name in given if name in fields}
        if given.get("no_memory"):
            shape |= {"items": 0, "motion_items": 0}
        one_of("forms", shape.get("forms", "code"), ("code", "paper"))
        config = ComemoryConfig(**shape)
        compact, separate = given.get("compact", 0.1), given.get("separate", 0.1)
        weights = ComemoryWeights(
            compact=compact,
            separate=separate,
            motion_compact=given.get("motion_compact", compact),
            motion_separate=given.get("motion_separate", separate),
            forms=config.forms,
        )
        return Setup(config, weights, care_of(given), 2e-4)

    def lesson(plan: TrainingPlan) -> ComemoryLesson:
        if not isinstance(plan.config, ComemoryConfig) or not isinstance(
            plan.losses, ComemoryWeights
        ):
            raise TypeError(f"this plan is for '{plan.detector}', not for comemory")
        return ComemoryLesson(plan.config, plan.losses, plan.care)

    return Course(detector, OPTIONS, setup, lesson)
