"""Learning Co-memory: flow from the cache, exact resume, the weights of the score, a card."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from made_footage import clips, folder

from engine.detectors.comemory import ComemoryConfig, ComemoryNetwork
from engine.detectors.comemory_score import patch_errors
from engine.detectors.flow import dense_flow
from engine.detectors.losses import ComemoryWeights
from engine.detectors.mnad import to_unit
from engine.detectors.weights import load_detector, read_card
from engine.errors import BadSetting
from engine.footage import open_decoder, open_footage
from engine.learning.clips import ClipSet
from engine.learning.comemory_lesson import ComemoryLesson
from engine.learning.courses import plan_for
from engine.learning.flow_cache import FlowCache, difference_scale
from engine.learning.learn import Learning
from engine.learning.lesson import Batch
from engine.learning.plan import MemoryCare, TrainingPlan
from engine.learning.trainer import Trained, Trainer

CARE = MemoryCare("queries", "centroids")


def plan(**changes: Any) -> TrainingPlan:
    fields = {"channels": 1, "width": 2, "size": 32, "items": 4, "motion_items": 3}
    own = set(ComemoryConfig.__dataclass_fields__)
    config = ComemoryConfig(**(fields | {k: v for k, v in changes.items() if k in own}))
    usual: dict[str, Any] = {"epochs": 2, "batch": 2, "device": "cpu", "precision": "fp32"}
    rest = {k: v for k, v in changes.items() if k not in own}
    return TrainingPlan(config, ComemoryWeights(forms=config.forms), **(usual | rest))


def finished(trainer: Trainer) -> Trained:
    for _ in trainer.run():
        pass
    assert trainer.trained is not None
    return trainer.trained


def test_a_run_of_before_flow_was_checked_goes_on(tmp_path: Path) -> None:
    """How errors are read has no part in training."""
    footage = clips(10, 3, 32)
    before = Trainer(footage, plan(round_trip=False), tmp_path / "a.pt")
    for _ in before.run():
        if before.epoch == 1:
            break
    now = Trainer(footage, plan(round_trip=True), tmp_path / "a.pt")
    assert now.resume()
    assert finished(now).resumed_from == 1


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"crop": 32, "size": 40, "care": CARE, "update_rate": 0.1},
        {"appearance_frames": 4, "robust": 0.5},
        {"flow": "rgb-difference", "items": 0},
        {"items": 0, "motion_items": 0, "care": CARE},
    ],
)
def test_a_resumed_run_ends_as_a_straight_one(changes: dict[str, Any], tmp_path: Path) -> None:
    wanted = plan(**changes)
    config = wanted.config
    assert isinstance(config, ComemoryConfig)
    footage = clips(10, config.clip_frames, config.size)
    straight = finished(Trainer(footage, wanted, tmp_path / "a.pt"))
    broken = Trainer(footage, wanted, tmp_path / "b.pt")
    for _ in broken.run():
        if broken.epoch == 1:
            break
    again = Trainer(footage, wanted, tmp_path / "b.pt")
    assert again.resume()
    resumed = finished(again)
    assert resumed.resumed_from == 1
    assert resumed.history == straight.history
    assert set(resumed.history[0]) == set(ComemoryLesson.terms)
    expected = straight.network.state_dict()
    for name, tensor in resumed.network.state_dict().items():
        assert torch.equal(tensor, expected[name]), name


def test_the_losses_fall(tmp_path: Path) -> None:
    trainer = Trainer(clips(21, 3), plan(epochs=6, learning_rate=2e-3), tmp_path / "a.pt")
    history = finished(trainer).history
    assert history[-1]["pixel"] < 0.5 * history[0]["pixel"]
    assert history[-1]["flow"] < history[0]["flow"]


def test_both_memories_stay_unit_and_are_written(tmp_path: Path) -> None:
    trainer = Trainer(clips(9, 3), plan(epochs=1), tmp_path / "a.pt")
    before = [items.clone() for items in trainer.network.items]
    finished(trainer)
    for old, new in zip(before, trainer.network.items, strict=True):
        torch.testing.assert_close(new.norm(dim=1), torch.ones(len(new)))
        assert not torch.equal(old, new)


def test_the_cache_holds_the_flow_between_neighbours_of_a_run(tmp_path: Path) -> None:
    frames = clips(12).frames
    footage = ClipSet(frames, [(0, 5), (7, 12)], 3)
    cache = FlowCache(tmp_path / "flow.f16")
    for _ in cache.fill(footage):
        pass
    assert math.isfinite(cache.scale.limit)
    corners = np.array([[0, 0], [4, 8]])
    got = cache.read(np.array([3, 9]), corners, 16)
    for row, at in enumerate((3, 9)):
        top, left = corners[row]
        whole = dense_flow(frames[at - 1], frames[at]).astype(np.float16).astype(np.float32)
        np.testing.assert_array_equal(got[row], whole[:, top : top + 16, left : left + 16])
    # a run's first frame has no predecessor, and between the runs nothing is computed
    assert not cache.read(np.array([0, 6, 7]), np.zeros((3, 2), int), 32).any()


def test_a_clip_is_asked_for_the_flow_before_its_last_frame(tmp_path: Path) -> None:
    for frames_in in (2, 4):
        wanted = plan(appearance_frames=frames_in)
        trainer = Trainer(clips(9, frames_in + 1), wanted, tmp_path / "a.pt")
        lesson = trainer.lesson
        assert isinstance(lesson, ComemoryLesson)
        for _ in lesson.gathered(trainer.clips, tmp_path):
            pass
        batch = trainer._batch(np.array([0, 2]), np.random.default_rng(0))
        asked = lesson._motion_of(batch).numpy()
        for row, start in enumerate((0, 2)):
            now = start + frames_in - 1
            frames = trainer.clips.frames
            field = dense_flow(frames[now - 1], frames[now]).astype(np.float16)
            np.testing.assert_allclose(asked[row], lesson.network.scale.apply(field), atol=1e-6)


def test_differences_have_unit_spread(tmp_path: Path) -> None:
    footage = clips(12, 3)
    trainer = Trainer(footage, plan(flow="rgb-difference"), tmp_path / "a.pt")
    lesson = trainer.lesson
    assert isinstance(lesson, ComemoryLesson)
    for _ in lesson.gathered(footage, tmp_path):
        pass
    batch = trainer._batch(np.arange(len(footage)), np.random.default_rng(0))
    asked = lesson._motion_of(batch)
    assert asked.shape == (10, 1, 32, 32)
    assert float(asked.square().mean().sqrt()) == pytest.approx(1.0, rel=0.2)
    assert difference_scale(footage).still == 0


def test_the_score_is_weighted_by_what_training_frames_show(tmp_path: Path) -> None:
    footage = clips(9, 3)
    trainer = Trainer(footage, plan(epochs=1, care=CARE), tmp_path / "a.pt")
    network = finished(trainer).network
    assert isinstance(network, ComemoryNetwork)
    lesson = trainer.lesson
    assert isinstance(lesson, ComemoryLesson)
    found = []
    for at in range(len(footage)):
        clip = to_unit(torch.from_numpy(footage.batch(np.array([at]))))
        batch = Batch(clip, footage.starts[[at]], np.zeros((1, 2), np.int64))
        with torch.no_grad():
            output = network(clip[:, :2].flatten(1, 2))
            asked = lesson._motion_of(batch, limited=False)
            flow = (output.flow - asked)[0].square().sum(dim=0)
            image = ((output.predicted[0] - clip[0, -1]) / 2).square().sum(dim=0)
        found.append(patch_errors(image.numpy(), flow.numpy()))
    w_image, w_flow = network.patch_weights.tolist()
    assert w_image * np.mean([e.image for e in found]) == pytest.approx(1.0, rel=1e-4)
    assert w_flow * np.mean([e.flow for e in found]) == pytest.approx(1.0, rel=1e-4)


def test_a_run_writes_weights_that_score(tmp_path: Path) -> None:
    source, out = folder(tmp_path / "clip", 24), tmp_path / "yard.safetensors"
    wanted = plan(epochs=1, holdout=0.4, clip_rate=None)
    learning = Learning([source], wanted, out)
    assert [progress.phase for progress in learning.run()][-1] == "done"
    card = read_card(out)
    assert card.detector == "comemory"
    assert card.lambda_ == pytest.approx(1 / 6)
    assert card.gamma is not None
    assert card.calibration is not None
    assert set(card.calibration.maps) == {"error", "flow"}
    loaded = load_detector(card, device="cpu", precision="fp32")
    stream, scores, footage = loaded.stream(update=False), [], open_footage(source)
    with open_decoder(footage) as decoder:
        for index, picture in decoder.frames():
            scores += stream.push(index, picture)
    assert len(scores + stream.flush()) == 24 - 2
    assert not (tmp_path / "yard.run").exists()


def test_the_options_of_both_branches_reach_the_plan() -> None:
    made = plan_for(
        "comemory",
        {"items": 15, "motion_items": 0, "flow": "rgb-difference", "compact": 0.3,
         "motion_separate": 0.2, "appearance_frames": 4},
    )  # fmt: skip
    assert made.config == ComemoryConfig(
        channels=1, width=16, items=15, motion_items=0, flow="rgb-difference", appearance_frames=4
    )
    assert made.losses == ComemoryWeights(
        compact=0.3, motion_compact=0.3, separate=0.1, motion_separate=0.2
    )
    assert made.learning_rate == 2e-4
    bare = plan_for("comemory", {"no_memory": True}).config
    assert isinstance(bare, ComemoryConfig)
    assert not bare.has_memory


@pytest.mark.parametrize("given", [{"frames_in": 4}, {"flow": "x"}, {"appearance_frames": 3}])
def test_foreign_and_impossible_options_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(BadSetting):
        plan_for("comemory", given)
