"""calibration-check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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


def register(app: typer.Typer) -> None:
    """Add this room's commands."""
    app.command("calibration-check")(calibration_check)


def calibration_check(
    out: Annotated[Path, typer.Option(help="The folder that keeps the scores; it resumes there.")],
    hours: Annotated[float, typer.Option(help="Unseen normal footage to render.")] = 10.0,
    calibration_minutes: Annotated[float, typer.Option(help="Footage to calibrate on.")] = 60.0,
    stretch_minutes: Annotated[float, typer.Option(help="Length of one recording.")] = 5.0,
    rate: Annotated[int, typer.Option(min=1, help="Frames a second.")] = 10,
    width: Annotated[int, typer.Option(help="Picture's width; the height is two thirds.")] = 480,
    layout: Annotated[int, typer.Option(min=0, max=1, help="Which rendered square.")] = 0,
    report_only: Annotated[
        bool, typer.Option("--report-only", help="Render nothing; report what is there.")
    ] = False,
    weights: Weights = None,
    detector: DetectorName = None,
    device: Device = "auto",
    precision: PrecisionName = "auto",
    json: Json = False,
) -> None:
    """Compare promised with happened false alarms on hours of rendered normal footage.

    Writes check.json and check.svg.  Ctrl+C keeps what was rendered; the same command goes on.
    Example: normscope calibration-check --hours 10 --out check
    """
    from engine.evaluation.calibration_check import CalibrationCheck, CheckPlan
    from engine.evaluation.rate_chart import rate_chart
    from engine.files import write_json, write_text

    chosen = api.load_detector(
        weights=weights, detector=detector, device=device, precision=precision
    )
    height = 2 * round(width / 3)
    plan = CheckPlan(
        hours, calibration_minutes, stretch_minutes, rate, 2 * (width // 2), height, layout
    )
    check = CalibrationCheck(lambda: chosen, plan, out)
    check.check_folder()
    if not report_only:
        drive(check.run())
    report = check.report()
    write_json(out / "check.json", report)
    write_text(out / "check.svg", rate_chart(report))
    if json:
        emit(report)
        return
    say(f"Promised from {report['calibration_minutes']:g} min, happened in {report['hours']:g} h.")
    rows = [
        [
            f"{row['threshold']:.2f}",
            f"{row['promised']['per_hour']:.2f}",
            "{:.2f} to {:.2f}".format(*row["promised"]["interval"]),
            f"{row['happened']['per_hour']:.2f}",
            "{:.2f} to {:.2f}".format(*row["happened"]["interval"]),
            "yes" if row["holds"] else "no",
        ]
        for row in report["rows"]
    ]
    columns = ["threshold", "promised", "95 %", "happened", "95 %", "holds"]
    table("False alarms an hour", columns, rows)
    say(f"The plot is {out / 'check.svg'}")
