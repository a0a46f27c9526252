"""What the rendered recordings show, and that their masks tell the truth."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.scene import KINDS, SceneFrame, SceneSpec, demo_spec, normal_spec, render
from engine.scene.layout import LAYOUTS, Layout
from engine.scene.spec import VISIBLE
from engine.scene.walkers import Crowd

SMALL = (240, 160)


def small(
    *anomalies: tuple[str, float], seconds: float = 4.0, layout: int = 0, seed: int = 3
) -> SceneSpec:
    width, height = SMALL
    return SceneSpec(
        seed=seed,
        seconds=seconds,
        width=width,
        height=height,
        layout=layout,
        density=0.3,
        anomalies=anomalies,
    )


def centroids(frames: list[SceneFrame], kind: str) -> NDArray[np.float64]:
    """(x, y) of the kind's mask in every frame that shows it wholly inside the picture.  (N, 2)."""
    found = []
    for frame in frames:
        if kind in frame.kinds and not frame.kinds[kind][:, [0, -1]].any():
            rows, columns = np.nonzero(frame.kinds[kind])
            found.append((columns.mean(), rows.mean()))
    return np.array(found)


def test_the_same_spec_gives_the_same_frames() -> None:
    spec = small(("cyclist", 0.2), seconds=0.6)
    for one, other in zip(render(spec), render(spec), strict=True):
        assert np.array_equal(one.picture, other.picture)
        assert np.array_equal(one.mask, other.mask)


def test_another_seed_gives_other_people_on_the_same_square() -> None:
    one, other = (next(iter(render(small(seed=seed)))).picture for seed in (1, 2))
    difference = np.abs(one.astype(int) - other).max(axis=2)
    assert (difference > 60).any()
    assert np.median(difference) < 15


def test_a_frame_is_an_rgb_picture_with_a_mask_of_its_size() -> None:
    frame = next(iter(render(normal_spec(1, 0.1))))
    assert frame.picture.shape == (320, 480, 3)
    assert frame.picture.dtype == np.uint8
    assert frame.mask.shape == (320, 480)
    assert frame.mask.dtype == np.bool_


@pytest.mark.parametrize("layout", [0, 1])
def test_nothing_is_marked_in_normal_footage(layout: int) -> None:
    frames = list(render(small(layout=layout, seconds=3)))
    assert len(frames) == 30
    assert not any(frame.mask.any() or frame.kinds for frame in frames)


def test_people_are_there_from_the_first_frame_on() -> None:
    crowd = Crowd(LAYOUTS[0], np.random.default_rng(5), 1.0, 10)
    crowd.settle()
    assert len(crowd.walkers) >= 8


@pytest.mark.parametrize("square", LAYOUTS)
def test_normal_walkers_keep_off_the_grass_and_follow_the_arrows(square: Layout) -> None:
    crowd = Crowd(square, np.random.default_rng(6), 1.0, 5)
    for _ in range(5 * 150):
        crowd.step(())
        for walker in crowd.walkers:
            spot = (walker.x, walker.z)
            assert not square.on_lawn(spot)
            assert not (square.corridor.contains(spot) and square.corridor.against(walker.heading))


@pytest.mark.parametrize("square", LAYOUTS)
def test_people_come_and_go_out_of_sight(square: Layout) -> None:
    camera = square.camera(480, 320)
    for way in square.ways:
        for x, z in (way.points[0], way.points[-1]):
            corners = [(x + dx, up, z) for dx in (-0.5, 0.5) for up in (0.0, 1.9)]
            pixels, _ = camera.project(np.array(corners))
            beside = (pixels[:, 0] < 0).all() or (pixels[:, 0] > camera.width).all()
            below = (pixels[:, 1] > camera.height).all()
            assert beside or below or z > square.facade


@pytest.mark.parametrize("layout", [0, 1])
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_begins_to_show_about_when_planned(kind: str, layout: int) -> None:
    shown = [f.index for f in render(small((kind, 1.0), layout=layout, seconds=2)) if f.mask.any()]
    assert shown
    assert 7 <= shown[0] <= 14


def test_the_demo_is_normal_for_20_seconds_and_plans_every_kind_once() -> None:
    spec = demo_spec()
    assert sorted(kind for kind, _ in spec.anomalies) == sorted(KINDS)
    assert min(start for _, start in spec.anomalies) >= 20
    for (_, start), (_, following) in itertools.pairwise(spec.anomalies):
        assert following - start > 6


def test_a_kind_is_marked_only_in_its_own_time_and_only_where_enough_of_it_is_seen() -> None:
    for frame in render(small(("cyclist", 0.5), ("bag", 6.5), seconds=9)):
        assert set(frame.kinds) <= ({"cyclist"} if frame.index < 60 else {"bag"})
        assert frame.mask.any() == bool(frame.kinds)
        assert all(mask.sum() >= VISIBLE for mask in frame.kinds.values())


def test_a_cyclist_moves_faster_than_somebody_who_walks() -> None:
    cyclist = centroids(list(render(small(("cyclist", 0.2), seconds=3))), "cyclist")
    walker = centroids(list(render(small(("wrong-way", 0.2), seconds=3))), "wrong-way")
    speed, walking = (np.median(np.abs(np.diff(track[:, 0]))) for track in (cyclist, walker))
    assert speed > 2 * walking


def test_a_left_bag_stays_where_it_is() -> None:
    track = centroids(list(render(small(("bag", 0.5), seconds=5))), "bag")
    assert len(track) > 20
    assert np.ptp(track, axis=0).max() < 4  # it moves only by what passers-by hide of it


def test_an_impossible_spec_is_refused() -> None:
    for wrong in (
        {"seconds": 0.0},
        {"seconds": 1.0, "width": 101},
        {"seconds": 1.0, "anomalies": (("dragon", 0.0),)},
    ):
        with pytest.raises(ValueError, match=r"nothing to render|must be even|no such kind"):
            SceneSpec(seed=1, **wrong)
    with pytest.raises(ValueError, match="layouts 0 to"):
        next(iter(render(SceneSpec(seed=1, seconds=1, layout=9))))
