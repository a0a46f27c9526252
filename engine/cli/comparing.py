"""table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from engine import api
from engine.cli.output import Device, Json, PrecisionName, drive, emit, say
from engine.errors import BadSetting
from engine.progress import Progress


def register(app: typer.Typer) -> None:
    """Add this room's commands."""
    app.command("table")(compare)


def compare(
    dataset: Path,
    out: Annotated[Path, typer.Option(help="FILE.md; FILE.json is written beside it.")],
    weights: Annotated[
        list[str] | None, typer.Option(help="Weights by NAME or PATH; repeatable.")
    ] = None,
    rival: Annotated[
        str, typer.Option("--detector", help="The detector to beat, without weights.")
    ] = "speed",
    calibrate_on: Annotated[
        Path | None, typer.Option(help="Normal footage that the rival is calibrated on.")
    ] = None,
    gamma: Annotated[float | None, typer.Option(help="Instead of each detector's own.")] = None,
    paper_gamma: Annotated[
        bool, typer.Option("--paper-gamma", help="The published gamma where there is one.")
    ] = False,
    keep: Annotated[
        Path | None,
        typer.Option(help="FILE.json of an earlier table of the clips, whose other rows stay."),
    ] = None,
    clips: Annotated[str | None, typer.Option(help="Only these, such as 01,03.")] = None,
    published: Annotated[
        str | None, typer.Option(help="ped2, avenue or shanghai; the folder's name by default.")
    ] = None,
    log: Annotated[
        Path | None, typer.Option(help="Counts the evaluations; FILE.log.jsonl by default.")
    ] = None,
    device: Device = "auto",
    precision: PrecisionName = "auto",
    json: Json = False,
) -> None:
    """Detectors and their twins side by side on labelled clips, as Markdown and JSON.

    Twins: either part alone, without test-time update, and without memory where such weights are
    named.  Example: normscope table ped2 --weights ped2 --calibrate-on ped2 --out table.md
    """
    from engine.detectors.weights import find_weights
    from engine.evaluation.calibrated import calibrated_on
    from engine.evaluation.comparison import Comparison, Entry
    from engine.evaluation.comparison_table import check_targets, markdown
    from engine.evaluation.datasets import read_dataset
    from engine.evaluation.kept_rows import read_kept
    from engine.evaluation.log import check_log, log_evaluation
    from engine.files import write_json, write_text

    if out.suffix != ".md":
        raise BadSetting(f"The table's name must end in .md, not '{out.suffix}'.")
    counter = log or out.with_suffix(".log.jsonl")
    if gamma is not None and paper_gamma:
        raise BadSetting("--gamma and --paper-gamma exclude each other.")
    check_targets(out)
    check_log(counter)
    found = read_dataset(dataset, [] if clips is None else clips.split(","))
    frames = sum(len(clip.labels) for clip in found)
    normal = sum(int((~clip.labels).sum()) for clip in found)
    names = [clip.name for clip in found]
    kept = (
        []
        if keep is None
        else read_kept(keep, dataset=dataset.name, clips=names, normal=normal, rival=rival)
    )
    first = api.load_detector(detector=rival, device=device, precision=precision)
    if calibrate_on is not None:
        first = calibrated_on(first, calibrate_on)
    entries = [Entry(rival, first)]
    for name in weights or []:
        card = find_weights(name)
        chosen = api.load_detector(weights=name, device=device, precision=precision)
        entries.append(Entry(card.name, chosen, card))
    known = published or dataset.resolve().name.lower()
    comparison = Comparison(found, entries, known, gamma, paper_gamma, kept)
    counted = 0

    def logged() -> Iterator[Progress]:
        nonlocal counted
        for step in comparison.run():
            for report in comparison.passes[counted:]:  # at once: the labels were looked at
                log_evaluation(counter, dataset, report)
                counted += 1
            yield step
        for report in comparison.passes[counted:]:
            log_evaluation(counter, dataset, report)
            counted += 1

    drive(logged())
    title = f"{dataset.name}, {len(found)} clips"
    write_text(out, markdown(comparison.rows, title, frames, normal))
    document = {
        "dataset": dataset.name,
        "clips": names,
        "frames": frames,
        "normal": normal,
        "rows": comparison.rows,
    }
    write_json(out.with_suffix(".json"), document)
    if json:
        emit(document)
    else:
        say(f"{out}: {len(comparison.rows)} rows; {counted} evaluations counted in {counter}")
