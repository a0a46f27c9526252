"""Ignored areas: as if they had never been looked at, from the stored maps alone."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from tiny_engine import finished, new_run

from engine.analysis.analysis import Analysis
from engine.analysis.maps import CodedMap
from engine.detectors.base import DetectorFacts, PartSpec, PatchRule
from engine.detectors.mnad_stream import MnadDetector
from engine.scoring.ignoring import IgnoredArea, kept_cells, without_areas
from engine.scoring.pooling import frame_means, psnr, spatial_patches, worst_patches

LEFT_HALF = IgnoredArea(((0, 0), (0.5, 0), (0.5, 1), (0, 1)))
EVERYTHING = IgnoredArea(((0, 0), (1, 0), (1, 1), (0, 1)))
RULE = PatchRule(cells=3, frames=3)
PARTS = (
    PartSpec("psnr", "dB", "appearance", "down", "error", "A", "frame", "psnr"),
    PartSpec("mean", "", "memory", "up", "error", "B", "frame"),
    PartSpec("patch_psnr", "dB", "appearance", "down", "error", "A", "patch", "psnr"),
    PartSpec("patch", "", "memory", "up", "error", "B", "patch"),
)
FACTS = DetectorFacts("test", PARTS, 0.5, True, None, RULE)

Stored = tuple[dict[str, np.ndarray], CodedMap, np.ndarray]


def stored(frames: int = 40, cuts: tuple[int, ...] = (), seed: int = 0) -> Stored:
    """Parts that are pooled from the coded maps, so that re-pooling is exact."""
    rng = np.random.default_rng(seed)
    coded = CodedMap.empty(frames, (6, 8))
    for index in range(frames):
        coded.put(index, rng.gamma(1.5, 0.01, (6, 8)).astype(np.float32))
    clip_start = np.zeros(frames, bool)
    clip_start[list(cuts)] = True
    return repooled(coded, clip_start, None), coded, clip_start


def repooled(
    coded: CodedMap, clip_start: np.ndarray, kept: np.ndarray | None
) -> dict[str, np.ndarray]:
    """The parts, pooled directly, clip by clip."""
    edges = [0, *np.flatnonzero(clip_start).tolist(), len(clip_start)]
    means, worst = [], []
    for start, stop in itertools.pairwise(edges):
        maps = coded.get(start, stop)
        means.append(frame_means(maps, kept))
        worst.append(worst_patches(maps, RULE.cells, RULE.frames, kept))
    mean, patch = np.concatenate(means), np.concatenate(worst)
    return {"psnr": psnr(mean), "mean": mean, "patch_psnr": psnr(patch), "patch": patch}


def ignoring(found: Stored, *areas: IgnoredArea) -> dict[str, np.ndarray]:
    parts, coded, clip_start = found
    return without_areas(parts, FACTS, {"error": coded}, clip_start, areas, len(clip_start))


def test_without_areas_nothing_changes() -> None:
    found = stored()
    assert ignoring(found) is found[0]


def test_an_area_outside_the_picture_changes_nothing() -> None:
    found = stored()
    aside = IgnoredArea(((2, 2), (3, 2), (3, 3)))
    for name, values in ignoring(found, aside).items():
        np.testing.assert_allclose(values, found[0][name], rtol=1e-6)


@pytest.mark.parametrize("cuts", [(), (7,), (1, 20, 21)])
def test_ignoring_equals_pooling_the_kept_cells(cuts: tuple[int, ...]) -> None:
    for seed in range(3):
        found = stored(cuts=cuts, seed=seed)
        kept = kept_cells([LEFT_HALF], (6, 8))
        expected = repooled(found[1], found[2], kept)
        for name, values in ignoring(found, LEFT_HALF).items():
            np.testing.assert_allclose(values, expected[name], rtol=2e-5, err_msg=name)


def test_long_footage_is_pooled_in_blocks_without_seams() -> None:
    found = stored(frames=1100)
    expected = repooled(found[1], found[2], kept_cells([LEFT_HALF], (6, 8)))
    for name, values in ignoring(found, LEFT_HALF).items():
        np.testing.assert_allclose(values, expected[name], rtol=2e-5, err_msg=name)


def test_an_area_over_the_anomaly_lowers_the_score() -> None:
    found = stored()
    coded = found[1]
    hot = coded.get(15, 16)[0]
    hot[1:4, 1:4] = 1.0
    coded.put(15, hot)
    parts = repooled(coded, found[2], None)
    without = ignoring((parts, coded, found[2]), LEFT_HALF)
    assert without["psnr"][15] > parts["psnr"][15] + 5
    assert without["patch_psnr"][15] > parts["patch_psnr"][15] + 5
    assert without["mean"][15] < parts["mean"][15] / 3
    assert without["patch"][15] < parts["patch"][15] / 3


@pytest.mark.parametrize("cells", [2, 3])
def test_ignoring_an_area_never_raises_a_patch(cells: int) -> None:
    maps = np.random.default_rng(5).gamma(1.0, size=(40, 6, 8)).astype(np.float32)
    whole = spatial_patches(maps, cells)
    for area in (LEFT_HALF, IgnoredArea(((0, 0), (1, 0), (1, 0.3), (0.4, 0.6)))):
        kept = kept_cells([area], (6, 8))
        patches = spatial_patches(maps, cells, kept)
        assert (patches <= whole).all()
        for y, x in np.ndindex(patches.shape[1:]):
            window = kept[y : y + cells, x : x + cells]
            if window.all():
                np.testing.assert_array_equal(patches[:, y, x], whole[:, y, x])
            elif window.mean() >= 0.5:
                inside = maps[:, y : y + cells, x : x + cells][:, window].mean(axis=1)
                expected = np.minimum(inside, whole[:, y, x])
                np.testing.assert_allclose(patches[:, y, x], expected, rtol=1e-5)
            else:
                assert (patches[:, y, x] == -np.inf).all()


def test_a_patch_never_looks_across_a_cut() -> None:
    found = stored(cuts=(15,))
    coded = found[1]
    hot = coded.get(15, 16)[0]
    hot[2:5, 5:8] = 1.0
    before = ignoring(found, LEFT_HALF)["patch"][14]
    coded.put(15, hot)
    parts = repooled(coded, found[2], None)
    assert ignoring((parts, coded, found[2]), LEFT_HALF)["patch"][14] == pytest.approx(before)


def test_where_everything_is_ignored_there_is_no_score() -> None:
    for values in ignoring(stored(), EVERYTHING).values():
        assert np.isnan(values).all()


def test_rows_above_the_mark_are_left_alone() -> None:
    parts, coded, clip_start = stored()
    done = without_areas(parts, FACTS, {"error": coded}, clip_start, [LEFT_HALF], 10)
    np.testing.assert_array_equal(done["mean"][10:], parts["mean"][10:])
    assert (done["mean"][:10] != parts["mean"][:10]).any()


def test_a_real_run_is_rescored_as_if_pooled_anew(
    broken_walk: Path, mnad: MnadDetector, tmp_path: Path
) -> None:
    analysis: Analysis = finished(new_run(broken_walk, mnad, tmp_path / "a.h5"))
    parts = without_areas(
        analysis.parts, analysis.facts, analysis.maps, analysis.clip_start, [LEFT_HALF], 60
    )
    kept = kept_cells([LEFT_HALF], (4, 4))
    rows = np.flatnonzero(analysis.scored)
    direct = psnr(frame_means(analysis.maps["error"].get(0, 60)[rows], kept))
    np.testing.assert_allclose(parts["psnr"][rows], direct, atol=0.1)  # eight bits
    np.testing.assert_array_equal(np.isnan(parts["psnr"]), ~analysis.scored)


def test_a_concave_polygon_keeps_what_its_notch_leaves_out() -> None:
    notched = IgnoredArea(((0, 0), (1, 0), (1, 1), (0.5, 0.25), (0, 1)))
    kept = kept_cells([notched], (8, 8))
    assert not kept[0].any()
    assert kept[7, 3:5].all()
    assert kept[4, 4]
    assert not kept[4, 0]
    assert not kept[4, 7]


def test_kept_cells_agree_with_a_naive_test_of_each_centre() -> None:
    import cv2

    rng = np.random.default_rng(3)
    for _ in range(50):
        angles = np.sort(rng.uniform(0, 2 * np.pi, 9))
        radius = rng.uniform(0.1, 0.6, 9)  # a star, seldom convex
        ring = np.stack((0.5 + radius * np.cos(angles), 0.5 + radius * np.sin(angles)), axis=1)
        area = IgnoredArea(tuple(map(tuple, ring.tolist())))
        kept = kept_cells([area], (9, 7))
        contour = (ring * 1000).astype(np.float32)
        for y, x in np.ndindex(9, 7):
            centre = ((x + 0.5) / 7 * 1000, (y + 0.5) / 9 * 1000)
            distance = cv2.pointPolygonTest(contour, centre, True)
            if abs(distance) > 0.5:
                assert kept[y, x] == (distance < 0)


def test_a_logarithm_and_a_papers_own_patch_are_pooled_anew() -> None:
    rule = PatchRule(cells=2, frames=1)
    parts = (
        PartSpec("motion", "", "motion", "up", "error", "B", "frame", "log", rule),
        PartSpec("patch_motion", "", "motion", "up", "error", "B", "patch", "log"),
    )
    facts = DetectorFacts("test", parts, 0.0, True, None, RULE)
    _, coded, clip_start = stored(cuts=(13,))
    kept = kept_cells([LEFT_HALF], (6, 8))

    def pooled(mask: np.ndarray | None) -> dict[str, np.ndarray]:
        runs = [coded.get(0, 13), coded.get(13, 40)]
        rules = {"motion": rule, "patch_motion": RULE}
        return {
            name: np.log(np.concatenate([worst_patches(m, r.cells, r.frames, mask) for m in runs]))
            for name, r in rules.items()
        }

    got = without_areas(pooled(None), facts, {"error": coded}, clip_start, [LEFT_HALF], 40)
    for name, values in pooled(kept).items():
        np.testing.assert_allclose(got[name], values, rtol=1e-4, atol=1e-5)
