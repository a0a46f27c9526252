"""Teaching the attention prototype network: two phases, exact resume, options, weights on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from made_footage import clips, folder
from torch import Tensor

from engine.detectors.apn import ApnConfig
from engine.detectors.apn_losses import ApnLossWeights
from engine.detectors.weights import load_detector, read_card
from engine.errors import BadSetting
from engine.footage import open_decoder, open_footage
from engine.learning.courses import plan_for
from engine.learning.learn import Learning
from engine.learning.plan import TrainingPlan
from engine.learning.trainer import Trained, Trainer


def plan(weights: ApnLossWeights | None = None, **changes: Any) -> TrainingPlan:
    config = ApnConfig(channels=1, width=2, size=32, prototypes=3)
    usual: dict[str, Any] = {"config": config, "epochs": 2, "batch": 2, "learning_rate": 2e-3}
    usual |= {"device": "cpu", "precision": "fp32", "losses": weights or ApnLossWeights()}
    return TrainingPlan(**(usual | changes))


def finished(trainer: Trainer) -> Trained:
    for _ in trainer.run():
        pass
    assert trainer.trained is not None
    return trainer.trained


def states(trainer: Trainer) -> list[dict[str, Tensor]]:
    """The network's tensors at the start and after each epoch."""
    found = [{k: v.clone() for k, v in trainer.network.state_dict().items()}]
    for _ in trainer.run():
        if trainer.epoch == len(found):
            found.append({k: v.clone() for k, v in trainer.network.state_dict().items()})
    found.append({k: v.clone() for k, v in trainer.network.state_dict().items()})
    return [found[0], found[1], found[-1]]


def moved(before: dict[str, Tensor], after: dict[str, Tensor]) -> set[str]:
    """Which of backbone, tail and unit changed."""
    return {name.partition(".")[0] for name in before if not torch.equal(before[name], after[name])}


def test_the_backbone_learns_alone_and_then_stands_still(tmp_path: Path) -> None:
    trainer = Trainer(clips(), plan(), tmp_path / "a.pt")
    start, _, end = states(trainer)
    assert trainer.trained is not None
    assert moved(start, end) == {"backbone", "tail", "unit"}
    first, second = trainer.trained.history
    assert first["pixel"] > 0
    assert first["compact"] == first["diverse"] == first["covariance"] == 0
    assert second["compact"] > 0
    assert second["diverse"] > 0
    only = Trainer(clips(), plan(ApnLossWeights(backbone_share=0.0)), tmp_path / "b.pt")
    start, _, end = states(only)
    assert moved(start, end) == {"tail", "unit"}


@pytest.mark.parametrize(
    ("weights", "parts"),
    [
        (ApnLossWeights(backbone_share=1.0), {"backbone", "tail"}),
        (ApnLossWeights(backbone_share=0.0, joint=True), {"backbone", "tail", "unit"}),
        (ApnLossWeights(), {"backbone", "tail", "unit"}),  # one epoch is for all
    ],
)
def test_phases_can_be_chosen(weights: ApnLossWeights, parts: set[str], tmp_path: Path) -> None:
    start, _, end = states(Trainer(clips(), plan(weights, epochs=1), tmp_path / "a.pt"))
    assert moved(start, end) == parts


def test_a_run_resumed_between_the_phases_ends_as_a_straight_one(tmp_path: Path) -> None:
    straight = finished(Trainer(clips(), plan(), tmp_path / "a.pt"))
    broken = Trainer(clips(), plan(), tmp_path / "b.pt")
    for steps, _ in enumerate(broken.run(), 1):
        if steps == broken.steps_per_epoch + 1:
            break
    again = Trainer(clips(), plan(), tmp_path / "b.pt")
    assert again.resume()
    resumed = finished(again)
    assert resumed.history == straight.history
    expected = straight.network.state_dict()
    for name, tensor in resumed.network.state_dict().items():
        assert torch.equal(tensor, expected[name]), name


def test_losses_fall_in_both_phases(tmp_path: Path) -> None:
    trained = finished(Trainer(clips(21), plan(epochs=8), tmp_path / "a.pt"))
    pixel = [losses["pixel"] for losses in trained.history]
    assert pixel[3] < 0.7 * pixel[0]
    assert pixel[7] < pixel[4]
    assert trained.history[7]["compact"] < trained.history[4]["compact"]


def test_the_worst_clips_can_be_left_out(tmp_path: Path) -> None:
    trained = finished(Trainer(clips(21), plan(robust=0.5), tmp_path / "a.pt"))
    everything = finished(Trainer(clips(21), plan(), tmp_path / "b.pt"))
    assert trained.history[0]["pixel"] < everything.history[0]["pixel"]


def test_options_come_to_a_plan() -> None:
    made = plan_for(
        "apn",
        {"prototypes": 5, "plug": 2, "rounds": 3, "attention_side": 32, "levels": 4, "width": 8,
         "scales": "1,0.5", "diverse": 0.1, "covariance": 0.0, "ssim": 0.0, "joint": True,
         "backbone_share": 0.25, "forms": "paper", "compact": 0.5},
    )  # fmt: skip
    assert made.config == ApnConfig(1, 8, 256, 4, 5, 2, 3, 32, 4, (1.0, 0.5))
    assert made.losses == ApnLossWeights(0.5, 0.1, 0.0, 0.0, 1.0, "paper", 0.25, True)
    assert made.learning_rate == 1e-3
    assert plan_for("apn", {}).config == ApnConfig(channels=1, width=16)


@pytest.mark.parametrize(
    "given",
    [{"items": 10}, {"no_memory": True}, {"update_rate": 0.1}, {"separate": 0.1},
     {"memory_start": "queries"}, {"scales": "1,big"}, {"scales": "9"}, {"plug": 3},
     {"forms": "other"}, {"diverse": -1.0}, {"backbone_share": 1.5}],
)  # fmt: skip
def test_options_without_meaning_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(BadSetting):
        plan_for("apn", given)


@pytest.mark.parametrize("option", ["prototypes", "plug", "joint", "covariance"])
def test_its_options_have_no_meaning_for_others(option: str) -> None:
    with pytest.raises(BadSetting, match=f"--{option} has no meaning for mnad-prediction"):
        plan_for("mnad-prediction", {option: 1})


@pytest.mark.parametrize("prototypes", [3, 0])
def test_learned_weights_score_as_they_were_calibrated(prototypes: int, tmp_path: Path) -> None:
    source, out = folder(tmp_path / "normal", 30), tmp_path / "yard.safetensors"
    config = ApnConfig(channels=1, width=2, size=32, prototypes=prototypes)
    learning = Learning([source], plan(config=config, holdout=0.0, clip_rate=None), out)
    for _ in learning.run():
        pass
    card = read_card(out)
    assert (card.detector, card.gamma) == ("apn", None)
    assert card.lambda_ == (0.5 if prototypes else 1.0)
    assert ApnConfig(**card.config) == config
    detector = load_detector(card, device="cpu", precision="fp32")
    assert card.calibration is not None
    names = {"psnr", "patch_psnr"} | (
        {"feature_error", "patch_feature_error"} if prototypes else set()
    )
    assert set(card.calibration.parts) == names
    stream, scores = detector.stream(), []
    with open_decoder(open_footage(source)) as decoder:
        for index, picture in decoder.frames():
            scores += stream.push(index, picture)
    scores += stream.flush()
    for name in names:
        found = np.quantile([-score.parts[name] for score in scores], card.calibration.levels)
        np.testing.assert_allclose(card.calibration.parts[name], found, rtol=1e-4)
