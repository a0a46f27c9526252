"""weights cost."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from engine.cli.output import Json, emit, table
from engine.errors import BadSetting

NO_MEMORY = "without memory"


def cost(
    name: Annotated[str | None, typer.Argument(help="Weights by NAME or PATH.")] = None,
    detector: Annotated[str | None, typer.Option(help="A detector's name instead.")] = None,
    width: Annotated[int | None, typer.Option(help="Base channels; the paper's by default.")] = (
        None
    ),
    size: Annotated[int | None, typer.Option(help="Side of the square input in pixels.")] = None,
    channels: Annotated[int | None, typer.Option(help="1 (grey) or 3.")] = None,
    no_memory: Annotated[bool, typer.Option("--no-memory", help="The papers' ablation.")] = False,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", help="Any other value of the configuration, NAME=VALUE; repeatable."),
    ] = None,
    json: Json = False,
) -> None:
    """Parameters and multiply-accumulates for one frame; without a name, of every full-size
    network beside what is published.

    Example: normscope weights cost --detector mnad-prediction --width 64
    """
    from engine.detectors.cost import cost_of, full_size
    from engine.detectors.weights import find_weights

    changed: dict[str, Any] = {"width": width, "size": size, "channels": channels}
    changed = {key: value for key, value in changed.items() if value is not None}
    changed |= dict(_pair(text) for text in setting or [])
    if no_memory:
        changed["memory"] = False
    if name is not None and (detector is not None or changed):
        raise BadSetting("Weights have the configuration that their card says; give a name alone.")
    if name is not None:
        card = find_weights(name)
        rows = [_row(card.name, card.detector, cost_of(card.detector, card.config).as_dict())]
    elif detector is not None:
        rows = [_row(detector, detector, full_size(detector, **changed).as_dict())]
    else:
        rows = _full_size(changed)
    if json:
        emit(rows)
        return
    columns = ["network", "M parameters", "GMAC a frame", "of it products", "published"]
    table("Cost of one frame", columns, [_shown(row) for row in rows])


def _pair(text: str) -> tuple[str, Any]:
    """`NAME=VALUE` with a whole number, a number, true, false or a word as value."""
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise BadSetting(f"'{text}' is not NAME=VALUE.")
    if value in ("true", "false"):
        return key, value == "true"
    for kind in (int, float):
        try:
            return key, kind(value)
        except ValueError:
            continue
    return key, value


def _row(name: str, detector: str, counted: dict[str, int]) -> dict[str, Any]:
    return {"name": name, "detector": detector, **counted}


def _full_size(changed: dict[str, Any]) -> list[dict[str, Any]]:
    """Every network, and its twin without memory where it has one."""
    from engine.detectors.cost import full_size, with_network
    from engine.evaluation.published import published

    rows = []
    for name in with_network():
        for twin, more in (("", {}), (NO_MEMORY, {"memory": False})):
            try:
                counted = full_size(name, **changed, **more)
            except (BadSetting, TypeError):
                if not more:
                    raise
                continue  # a network whose unit cannot be left out
            row = _row(f"{name} {twin}".strip(), name, counted.as_dict())
            known = published(name, twin)
            if known is not None and known.parameters is not None and not changed:
                row["published"] = {
                    "parameters": known.parameters,
                    "multiply_accumulates": known.multiply_accumulates,
                    "origin": known.origin,
                }
            rows.append(row)
    return rows


def _shown(row: dict[str, Any]) -> list[str]:
    known = row.get("published")
    said = "-"
    if known is not None:
        said = f"{known['parameters'] / 1e6:.2f} M"
        if known["multiply_accumulates"] is not None:
            said += f", {known['multiply_accumulates'] / 1e9:.1f} GMAC"
    return [
        row["name"],
        f"{row['parameters'] / 1e6:.2f}",
        f"{row['multiply_accumulates'] / 1e9:.2f}",
        f"{row['products'] / 1e9:.2f}",
        said,
    ]
