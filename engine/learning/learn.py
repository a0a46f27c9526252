"""Learn normal: from footage to named weights with a card and a calibration."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

import engine
from engine.detectors.base import Calibration, Detector
from engine.detectors.device import choose_device, choose_dtype, precision_name
from engine.detectors.ready import ReadyNetwork
from engine.detectors.weights import WeightsCard, check_target, read_tensors, write_weights
from engine.errors import BadSetting, UnusableDataset
from engine.learning.check import NormalCheck, NormalWatch, watched_takes
from engine.learning.clips import ClipSet, as_picture, gather, held_out_words, split
from engine.learning.courses import lesson_of
from engine.learning.limits import check_lambda
from engine.learning.normal import NormalFootage, as_normal
from engine.learning.plan import TrainingPlan
from engine.learning.recalibrating import NormalScores, calibration_of
from engine.learning.run_folder import run_folder
from engine.learning.trainer import Trainer
from engine.learning.watching import LossPoint, Preview, Previewer
from engine.progress import Progress, RateMeter
from engine.scoring.calibrating import suggested_gamma
from engine.scoring.usual import placed, usual_of

USUAL_FRAMES = 400
AT_ONCE = 4  # frames scored for each clip that is begun


@dataclass(slots=True)
class Learning:
    """One learning run; iterate `run()`, then read `card`.

    base: weights to start from, of the same shape.  Its files lie in OUT.run until it is done, so
    that a later run with `resume` continues.  notes: what the card says besides.  check, curve and
    preview can be read from another thread while it runs.
    """

    sources: Sequence[Path | NormalFootage]
    plan: TrainingPlan
    out: Path
    lambda_: float | None = None
    base: WeightsCard | None = None
    resume: bool = False
    notes: Mapping[str, Any] = field(default_factory=dict)
    card: WeightsCard | None = None
    trainer: Trainer | None = None
    check: NormalCheck | None = None
    preview: Preview | None = None

    def __post_init__(self) -> None:
        check_lambda(self.lambda_)

    @property
    def curve(self) -> tuple[LossPoint, ...]:
        """The loss so far."""
        return () if self.trainer is None else self.trainer.curve.points

    def run(self) -> Iterator[Progress]:
        """Gather, train, calibrate, write.  Raises UnusableDataset, BadSetting,
        UnreadableWeights, DeviceUnavailable."""
        plan = self.plan
        choose_dtype(plan.precision, choose_device(plan.device))  # type: ignore[arg-type]
        lesson = lesson_of(plan)
        check_target(self.out)
        folder = run_folder(self.out)
        normal_footage = as_normal(self.sources)
        watch = NormalWatch()
        takes = watched_takes(normal_footage, plan.clip_rate, watch)
        everything: ClipSet | None = None
        steps = gather(takes, lesson.prepare, lesson.clip_frames, folder / "frames.u8")
        meter, expected = RateMeter(), sum(take.frames for take in takes)
        for count, clips in steps:
            everything = clips
            yield meter.progress("reading footage", count, expected)
        self.check = watch.check()
        yield Progress("checked", expected, expected)
        if everything is None or len(everything) == 0:
            raise UnusableDataset(
                "The footage holds no unbroken run that is long enough to learn from.",
                hint="Give at least a minute of normal footage.",
            )
        training, held = split(everything, plan.holdout)
        trainer = self.trainer = Trainer(
            training,
            plan,
            folder / "checkpoint.pt",
            self.base.weights_id if self.base is not None else "",
            lesson,
        )
        if self.base is not None:
            self._start_from(self.base, trainer.network)
        if self.resume:
            trainer.resume()
        yield from self._train(trainer, held if len(held) else training)
        if trainer.trained is None:
            return
        tensors = {k: v.clone() for k, v in trainer.trained.network.state_dict().items()}
        normal = held if len(held) else training
        origin = (
            held_out_words(len(held.bounds))
            if len(held)
            else "the training footage itself, for lack of more"
        )
        total = sum(stop - start for start, stop in normal.bounds)
        yield Progress("calibrating", 0, total)
        facts = lesson.facts
        detector = lesson.detector(trainer.device, trainer.dtype)
        if plan.weigh_places and isinstance(detector, ReadyNetwork):
            detector.weighing(usual_places(detector, training))
        calibration = calibrate_detector(detector, normal, origin, plan.clip_rate)
        self.card = write_weights(
            self.out,
            tensors,
            WeightsCard(
                name=self.out.stem,
                detector=facts.name,
                config=plan.config.as_dict(),
                lambda_=facts.default_lambda if self.lambda_ is None else self.lambda_,
                gamma=suggested_gamma(calibration) if facts.has_memory else None,
                clip_rate=plan.clip_rate,
                training={
                    "trained_on": _named(normal_footage, training),
                    "normal": [one.as_dict() for one in normal_footage],
                    "findings": [finding.sentence for finding in self.check.findings],
                    "fingerprint": training.fingerprint(),
                    "frames": int(sum(stop - start for start, stop in training.bounds)),
                    "plan": plan.as_dict(),
                    "epochs": trainer.trained.epochs,
                    "minutes": round(trainer.trained.seconds / 60, 1),
                    "losses": trainer.trained.history,
                    "base": None if self.base is None else self.base.weights_id,
                    "device": str(trainer.device),
                    "precision": precision_name(trainer.dtype),
                    "versions": {
                        "normscope": engine.__version__,
                        "torch": torch.__version__,
                        "numpy": np.__version__,
                        "opencv": cv2.__version__,
                        "python": platform.python_version(),
                    },
                    "made": datetime.now(UTC).isoformat(timespec="seconds"),
                    **self.notes,
                },
                calibration=calibration,
                background=background_entry(self.check),
            ),
        )
        shutil.rmtree(folder, ignore_errors=True)
        yield Progress("done", total, total)

    def _train(self, trainer: Trainer, shown: ClipSet) -> Iterator[Progress]:
        """The trainer's run, with a look at a clip now and then."""
        previewer = Previewer(shown)
        for report in trainer.run():
            if previewer.due():
                detector = trainer.lesson.detector(trainer.device, trainer.dtype)
                self.preview = previewer.show(detector, report.done)
            yield report

    @staticmethod
    def _start_from(base: WeightsCard, network: nn.Module) -> None:
        try:
            network.load_state_dict(read_tensors(base))
        except RuntimeError as error:
            raise BadSetting(
                f"The base weights {base.name} have another shape than the network to train.",
                hint="Leave out --width, --size and the like to take them from the base.",
            ) from error


