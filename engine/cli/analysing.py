"""info, analyse, segments."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
from engine.timebase import spoken_duration, timecode

if TYPE_CHECKING:
    from engine.analysis.analysis import Analysis
    from engine.footage import Footage
    from engine.review.scoring import ScoreTrack
    from engine.review.state import ReviewState

Lambda = Annotated[
    float | None,
    typer.Option("--lambda", min=0, max=1, help="Weight of the first part against the second."),
]
Threshold = Annotated[float | None, typer.Option(help="In the score's unit; 1 is the default.")]
Normalisation = Annotated[str, typer.Option(help="calibrated, minmax or none.")]


def register(app: typer.Typer) -> None:
    """Add this room's commands."""
    app.command()(info)
    app.command()(analyse)
    app.command()(segments)


def info(footage: Path, json: Json = False) -> None:
    """Facts about a footage.  Example: normscope info yard.mp4"""
    opened = api.open_footage(footage)
    facts = api.footage_facts(opened)
    if json:
        emit(facts)
        return
    rate = "unknown" if facts["rate"] is None else f"{facts['rate']:.3f} frame/s"
    rows = [
        ["frames", str(facts["frames"])],
        ["duration", timecode(facts["duration"])],
        ["picture", f"{facts['width']} x {facts['height']}"],
        ["codec", str(facts["codec"])],
        ["rate", rate + (", variable" if facts["variable_rate"] else "")],
        ["keyframes", str(facts["keyframes"])],
        ["first PTS", str(facts["first_pts"])],
    ]
    if opened.start_time is not None:
        rows.append(["started", f"{opened.start_time.isoformat()} ({opened.start_time_origin})"])
    rows += [["problem", problem] for problem in facts["problems"]]
    table(footage.name, ["", ""], rows)


def analyse(
    footage: Path,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="FILE.h5")] = None,
    weights: Weights = None,
    detector: DetectorName = None,
    calibrate: Annotated[
        str | None, typer.Option(help="START-STOP: frames of this footage that are normal.")
    ] = None,
    gamma: Annotated[float | None, typer.Option(help="Threshold of the memory update.")] = None,
    no_update: Annotated[
        bool, typer.Option("--no-update", help="Never update the memory.")
    ] = False,
    adapt: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Learn the first so many frames of this footage as normal (apn; 5 to 10 do).",
        ),
    ] = None,
    device: Device = "auto",
    precision: PrecisionName = "auto",
    resume: Annotated[bool, typer.Option("--resume", help="Continue a run cut short.")] = False,
    json: Json = False,
) -> None:
    """Score every frame and store the run.  Without weights the detector is `speed`.

    With --adapt the weights of a prototype network get used to this footage by its first frames; an
    anomaly in those is then normal.  The adapted weights lie beside the analysis, the weights named
    stay as they are, and analysing without --adapt is the way back.

    Example: normscope analyse yard.mp4 --weights ped2 -o yard.h5
    """
    from engine.analysis.file import check_target

    opened = api.open_footage(footage)
    path = output or Path(opened.path.resolve().name).with_suffix(".h5")
    if adapt is not None:
        check_target(opened, path)
        weights = _adapted(opened, weights, path.with_suffix(".adapted.safetensors"), adapt)
    chosen = api.load_detector(
        weights=weights, detector=detector, device=device, precision=precision
    )
    span = None if calibrate is None else api.parse_span(calibrate, len(opened.table))
    run = api.start_analysis(
        opened,
        chosen,
        path,
        gamma=gamma,
        update=False if no_update else None,
        calibrate=span,
        resume=resume,
    )
    foreign = api.camera_warning(opened, weights)
    if foreign:
        say(f"Warning: {foreign}")
    began = time.monotonic()
    drive(run.run())
    seconds = max(1e-9, time.monotonic() - began)
    analysis = run.analysis
    document = {
        "analysis": str(run.path),
        "frames": len(opened.table),
        "scored": int(analysis.scored.sum()),
        "frames_per_second": round(run.scored / seconds, 2),
        "resumed_from": run.resumed_from,
        "device": chosen.device,
        "precision": chosen.precision,
    }
    warnings = [text for text in (chosen.facts.warning, foreign) if text]
    if warnings:
        document["weights"], document["warning"] = chosen.facts.weights_id, " ".join(warnings)
    if json:
        emit(document)
        return
    origin = analysis.calibration.origin if analysis.calibration else "nothing"
    say(
        f"{run.path}: {document['scored']} of {document['frames']} frames scored"
        f" by {chosen.facts.name}"
    )
    say(f"{document['frames_per_second']} frame/s on {chosen.device} in {chosen.precision}")
    say(f"Calibrated on {origin}.")
    if chosen.facts.warning:
        say(f"Warning: {chosen.facts.warning}")


