"""Promised against happened false alarms on rendered normal footage."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from scipy.stats import binomtest

from engine import cli
from engine.detectors.base import FrameScore
from engine.detectors.speed import FACTS
from engine.errors import BadSetting
from engine.evaluation import calibration_check
from engine.evaluation.calibration_check import CalibrationCheck, CheckPlan, ratio_interval
from engine.evaluation.rate_chart import rate_chart
from engine.scene import SceneFrame, SceneSpec
from engine.scoring.false_alarms import FalseAlarms

PLAN = CheckPlan(
    hours=0.01, calibration_minutes=0.4, stretch_minutes=0.1, rate=5, width=64, height=64
)


def walk(spec: SceneSpec) -> Iterator[SceneFrame]:
    """Stands in for the renderer: a square whose pace is the seed's."""
    rng = np.random.default_rng(spec.seed)
    ground = np.random.default_rng(0).integers(90, 160, (spec.height, spec.width, 3), np.uint8)
    left = 0.0
    for index in range(spec.frames):
        left = (left + rng.gamma(2.0, 0.8)) % (spec.width - 16)
        picture = ground.copy()
        picture[20:44, int(left) : int(left) + 14] = 20
        yield SceneFrame(index, picture, np.zeros(picture.shape[:2], bool))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration_check, "render", walk)


class Pace:
    """A detector that is quick: how much a picture differs from the one before."""

    facts = replace(FACTS, calibration=None)
    device, precision = "cpu", "fp32"

    def __init__(self) -> None:
        self.before: np.ndarray | None = None

    def stream(self, *, gamma: float | None = None, update: bool | None = None) -> Pace:
        return Pace()

    def push(self, index: int, picture: np.ndarray) -> list[FrameScore]:
        before, self.before = self.before, picture.astype(np.float32)
        if before is None:
            return []
        change = float(np.abs(self.before - before).mean())
        return [FrameScore(index, {"patch_speed": change}, {})]

    def flush(self) -> list[FrameScore]:
        return []


def check(folder: Path, **changed: Any) -> CalibrationCheck:
    return CalibrationCheck(Pace, replace(PLAN, **changed), folder)  # type: ignore[arg-type]


def test_seeds_of_calibration_and_unseen_footage_never_meet() -> None:
    plan = CheckPlan(hours=200.0, stretch_minutes=1.0, calibration_minutes=600)
    seeds = [plan.spec(kind, number).seed for kind, number in plan.stretches()]
    assert len(set(seeds)) == len(seeds) == 12_600
    assert all(not plan.spec(*stretch).anomalies for stretch in plan.stretches())


def test_a_check_compares_rates_over_thresholds(tmp_path: Path) -> None:
    made = check(tmp_path)
    steps = list(made.run())
    assert len(steps) == (4 + 6) * 30
    report = made.report()
    json.dumps(report, allow_nan=False)
    assert report["hours"] == pytest.approx(6 * 29 / 5 / 3600, abs=0.001)
    assert report["calibration_minutes"] == pytest.approx(4 * 29 / 5 / 60, abs=0.01)
    rows = report["rows"]
    assert len(rows) == calibration_check.THRESHOLDS
    shares = [row["share_happened"] for row in rows]
    assert shares == sorted(shares, reverse=True)
    assert np.mean([row["holds"] for row in rows]) > 0.8  # the same pace on both sides
    assert {row["threshold"] for row in report["short_footage"]} <= {r["threshold"] for r in rows}
    assert all(0 <= short["held"] <= short["stretches"] == 6 for short in report["short_footage"])


def test_a_check_that_was_cut_short_goes_on(tmp_path: Path) -> None:
    whole = check(tmp_path / "whole")
    list(whole.run())
    cut = check(tmp_path / "cut")
    running = cut.run()
    for _ in range(95):
        next(running)
    running.close()  # type: ignore[attr-defined]
    kept = sorted(p.name for p in (tmp_path / "cut").glob("*.npz"))
    assert kept == [f"calibration-{n:04d}.npz" for n in range(3)]
    with pytest.raises(BadSetting, match="nothing to compare yet"):
        cut.report()
    assert len(list(check(tmp_path / "cut").run())) == (10 - 3) * 30
    assert check(tmp_path / "cut").report() == whole.report()
    assert list(check(tmp_path / "cut").run()) == []
    longer = check(tmp_path / "cut", hours=0.02)
    assert len(list(longer.run())) == 6 * 30


def test_a_folder_belongs_to_one_check(tmp_path: Path) -> None:
    list(check(tmp_path).run())
    with pytest.raises(BadSetting, match="holds a check of other footage"):
        list(check(tmp_path, rate=10).run())


@pytest.mark.parametrize(("k", "m"), [(0, 0), (0, 4), (4, 0), (7, 3), (120, 60)])
def test_the_ratio_of_two_rates_has_an_exact_interval(k: int, m: int) -> None:
    low, high = ratio_interval(FalseAlarms(k, 7200), FalseAlarms(m, 3600))
    assert low <= (k / 2 / m if m else k / 2) <= high
    if k + m:
        exact = binomtest(k, k + m).proportion_ci(0.95, "exact")
        assert low == pytest.approx(exact.low / (1 - exact.low) / 2)
        if m:
            assert high == pytest.approx(exact.high / (1 - exact.high) / 2)


def test_the_plot_shows_every_threshold(tmp_path: Path) -> None:
    made = check(tmp_path)
    list(made.run())
    report = made.report()
    drawn = ElementTree.fromstring(rate_chart(report))
    name = "{http://www.w3.org/2000/svg}"
    happened = [row for row in report["rows"] if row["happened"]["count"]]
    assert len(drawn.findall(f"{name}circle")) == len(happened) + 1  # and the legend's
    assert len(drawn.findall(f"{name}path")) == len(report["rows"]) - len(happened)
    words = " ".join(text.text or "" for text in drawn.iter(f"{name}text"))
    assert "speed: false alarms promised and happened" in words


def test_the_command_writes_plot_and_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, width = ["--out", str(tmp_path)], ["--width", "96", "--rate", "2"]
    length = ["--hours", "0.004", "--calibration-minutes", "0.2", "--stretch-minutes", "0.1"]
    words = ["calibration-check", *folder, *width, *length]
    assert cli.main([*words, "--report-only"]) == 1
    assert cli.main([*words, "--json"]) == 0
    out, _ = capsys.readouterr()
    assert json.loads(out)["rows"]
    assert (tmp_path / "check.svg").read_text().startswith("<svg")
    assert cli.main([*words, "--report-only"]) == 0
    assert cli.main([*words, "--hours", "0"]) == 1
