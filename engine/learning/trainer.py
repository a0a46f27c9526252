"""The trainer: eq. (8) minimised with Adam and a cosine, a checkpoint every epoch, exact resume.

Order within a step, as in the released code: read and losses use the old items, the items are
written with the same features, then the optimiser steps.
"""

from __future__ import annotations

import json
import pickle
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.detectors.device import autocast, choose_device, choose_dtype
from engine.detectors.losses import mnad_losses
from engine.detectors.memory import write_items
from engine.detectors.mnad import MnadNetwork, to_unit
from engine.errors import UnreadableWeights, UnusableDataset
from engine.files import replacing
from engine.learning.clips import ClipSet
from engine.learning.crops import moving_crops
from engine.learning.plan import TrainingPlan
from engine.learning.upkeep import centroid_items, spread_items
from engine.progress import Progress, RateMeter


@dataclass(slots=True)
class Trained:
    """What a run leaves: the network in eval mode, and the losses of each epoch (pixel, compact,
    separate).
    """

    network: MnadNetwork
    history: list[dict[str, float]]
    epochs: int
    seconds: float
    resumed_from: int


class Trainer:
    """One training run over a ClipSet.  `run` yields Progress; `trained` holds the outcome
    afterwards.
    """

    def __init__(
        self, clips: ClipSet, plan: TrainingPlan, checkpoint: Path, base: str = ""
    ) -> None:
        if len(clips) < plan.batch:
            raise UnusableDataset(
                f"The normal footage holds {len(clips)} clips, and a batch needs {plan.batch}.",
                hint="Give more normal footage: at least a minute of it.",
            )
        self.clips, self.plan, self.checkpoint, self.base = clips, plan, checkpoint, base
        self.device = choose_device(plan.device)
        self.dtype = choose_dtype(plan.precision, self.device)  # type: ignore[arg-type]
        torch.manual_seed(plan.seed)
        self.network = MnadNetwork(plan.config).to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=plan.learning_rate)
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=self.dtype == torch.float16)
        self.epoch, self.epochs = 0, plan.epochs
        self.history: list[dict[str, float]] = []
        self.seconds = 0.0
        self.resumed_from = 0
        self.trained: Trained | None = None

    @property
    def steps_per_epoch(self) -> int:
        """Whole batches of an epoch; the rest is dropped, as in the released code."""
        return len(self.clips) // self.plan.batch

    def resume(self) -> bool:
        """Continue from the checkpoint if it belongs to this plan and this footage.

        Raises UnreadableWeights where it is damaged.
        """
        if not self.checkpoint.is_file():
            return False
        try:
            state = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
            ours = state["identity"] == self._identity()
        # what torch.load makes of a damaged file, as far as it is known
        except (OSError, EOFError, RuntimeError, pickle.UnpicklingError, LookupError) as error:
            raise UnreadableWeights(
                f"The checkpoint {self.checkpoint} is damaged.",
                hint="Train again without --resume.",
            ) from error
        if not ours:
            return False
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.scaler.load_state_dict(state["scaler"])
        self.epoch, self.epochs = int(state["epoch"]), int(state["epochs"])
        self.history = json.loads(state["history"])
        self.seconds = float(state["seconds"])
        self.resumed_from = self.epoch
        return True

    def run(self) -> Iterator[Progress]:
        """Train to the end; the caller stops by leaving, and loses at most the current epoch."""
        plan, meter = self.plan, RateMeter(window=20.0)
        if self.epoch == 0:
            self._start_memory()
        if plan.minutes is not None and self.epoch == 0:
            self.epochs = self._epochs_that_fit(plan.minutes)
        per_epoch = self.steps_per_epoch
        total = self.epochs * per_epoch
        while self.epoch < self.epochs:
            began = time.monotonic()
            # the order depends on seed and epoch alone, so that a resumed run sees the same batches
            order = np.random.default_rng((plan.seed, self.epoch)).permutation(len(self.clips))
            sums, steps = np.zeros(3), 0
            for group in self.optimiser.param_groups:
                group["lr"] = plan.rate_at(self.epoch / self.epochs)
            self.network.train()
            for step in range(per_epoch):
                positions = order[step * plan.batch : (step + 1) * plan.batch]
                frames = self.clips.batch(positions)
                if plan.crop:
                    place = np.random.default_rng((plan.seed, self.epoch, step))
                    frames = moving_crops(frames, plan.crop, place)
                sums += self._step(frames)
                steps += 1
                mean = sums / steps
                yield meter.progress(
                    f"epoch {self.epoch + 1} of {self.epochs}",
                    self.epoch * per_epoch + steps,
                    total,
                    "step",
                    note=f"loss {mean[0]:.5f}",
                )
            names = ("pixel", "compact", "separate")
            self.history.append(dict(zip(names, (sums / steps).tolist(), strict=True)))
            self.epoch += 1
            self.seconds += time.monotonic() - began
            self._save()
        if self.network.memory is not None and plan.care.finish == "centroids":
            yield Progress("settling the memory", total, total, "step")
            self.network.memory.items.copy_(centroid_items(self.network, self.clips, self.device))
        self.network.eval()
        self.trained = Trained(
            self.network, self.history, self.epochs, self.seconds, self.resumed_from
        )

    def _step(self, frames: np.ndarray[Any, np.dtype[np.uint8]]) -> np.ndarray[Any, Any]:
        plan, config = self.plan, self.plan.config
        b, _, c, h, w = frames.shape
        clip = to_unit(torch.from_numpy(frames).to(self.device))  # (B, T, C, h, w)
        inputs = clip[:, : config.frames_in].reshape(b, config.frames_in * c, h, w)
        inputs = inputs.contiguous(memory_format=torch.channels_last)
        with autocast(self.device, self.dtype):
            output = self.network(inputs)
        losses = mnad_losses(
            output.predicted, clip[:, config.target], output.addressing, plan.losses
        )
        self.optimiser.zero_grad(set_to_none=True)
        self.scaler.scale(losses.total).backward()  # type: ignore[no-untyped-call]
        if self.network.memory is not None and output.addressing is not None:
            written = write_items(output.addressing, plan.losses.forms, config.update_rate)
            self.network.memory.items.copy_(written)
        self.scaler.step(self.optimiser)
        self.scaler.update()
        terms = (losses.pixel, losses.compact, losses.separate)
        return np.array([float(term.detach()) for term in terms])

    def _start_memory(self) -> None:
        if self.network.memory is not None and self.plan.care.start == "queries":
            self.network.memory.items.copy_(
                spread_items(self.network, self.clips, self.device, self.plan.seed)
            )

    def _epochs_that_fit(self, minutes: float) -> int:
        """Time a few steps on a copy of the state, and see how many epochs the minutes hold."""
        state = {k: v.clone() for k, v in self.network.state_dict().items()}
        self.network.train()
        frames = self.clips.batch(np.arange(self.plan.batch))
        if self.plan.crop:
            frames = moving_crops(frames, self.plan.crop, np.random.default_rng(0))
        self._step(frames)
        began = time.monotonic()
        for _ in range(3):
            self._step(frames)
        step = (time.monotonic() - began) / 3
        self.network.load_state_dict(state)
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=self.plan.learning_rate)
        return max(1, int(minutes * 60 / (step * self.steps_per_epoch)))

    def _identity(self) -> str:
        said = {"plan": self.plan.as_dict(), "clips": self.clips.fingerprint()}
        return json.dumps(said | ({"base": self.base} if self.base else {}))

    def _save(self) -> None:
        with replacing(self.checkpoint) as temporary:
            torch.save(
                {
                    "identity": self._identity(),
                    "network": self.network.state_dict(),
                    "optimiser": self.optimiser.state_dict(),
                    "scaler": self.scaler.state_dict(),
                    "epoch": self.epoch,
                    "epochs": self.epochs,
                    "history": json.dumps(self.history),
                    "seconds": self.seconds,
                },
                temporary,
            )