def _named(sources: Sequence[NormalFootage], clips: ClipSet) -> str:
    names = ", ".join(one.title for one in sources)
    return f"{names} ({sum(stop - start for start, stop in clips.bounds)} frames)"


def background_entry(check: NormalCheck) -> dict[str, Any] | None:
    """What a card keeps of the background, by which the camera is known again."""
    return None if check.background is None else check.background.as_dict()


def usual_places(detector: Detector, clips: ClipSet) -> dict[str, NDArray[np.float32]]:
    """What is usual at each place: maps of about USUAL_FRAMES frames from all over the clips."""
    names = placed(detector.facts)
    total = sum(stop - start for start, stop in clips.bounds)
    if not names or not total:
        return {}
    context = detector.stream(update=False).context
    run = context + AT_ONCE
    step = max(run, total * AT_ONCE // USUAL_FRAMES)
    found: dict[str, list[NDArray[np.float32]]] = {name: [] for name in names}
    for start, stop in clips.bounds:
        for first in range(start, max(start + 1, stop - context), step):
            stream, scores = detector.stream(update=False), []
            for at in range(first, min(first + run, stop)):
                scores += stream.push(at, as_picture(clips.frames[at]))
            for score in [*scores, *stream.flush()]:
                for name in names:
                    found[name].append(score.maps[name])
    return {name: usual_of(np.stack(maps)) for name, maps in found.items() if maps}


def calibrate_detector(
    detector: Detector, clips: ClipSet, origin: str, rate: float | None = None
) -> Calibration:
    """Quantiles of a detector's parts, map cells and E_t over prepared clips.

    rate: frames a second that the clips were sampled at, so that the scores' order is kept too;
    footage that was slower than that makes what is said of false alarms too cautious.
    """
    normal = NormalScores.of(sum(stop - start for start, stop in clips.bounds))
    stream = detector.stream(update=False)
    for start, stop in clips.bounds:
        for at in range(start, stop):
            normal.add(stream.push(at, as_picture(clips.frames[at])))
        normal.add(stream.flush())
        normal.end_run()
    return calibration_of(normal, detector.facts, origin, rate)
