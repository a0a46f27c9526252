"""batch."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.output import (
    DetectorName,
    Device,
    Json,
    PrecisionName,
    Weights,
    drive,
    emit,
    say,
    table,
)

if TYPE_CHECKING:
    from engine.batch.crew import Crew


def register(app: typer.Typer) -> None:
    """Add this room's command."""
    app.command()(batch)


def batch(
    paths: Annotated[list[Path], typer.Argument(help="Files, image folders, folders of them.")],
    out: Annotated[Path, typer.Option(help="The folder for analyses, batch.json and batch.csv.")],
    weights: Weights = None,
    detector: DetectorName = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; default: half of the cores.")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler, instead of processes.")
    ] = None,
    no_update: Annotated[
        bool, typer.Option("--no-update", help="Never update the memory.")
    ] = False,
    device: Device = "auto",
    precision: PrecisionName = "auto",
    json: Json = False,
) -> None:
    """Score many footages.  One that fails harms no other; run it again and it goes on.

    Example: normscope batch recordings --out analyses --weights yard --workers 4
    """
    from engine.batch.cluster import Cluster
    from engine.batch.processes import Processes
    from engine.batch.run import Batch
    from engine.batch.scoring import FootageTask

    cores = os.cpu_count() or 1
    count = workers or max(1, cores // 2)
    crew: Crew = Processes(count) if cluster is None else Cluster(cluster)
    like = FootageTask(
        Path(),
        Path(),
        weights,
        detector,
        device,
        precision,
        False if no_update else None,
        threads=max(1, cores // count) if cluster is None else None,
    )
    work = Batch(paths, out, like, crew)
    drive(work.run())
    document = work.summary
    if json:
        emit(document)
    else:
        rows = [
            [
                Path(o["footage"]).name,
                o["state"],
                f"{o['scored']}/{o['frames']}",
                "" if o["peak"] is None else f"{o['peak']:.2f}",
                str(o["segments"]),
                o["error"],
            ]
            for o in document["outcomes"]
        ]
        columns = ["footage", "state", "scored", "peak", "segments", "error"]
        table(str(out), columns, rows)
    for told in document["outcomes"]:
        if told["warning"]:
            say(f"Warning: {Path(told['footage']).name}: {told['warning']}")
    if document["failed"]:
        say(f"Error: {document['failed']} of {document['footages']} footages could not be scored.")
        say(f"Hint: Their reasons are in {out / 'batch.json'}; the others are not affected.")
        raise typer.Exit(1)
