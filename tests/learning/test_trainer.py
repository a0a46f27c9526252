"""Training: losses fall, a run resumes exactly, and only where it belongs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from made_footage import clips, config, plan

from engine.errors import BadSetting, EngineError, UnusableDataset
from engine.learning.clips import ClipSet
from engine.learning.plan import MemoryCare, TrainingPlan
from engine.learning.trainer import Trained, Trainer

CARES = [MemoryCare(), MemoryCare("queries", "centroids")]


def finished(trainer: Trainer) -> Trained:
    for _ in trainer.run():
        pass
    assert trainer.trained is not None
    return trainer.trained


def interrupted(trainer: Trainer, epochs: int) -> None:
    """Leave a run in the middle of the epoch after `epochs`."""
    for steps, _ in enumerate(trainer.run(), 1):
        if trainer.epoch == epochs and steps == epochs * trainer.steps_per_epoch + 1:
            return
    raise AssertionError("the run ended before it could be interrupted")


@pytest.mark.parametrize(
    ("care", "rate", "crop"), [(CARES[0], 0.0, 0), (CARES[1], 0.1, 0), (CARES[0], 0.0, 32)]
)
@pytest.mark.parametrize("task", ["prediction", "reconstruction"])
def test_a_resumed_run_ends_as_a_straight_one(
    care: MemoryCare, rate: float, crop: int, task: str, tmp_path: Path
) -> None:
    frames_in = 4 if task == "prediction" else 1
    side = 40 if crop else 32
    shape = config(task=task, frames_in=frames_in, update_rate=rate, size=side)
    wanted = plan(care=care, config=shape, crop=crop)
    footage = clips(clip_frames=shape.clip_frames, size=side)
    straight = finished(Trainer(footage, wanted, tmp_path / "a.pt"))
    interrupted(Trainer(footage, wanted, tmp_path / "b.pt"), 1)
    torch.rand(17)  # other work draws random numbers in between
    again = Trainer(footage, wanted, tmp_path / "b.pt")
    assert again.resume()
    resumed = finished(again)
    assert resumed.resumed_from == 1
    assert resumed.history == straight.history
    expected = straight.network.state_dict()
    for name, tensor in resumed.network.state_dict().items():
        assert torch.equal(tensor, expected[name]), name


def test_the_same_plan_twice_gives_the_same_network(tmp_path: Path) -> None:
    runs = [finished(Trainer(clips(), plan(), tmp_path / f"{i}.pt")) for i in range(2)]
    states = [run.network.state_dict() for run in runs]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


@pytest.mark.parametrize("changes", [{"seed": 2}, {"epochs": 3}, {"learning_rate": 1e-3},
                                     {"care": CARES[1]}, {"config": config(items=5)}])  # fmt: skip
def test_a_checkpoint_of_another_plan_is_not_resumed(
    changes: dict[str, object], tmp_path: Path
) -> None:
    interrupted(Trainer(clips(), plan(), tmp_path / "a.pt"), 1)
    other = Trainer(clips(), plan(**changes), tmp_path / "a.pt")
    assert not other.resume()
    assert other.epoch == 0


def test_a_checkpoint_of_other_footage_is_not_resumed(tmp_path: Path) -> None:
    interrupted(Trainer(clips(), plan(), tmp_path / "a.pt"), 1)
    changed = clips()
    other = ClipSet(255 - changed.frames, changed.bounds, changed.clip_frames)
    assert not Trainer(other, plan(), tmp_path / "a.pt").resume()


def test_without_a_checkpoint_there_is_nothing_to_resume(tmp_path: Path) -> None:
    assert not Trainer(clips(), plan(), tmp_path / "none.pt").resume()


@pytest.mark.parametrize("raw", [b"", b"text", b"PK\x03\x04", None])
def test_a_damaged_checkpoint_is_explained(raw: bytes | None, tmp_path: Path) -> None:
    path, footage = tmp_path / "a.pt", clips()
    if raw is None:
        torch.save({"other": 1}, path)
    else:
        path.write_bytes(raw)
    with pytest.raises(EngineError) as caught:
        Trainer(footage, plan(), path).resume()
    assert "--resume" in caught.value.hint


def test_losses_fall(tmp_path: Path) -> None:
    trained = finished(Trainer(clips(21), plan(epochs=6, learning_rate=2e-3), tmp_path / "a.pt"))
    pixel = [losses["pixel"] for losses in trained.history]
    assert pixel[-1] < 0.5 * pixel[0]
    assert trained.epochs == len(pixel) == 6
    assert not trained.network.training


def test_items_stay_unit_through_training(tmp_path: Path) -> None:
    for at, care in enumerate(CARES):
        memory = finished(Trainer(clips(), plan(care=care), tmp_path / f"{at}.pt")).network.memory
        assert memory is not None
        torch.testing.assert_close(memory.items.norm(dim=1), torch.ones(4))


def test_a_network_without_memory_is_trained_too(tmp_path: Path) -> None:
    trained = finished(Trainer(clips(), plan(config=config(memory=False)), tmp_path / "a.pt"))
    assert trained.history[0]["compact"] == trained.history[0]["separate"] == 0


def test_too_few_clips_for_a_batch_are_explained(tmp_path: Path) -> None:
    with pytest.raises(UnusableDataset, match="1 clips, and a batch needs 2") as caught:
        Trainer(clips(5), plan(), tmp_path / "a.pt")
    assert "minute" in caught.value.hint


def test_minutes_become_epochs_and_leave_no_trace(tmp_path: Path) -> None:
    trainer = Trainer(clips(), plan(minutes=0.001), tmp_path / "a.pt")
    before = {name: tensor.clone() for name, tensor in trainer.network.state_dict().items()}
    epochs, steps = trainer._fitting(10.0)
    assert epochs > 1
    assert steps == trainer.steps_per_epoch
    after = trainer.network.state_dict()
    assert all(torch.equal(after[name], before[name]) for name in before)


def test_minutes_that_hold_no_whole_epoch_hold_a_part_of_one(tmp_path: Path) -> None:
    trainer = Trainer(clips(400), plan(minutes=1e-4), tmp_path / "a.pt")
    reports = list(trainer.run())
    assert trainer.epochs == 1
    assert 1 <= trainer.steps_per_epoch < 198
    assert reports[-1].done == reports[-1].total == trainer.steps_per_epoch
    assert trainer.trained is not None


@pytest.mark.parametrize("steps", [1, 3, 4, 5, 8])
def test_a_run_that_was_left_at_any_step_goes_on_there(steps: int, tmp_path: Path) -> None:
    wanted = plan(care=CARES[1], robust=0.25, batch=2)
    straight = finished(Trainer(clips(), wanted, tmp_path / "a.pt"))
    left = Trainer(clips(), wanted, tmp_path / "b.pt")
    running = left.run()
    for _ in range(steps):
        next(running)
    running.close()  # type: ignore[attr-defined]
    again = Trainer(clips(), wanted, tmp_path / "b.pt")
    assert again.resume()
    assert again.epoch * 4 + again.step == steps
    first = next(iter(again.run())) if steps < 8 else None
    assert first is None or first.done == steps + 1
    again = Trainer(clips(), wanted, tmp_path / "b.pt")
    assert again.resume()
    resumed = finished(again)
    assert resumed.history == straight.history
    expected = straight.network.state_dict()
    for name, tensor in resumed.network.state_dict().items():
        assert torch.equal(tensor, expected[name]), name


def test_a_long_epoch_is_saved_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.learning.trainer.SAVE_SECONDS", 0.0)
    trainer = Trainer(clips(), plan(), tmp_path / "a.pt")
    running = trainer.run()
    next(running)
    again = Trainer(clips(), plan(), tmp_path / "a.pt")  # as after a kill: nothing was closed
    assert again.resume()
    assert again.step == 1
    running.close()  # type: ignore[attr-defined]


def test_the_learning_rate_falls_by_a_cosine() -> None:
    rates = [TrainingPlan(config(), learning_rate=1.0).rate_at(p) for p in (0, 0.5, 1, 2)]
    np.testing.assert_allclose(rates, [1, 0.5, 0, 0], atol=1e-12)


@pytest.mark.parametrize(("anneal", "last"), [("epoch", 0.5), ("step", 0.5 - 0.5 / 2**0.5)])
def test_the_rate_falls_after_each_epoch_or_each_step(
    anneal: str, last: float, tmp_path: Path
) -> None:
    trainer = Trainer(clips(8), plan(anneal=anneal, learning_rate=1.0), tmp_path / "a.pt")
    assert trainer.steps_per_epoch == 2
    rates = [trainer.optimiser.param_groups[0]["lr"] for _ in trainer.run()]
    assert len(rates) == 4
    assert rates[0] == 1.0
    assert rates[2] == pytest.approx(0.5)
    # the last step of four: at 1/2 of the cosine, or at 3/4 of it
    assert rates[3] == pytest.approx(last)


@pytest.mark.parametrize(
    "changes",
    [
        {"epochs": 0},
        {"minutes": 0},
        {"minutes": -1},
        {"anneal": "x"},
        {"holdout": 1.0},
        {"holdout": -0.1},
    ],
)
def test_impossible_plans_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(BadSetting):
        plan(**changes)
