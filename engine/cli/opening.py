"""review and bench: what needs the window, which whoever starts the command line brings along."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

from engine.cli.output import Json, emit, say, table
from engine.errors import EngineError


class Window(Protocol):
    """What the application does for the command line."""

    def review(self, footage: Sequence[Path]) -> int:
        """Open it on footage; returns the exit code once it is closed."""

    def measure(self, footage: Path | None, weights: str, precision: str) -> list[dict[str, Any]]:
        """The rows of `bench`; None for the rendered demo.  Raises EngineErrors."""


def register(app: typer.Typer) -> None:
    """Add this room's commands."""
    app.command()(review)
    app.command()(bench)


def review(
    context: typer.Context,
    footage: Annotated[
        list[Path] | None, typer.Argument(help="Video files or folders of images.")
    ] = None,
) -> None:
    """Open the window, on footage where some is named; `normscope FOOTAGE` does the same.

    Example: normscope review monday.mp4 tuesday.mp4
    """
    raise typer.Exit(_window(context).review(footage or []))


def bench(
    context: typer.Context,
    footage: Annotated[Path | None, typer.Option(help="Default: the rendered demo.")] = None,
    weights: Annotated[str, typer.Option(help="Weights by NAME or PATH.")] = "ped2",
    precision: Annotated[str, typer.Option(help="auto, fp32, bf16 or fp16.")] = "auto",
    json: Json = False,
) -> None:
    """Frame rates and latencies on this machine, as ratios where there is a rival.

    Example: normscope bench --footage yard.mp4 --weights ped2 --json
    """
    window = _window(context)
    try:
        rows = window.measure(footage, weights, precision)
    except KeyboardInterrupt:
        say("Interrupted; nothing was measured to its end.")
        raise SystemExit(130) from None
    if json:
        emit(rows)
        return
    shown = [[row["name"], f"{row['value']:.2f} {row['unit']}", _against(row)] for row in rows]
    table("This machine", ["measured", "value", "rival"], shown)


def _against(row: dict[str, Any]) -> str:
    return "" if row["ratio"] is None else f"{row['ratio']:.2f} x {row['rival']}"


def _window(context: typer.Context) -> Window:
    if context.obj is None:
        raise EngineError(
            f"{context.command.name} needs the window, which this program does not have.",
            hint=f"Use normscope {context.command.name}.",
        )
    window: Window = context.obj
    return window
