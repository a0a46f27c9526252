"""weights recognise, background, calibrate, versions, roll-back, restore: cameras and weights."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine import api
from engine.cli.output import Device, Json, PrecisionName, drive, emit, say, table
from engine.errors import UnusableDataset


def add_to(weights: typer.Typer) -> None:
    """Add these commands to the `weights` group."""
    weights.command("recognise")(recognise)
    weights.command("background")(background)
    weights.command("versions")(versions)
    weights.command("roll-back")(roll_back)
    weights.command("restore")(restore)
    weights.command("calibrate")(calibrate)


def recognise(footage: Path, json: Json = False) -> None:
    """Which weights learned this camera, told by its background.

    Example: normscope weights recognise yard.mp4
    """
    found = api.recognise(api.open_footage(footage))
    rows = [{"weights": m.weights, "likeness": m.likeness, "same": m.same} for m in found]
    if json:
        emit(rows)
        return
    shown = [[m.weights, f"{m.likeness:.2f}", "yes" if m.same else "no"] for m in found]
    table("Known cameras", ["weights", "likeness", "same camera"], shown)
    if not any(m.same for m in found):
        say("No weights know this camera: `speed` scores it at once, `normscope train` learns it.")


def background(
    name: str,
    from_: Annotated[
        list[Path], typer.Option("--from", help="Footage that the weights learned from.")
    ],
    json: Json = False,
) -> None:
    """Write the camera's background into a card, for weights that were made without one.

    Example: normscope weights background ped2 --from DATASET
    """
    from dataclasses import replace

    from engine.detectors.weights import find_weights, write_card
    from engine.footage.background import PICTURES, BackgroundGatherer, frames_spread
    from engine.learning.takes import footage_paths

    card = find_weights(name)
    gatherer = BackgroundGatherer()
    paths = footage_paths(from_)
    for path in paths:
        pictures = max(3, -(-PICTURES // len(paths)))
        for picture in frames_spread(api.open_footage(path), pictures):
            gatherer.push(picture)
    signature = gatherer.signature()
    if signature is None:
        raise UnusableDataset("The footage holds no picture.")
    write_card(replace(card, background=signature.as_dict()))
    if json:
        emit({"weights": card.name, "width": signature.width, "height": signature.height})
    else:
        say(f"{card.name}: the background of {len(paths)} footages is in its card now.")


def versions(name: str, json: Json = False) -> None:
    """The versions of weights, and which one is in force.

    Example: normscope weights versions yard
    """
    from engine.detectors.versions import in_force, versions_of

    now = in_force(name).name
    rows = [
        {
            "name": card.name,
            "made": str(card.training.get("made", "")),
            "trained_on": card.trained_on,
            "in_force": card.name == now,
            "rolled_back": card.retired,
        }
        for card in versions_of(name)
    ]
    if json:
        emit(rows)
        return
    columns = ["name", "made", "trained_on", "in_force", "rolled_back"]
    table("Versions", columns, [[str(row[column]) for column in columns] for row in rows])


def roll_back(name: str, json: Json = False) -> None:
    """Take the newest version out of force; nothing is deleted.

    Example: normscope weights roll-back yard
    """
    from engine.detectors.versions import roll_back as rolled

    card = rolled(name)
    if json:
        emit({"in_force": card.name})
    else:
        say(f"'{card.name}' is in force again.")


def restore(name: str, json: Json = False) -> None:
    """Put a version that was rolled back in force again.

    Example: normscope weights restore yard-2
    """
    from engine.detectors.versions import restore as restored

    card = restored(name)
    if json:
        emit({"in_force": card.name})
    else:
        say(f"'{card.name}' is in force again.")


def calibrate(
    name: str,
    normal: Annotated[
        list[str],
        typer.Option(help="Normal footage, or PATH:START-STOP[,START-STOP] of it; repeatable."),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="FILE.safetensors")],
    places_alike: Annotated[
        bool,
        typer.Option("--places-alike", help="Forget what the weights know to be usual at a place."),
    ] = False,
    lambda_: Annotated[
        float | None,
        typer.Option("--lambda", min=0, max=1, help="For review; default: that of the weights."),
    ] = None,
    round_trip: Annotated[
        bool | None,
        typer.Option(help="comemory: whether flow counts only where it leads there and back."),
    ] = None,
    device: Device = "auto",
    precision: PrecisionName = "auto",
    json: Json = False,
) -> None:
    """Tell anew what scores of normal are, on other normal footage; nothing is learned.

    Example: normscope weights calibrate yard --normal autumn.mp4 -o yard-autumn.safetensors
    """
    from engine.detectors.weights import find_weights
    from engine.learning.normal import parse_normal
    from engine.learning.recalibrating import Recalibration

    work = Recalibration(
        find_weights(name),
        [parse_normal(text) for text in normal],
        output,
        device=device,
        precision=precision,
        places_alike=places_alike,
        lambda_=lambda_,
        round_trip=round_trip,
    )
    drive(work.run(), quiet=json)
    card, check = work.card, work.check
    assert card is not None
    assert card.calibration is not None
    assert check is not None
    if json:
        emit({"weights": str(output), **card.as_dict()})
        return
    say(f"Normal: {check.summary}.")
    for finding in check.findings:
        say(f"Noticed: {finding.sentence}")
    say(f"{output}: {card.detector}, calibrated on {card.calibration.frames} frames")
