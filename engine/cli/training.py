"""train."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from engine.cli.output import Device, Json, PrecisionName, drive, emit, say
from engine.errors import BadSetting
from engine.progress import Progress

if TYPE_CHECKING:
    from engine.detectors.weights import WeightsCard
    from engine.learning.fitting import Fitting
    from engine.learning.learn import Learning

NORMAL = "--normal"
# what means something for `attributes`, which is no network
FOR_ATTRIBUTES = {"normal", "output", "detector", "lambda_", "pace", "clip_rate", "seed", "json"}


class SeveralNormal(TyperCommand):
    """Takes several paths after one --normal, which click's options cannot."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As ever, with --normal before each of its paths."""
        return list(super().parse_args(ctx, repeated(args)))


def repeated(words: Sequence[str]) -> list[str]:
    """`--normal A B` as `--normal A --normal B`; its paths end at the next option."""
    found: list[str] = []
    several = False  # whether --normal and a path of it came just before
    for at, word in enumerate(words):
        before = words[at - 1] if at else ""
        if before == NORMAL:
            several = True
        elif word.startswith("-"):
            several = word.startswith(f"{NORMAL}=")
        elif several:
            found.append(NORMAL)
        found.append(word)
    return found


def register(app: typer.Typer) -> None:
    """Add this room's commands."""
    app.command(cls=SeveralNormal)(train)


