"""Made abnormal clips: masks lie where pixels changed, and labels agree with them."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.errors import UnusableDataset
from engine.evaluation.datasets import read_dataset
from engine.learning.normal import NormalFootage
from engine.learning.pasting import KINDS, USUAL, paste_one, read_frames, tracks, write_pasted
from engine.timebase import FrameSpan

HEIGHT, WIDTH = 96, 128


def walkers(root: Path, count: int = 48) -> Path:
    """Two upright figures that walk over a still scene."""
    root.mkdir(parents=True)
    rng = np.random.default_rng(4)
    scene = cv2.GaussianBlur(rng.integers(80, 120, (HEIGHT, WIDTH, 3), dtype=np.uint8), (0, 0), 3)
    for at in range(count):
        picture = scene.copy()
        for left, top, step in ((10, 20, 1.5), (90, 60, -1.5)):
            x = round(left + step * at)
            if 3 <= x < WIDTH - 12:
                picture[top : top + 18, x : x + 8] = (30, 60, 220)
        cv2.imwrite(str(root / f"{at:03d}.png"), picture)
    return root


def test_walkers_are_followed(tmp_path: Path) -> None:
    found = tracks(read_frames(walkers(tmp_path / "walk")))
    assert len(found) >= 2
    drifts = sorted((t[-1].x - t[0].x) / (len(t) - 1) for t in found)
    assert drifts[0] == pytest.approx(-1.5, abs=0.2)
    assert drifts[-1] == pytest.approx(1.5, abs=0.2)
    for cutout in found[0]:
        assert cutout.picture.shape[:2] == cutout.alpha.shape == (18, 8)


def test_masks_and_labels_agree_with_the_pixels(tmp_path: Path) -> None:
    source, out = walkers(tmp_path / "walk"), tmp_path / "made"
    summary = write_pasted([NormalFootage(source)], [NormalFootage(source)], out, seed=3)
    original = read_frames(source)
    labels = json.loads((out / "testing" / "labels.json").read_text())
    assert set(labels) == {f"walk-{kind}" for kind in ("normal", USUAL, *KINDS)}
    assert summary["clips"] == 8
    assert summary["abnormal"] == sum(sum(values) for values in labels.values())
    clips = {clip.name: clip for clip in read_dataset(out)}
    for name, values in labels.items():
        frames = read_frames(out / "testing" / "frames" / name)
        assert len(values) == len(frames) == len(original)
        assert any(values) == (not name.endswith(("normal", USUAL)))
        if name.endswith(USUAL):
            continue  # pixels changed there and nothing is abnormal: the next test
        inside, seen = 0, 0
        for at, label in enumerate(values):
            mask = clips[name].mask(at)
            assert mask is not None
            assert bool(mask.any()) == bool(label) == bool(clips[name].labels[at])
            changed = (frames[at] != original[at]).any(axis=2)
            near = cv2.dilate(mask.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
            assert not (changed & ~near).any(), "pixels changed outside the mask"
            inside += int(mask.sum())
            seen += int(changed[mask].sum())
        assert seen >= 0.6 * inside  # walkers of one colour hide one another now and then


def test_a_walker_pasted_as_he_walked_is_there_and_is_normal(tmp_path: Path) -> None:
    source, out = walkers(tmp_path / "walk"), tmp_path / "made"
    write_pasted([NormalFootage(source)], [NormalFootage(source)], out, seed=3)
    clip = next(c for c in read_dataset(out) if c.name == f"walk-{USUAL}")
    assert not any(clip.labels)
    changed = read_frames(out / "testing/frames" / clip.name) != read_frames(source)
    assert changed.any()


def test_a_pasted_walker_moves_by_fractions_of_a_pixel(tmp_path: Path) -> None:
    source = read_frames(walkers(tmp_path / "walk"))
    track = max(tracks(source), key=lambda t: t[-1].x - t[0].x)
    frames = np.zeros_like(source)
    stop = paste_one(frames, np.zeros(frames.shape[:3], bool), track, "fast", 0, 1.5)
    bright = frames[: min(stop, 20)].sum(axis=(1, 3), dtype=float)
    centres = bright @ np.arange(WIDTH) / bright.sum(axis=1)
    steps = np.diff(centres)
    drift = (track[-1].x - track[0].x) / (len(track) - 1)
    assert steps == pytest.approx(np.full(len(steps), 1.5 * drift), abs=0.1)


@pytest.mark.parametrize("direction", [1, -1])
def test_what_rolls_comes_in_at_one_side_stays_stiff_and_leaves_at_the_other(
    tmp_path: Path, direction: int
) -> None:
    source = read_frames(walkers(tmp_path / "walk"))
    track = max(tracks(source), key=lambda t: direction * (t[-1].x - t[0].x))
    frames, mask = np.zeros_like(source), np.zeros(source.shape[:3], bool)
    stop = paste_one(frames, mask, track, "rolling", 0, 3.0)
    assert 20 < stop < len(frames)
    columns = [np.flatnonzero(here.any(axis=0)) for here in mask[:stop]]
    first, last = (columns[0], columns[-1]) if direction > 0 else (columns[-1], columns[0])
    assert first.max() < 8
    assert last.min() > WIDTH - 9
    inside = [c for c in columns if c.min() > 1 and c.max() < WIDTH - 2]
    assert {len(c) for c in inside} <= {8, 9}
    steps = np.diff([c.mean() for c in inside])
    assert steps == pytest.approx(np.full(len(steps), 3.0 * 1.5 * direction), abs=0.6)


def test_the_same_seed_makes_the_same_clips(tmp_path: Path) -> None:
    source = walkers(tmp_path / "walk")
    for name in ("a", "b"):
        write_pasted([NormalFootage(source)], [NormalFootage(source)], tmp_path / name, seed=5)
    one, other = (read_frames(tmp_path / n / "testing/frames/walk-fast") for n in ("a", "b"))
    assert np.array_equal(one, other)


def test_footage_without_walkers_is_explained(tmp_path: Path) -> None:
    source = tmp_path / "empty"
    source.mkdir()
    for at in range(20):
        cv2.imwrite(str(source / f"{at}.png"), np.full((HEIGHT, WIDTH, 3), 90, np.uint8))
    with pytest.raises(UnusableDataset, match="No walker"):
        write_pasted([NormalFootage(source)], [NormalFootage(source)], tmp_path / "made", seed=1)


def test_another_cameras_walkers_come_at_the_size_of_those_here(tmp_path: Path) -> None:
    here, other = walkers(tmp_path / "walk"), tmp_path / "other"
    other.mkdir()
    for path in sorted(here.glob("*.png")):  # the same walkers, half as large again, in green
        picture = cv2.imread(str(path))
        assert picture is not None
        larger = cv2.resize(picture, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_NEAREST)
        cv2.imwrite(str(other / path.name), larger[:, :, [0, 2, 1]])
    out, span = tmp_path / "made", FrameSpan(0, 40)
    write_pasted(
        [NormalFootage(here, (span,))], [NormalFootage(here)], out, 3, [NormalFootage(other)]
    )
    clips = {clip.name: clip for clip in read_dataset(out)}
    assert set(clips) == {f"walk-{kind}" for kind in ("normal", USUAL, *KINDS, "foreign")}
    assert all(len(clip.labels) == 40 for clip in clips.values())
    frames = read_frames(out / "testing" / "frames" / "walk-foreign")
    heights, greens = [], []
    for at in np.flatnonzero(clips["walk-foreign"].labels).tolist():
        mask = clips["walk-foreign"].mask(at)
        assert mask is not None
        heights.append(int(mask.any(axis=1).sum()))
        red, green, _ = frames[at][mask].mean(axis=0)
        greens.append(green > red)
    assert abs(np.median(heights) - 18) <= 2
    assert np.mean(greens) > 0.9


def test_footage_without_foreign_walkers_is_explained(tmp_path: Path) -> None:
    source, empty = NormalFootage(walkers(tmp_path / "walk")), tmp_path / "empty"
    empty.mkdir()
    for at in range(20):
        cv2.imwrite(str(empty / f"{at}.png"), np.full((HEIGHT, WIDTH, 3), 90, np.uint8))
    with pytest.raises(UnusableDataset, match="No walker"):
        write_pasted([source], [source], tmp_path / "made", 1, [NormalFootage(empty)])
