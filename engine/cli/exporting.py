"""export and verify."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from engine import api
from engine.cli.analysing import Lambda, Threshold, mention_review, scored_track, state_of
from engine.cli.output import Json, drive, emit, say, table
from engine.errors import BadSetting

_NAME = re.compile(r"[a-z]?\d+")  # a position in the list, or an id as `segments` prints it


def register(app: typer.Typer) -> None:
    """Add this room's commands."""
    app.command()(export)
    app.command()(verify)


def export(
    file: Path,
    out: Annotated[Path, typer.Option(help="The case folder to write.")],
    review: Annotated[Path | None, typer.Option(help="NAME.review.json")] = None,
    lambda_: Lambda = None,
    threshold: Threshold = None,
    segments: Annotated[
        str,
        typer.Option(help="all, flagged (all but dismissed), confirmed, or 1,3,f104."),
    ] = "all",
    kind: Annotated[
        str, typer.Option(help="original, exact, annotated, stills, report; several, or all.")
    ] = "original",
    operator: Annotated[str, typer.Option(help="Who exports; your login name otherwise.")] = "",
    json: Json = False,
) -> None:
    """Write segments as a case folder: excerpts, tables, manifest, audit log and checksums.

    Example: normscope export yard.h5 --out case-17 --segments 1,3 --kind original,report
    """
    from engine.analysis.locating import footage_of
    from engine.export.case import CaseExport, parse_kinds

    kinds = parse_kinds(kind)
    analysis = api.read_analysis(file)
    if review is None:
        mention_review(file)
    state = state_of(analysis, review, lambda_, threshold)
    scored = scored_track(analysis, state)
    chosen = _chosen(scored.segments, segments)
    footage = footage_of(analysis, file)
    case = CaseExport(footage, analysis, state, scored.score, chosen, out, kinds, operator)
    drive(case.run(), kept="nothing was written")
    document = [
        {
            "file": str(record.path),
            "requested": [record.plan.requested.start, record.plan.requested.stop],
            "actual": [record.plan.actual.start, record.plan.actual.stop],
            "packets_identical": record.packets_identical,
        }
        for record in case.records
    ]
    failures = [{"kind": kind, "reason": reason} for kind, reason in case.failures]
    if json:
        emit({"out": str(out), "excerpts": document, "not_written": failures, "seal": case.seal})
        return
    for record in case.records:
        say(f"{record.path.name}: {record.frames} frames, {record.plan.sentence}")
    for kind, reason in case.failures:
        say(f"No {kind} copy: {reason}")
    say(f"Written to {out}; check it later with: normscope verify {out}")
    say(f"Seal, to be noted elsewhere: {case.seal}")


def _chosen(found: list[Any], wanted: str) -> list[Any]:
    if wanted == "all":
        return found
    if wanted == "flagged":
        return [segment for segment in found if segment.verdict.value != "dismissed"]
    if wanted == "confirmed":
        return [segment for segment in found if segment.verdict.value == "confirmed"]
    known = {segment.id: segment for segment in found}
    known |= {str(number): segment for number, segment in enumerate(found, 1)}
    names = [name.strip() for name in wanted.split(",")]
    if not all(name in known or _NAME.fullmatch(name) for name in names):
        raise BadSetting(
            f"'{wanted}' names no segments.",
            hint="Use all, flagged, confirmed, or numbers or ids, as in 1,3,f104.",
        )
    for name in names:
        if name not in known:
            raise BadSetting(
                f"There is no segment {name}; there are {len(found)}.",
                hint="List them with: normscope segments FILE.h5",
            )
    return list({known[name].id: known[name] for name in names}.values())


def verify(
    folder: Path,
    seal: Annotated[str, typer.Option(help="The seal that was noted at the export.")] = "",
    json: Json = False,
) -> None:
    """Check a case folder: files, manifest, audit log, and the source where it still is.

    Example: normscope verify case-17
    """
    from engine.export.verify import verify as check

    document = check(folder, seal=seal)
    if json:
        emit(document)
    else:
        rows = [[f["path"], f["result"], f["reason"]] for f in document["files"]]
        table(f"{folder}: {document['result']}", ["file", "result", "reason"], rows)
        say(f"Seal: {document['seal']}")
    if document["result"] != "pass":
        raise typer.Exit(1)
