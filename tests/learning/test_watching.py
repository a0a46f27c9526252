"""What can be watched while a run learns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from made_footage import clips, plan

from engine.detectors.speed import SpeedDetector
from engine.learning.clips import ClipSet
from engine.learning.trainer import Trainer
from engine.learning.watching import MOST_POINTS, LossCurve, Previewer, liveliest


class Clock:
    now = 100.0

    def __call__(self) -> float:
        self.now += 0.5  # every look at the clock takes half a second
        return self.now


def test_the_curve_holds_every_step_of_a_short_run() -> None:
    curve = LossCurve()
    for step in range(1, 6):
        curve.add(step, 1 / step)
    assert [(p.step, p.loss) for p in curve.points] == [(n, 1 / n) for n in range(1, 6)]


def test_a_long_run_is_thinned_evenly_and_keeps_its_means() -> None:
    curve = LossCurve()
    for step in range(1, 10_001):
        curve.add(step, float(step))
    steps = np.array([p.step for p in curve.points])
    assert MOST_POINTS / 2 <= len(steps) < MOST_POINTS
    assert len(set(np.diff(steps))) == 1
    gap = int(steps[1] - steps[0])
    assert curve.points[0].loss == pytest.approx((1 + gap) / 2)


def test_the_liveliest_clip_is_shown() -> None:
    still = np.zeros((40, 1, 32, 32), np.uint8)
    still[24] = 80
    shown = liveliest(ClipSet(still, [(0, 10), (20, 40)], 5))
    assert shown is not None
    assert len(shown) == 5
    assert shown[-1].max() == 80
    assert liveliest(ClipSet(still, [], 5)) is None


def test_the_preview_shows_what_the_network_expects_and_gets_better(tmp_path: Path) -> None:
    footage = clips(21)
    trainer = Trainer(footage, plan(epochs=8, learning_rate=2e-3), tmp_path / "a.pt")
    previewer = Previewer(footage)

    def show(step: int):
        return previewer.show(trainer.lesson.detector(trainer.device, trainer.dtype), step)

    first = show(0)
    for _ in trainer.run():
        pass
    last = show(8)
    assert first is not None
    assert last is not None
    assert (last.actual.shape, last.expected.shape, last.error.shape) == (
        (32, 32, 3),
        (32, 32, 3),
        (32, 32),
    )
    np.testing.assert_array_equal(first.actual, last.actual)
    assert last.loss < first.loss
    gap = np.abs(last.actual.astype(float) - last.expected).mean() / 255
    assert last.loss == pytest.approx(gap, abs=1e-6)


def test_previews_do_not_change_what_is_learned(tmp_path: Path) -> None:
    plain = Trainer(clips(), plan(), tmp_path / "a.pt")
    for _ in plain.run():
        pass
    watched, previewer = Trainer(clips(), plan(), tmp_path / "b.pt"), Previewer(clips())
    for report in watched.run():
        previewer.show(watched.lesson.detector(watched.device, watched.dtype), report.done)
    states = plain.network.state_dict(), watched.network.state_dict()
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_previews_keep_to_their_share_of_the_time(tmp_path: Path) -> None:
    clock = Clock()
    trainer = Trainer(clips(), plan(), tmp_path / "a.pt")
    previewer = Previewer(clips(), clock)
    assert previewer.due()
    previewer.show(trainer.lesson.detector(trainer.device, trainer.dtype), 1)
    assert not previewer.due()
    clock.now += 0.5 / 0.04 - 2.0
    assert not previewer.due()
    clock.now += 2.0
    assert previewer.due()


def test_a_detector_that_expects_no_picture_is_asked_once() -> None:
    previewer = Previewer(clips())
    assert previewer.due()
    assert previewer.show(SpeedDetector(), 1) is None
    assert not previewer.due()
