"""train, weights."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from engine import api
from engine.cli import cameras
from engine.cli.costing import cost
from engine.cli.output import Device, Json, PrecisionName, drive, emit, say, table
from engine.errors import BadSetting


def register(app: typer.Typer) -> None:
    """Add this room's commands."""
    app.command()(train)
    weights = typer.Typer(help="List, show and import weights.", no_args_is_help=True)
    weights.command("list")(list_weights)
    weights.command("show")(show)
    weights.command("import-mnad")(import_mnad)
    weights.command("cost")(cost)
    cameras.add_to(weights)
    app.add_typer(weights, name="weights")


def train(
    normal: Annotated[list[Path], typer.Option(help="Normal footage; may be given several times.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="FILE.safetensors")],
    detector: Annotated[str, typer.Option(help="mnad-prediction or mnad-reconstruction.")] = (
        "mnad-prediction"
    ),
    base: Annotated[str | None, typer.Option(help="Weights to start from.")] = None,
    epochs: Annotated[int, typer.Option(min=1)] = 8,
    minutes: Annotated[float | None, typer.Option(help="Instead of epochs.")] = None,
    width: Annotated[int | None, typer.Option(help="Base channels; 64 in the paper.")] = None,
    size: Annotated[int | None, typer.Option(help="Side of the square input in pixels.")] = None,
    channels: Annotated[int | None, typer.Option(help="1 (grey) or 3.")] = None,
    items: Annotated[int, typer.Option(help="Memory items M.")] = 10,
    no_memory: Annotated[bool, typer.Option("--no-memory", help="The papers' ablation.")] = False,
    batch: Annotated[int, typer.Option(min=1)] = 4,
    learning_rate: Annotated[float | None, typer.Option("--lr")] = None,
    clip_rate: Annotated[
        float, typer.Option(help="Frames a second that a clip is made of.")
    ] = 10.0,
    holdout: Annotated[float, typer.Option(help="Share held out for calibration.")] = 0.125,
    forms: Annotated[str, typer.Option(help="code (as released) or paper (as printed).")] = "code",
    separate: Annotated[float, typer.Option(help="Weight of the separateness term.")] = 0.1,
    compact: Annotated[float, typer.Option(help="Weight of the compactness term.")] = 0.1,
    memory_start: Annotated[str, typer.Option(help="random or queries.")] = "random",
    update_rate: Annotated[
        float, typer.Option(min=0, max=1, help="Inertia of the memory; 0 for the released update.")
    ] = 0.0,
    crop: Annotated[
        int, typer.Option(help="Train on moving crops of this side; 0 for whole frames.")
    ] = 0,
    memory_finish: Annotated[str, typer.Option(help="last-batch or centroids.")] = "last-batch",
    lambda_: Annotated[float | None, typer.Option("--lambda", help="Default for review.")] = None,
    seed: int = 1,
    device: Device = "auto",
    precision: PrecisionName = "auto",
    resume: Annotated[bool, typer.Option("--resume", help="Continue a run cut short.")] = False,
    json: Json = False,
) -> None:
    """Learn what is normal from footage and write weights with a card.

    Example: normscope train --normal monday.mp4 --normal tuesday.mp4 -o yard.safetensors --minutes
    10
    """
    from engine.detectors.losses import LossWeights
    from engine.detectors.mnad import MnadConfig
    from engine.detectors.weights import find_weights
    from engine.learning.learn import Learning
    from engine.learning.plan import MemoryCare, TrainingPlan

    if not detector.startswith("mnad-"):
        raise BadSetting(
            f"'{detector}' cannot be trained.", hint="Use mnad-prediction or mnad-reconstruction."
        )
    task = detector.removeprefix("mnad-")
    if task not in ("prediction", "reconstruction") or forms not in ("code", "paper"):
        raise BadSetting(f"There is no detector '{detector}' with forms '{forms}'.")
    _check("memory-start", memory_start, ("random", "queries"))
    _check("memory-finish", memory_finish, ("last-batch", "centroids"))
    parent = None if base is None else find_weights(base)
    inherited: dict[str, Any] = {} if parent is None else dict(parent.config)
    shape: dict[str, Any] = {
        "task": task,
        "channels": channels or inherited.get("channels", 1),
        "width": width or inherited.get("width", 16),
        "size": size or inherited.get("size", 256),
        "items": inherited.get("items", items),
        "memory": inherited.get("memory", not no_memory),
        "frames_in": 4 if task == "prediction" else 1,
        "forms": forms,
        "update_rate": update_rate,
    }
    rate = learning_rate or (2e-4 if task == "prediction" else 2e-5)
    if output.suffix != ".safetensors":
        raise BadSetting("The output's name must end in .safetensors.")
    plan = TrainingPlan(
        MnadConfig(**shape),
        LossWeights(compact, separate, forms=forms),  # type: ignore[arg-type]
        MemoryCare(memory_start, memory_finish),  # type: ignore[arg-type]
        epochs=epochs,
        minutes=minutes,
        batch=batch,
        crop=crop,
        learning_rate=rate,
        seed=seed,
        holdout=holdout,
        clip_rate=clip_rate,
        device=device,
        precision=precision,
    )
    learning = Learning(normal, plan, output, lambda_, parent, resume)
    drive(learning.run())
    if learning.card is None:
        return
    if json:
        emit({"weights": str(output), **learning.card.as_dict()})
    else:
        say(f"{output}: {learning.card.detector}, learned from {learning.card.trained_on}")


def _check(option: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise BadSetting(f"--{option} is {' or '.join(allowed)}, not '{value}'.")


def list_weights(json: Json = False) -> None:
    """Weights that can be named.  Example: normscope weights list"""
    rows = []
    for card in api.list_weights():
        size = card.path.stat().st_size if card.path is not None else 0
        rows.append(
            {
                "name": card.name,
                "detector": card.detector,
                "width": card.config.get("width"),
                "size": card.config.get("size"),
                "megabytes": round(size / 1e6, 2),
                "trained_on": card.trained_on,
            }
        )
    if json:
        emit(rows)
        return
    columns = ["name", "detector", "width", "size", "megabytes", "trained_on"]
    table("Weights", columns, [[str(row[c]) for c in columns] for row in rows])


def show(name: str, json: Json = False) -> None:
    """The card of weights.  Example: normscope weights show ped2"""
    from engine.detectors.weights import find_weights

    card = find_weights(name)
    document = card.as_dict()
    if json:
        emit(document)
        return
    plain = {k: v for k, v in document.items() if k not in ("calibration", "training")}
    training = {k: v for k, v in card.training.items() if k not in ("losses", "plan")}
    rows = [[k, str(v)] for k, v in {**plain, **training}.items()]
    table(card.name, ["", ""], rows)


def import_mnad(
    model: Path,
    keys: Path,
    output: Annotated[Path, typer.Option("-o", "--output", help="FILE.safetensors")],
    size: Annotated[int, typer.Option(help="Side of the square input in pixels.")] = 256,
    json: Json = False,
) -> None:
    """Read a released MNAD model and its items, without running anything that is in them.

    Example: normscope weights import-mnad model.pth keys.pt -o released.safetensors
    """
    from engine.detectors.import_mnad import import_mnad as imported

    if output.suffix != ".safetensors":
        raise BadSetting("The output's name must end in .safetensors.")
    card = imported(model, keys, output, size=size)
    if json:
        emit({"weights": str(output), **card.as_dict()})
    else:
        say(f"{output}: {card.detector}, width {card.config['width']}")
