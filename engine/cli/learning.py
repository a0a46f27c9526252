"""weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine import api
from engine.cli import cameras
from engine.cli.costing import cost
from engine.cli.output import Json, emit, say, table
from engine.errors import BadSetting

if TYPE_CHECKING:
    from engine.detectors.weights import WeightsCard


def register(app: typer.Typer) -> None:
    """Add this room's commands."""
    weights = typer.Typer(help="List, show and import weights.", no_args_is_help=True)
    weights.command("list")(list_weights)
    weights.command("show")(show)
    weights.command("import-mnad")(import_mnad)
    weights.command("cost")(cost)
    cameras.add_to(weights)
    app.add_typer(weights, name="weights")


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
    long = ("calibration", "training", "background")
    plain = {k: v for k, v in document.items() if k not in long}
    training = {k: v for k, v in card.training.items() if k not in ("losses", "plan")}
    rows = [[k, str(v)] for k, v in {**plain, **_in_words(card), **training}.items()]
    table(card.name, ["", ""], rows)


def _in_words(card: WeightsCard) -> dict[str, str]:
    """What a card holds as pictures and arrays."""
    camera, normal = card.background, card.calibration
    known = "not known"
    if camera is not None:
        known = f"known by its background, {camera['width']} x {camera['height']} pixels"
    origin = "none" if normal is None else f"{normal.frames:,} frames of {normal.origin}"
    return {"camera": known, "normal scores": origin}


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
