"""Robust learning: the worst predicted clips of a batch teach nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from made_footage import clips, plan

from engine.errors import BadSetting
from engine.learning.clips import ClipSet
from engine.learning.trainer import Trainer


def spoilt() -> ClipSet:
    """A still scene in which five of thirty frames are noise."""
    still = np.broadcast_to(clips(1).frames, (30, 1, 32, 32)).copy()
    rng = np.random.default_rng(0)
    still[25:] = rng.integers(0, 255, still[25:].shape, np.uint8)
    return ClipSet(still, [(0, 25), (25, 30)], 5)


@pytest.mark.parametrize(
    ("robust", "batch", "steps", "out"), [(0.1, 4, 10, 4), (0.25, 4, 8, 8), (0.0, 4, 9, 0),
                                          (0.5, 2, 6, 6), (0.05, 8, 10, 4)],
)  # fmt: skip
def test_the_share_is_kept_on_average(robust: float, batch: int, steps: int, out: int) -> None:
    wanted = plan(robust=robust, batch=batch)
    counts = [wanted.left_out(step) for step in range(steps)]
    assert sum(counts) == out
    assert max(counts) <= batch - 1


def test_the_worst_clip_leaves_the_batch_and_nothing_else_changes(tmp_path: Path) -> None:
    footage = spoilt()
    trainer = Trainer(footage, plan(batch=4, epochs=12, learning_rate=2e-3), tmp_path / "a.pt")
    for _ in trainer.run():
        pass
    network = trainer.network.train()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    positions = np.array([0, len(footage) - 1, 3, 7])
    batch = trainer._batch(positions, np.random.default_rng(0))
    kept = trainer._without_worst(batch, 1)
    assert kept.starts.tolist() == footage.starts[[0, 3, 7]].tolist()
    assert torch.equal(kept.clip, batch.clip[[0, 2, 3]])
    assert network.training
    after = network.state_dict()
    assert all(torch.equal(after[name], before[name]) for name in before)


def test_frozen_parts_stay_in_their_mode(tmp_path: Path) -> None:
    trainer = Trainer(clips(), plan(), tmp_path / "a.pt")
    network = trainer.network.train()
    network.encoder.eval()
    trainer._without_worst(trainer._batch(np.arange(2), np.random.default_rng(0)), 1)
    assert network.training
    assert network.decoder.training
    assert not any(part.training for part in network.encoder.modules())


def test_a_robust_run_learns_and_resumes(tmp_path: Path) -> None:
    wanted = plan(robust=0.25, batch=4)
    straight = Trainer(spoilt(), wanted, tmp_path / "a.pt")
    for _ in straight.run():
        pass
    broken = Trainer(spoilt(), wanted, tmp_path / "b.pt")
    for _ in broken.run():
        if broken.epoch == 1:
            break
    again = Trainer(spoilt(), wanted, tmp_path / "b.pt")
    assert again.resume()
    for _ in again.run():
        pass
    assert again.history == straight.history


@pytest.mark.parametrize(
    "changes", [{"robust": -0.1}, {"robust": 0.6}, {"robust": 0.2, "batch": 1}]
)
def test_impossible_shares_are_refused(changes: dict[str, float]) -> None:
    with pytest.raises(BadSetting):
        plan(**changes)