def _adapted(footage: Footage, weights: str | None, out: Path, frames: int) -> str:
    """Adapt weights to a footage; where the adapted ones were written."""
    if weights is None:
        raise BadSetting("--adapt needs weights.", hint="Name those of an apn with --weights.")
    adapting = api.adapting(footage, weights, out, frames)
    drive(adapting.run())
    assert adapting.adapted is not None
    said = adapting.adapted.training["adapted"]
    say(
        f"{out}: adapted; the loss on frames that took no part fell from {said['before']:.5f} to "
        f"{said['after']:.5f}"
    )
    return str(out)


def mention_review(file: Path) -> None:
    """Say where a review lies that was not asked for: its verdicts and settings do not count."""
    from engine.review.session import review_path

    beside = review_path(file)
    if beside.exists():
        say(f"Note: a review lies beside the analysis and is left out; add --review {beside}")


def state_of(
    analysis: Analysis,
    review: Path | None,
    lambda_: float | None,
    threshold: float | None,
    **changed: Any,
) -> ReviewState:
    """The review's settings, or the defaults, with what was given on the command line put over
    them.
    """
    from dataclasses import replace

    from engine.review.defaults import default_state
    from engine.review.session import read_review
    from engine.review.versions import of_footage

    state = default_state(analysis) if review is None else read_review(review)
    if review is not None and not of_footage(review, analysis.head.footage):
        raise BadSetting(
            f"The review {review} belongs to another footage than this analysis.",
            hint="Name the review that lies beside the analysis.",
        )
    if any(segment.span.stop > len(analysis.pts) for segment in state.stored):
        raise BadSetting(
            f"The review {review} belongs to a longer footage than this analysis.",
            hint="Name the review that lies beside the analysis.",
        )
    score, found = state.score, state.segments
    if lambda_ is not None:
        score = replace(score, lambda_=lambda_)
    if "normalise" in changed and changed["normalise"] is not None:
        score = replace(score, normalise=changed["normalise"])
    if threshold is not None:
        found = replace(found, threshold=threshold)
    for name in ("min_length", "merge_gap"):
        if changed.get(name) is not None:
            found = replace(found, **{name: changed[name]})
    smooth = changed.get("smooth")
    return replace(
        state,
        score=score.fitting(analysis.facts),
        segments=found,
        smooth_seconds=state.smooth_seconds if smooth is None else smooth,
    )


def scored_track(analysis: Analysis, state: ReviewState) -> ScoreTrack:
    """What follows from a run, complete or cut short.  BadSetting where there is no score."""
    from engine.review.scoring import calibration_in_force, track
    from engine.scoring.score import anomaly_score

    calibration = calibration_in_force(analysis, state)
    if analysis.frames_done:
        anomaly_score(analysis.parts, analysis.facts, state.score, calibration)
    return track(analysis, state, calibration)


def segments(
    file: Path,
    lambda_: Lambda = None,
    threshold: Threshold = None,
    normalise: Normalisation = "calibrated",
    smooth: Annotated[float | None, typer.Option(min=0, help="Seconds (Gaussian sigma).")] = None,
    min_length: Annotated[float | None, typer.Option(min=0, help="Seconds.")] = None,
    merge_gap: Annotated[float | None, typer.Option(min=0, help="Seconds.")] = None,
    json: Json = False,
) -> None:
    """Segments of a stored run.  Example: normscope segments yard.h5 --threshold 1.2"""
    from engine.export.tables import segment_rows
    from engine.scoring.score import rarity

    analysis = api.read_analysis(file)
    state = state_of(
        analysis,
        None,
        lambda_,
        threshold,
        normalise=normalise,
        smooth=smooth,
        min_length=min_length,
        merge_gap=merge_gap,
    )
    scored = scored_track(analysis, state)
    rows = segment_rows(scored.segments, analysis.seconds, analysis.pts)
    if json:
        names = ("id", "start", "stop", "start_time", "stop_time", "peak", "peak_frame")
        alarms = scored.false_alarms
        # how rare its peak is among normal frames, and what the settings would flag on normal
        more = {"false_alarms": None if alarms is None else alarms.as_dict()}
        emit(
            [
                {name: row[name] for name in names}
                | {"rarity": rarity(row["peak"], scored.normal)}
                | more
                for row in rows
            ]
        )
        return
    shown = [
        [
            str(number),
            row["id"],
            row["start_timecode"],
            row["stop_timecode"],
            spoken_duration(row["stop_time"] - row["start_time"]),
            f"{row['peak']:.2f}",
            str(row["peak_frame"]),
        ]
        for number, row in enumerate(rows, 1)
    ]
    table(scored.sentence, ["number", "id", "start", "stop", "length", "peak", "at frame"], shown)
