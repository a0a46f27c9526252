"""The trainer: a Lesson's loss minimised, a cosine over the run, exact resume within an epoch."""

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
from torch import nn

from engine.detectors.allocation import keep_freed_memory
from engine.detectors.device import autocast, choose_device, choose_dtype
from engine.detectors.mnad import to_unit
from engine.errors import UnreadableWeights, UnusableDataset
from engine.files import replacing
from engine.learning.clips import ClipSet
from engine.learning.courses import lesson_of
from engine.learning.crops import cropped, moving_corners
from engine.learning.lesson import Batch, Lesson
from engine.learning.plan import TrainingPlan
from engine.learning.watching import LossCurve
from engine.progress import Progress, RateMeter

SAVE_SECONDS = 60.0  # what a crash may lose


@dataclass(slots=True)
class Trained:
    """What a run leaves: the network in eval mode, and the loss terms of each epoch."""

    network: nn.Module
    history: list[dict[str, float]]
    epochs: int
    seconds: float
    resumed_from: int


class Trainer:
    """One training run over a ClipSet.  `run` yields Progress; `trained` holds the outcome
    afterwards.

    lesson: what is taught; None for the one that the plan names.
    """

    def __init__(
        self,
        clips: ClipSet,
        plan: TrainingPlan,
        checkpoint: Path,
        base: str = "",
        lesson: Lesson | None = None,
    ) -> None:
        if len(clips) < plan.batch:
            raise UnusableDataset(
                f"The normal footage holds {len(clips)} clips, and a batch needs {plan.batch}.",
                hint="Give more normal footage: at least a minute of it.",
            )
        keep_freed_memory()
        self.clips, self.plan, self.checkpoint, self.base = clips, plan, checkpoint, base
        self.device = choose_device(plan.device)
        self.dtype = choose_dtype(plan.precision, self.device)  # type: ignore[arg-type]
        self.lesson = lesson_of(plan) if lesson is None else lesson
        self.network = self.lesson.network
        self.network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.optimiser = self.lesson.optimiser(plan.learning_rate)
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=self.dtype == torch.float16)
        self.epoch, self.epochs = 0, plan.epochs
        self.step = 0  # of the present epoch
        self.steps_per_epoch = len(clips) // plan.batch  # the rest is dropped, as released
        self.curve = LossCurve()
        self.history: list[dict[str, float]] = []
        self._sums = np.zeros(len(self.lesson.terms))
        self.seconds = 0.0
        self.resumed_from = 0
        self.trained: Trained | None = None

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
        self.step, self.steps_per_epoch = int(state["step"]), int(state["steps_per_epoch"])
        self._sums = np.array(json.loads(state["sums"]))
        self.history = json.loads(state["history"])
        self.seconds = float(state["seconds"])
        self.resumed_from = self.epoch
        return True

    def run(self) -> Iterator[Progress]:
        """Train to the end.  The caller stops by leaving, and loses nothing; a kill loses at most
        a minute.
        """
        plan, meter = self.plan, RateMeter(window=20.0)
        yield from self.lesson.gathered(self.clips, self.checkpoint.parent)
        if self.epoch == self.step == 0:
            self.lesson.begin(self.clips, plan.seed)
            if plan.minutes is not None:
                self.epochs, self.steps_per_epoch = self._fitting(plan.minutes)
        total = self.epochs * self.steps_per_epoch
        while self.epoch < self.epochs:
            self.network.train()
            self.lesson.begin_epoch(self.epoch, self.epochs)
            for done in self._epoch():
                mean = self._sums[0] / self.step
                yield meter.progress(
                    f"epoch {self.epoch + 1} of {self.epochs}",
                    done,
                    total,
                    "step",
                    note=f"loss {mean:.5f}",
                )
            means = (self._sums / self.step).tolist()
            self.history.append(dict(zip(self.lesson.terms, means, strict=True)))
            self.epoch, self.step, self._sums = self.epoch + 1, 0, np.zeros_like(self._sums)
            self._save()
        self.network.eval()
        yield from self.lesson.settle(self.clips)
        self.network.eval()
        self.trained = Trained(
            self.network, self.history, self.epochs, self.seconds, self.resumed_from
        )

    def _epoch(self) -> Iterator[int]:
        """The rest of an epoch; yields the steps of the whole run so far."""
        plan = self.plan
        # the order depends on seed and epoch alone, so that a resumed run sees the same batches
        order = np.random.default_rng((plan.seed, self.epoch)).permutation(len(self.clips))
        began = saved = time.monotonic()
        while self.step < self.steps_per_epoch:
            self._set_rate()
            step = self.step
            positions = order[step * plan.batch : (step + 1) * plan.batch]
            place = np.random.default_rng((plan.seed, self.epoch, step))
            batch = self._batch(positions, place)
            terms = self._step(self._without_worst(batch, plan.left_out(step)))
            self._sums += terms
            self.step += 1
            done = self.epoch * self.steps_per_epoch + self.step
            self.curve.add(done, float(terms[0]))
            now = time.monotonic()
            self.seconds, began = self.seconds + now - began, now
            if now - saved > SAVE_SECONDS and self.step < self.steps_per_epoch:
                saved = now
                self._save()
            try:
                yield done
            except GeneratorExit:
                self._save()
                raise
            began = time.monotonic()  # a pause is no training

    def _set_rate(self) -> None:
        """The cosine, stepped by epochs as released, or by steps."""
        share = self.epoch / self.epochs
        if self.plan.anneal == "step":
            share += self.step / self.steps_per_epoch / self.epochs
        for group in self.optimiser.param_groups:
            group["lr"] = self.plan.rate_at(share)

    def _batch(self, positions: np.ndarray[Any, np.dtype[np.int64]], place: Any) -> Batch:
        """Clips by position, cropped where they move if the plan says so."""
        frames = self.clips.batch(positions)
        corners = np.zeros((len(frames), 2), np.int64)
        if self.plan.crop:
            corners = moving_corners(frames, self.plan.crop, place)
            frames = cropped(frames, corners, self.plan.crop)
        clip = to_unit(torch.from_numpy(frames).to(self.device))
        return Batch(clip, self.clips.starts[positions], corners)

    def _without_worst(self, batch: Batch, count: int) -> Batch:
        """The batch without the `count` clips that are predicted worst: neither the gradient, nor
        the memory, nor BN sees them.
        """
        if not count:
            return batch
        frozen = {name: part.training for name, part in self.network.named_modules()}
        self.network.eval()
        with torch.inference_mode(), autocast(self.device, self.dtype):
            errors = self.lesson.errors(batch).float().cpu().numpy()
        for name, part in self.network.named_modules():
            part.training = frozen[name]
        kept = np.sort(np.argsort(errors, kind="stable")[: len(batch) - count])
        return batch.keep(kept.astype(np.int64))

    def _step(self, batch: Batch) -> np.ndarray[Any, Any]:
        with autocast(self.device, self.dtype):
            loss = self.lesson.loss(batch)
        self.optimiser.zero_grad(set_to_none=True)
        self.scaler.scale(loss.total).backward()  # type: ignore[no-untyped-call]
        self.lesson.after_backward()
        self.scaler.step(self.optimiser)
        self.scaler.update()
        return np.array([float(loss.terms[name].detach()) for name in self.lesson.terms])

    def _fitting(self, minutes: float) -> tuple[int, int]:
        """Time a few steps on a copy of the state, and see how many epochs the minutes hold, and
        how many steps of each: less than all of them where not even one epoch fits.
        """
        state = {k: v.clone() for k, v in self.network.state_dict().items()}
        self.network.train()
        self.lesson.begin_epoch(0, self.epochs)
        batch = self._batch(np.arange(self.plan.batch), np.random.default_rng(0))
        self._step(batch)
        began = time.monotonic()
        for _ in range(3):
            self._step(batch)
        fit = max(1, int(minutes * 60 * 3 / max(1e-9, time.monotonic() - began)))
        self.network.load_state_dict(state)
        self.optimiser = self.lesson.optimiser(self.plan.learning_rate)
        full = self.steps_per_epoch
        return (1, fit) if fit < full else (fit // full, full)

    def _identity(self) -> str:
        plan = self.plan.as_dict()
        # it has no part in training, and runs of before do not know it
        plan["config"] = {k: v for k, v in plan["config"].items() if k != "round_trip"}
        said = {"plan": plan, "clips": self.clips.fingerprint()}
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
                    "step": self.step,
                    "steps_per_epoch": self.steps_per_epoch,
                    "sums": json.dumps(self._sums.tolist()),
                    "history": json.dumps(self.history),
                    "seconds": self.seconds,
                },
                temporary,
            )
