"""The seam between the trainer and what it teaches: one Lesson for each kind of network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.detectors.base import Detector, DetectorFacts, Picture
from engine.errors import BadSetting
from engine.learning.clips import ClipSet
from engine.learning.plan import DetectorConfig, MemoryCare, TermWeights, TrainingPlan
from engine.progress import Progress


@dataclass(frozen=True, slots=True)
class Batch:
    """Clips of one step.

    clip: (B, T, C, h, w) in [-1, 1], on the network's device.  starts: (B,) where each clip begins
    in `ClipSet.frames`, so that caches beside the frames can be read.  corners: (B, 2) top and left
    of the crop that `clip` shows; zeros for whole frames.
    """

    clip: Tensor
    starts: NDArray[np.int64]
    corners: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts)

    def keep(self, rows: NDArray[np.int64]) -> Batch:
        """These clips of the batch only."""
        picked = torch.from_numpy(rows).to(self.clip.device)
        return Batch(self.clip[picked], self.starts[rows], self.corners[rows])


@dataclass(frozen=True, slots=True)
class Loss:
    """The total to minimise and the terms that it is made of, each a scalar."""

    total: Tensor
    terms: Mapping[str, Tensor]


class Lesson(Protocol):
    """What a Trainer teaches.  It owns the network; the trainer owns batches, steps and
    checkpoints.

    Whatever must survive an interruption belongs into the network's state dict (buffers too): that
    is what a checkpoint keeps beside the optimiser's state.
    """

    @property
    def network(self) -> nn.Module:
        """The network; the trainer moves it to the device and between the modes."""

    @property
    def facts(self) -> DetectorFacts:
        """The declaration of the detector that comes of it."""

    @property
    def clip_frames(self) -> int:
        """Frames of one clip, T."""

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the loss terms, in the order of the history."""

    def prepare(self, picture: Picture) -> NDArray[np.uint8]:
        """RGB uint8 (H, W, 3) -> uint8 (C, h, w), as the detector's stream prepares it."""

    def optimiser(self, rate: float) -> torch.optim.Optimizer:
        """A fresh optimiser over all parameters; one without a gradient is left as it is."""

    def gathered(self, clips: ClipSet, folder: Path) -> Iterator[Progress]:
        """Before the first step of every run, resumed ones too: caches go to `folder`."""

    def begin(self, clips: ClipSet, seed: int) -> None:
        """Before the first epoch, once: where a memory starts."""

    def begin_epoch(self, epoch: int, epochs: int) -> None:
        """Before each epoch (from 0), in training mode: which parts are frozen."""

    def loss(self, batch: Batch) -> Loss:
        """Forward pass and loss of one batch, under the trainer's autocast."""

    def after_backward(self) -> None:
        """Between backward and the optimiser's step: a memory is written here."""

    def errors(self, batch: Batch) -> Tensor:
        """How badly each clip is predicted, (B,), in eval mode without gradient; changes
        nothing."""

    def settle(self, clips: ClipSet) -> Iterator[Progress]:
        """After the last epoch: what is measured with the final weights."""

    def detector(self, device: torch.device, dtype: torch.dtype) -> Detector:
        """A detector of a copy of the network as it is, not calibrated."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a detector's own options come to."""

    config: DetectorConfig
    losses: TermWeights
    care: MemoryCare
    learning_rate: float


@dataclass(frozen=True, slots=True)
class Course:
    """How one detector is learned.

    options: its own, by name (`update_rate` is --update-rate), beside those that every run has.
    setup: from the options that were given, and the configuration of the weights to start from
    ({} without), with the detector's defaults for the rest.  lesson: a fresh one for a plan.
    """

    detector: str
    options: frozenset[str]
    setup: Callable[[Mapping[str, Any], Mapping[str, Any]], Setup]
    lesson: Callable[[TrainingPlan], Lesson]


def one_of(option: str, value: Any, allowed: tuple[str, ...]) -> str:
    """An option's value, if it is allowed.  Raises BadSetting."""
    if value not in allowed:
        raise BadSetting(f"--{option.replace('_', '-')} is {' or '.join(allowed)}, not '{value}'.")
    return str(value)


def care_of(given: Mapping[str, Any]) -> MemoryCare:
    """The memory's care from the options memory_start and memory_finish."""
    start = one_of("memory_start", given.get("memory_start", "random"), ("random", "queries"))
    finish = one_of(
        "memory_finish", given.get("memory_finish", "last-batch"), ("last-batch", "centroids")
    )
    return MemoryCare(start, finish)  # type: ignore[arg-type]
