"""Known weights are told anew what normal scores are; what they have learned stays as it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
import torch
from made_footage import folder, plan
from typer.testing import CliRunner

from engine import api
from engine.analysis.analysis import Analysis
from engine.cli import app
from engine.detectors.comemory import ComemoryConfig, ComemoryNetwork
from engine.detectors.speed import SpeedDetector
from engine.detectors.weights import (
    WeightsCard,
    find_weights,
    load_detector,
    read_arrays,
    write_arrays,
    write_weights,
)
from engine.errors import BadSetting, UnusableDataset
from engine.footage import open_decoder, open_footage
from engine.learning.learn import Learning
from engine.learning.normal import NormalFootage
from engine.learning.recalibrating import NormalPass, Recalibration
from engine.places import user_folder
from engine.timebase import FrameSpan


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> WeightsCard:
    root = tmp_path_factory.mktemp("recalibrating")
    learning = Learning([folder(root / "monday")], plan(epochs=1), root / "yard.safetensors")
    list(learning.run())
    assert learning.card is not None
    return learning.card


@pytest.fixture(scope="module")
def tuesday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder(tmp_path_factory.mktemp("footage") / "tuesday", count=50, seed=2)


def test_the_calibration_is_of_the_new_footage_and_the_arrays_stay(
    yard: WeightsCard, tuesday: Path, tmp_path: Path
) -> None:
    work = Recalibration(yard, [NormalFootage(tuesday)], tmp_path / "autumn.safetensors")
    phases = [progress.phase for progress in work.run()]
    assert phases == ["scoring normal footage"] * 50 + ["done"]
    card = find_weights(str(tmp_path / "autumn.safetensors"))
    assert work.card is not None
    assert card.as_dict() == work.card.as_dict()
    assert (card.name, card.training) == ("autumn", yard.training)
    for name, array in read_arrays(yard).items():
        np.testing.assert_array_equal(read_arrays(card)[name], array)

    stream = load_detector(yard).stream(update=False)
    scores = []
    footage = open_footage(tuesday)
    with open_decoder(footage) as decoder:
        for at, picture in decoder.frames(FrameSpan(0, 50)):
            scores += stream.push(at, picture)
    scores += stream.flush()
    found = card.calibration
    assert found is not None
    assert found.origin == "normal footage: tuesday"
    assert found.frames == len(scores) == 50 - 4
    for name in ("psnr", "patch_distance"):
        expected = np.array([score.parts[name] for score in scores], np.float32)
        np.testing.assert_allclose(found.samples[name], expected, rtol=1e-5)
    regular = [score.regular_score for score in scores]
    assert card.gamma == pytest.approx(np.quantile(np.array(regular, float), 0.95), rel=1e-3)
    assert found.series is not None
    assert found.series.lengths == (46,)


def test_lambda_for_review_can_be_told_with_it(
    yard: WeightsCard, tuesday: Path, tmp_path: Path
) -> None:
    out = tmp_path / "autumn.safetensors"
    told = Recalibration(yard, [NormalFootage(tuesday)], out, lambda_=0.25)
    list(told.run())
    assert find_weights(str(out)).lambda_ == 0.25
    left = Recalibration(yard, [NormalFootage(tuesday)], out)
    list(left.run())
    assert find_weights(str(out)).lambda_ == yard.lambda_


def test_flow_can_be_checked_from_now_on(tuesday: Path, tmp_path: Path) -> None:
    made = ComemoryNetwork(ComemoryConfig(channels=1, width=2, size=32, items=4, motion_items=3))
    made.flow_scale.copy_(torch.tensor([8.0, 1.0, 0.25]))
    before = {k: v for k, v in made.config.as_dict().items() if k != "round_trip"}
    path = tmp_path / "before.safetensors"
    card = write_weights(
        path, made.state_dict(), WeightsCard("before", "comemory", before, 0.3, 0.5, 10.0)
    )
    levels = []
    for asked in (None, True):
        out = tmp_path / "now.safetensors"
        list(Recalibration(card, [NormalFootage(tuesday)], out, round_trip=asked).run())
        now = find_weights(str(out))
        assert now.config == (before if asked is None else before | {"round_trip": True})
        assert now.calibration is not None
        levels.append(now.calibration.maps["flow"])
    assert (levels[1] <= levels[0] + 1e-6).all()
    assert (levels[1] < levels[0]).any()


def test_weights_without_flow_have_none_to_check(
    yard: WeightsCard, tuesday: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.safetensors"
    with pytest.raises(BadSetting, match="no optical flow"):
        list(Recalibration(yard, [NormalFootage(tuesday)], out, round_trip=True).run())
    assert not out.exists()
    with pytest.raises(BadSetting, match="Lambda"):
        list(Recalibration(yard, [NormalFootage(tuesday)], out, lambda_=float("nan")).run())
    changes = ComemoryConfig(channels=1, width=2, size=32, flow="rgb-difference")
    other = WeightsCard("other", "comemory", changes.as_dict(), 0.3, 0.5, 10.0)
    with pytest.raises(BadSetting, match="no optical flow"):
        list(Recalibration(other, [NormalFootage(tuesday)], out, round_trip=True).run())


def test_the_command_hands_on_what_is_asked_for(
    yard: WeightsCard, tuesday: Path, tmp_path: Path
) -> None:
    out = tmp_path / "autumn.safetensors"
    words = ["weights", "calibrate", str(yard.path), "--normal", str(tuesday), "-o", str(out)]
    assert CliRunner().invoke(app, [*words, "--lambda", "0.35", "--device", "cpu"]).exit_code == 0
    assert find_weights(str(out)).lambda_ == 0.35
    refused = CliRunner().invoke(app, [*words, "--round-trip"])
    assert isinstance(refused.exception, BadSetting)


def test_an_analysis_is_looked_at_again_by_the_calibration_that_made_it(yard: WeightsCard) -> None:
    """Calibrations of the same tensors are told apart by their names."""
    for name, share in (("monday", 0.2), ("sunday", 0.8)):
        card = replace(yard, name=name, lambda_=share)
        write_arrays(user_folder("weights") / f"{name}.safetensors", read_arrays(yard), card)
    for name, share in (("monday", 0.2), ("sunday", 0.8)):
        facts = load_detector(find_weights(name)).facts
        analysis = cast(Analysis, SimpleNamespace(facts=facts, path=None))
        found = api.detector_of(analysis).facts
        assert (found.weights_id, found.default_lambda) == (facts.weights_id, share)


def test_ranges_are_runs_of_their_own(tuesday: Path) -> None:
    spans = (FrameSpan(0, 12), FrameSpan(20, 40))
    passing = NormalPass(SpeedDetector(), [NormalFootage(tuesday, spans)])
    list(passing.run())
    assert passing.calibration is not None
    assert passing.calibration.series is not None
    assert passing.calibration.series.lengths == (11, 19)
    assert passing.calibration.origin == "normal footage: tuesday 0-12, 20-40"


def test_footage_too_short_for_a_score_is_refused(
    yard: WeightsCard, tuesday: Path, tmp_path: Path
) -> None:
    short = NormalFootage(tuesday, (FrameSpan(0, 3),))
    with pytest.raises(UnusableDataset, match="calibrate on"):
        list(Recalibration(yard, [short], tmp_path / "out.safetensors").run())
    assert not list(tmp_path.iterdir())


def test_the_command_writes_weights_that_can_be_named(
    yard: WeightsCard, tuesday: Path, tmp_path: Path
) -> None:
    out = tmp_path / "autumn.safetensors"
    given = ["weights", "calibrate", str(yard.path), "--normal", f"{tuesday}:0-30", "-o", str(out)]
    ended = CliRunner().invoke(app, given)
    assert ended.exit_code == 0, ended.output
    assert "calibrated on 26 frames" in ended.output
    assert find_weights(str(out)).calibration is not None


def test_weights_can_forget_what_is_usual_at_a_place(
    yard: WeightsCard, tuesday: Path, tmp_path: Path
) -> None:
    assert yard.calibration is not None
    side = yard.config["size"] // 8
    usual = {"error": np.full((side, side), 2.0, np.float32)}
    weighed = replace(yard, calibration=replace(yard.calibration, usual=usual))
    found = {}
    for alike in (False, True):
        out = tmp_path / f"{alike}.safetensors"
        work = Recalibration(weighed, [NormalFootage(tuesday)], out, places_alike=alike)
        list(work.run())
        assert work.card is not None
        found[alike] = work.card.calibration
    kept, forgotten = found[False], found[True]
    assert kept is not None
    assert forgotten is not None
    assert list(kept.usual) == ["error"]
    assert not forgotten.usual
    # half the error is 3 dB more, everywhere; quantiles are of parts turned so that up is abnormal
    gain = forgotten.parts["patch_psnr"] - kept.parts["patch_psnr"]
    np.testing.assert_allclose(gain, 10 * np.log10(2), atol=1e-3)
