"""evaluate."""

from __future__ import annotations

from dataclasses import replace
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
    app.command()(evaluate)


def evaluate(
    dataset: Path,
    weights: Weights = None,
    detector: DetectorName = None,
    lambda_: Annotated[float | None, typer.Option("--lambda", min=0, max=1)] = None,
    gamma: Annotated[float | None, typer.Option(help="Threshold of the memory update.")] = None,
    no_update: Annotated[
        bool, typer.Option("--no-update", help="Never update the memory.")
    ] = False,
    normalise: Annotated[str, typer.Option(help="minmax, calibrated or none.")] = "minmax",
    pooling: Annotated[str | None, typer.Option(help="frame (papers) or patch (ours).")] = None,
    smooth: Annotated[float, typer.Option(min=0, help="Gaussian sigma in frames.")] = 0.0,
    clips: Annotated[str | None, typer.Option(help="Only these, such as 01,03.")] = None,
    calibrate_on: Annotated[
        Path | None, typer.Option(help="Normal footage for a detector without weights.")
    ] = None,
    no_pixels: Annotated[bool, typer.Option("--no-pixels", help="Skip the pixel metrics.")] = False,
    against: Annotated[
        str | None, typer.Option(help="A rival, speed or weights: the gain over it, paired.")
    ] = None,
    log: Annotated[Path | None, typer.Option(help="Append a line that counts this run.")] = None,
    device: Device = "auto",
    precision: PrecisionName = "auto",
    json: Json = False,
) -> None:
    """Evaluate a detector on labelled clips.

    Example: normscope evaluate ped2 --weights ped2 --gamma 0.01
    """
    from engine.evaluation.datasets import read_dataset
    from engine.evaluation.evaluate import Evaluation, EvaluationSettings
    from engine.evaluation.log import check_log, log_evaluation

    if normalise not in ("minmax", "calibrated", "none"):
        raise BadSetting(
            f"'{normalise}' is not a normalisation.", hint="Use minmax, calibrated or none."
        )
    if pooling not in (None, "frame", "patch"):
        raise BadSetting(f"'{pooling}' is not a pooling.", hint="Use frame or patch.")
    if log is not None:
        check_log(log)
    found = read_dataset(dataset, [] if clips is None else clips.split(","))
    chosen = api.load_detector(
        weights=weights, detector=detector, device=device, precision=precision
    )
    if calibrate_on is not None:
        from engine.evaluation.calibrated import calibrated_on

        chosen = calibrated_on(chosen, calibrate_on)
    settings = EvaluationSettings(
        lambda_,
        gamma,
        False if no_update else None,
        normalise,  # type: ignore[arg-type]
        pooling,  # type: ignore[arg-type]
        smooth,
        pixels=not no_pixels,
    )
    evaluation = Evaluation(found, chosen, settings)
    drive(evaluation.run())
    report = evaluation.report(weights or "")
    if against is not None:
        given = {"detector": against} if against == "speed" else {"weights": against}
        rival = api.load_detector(device=device, precision=precision, **given)
        if rival.facts.calibration is None and len(rival.facts.parts) == 1:
            # a single part needs no common unit, and its order is the same in any
            settings = replace(settings, normalise="none")
        other = Evaluation(found, rival, replace(settings, lambda_=None, gamma=None, pixels=False))
        drive(other.run())
        report["against"] = evaluation.gain_over(other)
    if log is not None:
        log_evaluation(log, dataset, report)
    if json:
        emit(report)
    else:
        _print(report)


def _print(report: dict[str, Any]) -> None:
    def percent(value: float | None) -> str:
        return "-" if value is None else f"{100 * value:.1f}"

    low, high = report["interval"] or (None, None)
    say(f"{report['detector']} {report['weights']}: {report['frames']} frames")
    micro = f"{percent(report['frame_auc_micro'])} (95 %: {percent(low)} to {percent(high)})"
    rows = [["frame AUC, micro", micro]]
    rows.append(["frame AUC, macro", percent(report["frame_auc_macro"])])
    rows.append(["average precision", percent(report["ap"])])
    rows.append(["pixel AUC", percent(report["pixel_auc"])])
    rows.append(["region IoU", percent(report["region_iou"])])
    rows.append(["region IoU, paper's rule", percent(report["region_iou_paper"])])
    rows += [[f"AUC {name}", percent(value)] for name, value in report["auc"].items()]
    if "against" in report:
        gain, (low, high) = report["against"], report["against"]["interval"] or (None, None)
        said = f"{percent(gain['gain'])} (95 %, paired: {percent(low)} to {percent(high)})"
        rows.append([f"gain over {gain['detector']} ({percent(gain['auc'])})", said])
    for name, value in (report["memory"] or {}).items():
        rows.append([f"memory: {name}", "-" if value is None else f"{value:.3f}"])
    rows += [[name, str(value)] for name, value in report["settings"].items()]
    table("Evaluation", ["", ""], rows)
