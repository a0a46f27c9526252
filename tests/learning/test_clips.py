"""Clips for training never span a cut, and held-out footage is never trained on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.learning.clips import ClipSet, Take, gather, split

Bounds = list[tuple[int, int]]


def take(name: str, count: int, cuts: set[int], offset: int = 0) -> Take:
    def pictures() -> Iterator[tuple[np.ndarray, bool]]:
        for at in range(count):
            yield np.full((4, 4, 3), offset + at, np.uint8), at in cuts

    return Take(name, pictures)


def gathered(takes: list[Take], file: Path, clip_frames: int = 3) -> ClipSet:
    steps = list(gather(takes, lambda picture: picture[None, :, :, 0], clip_frames, file))
    assert all(found is None for _, found in steps[:-1])
    assert steps[-1][1] is not None
    return steps[-1][1]


def test_a_clip_never_spans_a_cut_or_two_takes(tmp_path: Path) -> None:
    takes = [take("a", 10, {4, 9}), take("b", 3, set(), 10), take("c", 6, {0, 2}, 13)]
    clips = gathered(takes, tmp_path / "frames.u8")
    assert clips.bounds == ((0, 4), (4, 9), (9, 10), (10, 13), (13, 15), (15, 19))
    runs = [set(range(start, stop)) for start, stop in clips.bounds]
    batch = clips.batch(np.arange(len(clips)))
    assert batch.shape == (2 + 3 + 1 + 2, 3, 1, 4, 4)
    for clip in batch[:, :, 0, 0, 0]:
        assert np.array_equal(np.diff(clip.astype(int)), [1, 1])
        assert any(set(clip.tolist()) <= run for run in runs)


def test_a_take_without_a_picture_gives_no_clip(tmp_path: Path) -> None:
    clips = gathered([take("none", 0, set()), take("a", 5, set())], tmp_path / "frames.u8")
    assert len(clips) == 3
    assert len(gathered([take("none", 0, set())], tmp_path / "other.u8")) == 0
    assert len(gathered([], tmp_path / "another.u8")) == 0


def test_a_run_shorter_than_a_clip_gives_none(tmp_path: Path) -> None:
    assert len(gathered([take("a", 20, set(range(0, 20, 2)))], tmp_path / "frames.u8")) == 0


@pytest.mark.parametrize("share", [0.0, 0.1, 0.125, 0.3, 0.5, 0.9])
@pytest.mark.parametrize(
    "bounds",
    [
        [(0, 400)],
        [(0, 100), (100, 104), (104, 300)],
        [(20 * i, 20 * i + 20) for i in range(8)],
        [(7 * i, 7 * i + 7) for i in range(57)],
        [(0, 1)],
        [],
    ],
)
def test_splitting_loses_and_shares_nothing(bounds: Bounds, share: float) -> None:
    frames = np.zeros((500, 1, 2, 2), np.uint8)
    whole = ClipSet(frames, bounds, 5)
    training, held = split(whole, share)
    trained = [at for start, stop in training.bounds for at in range(start, stop)]
    kept = [at for start, stop in held.bounds for at in range(start, stop)]
    assert sorted(trained + kept) == [at for start, stop in bounds for at in range(start, stop)]
    for part in (training, held):
        for clip in part.starts:
            assert any(start <= clip and clip + 5 <= stop for start, stop in bounds)
    if share == 0:
        assert len(held) == 0
    if len(bounds) >= 8 and share:
        assert 1 <= len(held.bounds) <= round(len(bounds) * share)


def test_whole_runs_are_held_out_spread_over_the_footage() -> None:
    bounds = [(10 * i, 10 * i + 10) for i in range(16)]
    _, held = split(ClipSet(np.zeros((160, 1, 1, 1), np.uint8), bounds, 5), 0.125)
    (first, _), (second, stop) = held.bounds
    assert 20 <= first <= 60
    assert 90 <= second <= 130
    assert stop < 160


def test_the_fingerprint_tells_footage_apart() -> None:
    frames = np.random.default_rng(0).integers(0, 255, (20, 1, 16, 16), dtype=np.uint8)
    one = ClipSet(frames, [(0, 20)], 5).fingerprint()
    assert ClipSet(frames.copy(), [(0, 20)], 5).fingerprint() == one
    assert ClipSet(frames, [(0, 10), (10, 20)], 5).fingerprint() != one
    assert ClipSet(255 - frames, [(0, 20)], 5).fingerprint() != one
