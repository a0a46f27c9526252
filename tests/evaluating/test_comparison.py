"""The table: each detector with its twins, intervals, costs and what is published."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from labelled_footage import clip, own_layout, write

from engine import cli
from engine.detectors.mnad import MnadConfig, MnadNetwork, mnad_facts
from engine.detectors.mnad_stream import MnadDetector
from engine.detectors.speed import SpeedDetector
from engine.detectors.weights import WeightsCard, write_weights
from engine.evaluation import metrics
from engine.evaluation.calibrated import calibrated_on
from engine.evaluation.comparison import Comparison, Entry
from engine.evaluation.comparison_table import markdown
from engine.evaluation.datasets import read_dataset
from engine.evaluation.evaluate import Evaluation, EvaluationSettings
from engine.scoring.calibrating import calibrate


def weights(path: Path, seed: int = 1, **config: Any) -> WeightsCard:
    """A tiny network's weights with a calibration, never trained."""
    torch.manual_seed(seed)
    shape: dict[str, Any] = {"channels": 1, "width": 2, "size": 32, "items": 4}
    network = MnadNetwork(MnadConfig(**(shape | config)))
    facts = mnad_facts(network.config)
    rng = np.random.default_rng(0)
    parts = {part.name: rng.normal(20, 2, 50) for part in facts.parts}
    card = WeightsCard(
        path.stem, facts.name, network.config.as_dict(), facts.default_lambda, 1.0, None,
        {"epochs": 3, "minutes": 1.5, "plan": {"seed": seed}}, calibrate(parts, facts.parts),
    )  # fmt: skip
    return write_weights(
        path, network.state_dict(), replace(card, gamma=1.0 if facts.gamma else None)
    )


def entry(card: WeightsCard) -> Entry:
    network = MnadNetwork(MnadConfig(**card.config))
    facts = mnad_facts(network.config, calibration=card.calibration, gamma=card.gamma)
    detector = MnadDetector(network, facts, torch.device("cpu"), torch.float32)
    return Entry(card.name, detector, card)


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Comparison]:
    home = tmp_path_factory.mktemp("compared")
    root = own_layout(home / "ped2")
    write(root / "training" / "frames" / "01", clip(20, range(0))[0])
    speed = calibrated_on(SpeedDetector(), root)
    cards = [weights(home / "one.safetensors"), weights(home / "two.safetensors", 2),
             weights(home / "bare.safetensors", memory=False)]  # fmt: skip
    entries = [Entry("speed", speed), *(entry(card) for card in cards)]
    comparison = Comparison(read_dataset(root), entries, "ped2")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metrics, "ROUNDS", 60)
        for _ in comparison.run():
            pass
    return root, comparison


def row(comparison: Comparison, name: str, twin: str = "") -> dict[str, Any]:
    (found,) = [r for r in comparison.rows if r["name"] == name and r["twin"] == twin]
    return found


def test_every_detector_has_its_twins(compared: tuple[Path, Comparison]) -> None:
    _, comparison = compared
    names = [(r["name"], r["twin"]) for r in comparison.rows]
    twins = ["", "by A alone", "by B alone", "without update"]
    assert names == [
        ("speed", ""), *(("one", t) for t in twins), *(("two", t) for t in twins), ("bare", ""),
        *(("mean of 2 seeds", t) for t in twins),
    ]  # fmt: skip
    assert len(comparison.passes) == 1 + 2 + 2 + 1
    json.dumps(comparison.rows, allow_nan=False)


def test_twins_equal_evaluations_of_their_own(compared: tuple[Path, Comparison]) -> None:
    root, comparison = compared
    one = comparison.entries[1]
    for twin, settings in (
        ("by A alone", EvaluationSettings(lambda_=1.0)),
        ("by B alone", EvaluationSettings(lambda_=0.0)),
        ("without update", EvaluationSettings(update=False)),
    ):
        alone = Evaluation(read_dataset(root), one.detector, settings)
        for _ in alone.run():
            pass
        expected = alone.report()["auc"]
        found = row(comparison, "one", twin)["auc"]
        for name in ("minmax", "calibrated", "calibrated_smoothed"):
            assert found[name] == pytest.approx(expected[name]), (twin, name)


