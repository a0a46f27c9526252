"""What commands print: documents to stdout, everything else to stderr."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from engine.errors import EngineError
from engine.progress import Progress as Report
from engine.timebase import timecode

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]

LINE_SECONDS = 20.0

# Other commands of the option table that several commands share.
Weights = Annotated[str | None, typer.Option("--weights", help="Weights by NAME or PATH.")]
DetectorName = Annotated[
    str | None, typer.Option("--detector", help="A detector without weights: speed.")
]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:N.")]
PrecisionName = Annotated[str, typer.Option(help="auto, fp32, bf16 or fp16.")]


def errors() -> Console:
    """A console on the present stderr."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """A line to stderr."""
    errors().print(text, markup=False)


def say_error(error: EngineError) -> None:
    """One sentence and a hint."""
    say(f"Error: {error}")
    if error.hint:
        say(f"Hint: {error.hint}")


def emit(document: Any) -> None:
    """One JSON document to stdout; NaN is not JSON, so it must not be in it."""
    sys.stdout.write(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    """A table for people, to stdout."""
    drawn = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*row)
    Console(highlight=False).print(drawn)


def drive(
    work: Iterator[Report], *, quiet: bool = False, kept: str = "what was done so far is kept"
) -> None:
    """Run long work to its end with a progress line on stderr.

    Ctrl+C closes the work, which writes what it has, and leaves with 130; `kept` says what that is.
    """
    console = errors()
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[told]}"),
        console=console,
        disable=quiet or not console.is_terminal,
        transient=True,
    )
    spoken = time.monotonic()
    try:
        with bar:
            task = bar.add_task("starting", total=None, told="")
            for report in work:
                if (
                    not quiet
                    and not console.is_terminal
                    and time.monotonic() - spoken > LINE_SECONDS
                ):
                    spoken = time.monotonic()
                    say(f"{report.phase}: {_told(report)}")  # a log wants a line now and then
                bar.update(
                    task,
                    description=report.phase,
                    completed=report.done,
                    total=report.total or None,
                    told=_told(report),
                )
    except KeyboardInterrupt:
        work.close()  # type: ignore[attr-defined]
        say(f"Interrupted; {kept}.")
        raise SystemExit(130) from None


def _told(report: Report) -> str:
    told = f"{report.done}/{report.total}" if report.total else str(report.done)
    if report.rate:
        told += f"  {report.rate:.1f} {report.unit}/s"
    if report.eta is not None:
        told += f"  ETA {timecode(report.eta, digits=0)}"
    return f"{told}  {report.note}"
