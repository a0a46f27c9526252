"""demo, scene, paste: footage that the program makes, with exact ground truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from engine import api
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
from engine.errors import BadSetting


def register(app: typer.Typer) -> None:
    """Add this room's commands."""
    app.command()(demo)
    app.command()(scene)
    app.command()(paste)


def demo(
    out: Annotated[Path, typer.Option(help="The folder for the analysis and the excerpts.")],
    weights: Weights = None,
    detector: DetectorName = None,
    device: Device = "auto",
    precision: PrecisionName = "auto",
    json: Json = False,
) -> None:
    """Render a scene, score it, export what is flagged: the whole job without a screen.

    Without weights or a detector, those that came with the program for this scene.

    Example: normscope demo --out demo
    """
    import numpy as np

    from engine.analysis.file import KIND, is_analysis
    from engine.demo import demo_clip, demo_detector, demo_events, render_demo
    from engine.evaluation.metrics import auc
    from engine.export.case import CaseExport
    from engine.files import refuse_foreign, refuse_strangers
    from engine.review.defaults import default_state
    from engine.review.scoring import track
    from engine.scoring.segments import FoundSegment
    from engine.timebase import FrameSpan

    refuse_strangers(out, lambda _: True, "a folder")  # before minutes go into the footage
    refuse_foreign(out / "square.h5", is_analysis, KIND)
    if weights is None and detector is None:
        chosen = demo_detector(device, precision)
    else:
        chosen = api.load_detector(
            weights=weights, detector=detector, device=device, precision=precision
        )
    drive(render_demo())
    footage = api.open_footage(demo_clip())
    run = api.start_analysis(footage, chosen, out / "square.h5")
    drive(run.run())
    analysis = run.analysis
    state = default_state(analysis)
    scored = track(analysis, state, analysis.calibration)
    folder = _free(out / "case")
    case = CaseExport(footage, analysis, state, scored.score, scored.segments, folder)
    if scored.segments:
        drive(case.run())
    found = [FoundSegment(s.span, s.peak, s.peak_frame) for s in scored.segments]
    rows: list[dict[str, Any]] = []
    normal = np.ones(len(scored.score), bool)
    for event in demo_events():
        span = FrameSpan(event["start"], event["stop"])
        hit = next((s for s in found if s.span.overlaps(span)), None)
        normal[event["start"] : event["stop"]] = False
        rows.append({**event, "found": hit is not None, "peak": hit.peak if hit else None})
    for row in rows:
        frames = normal.copy()
        frames[row["start"] : row["stop"]] = True
        row["auc"] = auc(~normal[frames], scored.score[frames])
    spans = [FrameSpan(event["start"], event["stop"]) for event in demo_events()]
    elsewhere = sum(not any(s.span.overlaps(span) for span in spans) for s in found)
    if json:
        emit({"footage": str(footage.path), "analysis": str(run.path),
              "case": str(folder), "detector": chosen.facts.name,
              "weights": chosen.facts.weights_id, "segments": len(found),
              "elsewhere": elsewhere, "events": rows})  # fmt: skip
        return
    shown = [[r["kind"], str(r["start"]), str(r["stop"]), "yes" if r["found"] else "no",
              "" if r["peak"] is None else f"{r['peak']:.2f}",
              "" if r["auc"] is None else f"{100 * r['auc']:.0f}"] for r in rows]  # fmt: skip
    table("What happens in the demo, and what was flagged",
          ["event", "from frame", "to", "flagged", "peak", "AUC to normal"], shown)  # fmt: skip
    say(f"{scored.sentence}; {elsewhere} of them where nothing unusual happens")
    say(f"The footage is {footage.path}")
    say(f"The analysis is {run.path}; the excerpts are in {folder}")


def _free(folder: Path) -> Path:
    """The folder, or the first of its name with a number that does not exist yet."""
    number, found = 1, folder
    while found.exists():
        number += 1
        found = folder.with_name(f"{folder.name}-{number}")
    return found


def scene(
    out: Annotated[Path, typer.Option(help="The folder to write into.")],
    seconds: Annotated[float, typer.Option(min=1)] = 60.0,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    layout: Annotated[int, typer.Option(min=0, max=1, help="Which camera and square.")] = 0,
    anomaly: Annotated[
        list[str] | None, typer.Option(help="KIND@SECOND, such as cyclist@20; repeatable.")
    ] = None,
    name: str = "scene",
    json: Json = False,
) -> None:
    """Render footage of a square with exact ground truth.

    Example: normscope scene --out made --seconds 60 --anomaly cyclist@20
    """
    from engine.scene import KINDS, SceneSpec, write_scene

    planned = []
    for wanted in anomaly or []:
        kind, _, second = wanted.partition("@")
        try:
            planned.append((kind, float(second)))
        except ValueError as error:
            raise BadSetting(f"'{wanted}' is not KIND@SECOND.") from error
        if kind not in KINDS:
            raise BadSetting(f"There is no anomaly '{kind}'.", hint=f"Known: {', '.join(KINDS)}.")
    spec = SceneSpec(seed=seed, seconds=seconds, layout=layout, anomalies=tuple(planned))
    paths = write_scene(spec, out, name=name)
    if json:
        emit({"video": str(paths.video), "masks": str(paths.masks), "labels": str(paths.labels)})
    else:
        say(
            f"{paths.video}: {spec.frames} frames; ground truth in {paths.labels.name}"
            f" and {paths.masks.name}"
        )


def paste(
    normal: Annotated[
        list[str], typer.Option(help="Normal footage to paste into, PATH or PATH:START-STOP.")
    ],
    cut_from: Annotated[
        list[str], typer.Option(help="Normal footage to cut from, likewise; repeatable.")
    ],
    out: Annotated[Path, typer.Option(help="The data set's folder.")],
    foreign: Annotated[
        list[str] | None, typer.Option(help="Another camera's footage to cut from; repeatable.")
    ] = None,
    seed: int = 1,
    json: Json = False,
) -> None:
    """Make labelled clips from normal footage: objects cut from elsewhere, sped up, enlarged,
    reversed; and walkers pasted as they walked, which are normal.

    Settings are chosen on these, never on the labels of a benchmark.
    Example: normscope paste --normal clips/05 --cut-from clips/01 --out pasted
    """
    from engine.learning.normal import parse_normal
    from engine.learning.pasting import write_pasted

    into, walkers, others = (
        [parse_normal(text) for text in texts] for texts in (normal, cut_from, foreign or [])
    )
    summary = write_pasted(into, walkers, out, seed, others)
    if json:
        emit(summary)
    else:
        say(
            f"{out}: {summary['clips']} clips,"
            f" {summary['abnormal']} of {summary['frames']} frames abnormal"
        )
