"""`normscope bench`: frame rates and latencies on this machine, with the window open and playing.

Rates are ratios where there is a rival; everything else is a plain figure of this machine.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Row = dict[str, Any]


def bench(footage: Path | None, weights: str, precision: str) -> list[Row]:
    """Measure on footage, None for the rendered demo, in an empty user folder: nothing stored may
    answer for the work.  The user's own weights are found all the same.  Raises EngineErrors.
    """
    from engine.detectors.weights import find_weights

    card = find_weights(weights)
    named = weights if card.path is None else str(card.path.absolute())
    if footage is None:
        from engine.demo import demo_clip, render_demo

        for _ in render_demo():
            pass
        footage = demo_clip()
    before = os.environ.get("NORMSCOPE_HOME")
    with tempfile.TemporaryDirectory(prefix="normscope-bench-") as folder:
        os.environ["NORMSCOPE_HOME"] = folder
        try:
            return measure(footage.absolute(), named, precision)
        finally:
            if before is None:
                del os.environ["NORMSCOPE_HOME"]
            else:
                os.environ["NORMSCOPE_HOME"] = before


def measure(footage: Path, weights: str, precision: str) -> list[Row]:
    """All figures, one after the other, alone on the machine."""
    rows = [scoring_row()]
    alone = [analysis_rate(footage, None, precision), analysis_rate(footage, weights, precision)]
    rows += alone
    rows += window_rows(footage, weights, precision, alone[1]["value"])
    return rows


def _row(
    name: str, value: float, unit: str, settings: Row, rival: str = "", ratio: float | None = None
) -> Row:
    return {
        "name": name,
        "value": round(value, 3),
        "unit": unit,
        "rival": rival or None,
        "ratio": None if ratio is None else round(ratio, 3),
        "settings": settings,
    }


def scoring_row() -> Row:
    """Score and segments of 1,000,000 frames: what a dragged slider costs."""
    from engine.detectors.base import Calibration, DetectorFacts, PartSpec, PatchRule
    from engine.scoring.calibrating import LEVELS
    from engine.scoring.score import ScoreSettings, anomaly_score
    from engine.scoring.segments import SegmentSettings, find_segments

    count = 1_000_000
    rng = np.random.default_rng(0)
    specs = (
        PartSpec("a", "dB", "appearance", "down", "a", "A", "patch", "psnr"),
        PartSpec("b", "", "memory", "up", "b", "B", "patch"),
    )
    facts = DetectorFacts("bench", specs, 0.6, False, None, PatchRule())
    parts = {name: rng.normal(size=count).astype(np.float32) for name in "ab"}
    seconds = np.arange(count) / 10
    calibration = Calibration(
        LEVELS, {name: np.sort(rng.normal(size=len(LEVELS))) for name in "ab"}
    )

    def once() -> None:
        score = anomaly_score(parts, facts, ScoreSettings(0.6), calibration)
        find_segments(score, seconds, SegmentSettings(2.5))

    best = min(_seconds(once) for _ in range(5))
    return _row("score and segments of 1,000,000 frames", 1000 * best, "ms", {"lambda": 0.6})


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def analysis_rate(footage: Path, weights: str | None, precision: str) -> Row:
    """Frames a second without a window."""
    from engine import api

    opened = api.open_footage(footage)
    detector = api.load_detector(weights=weights, precision=precision)
    with tempfile.TemporaryDirectory() as folder:
        run = api.start_analysis(opened, detector, Path(folder) / "bench.h5", resume=False)
        began = time.perf_counter()
        for _ in run.run():
            pass
        rate = len(opened.table) / (time.perf_counter() - began)
    name = "speed" if weights is None else Path(weights).stem
    settings = {"footage": footage.name, "precision": detector.precision, "device": detector.device}
    return _row(f"analysis with {name}, no window", rate, "frame/s", settings)


def window_rows(footage: Path, weights: str, precision: str, alone: float) -> list[Row]:
    """The same with the window open and the footage playing; and the event loop's delay
    meanwhile."""
    if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from app.probe import LoopProbe, drive_window

    outcome = drive_window(footage, weights, precision)
    probe: LoopProbe = outcome.probe
    settings = {
        "footage": footage.name,
        "precision": outcome.precision,
        "platform": os.environ.get("QT_QPA_PLATFORM", "screen"),
        "played": outcome.shown,
    }
    rate, name = outcome.frames / outcome.seconds, Path(weights).stem
    delays = probe.delays_ms()
    return [
        _row(f"analysis with {name}, window open and playing", rate, "frame/s", settings,
             "no window", rate / alone if alone else None),
        _row("event-loop delay meanwhile, 99th percentile", float(np.quantile(delays, 0.99)), "ms",
             {**settings, "samples": len(delays)}),
        _row("event-loop delay meanwhile, median", float(np.median(delays)), "ms", settings),
        _row("frames shown meanwhile", outcome.shown / outcome.seconds, "frame/s", settings),
        _row("cancel of the analysis", outcome.cancel_ms, "ms", settings),
    ]  # fmt: skip