def train(
    context: typer.Context,
    normal: Annotated[
        list[str],
        typer.Option(
            metavar="PATH [PATH ...]",
            help="Normal footage, or PATH:START-STOP[,START-STOP] of it; repeatable.",
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="FILE.safetensors")],
    detector: Annotated[
        str,
        typer.Option(help="mnad-prediction, mnad-reconstruction, comemory, apn or attributes."),
    ] = "mnad-prediction",
    base: Annotated[str | None, typer.Option(help="Weights to start from.")] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Rounds over all clips.")] = 8,
    minutes: Annotated[float | None, typer.Option(help="Instead of epochs.")] = None,
    batch: Annotated[int, typer.Option(min=1)] = 4,
    learning_rate: Annotated[
        float | None, typer.Option("--lr", help="Default: the detector's own.")
    ] = None,
    anneal: Annotated[
        str, typer.Option(help="When the rate falls: epoch (as released) or step.")
    ] = "epoch",
    clip_rate: Annotated[
        float, typer.Option(help="Frames a second that a clip is made of.")
    ] = 10.0,
    holdout: Annotated[
        float, typer.Option(help="Share held out for calibration (networks).")
    ] = 0.125,
    crop: Annotated[
        int, typer.Option(help="Train on moving crops of this side; 0 for whole frames.")
    ] = 0,
    weigh_places: Annotated[
        bool, typer.Option(help="Weigh prediction errors by what is usual at each place.")
    ] = False,
    robust: Annotated[
        float, typer.Option(help="Share of the clips, the worst predicted, left out of the loss.")
    ] = 0.0,
    width: Annotated[int | None, typer.Option(help="Base channels; 64 in the paper.")] = None,
    size: Annotated[int | None, typer.Option(help="Side of the square input in pixels.")] = None,
    channels: Annotated[int | None, typer.Option(help="1 (grey) or 3.")] = None,
    items: Annotated[int | None, typer.Option(help="Memory items M.")] = None,
    no_memory: Annotated[bool, typer.Option("--no-memory", help="The papers' ablation.")] = False,
    motion_skips: Annotated[
        bool | None,
        typer.Option(help="Whether comemory's flow decoder keeps its encoder's skips."),
    ] = None,
    round_trip: Annotated[
        bool | None,
        typer.Option(help="Whether comemory's flow counts only where it leads there and back."),
    ] = None,
    motion_items: Annotated[
        int | None, typer.Option(help="Items of comemory's motion memory; 0 for none.")
    ] = None,
    appearance_frames: Annotated[
        int | None, typer.Option(help="Frames that comemory's appearance branch receives: 2 or 4.")
    ] = None,
    flow: Annotated[
        str | None, typer.Option(help="comemory's motion target: dis or rgb-difference.")
    ] = None,
    frames_in: Annotated[
        int | None, typer.Option(help="Frames that go in; 16 rebuilds the ninth.")
    ] = None,
    forms: Annotated[
        str | None, typer.Option(help="code (as released) or paper (as printed).")
    ] = None,
    separate: Annotated[float | None, typer.Option(help="Weight of the separateness term.")] = None,
    compact: Annotated[float | None, typer.Option(help="Weight of the compactness term.")] = None,
    motion_separate: Annotated[
        float | None, typer.Option(help="The same of comemory's motion branch.")
    ] = None,
    motion_compact: Annotated[
        float | None, typer.Option(help="The same of comemory's motion branch.")
    ] = None,
    prototypes: Annotated[
        int | None, typer.Option(help="apn: prototypes M; 0 for the backbone alone.")
    ] = None,
    plug: Annotated[
        int | None, typer.Option(help="apn: the unit reads the map at 1/1, 1/2 or 1/4 (1, 2, 4).")
    ] = None,
    rounds: Annotated[int | None, typer.Option(help="apn: rounds R of the attention.")] = None,
    attention_side: Annotated[
        int | None, typer.Option(help="apn: attention on maps up to this side; 0 for none.")
    ] = None,
    levels: Annotated[
        int | None, typer.Option(help="apn: 3 as released, 4 as the meta prototype network.")
    ] = None,
    scales: Annotated[
        str | None, typer.Option(help="apn: input scales whose scores are averaged: 1,0.5.")
    ] = None,
    diverse: Annotated[
        float | None, typer.Option(help="apn: weight of the diversity term.")
    ] = None,
    covariance: Annotated[
        float | None, typer.Option(help="apn: weight of the covariance term (ours).")
    ] = None,
    ssim: Annotated[float | None, typer.Option(help="apn: weight of 1 - SSIM.")] = None,
    backbone_share: Annotated[
        float | None, typer.Option(help="apn: share of the epochs for the backbone alone.")
    ] = None,
    joint: Annotated[
        bool, typer.Option("--joint", help="apn: the backbone goes on learning with the unit.")
    ] = False,
    update_rate: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Inertia of the memory; 0 for the released update."),
    ] = None,
    memory_start: Annotated[str | None, typer.Option(help="random or queries.")] = None,
    memory_finish: Annotated[str | None, typer.Option(help="last-batch or centroids.")] = None,
    pace: Annotated[
        float | None,
        typer.Option(help="attributes: share of the usual speed up to which direction counts."),
    ] = None,
    lambda_: Annotated[float | None, typer.Option("--lambda", help="Default for review.")] = None,
    seed: int = 1,
    device: Device = "auto",
    precision: PrecisionName = "auto",
    resume: Annotated[bool, typer.Option("--resume", help="Continue a run cut short.")] = False,
    json: Json = False,
) -> None:
    """Learn what is normal from footage and write weights with a card.

    Example: normscope train --normal monday.mp4 tuesday.mp4 -o yard.safetensors --minutes 10
    """
    from engine.detectors.weights import find_weights
    from engine.learning.courses import plan_for
    from engine.learning.learn import Learning
    from engine.learning.normal import parse_normal

    if output.suffix != ".safetensors":
        raise BadSetting("The output's name must end in .safetensors.")
    own: dict[str, Any] = {
        "width": width,
        "size": size,
        "channels": channels,
        "items": items,
        "no_memory": no_memory or None,
        "motion_items": motion_items,
        "motion_skips": motion_skips,
        "round_trip": round_trip,
        "appearance_frames": appearance_frames,
        "flow": flow,
        "frames_in": frames_in,
        "forms": forms,
        "separate": separate,
        "compact": compact,
        "motion_separate": motion_separate,
        "motion_compact": motion_compact,
        "update_rate": update_rate,
        "prototypes": prototypes,
        "plug": plug,
        "rounds": rounds,
        "attention_side": attention_side,
        "levels": levels,
        "scales": scales,
        "diverse": diverse,
        "covariance": covariance,
        "ssim": ssim,
        "backbone_share": backbone_share,
        "joint": joint or None,
        "memory_start": memory_start,
        "memory_finish": memory_finish,
        "pace": pace,
    }
    chosen = [parse_normal(text) for text in normal]
    if detector == "attributes":
        from engine.learning.fitting import Fitting

        _refuse_given(context, FOR_ATTRIBUTES, detector)
        fitting = Fitting(chosen, output, lambda_, clip_rate, seed, pace)
        drive(told_findings(fitting))
        _told(fitting.card, output, json)
        return
    if minutes is not None and _given(context, "epochs"):
        raise BadSetting(
            "--epochs and --minutes both say when learning ends.",
            hint="Drop --epochs to learn for that long, or --minutes to learn that many rounds.",
        )
    parent = None if base is None else find_weights(base)
    plan = plan_for(
        detector,
        {name: value for name, value in own.items() if value is not None},
        parent,
        epochs=epochs,
        minutes=minutes,
        batch=batch,
        crop=crop,
        robust=robust,
        weigh_places=weigh_places,
        learning_rate=learning_rate,
        anneal=anneal,
        seed=seed,
        holdout=holdout,
        clip_rate=clip_rate,
        device=device,
        precision=precision,
    )
    learning = Learning(chosen, plan, output, lambda_, parent, resume)
    drive(told_findings(learning))
    _told(learning.card, output, json)


def _given(context: typer.Context, name: str) -> bool:
    """Whether an option was named on the command line, and not left at its default."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _refuse_given(context: typer.Context, known: set[str], detector: str) -> None:
    """Raises BadSetting that names the options given that mean nothing for a detector."""
    foreign = [
        parameter.opts[0]
        for parameter in context.command.params
        if parameter.name not in known and _given(context, parameter.name or "")
    ]
    if foreign:
        verb, what = ("has", "it") if len(foreign) == 1 else ("have", "them")
        raise BadSetting(
            f"{', '.join(foreign)} {verb} no meaning for {detector}.", hint=f"Leave {what} out."
        )


def _told(card: WeightsCard | None, output: Path, json: bool) -> None:
    if card is None:
        return
    if json:
        emit({"weights": str(output), **card.as_dict()})
    else:
        say(f"{output}: {card.detector}, learned from {card.trained_on}")


def told_findings(learning: Learning | Fitting) -> Iterator[Progress]:
    """The run, with what was noticed in the footage said before learning begins."""
    for report in learning.run():
        if report.phase == "checked" and learning.check is not None:
            say(f"Normal: {learning.check.summary}.")
            for finding in learning.check.findings:
                say(f"Noticed: {finding.sentence}")
        yield report