def test_rows_carry_intervals_costs_and_the_published_figure(
    compared: tuple[Path, Comparison],
) -> None:
    _, comparison = compared
    speed, one, bare = (row(comparison, name) for name in ("speed", "one", "bare"))
    assert speed["gain"] is None
    assert one["gain"][0] <= one["auc"]["calibrated"] - speed["auc"]["calibrated"] + 0.2
    assert one["gain"][0] <= one["gain"][1]
    low, high = one["interval"]["calibrated"]
    assert low <= one["auc"]["calibrated"] <= high
    assert one["cost"]["parameters"] == sum(
        p.numel()
        for p in MnadNetwork(comparison.entries[1].detector.config).parameters()  # type: ignore[attr-defined]
    )
    assert (one["epochs"], one["minutes"], one["width"]) == (3, 1.5, 2)
    assert one["memory"]["usage_perplexity"] >= 0.999
    assert one["published"]["auc"] == pytest.approx(0.97)
    assert row(comparison, "one", "without update")["published"]["auc"] == pytest.approx(0.96)
    assert bare["published"]["system"] == "MNAD, prediction without memory"
    assert speed["published"] is None


def test_the_published_gamma_can_be_asked_for(compared: tuple[Path, Comparison]) -> None:
    root, known = compared
    entries = [known.entries[0], known.entries[1], known.entries[3]]
    comparison = Comparison(read_dataset(root), entries, "ped2", paper_gamma=True)
    for _ in comparison.run():
        pass
    gammas = {name: row(comparison, name)["gamma"] for name in ("speed", "one", "bare")}
    assert gammas == {"speed": None, "one": 0.01, "bare": None}
    assert row(known, "one")["gamma"] == 1.0


def test_seeds_are_told_as_mean_and_deviation(compared: tuple[Path, Comparison]) -> None:
    _, comparison = compared
    mean = row(comparison, "mean of 2 seeds")
    values = [row(comparison, name)["auc"]["minmax"] for name in ("one", "two")]
    assert mean["seeds"] == [1, 2]
    assert mean["auc"]["minmax"] == pytest.approx(np.mean(values))
    assert mean["deviation"]["minmax"] == pytest.approx(np.std(values, ddof=1))


def test_the_markdown_is_one_table_of_the_found_and_one_of_the_spent(
    compared: tuple[Path, Comparison],
) -> None:
    _, comparison = compared
    text = markdown(comparison.rows, "Made clips", 72, 50)
    tables = [block for block in text.split("\n\n") if block.startswith("|")]
    assert len(tables) == 2
    for block in tables:
        widths = {line.count("|") for line in block.strip().splitlines()}
        assert len(widths) == 1
    assert "72 frames, 50 of them normal" in text
    assert "| `one` without update |" in text
    assert "here width 2, grey, 3 epochs; there width 64, colour, 60 epochs" in text


def test_the_command_writes_both_forms_and_counts_every_look(
    compared: tuple[Path, Comparison], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, _ = compared
    out, log = tmp_path / "t.md", tmp_path / "log.jsonl"
    one = root.parent / "one.safetensors"
    words = ["table", str(root), "--weights", str(one), "--calibrate-on", str(root),
             "--clips", "01,02"]  # fmt: skip
    assert cli.main([*words, "--out", str(out), "--log", str(log), "--json"]) == 0
    document = json.loads(capsys.readouterr()[0])
    assert document == json.loads(out.with_suffix(".json").read_text())
    assert document["clips"] == ["01", "02"]
    assert out.read_text().startswith("### ped2, 2 clips")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["settings"]["update"] for line in lines] == [False, True, False]
    assert lines[0]["weights"] == "speed"
    assert lines[1]["weights"].startswith("one@")
    # a second table of the clips takes the first one's rows over, and tells means over the seeds
    two = ["table", str(root), "--weights", str(root.parent / "two.safetensors"), "--calibrate-on",
           str(root), "--clips", "01,02", "--keep", str(out.with_suffix(".json")), "--out",
           str(out), "--log", str(log), "--json"]  # fmt: skip
    assert cli.main(two) == 0
    rows = json.loads(capsys.readouterr()[0])["rows"]
    kept = [row for row in rows if row["name"] == "one"]
    assert kept == [row for row in document["rows"] if row["name"] == "one"]
    assert [row["name"] for row in rows if not row["twin"]] == [
        "speed", "one", "two", "mean of 2 seeds"
    ]  # fmt: skip
    assert len(log.read_text().splitlines()) == 6, "what was kept was not looked at again"
    assert cli.main([*words, "--out", str(tmp_path / "t.txt")]) == 1
