"""Tiny footage, a tiny detector, and runs over them; also for processes that tests kill."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from footage_maker import make_video

from engine.analysis.analysis import Analysis
from engine.analysis.run import AnalysisRun, RunSettings
from engine.detectors.base import Detector
from engine.footage import open_footage

if TYPE_CHECKING:
    from engine.detectors.mnad_stream import MnadDetector

WIDTH, HEIGHT = 96, 64


def _scenery(seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    soft = cv2.GaussianBlur(noise, (11, 11), 0).astype(float)
    return np.clip((soft - 127) * 4 + 127 + (seed - 1) * 50, 0, 255).astype(np.uint8)


SCENES = (_scenery(1), _scenery(2))


def paint(number: int, scene: int = 0, left: int | None = None) -> np.ndarray:
    """RGB uint8 (64, 96, 3): a dark square on textured ground, walking a pixel a frame."""
    image = SCENES[scene].copy()
    left = (number if left is None else left) % (WIDTH - 14)
    image[20:40, left : left + 12] = (20, 30, 40)
    return image


def _runs(number: int, width: int, height: int) -> np.ndarray:
    extra = 2 * max(0, min(number, 38) - 30)
    return paint(number, left=number + extra)


def write_walk(path: Path) -> Path:
    return make_video(path, 48, size=(WIDTH, HEIGHT), look=_runs)


def _runs_late(number: int, width: int, height: int) -> np.ndarray:
    extra = 2 * max(0, min(number, 140) - 120)
    return paint(number, left=number + extra)


def write_long_walk(path: Path) -> Path:
    """300 frames at 10 a second: a square walks, and runs from frame 120 to 139."""
    return make_video(path, 300, size=(WIDTH, HEIGHT), look=_runs_late)


def write_broken_walk(path: Path) -> Path:
    return make_video(
        path,
        60,
        size=(WIDTH, HEIGHT),
        look=lambda n, w, h: paint(n, scene=int(n >= 20)),
        pts=lambda n: n if n < 40 else n + 30,
    )


def write_timed_walk(path: Path, time_base: Fraction) -> Path:
    """The scene with a frame at every tick of a time base."""
    return make_video(
        path,
        60,
        size=(WIDTH, HEIGHT),
        look=lambda n, w, h: paint(n),
        time_base=time_base,
    )


def random_mnad(gamma: float | None, clip_rate: float | None = None) -> MnadDetector:
    import torch

    from engine.detectors.mnad import MnadConfig, MnadNetwork, mnad_facts
    from engine.detectors.mnad_stream import MnadDetector

    torch.set_num_threads(1)
    torch.manual_seed(3)
    config = MnadConfig(channels=1, width=2, size=32, items=4)
    network = MnadNetwork(config)
    facts = mnad_facts(config, gamma=gamma, clip_rate=clip_rate)
    return MnadDetector(network, facts, torch.device("cpu"), torch.float32)


def gated_mnad(footage: Path) -> MnadDetector:
    """gamma is the median of E_t over this footage."""
    detector, path = random_mnad(-1.0), footage.with_suffix(".gate.h5")
    analysis = finished(new_run(footage, detector, path))
    return random_mnad(float(np.nanmedian(analysis.regular_score)))


def new_run(footage: Path, detector: Detector, path: Path, **settings: object) -> AnalysisRun:
    return AnalysisRun(open_footage(footage), detector, path, RunSettings(**settings))  # type: ignore[arg-type]


def finished(run: AnalysisRun) -> Analysis:
    """Run to the end."""
    for _ in run.run():
        pass
    return run.analysis


def stopped(run: AnalysisRun, reports: int) -> Analysis:
    """Stop iterating after so many reports, as Cancel does."""
    progress = run.run()
    for _ in range(reports):
        next(progress)
    progress.close()  # type: ignore[attr-defined]
    return run.analysis


def _assert_same_fine(one: Analysis, other: Analysis) -> None:
    ours, theirs = one.fine.frames(), other.fine.frames()
    assert [(f.index, f.height) for f in ours] == [(f.index, f.height) for f in theirs]
    for frame, twin in zip(ours, theirs, strict=True):
        assert frame.maps.keys() == twin.maps.keys()
        for name, (codes, scale) in frame.maps.items():
            np.testing.assert_array_equal(codes, twin.maps[name][0])
            assert np.float32(scale) == np.float32(twin.maps[name][1])


def assert_same(one: Analysis, other: Analysis, *, upto: int | None = None) -> None:
    """All rows agree to the bit, and the memory's snapshots too."""
    span = slice(0, upto)
    np.testing.assert_array_equal(one.pts, other.pts)
    assert one.parts.keys() == other.parts.keys()
    for name, values in one.parts.items():
        np.testing.assert_array_equal(values[span], other.parts[name][span], err_msg=name)
    np.testing.assert_array_equal(one.regular_score[span], other.regular_score[span])
    np.testing.assert_array_equal(one.updated[span], other.updated[span])
    np.testing.assert_array_equal(one.clip_start[span], other.clip_start[span])
    if upto is None:
        assert one.maps.keys() == other.maps.keys()
        assert (one.frames_done, one.complete) == (other.frames_done, other.complete)
        assert [at for at, _ in one.snapshots] == [at for at, _ in other.snapshots]
        _assert_same_fine(one, other)
    for name in one.maps.keys() & other.maps.keys():
        np.testing.assert_array_equal(one.maps[name].codes[span], other.maps[name].codes[span])
        np.testing.assert_array_equal(one.maps[name].scales[span], other.maps[name].scales[span])
    for (at, items), (at_other, items_other) in zip(one.snapshots, other.snapshots, strict=False):
        if upto is None or max(at, at_other) < upto:
            assert at == at_other
            np.testing.assert_array_equal(items, items_other)
