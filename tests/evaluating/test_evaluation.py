"""An evaluation end to end: the report holds what the contract says, as plain JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from footage_maker import make_video
from labelled_footage import clip, own_layout, write

from engine.detectors.base import Detector
from engine.detectors.mnad import MnadConfig, MnadNetwork, mnad_facts
from engine.detectors.mnad_stream import MnadDetector
from engine.detectors.speed import SpeedDetector
from engine.errors import BadSetting
from engine.evaluation.calibrated import calibrated_on
from engine.evaluation.datasets import read_dataset
from engine.evaluation.evaluate import Evaluation, EvaluationSettings

KEYS = {
    "weights", "detector", "frames", "frame_auc_micro", "frame_auc_macro", "pixel_auc",
    "region_iou", "ap", "settings", "clips", "auc", "interval",
}  # fmt: skip


def tiny(**config: Any) -> MnadDetector:
    torch.manual_seed(1)
    shape: dict[str, Any] = {"channels": 1, "width": 2, "size": 32, "items": 4}
    network = MnadNetwork(MnadConfig(**(shape | config)))
    facts = mnad_facts(network.config)
    return MnadDetector(network, facts, torch.device("cpu"), torch.float32)


def evaluated(root: Path, detector: Detector, **settings: Any) -> tuple[Evaluation, dict[str, Any]]:
    evaluation = Evaluation(read_dataset(root), detector, EvaluationSettings(**settings))
    steps = list(evaluation.run())
    assert len(steps) == evaluation.frames
    report = evaluation.report()
    assert set(report) >= KEYS
    json.dumps(report, allow_nan=False)
    return evaluation, report


def test_speed_finds_what_is_fast(tmp_path: Path) -> None:
    _, report = evaluated(own_layout(tmp_path / "set"), SpeedDetector())
    assert report["detector"] == "speed"
    assert report["frames"] == 72
    assert report["auc"]["none"] > 0.9  # min-max makes a normal clip look as bad as any
    assert report["frame_auc_micro"] > 0.7
    assert set(report["clips"]) == {"01", "02", "03"}
    assert report["clips"]["01"] == {
        "frames": 24, "abnormal": 6, "auc": report["clips"]["01"]["auc"], "updated": 0,
    }  # fmt: skip
    both = [report["clips"][name]["auc"] for name in ("01", "03")]
    assert report["clips"]["02"]["auc"] is None
    assert report["frame_auc_macro"] == pytest.approx(np.mean(both))
    assert report["pixel_auc"] > 0.8
    assert 0 <= report["region_iou"] <= 1
    assert report["auc"]["minmax"] == report["frame_auc_micro"]
    assert report["auc"]["calibrated"] is None
    low, high = report["interval"]
    assert low <= report["frame_auc_micro"] <= high


def test_speed_calibrated_on_normal_footage(tmp_path: Path) -> None:
    write(tmp_path / "normal" / "training" / "frames" / "01", clip(30, range(0))[0])
    detector = calibrated_on(SpeedDetector(), tmp_path / "normal")
    root = own_layout(tmp_path / "set")
    _, report = evaluated(root, detector, normalise="calibrated")
    assert report["auc"]["calibrated"] == report["frame_auc_micro"]
    assert report["auc"]["calibrated_smoothed"] is not None
    assert report["settings"]["calibration"] == "normal footage: normal"
    with pytest.raises(BadSetting):
        calibrated_on(tiny(), tmp_path / "normal")


@pytest.mark.parametrize(
    "config",
    [{}, {"channels": 3}, {"memory": False}, {"task": "reconstruction", "frames_in": 1}],
)
def test_a_tiny_network(config: dict[str, Any], tmp_path: Path) -> None:
    detector = tiny(**config)
    evaluation, report = evaluated(own_layout(tmp_path / "set"), detector, gamma=1.0)
    waiting = detector.config.clip_frames - 1
    for scored in evaluation.scored:
        for values in scored.parts.values():
            assert np.isnan(values[:waiting]).all()
            assert np.isfinite(values[waiting:]).all()
    assert report["settings"]["gamma"] == 1.0
    assert report["settings"]["normalise"] == "minmax"
    assert report["settings"]["pooling"] == "frame"
    if config.get("memory", True):
        assert report["memory"]["usage_perplexity"] >= 0.999
        assert report["memory"]["moving_share"] is not None
        assert report["memory"]["distance_auc"] == report["auc"]["memory_distance_none"]
        assert report["clips"]["02"]["updated"] == 24 - waiting
        assert report["settings"]["lambda"] == detector.facts.default_lambda
    else:
        assert report["memory"] is None


def test_min_max_is_read_with_the_papers_lambda_and_calibrated_with_the_weights_own(
    tmp_path: Path,
) -> None:
    detector = tiny()
    detector._facts = replace(detector.facts, default_lambda=0.9)
    root = own_layout(tmp_path / "set")
    evaluation, report = evaluated(root, detector, update=False)
    assert report["settings"]["lambda"] == 0.6
    assert evaluation.lambda_for("calibrated") == 0.9
    asked, report = evaluated(root, detector, update=False, lambda_=0.3)
    assert report["settings"]["lambda"] == asked.lambda_for("calibrated") == 0.3


def test_min_max_stays_within_each_clip(tmp_path: Path) -> None:
    evaluation, _ = evaluated(own_layout(tmp_path / "set"), tiny(), update=False)
    joined = evaluation.joined("minmax", "frame", lambda_=1.0).reshape(3, 24)[:, 4:]
    assert joined.min(axis=1).tolist() == [0, 0, 0]
    assert joined.max(axis=1).tolist() == [1, 1, 1]


def test_clips_do_not_reach_into_one_another(tmp_path: Path) -> None:
    root = own_layout(tmp_path / "set")
    whole, _ = evaluated(root, tiny(), update=False)
    for at, name in enumerate(("01", "02", "03")):
        alone = Evaluation(read_dataset(root, [name]), tiny(), EvaluationSettings(update=False))
        for _ in alone.run():
            pass
        for part, values in alone.scored[0].parts.items():
            np.testing.assert_array_equal(values, whole.scored[at].parts[part])


def test_options_are_named_in_the_report(tmp_path: Path) -> None:
    root = own_layout(tmp_path / "set", masks=False)
    _, report = evaluated(root, tiny(), lambda_=0.0, update=False, pooling="patch", smooth=2.0)
    settings = report["settings"]
    assert (settings["lambda"], settings["update"], settings["smooth"]) == (0.0, False, 2.0)
    assert settings["pooling"] == "patch"
    assert report["pixel_auc"] is None
    assert report["region_iou"] is None
    assert sum(found["updated"] for found in report["clips"].values()) == 0


def test_a_pooling_that_a_detector_lacks_is_refused(tmp_path: Path) -> None:
    root = own_layout(tmp_path / "set")
    evaluation = Evaluation(
        read_dataset(root), SpeedDetector(), EvaluationSettings(pooling="frame")
    )
    for _ in evaluation.run():
        pass
    with pytest.raises(BadSetting):
        evaluation.report()


def test_clips_too_short_to_score_give_a_report_of_nothing(tmp_path: Path) -> None:
    root = own_layout(tmp_path / "set", count=3)
    _, report = evaluated(root, tiny())
    assert report["frame_auc_micro"] is None
    assert report["interval"] is None
    assert report["frames"] == 9


def test_one_class_has_no_auc(tmp_path: Path) -> None:
    root = own_layout(tmp_path / "set")
    evaluation = Evaluation(read_dataset(root, ["02"]), SpeedDetector())
    for _ in evaluation.run():
        pass
    report = evaluation.report()
    json.dumps(report, allow_nan=False)
    assert report["frame_auc_micro"] is None
    assert report["ap"] is None
    assert report["frame_auc_macro"] is None


def test_no_clip_of_a_detector_spans_a_cut(tmp_path: Path) -> None:
    root = own_layout(tmp_path / "set", masks=False)
    frames = sorted((root / "testing" / "frames" / "01").glob("*.png"))
    for path in frames[12:]:  # the other camera: dark where the first was bright
        picture = cv2.imread(str(path))
        assert picture is not None
        cv2.imwrite(str(path), 255 - picture)
    network = tiny()
    evaluation = Evaluation(read_dataset(root, ["01"]), network, EvaluationSettings(update=False))
    for _ in evaluation.run():
        pass
    waiting = network.config.clip_frames - 1
    unscored = np.flatnonzero(np.isnan(evaluation.scored[0].parts["psnr"])).tolist()
    assert unscored == [*range(waiting), *range(12, 12 + waiting)]
    speed = Evaluation(read_dataset(root, ["01"]), SpeedDetector())
    for _ in speed.run():
        pass
    assert np.flatnonzero(np.isnan(speed.scored[0].parts["patch_speed"])).tolist() == [0, 12]


def test_footage_that_is_sampled_holds_its_scores_for_the_frames_between(tmp_path: Path) -> None:
    frames, _, labels = clip(60, range(30, 40), step=2)
    (tmp_path / "set" / "testing" / "frames").mkdir(parents=True)
    make_video(
        tmp_path / "set" / "testing" / "frames" / "01.mp4", 60, time_base=Fraction(1, 30),
        look=lambda number, width, height: np.ascontiguousarray(frames[number][:, :, ::-1]),
    )  # fmt: skip
    (tmp_path / "set" / "testing" / "labels.json").write_text(json.dumps({"01": labels}))
    evaluation = Evaluation(read_dataset(tmp_path / "set"), SpeedDetector(clip_rate=10.0))
    for _ in evaluation.run():
        pass
    assert np.isfinite(evaluation.scored[0].parts["patch_speed"]).sum() == 19
    scores = evaluation.joined("none", "patch", lambda_=0.0)
    assert np.isfinite(scores).sum() == 57  # all but those before the first score
    assert scores[36] == scores[37] == scores[38]


def test_the_gain_over_a_rival_is_paired(tmp_path: Path) -> None:
    root = own_layout(tmp_path / "set")
    speed, report = evaluated(root, SpeedDetector(), normalise="none")
    same = speed.gain_over(speed)
    assert (same["gain"], same["interval"], same["auc"]) == (
        0.0,
        (0.0, 0.0),
        report["frame_auc_micro"],
    )
    other, _ = evaluated(root, SpeedDetector(), normalise="minmax")
    gain = speed.gain_over(other)
    assert gain["normalise"] == "minmax"
    assert gain["gain"] == pytest.approx(report["frame_auc_micro"] - gain["auc"])
    assert gain["gain"] > 0
    low, high = gain["interval"]
    assert low <= gain["gain"] <= high
