"""`attributes` learns what is normal at each place and finds what is not, fast or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from walked_square import ground, normal, shown, with_thing

from engine.detectors.attributes import (
    FACTS,
    AttributesConfig,
    AttributesDetector,
    fitted,
    joined,
    wrong_way,
)
from engine.detectors.attributes_measuring import (
    CELL,
    Measured,
    Measurer,
    evened,
    foreground,
    patch_mean,
    things_in,
)
from engine.detectors.attributes_normal import (
    ATTRIBUTES,
    SPEED_EDGES,
    Normal,
    level_of,
    speed_bins,
)
from engine.detectors.base import PatchRule
from engine.errors import BadSetting
from engine.learning.attributes_fit import Learner, background_of

FRAMES = 105
Planes = dict[str, np.ndarray]


def grey(picture: np.ndarray) -> np.ndarray:
    return picture[..., 0].copy()


@pytest.fixture(scope="module")
def learned() -> Normal:
    frames = np.stack([grey(normal(at)) for at in range(FRAMES)])
    spans = [(0, FRAMES)]
    learner = Learner(background_of(frames, spans), seed=1)
    assert list(learner.learn(frames, spans))[-1] == FRAMES
    return learner.normal()


def last(learned: Normal, make: Callable[[int], np.ndarray], count: int) -> tuple[Measured, Planes]:
    """The last of some frames that follow those of training: what is measured in it, and the
    surprise of its patches."""
    measurer = Measurer(learned.background)
    for at in range(FRAMES, FRAMES + count - 1):
        measurer.take(grey(make(at)))
    measured = measurer.measure(grey(make(FRAMES + count - 1)))
    assert measured is not None
    planes = learned.surprises(measured)
    planes["direction"] = planes["direction"] * planes["speed"]  # that of noise does not count
    return measured, {name: patch_mean(plane) for name, plane in planes.items()}


@pytest.fixture(scope="module")
def usual(learned: Normal) -> Planes:
    """The largest value of each plane on normal frames that were not learned from."""
    found = [last(learned, normal, count)[1] for count in (6, 30)]
    return {name: np.max([planes[name].max() for planes in found]) for name in ATTRIBUTES}


def test_the_background_is_the_scene_without_walkers(learned: Normal) -> None:

    assert np.abs(learned.background.level - ground()).mean() < 1.0


def test_other_light_is_no_foreground(learned: Normal) -> None:
    empty = learned.background
    for light in (0.8, 1.2):
        frame = grey(normal(7, light))
        mask = foreground(evened(frame, empty.level), empty)
        heights = {round(t.height / 9) for t in things_in(mask)}
        assert 4 in heights
        assert max(heights) < 12


def test_a_shadow_is_no_foreground(learned: Normal) -> None:
    empty = learned.background
    frame = grey(normal(7)).astype(np.float32)
    frame[20:80, 60:160] *= 0.75
    mask = foreground(evened(frame.astype(np.uint8), empty.level), empty)
    assert mask[24:76, 64:156].mean() < 0.02


def test_a_camera_that_moved_by_a_pixel_sees_no_more_foreground(learned: Normal) -> None:
    empty = learned.background
    plain = grey(normal(7))
    moved = cv2.warpAffine(plain, np.array([[1, 0, 1], [0, 1, 1]], np.float32), (360, 240))
    inside = (slice(4, -4), slice(4, -4))
    before, after = (
        foreground(evened(frame, empty.level), empty)[inside].mean() for frame in (plain, moved)
    )
    assert after < 1.3 * before


def test_the_flow_says_how_fast_a_walker_is(learned: Normal) -> None:
    measured, _ = last(learned, normal, 6)
    inside = measured.fill > 0.9
    assert np.median(measured.speed[inside]) == pytest.approx(2.0, rel=0.2)
    # where it came from: the left
    assert np.median(measured.flow[inside][:, 0]) == pytest.approx(-2.0, rel=0.2)


@pytest.mark.parametrize(
    ("name", "make", "times"),
    [
        ("speed", lambda at: with_thing(at, 100 + 7 * (at - FRAMES), 155), 1.8),
        ("direction", lambda at: with_thing(at, 200 - 2 * (at - FRAMES), 142), 2.0),
        ("place", lambda at: with_thing(at, 100 + 2 * (at - FRAMES), 60), 2.0),
        ("size", lambda at: with_thing(at, 60 + 2 * (at - FRAMES), 190, 90, 60), 2.0),
        ("form", lambda at: with_thing(at, 60 + 2 * (at - FRAMES), 190, 40, 90), 1.3),
    ],
)
def test_each_attribute_finds_its_anomaly(
    learned: Normal,
    usual: Planes,
    name: str,
    make: Callable[[int], np.ndarray],
    times: float,
) -> None:
    _, planes = last(learned, make, 8)
    assert planes[name].max() > times * max(usual[name], 0.2)


def test_what_is_left_behind_grows_until_it_is_taken_away(learned: Normal, usual: Planes) -> None:
    def left(at: int) -> np.ndarray:
        return with_thing(at, 301, 221, 14, 14)

    seen = [last(learned, left, count)[1]["stay"].max() for count in (10, 25, 50)]
    assert seen == sorted(seen)
    assert seen[-1] > 2 * max(usual["stay"], 0.5)

    def taken(at: int) -> np.ndarray:
        return left(at) if at < FRAMES + 50 else normal(at)

    assert last(learned, taken, 70)[1]["stay"].max() < 0.5 * seen[-1]


@pytest.mark.parametrize(("hidden", "is_there"), [(5, True), (10, True), (14, False)])
def test_what_is_gone_stands_no_more_and_what_is_hidden_for_a_moment_does(
    learned: Normal, hidden: int, is_there: bool
) -> None:
    def left(at: int) -> np.ndarray:
        return normal(at) if at >= FRAMES + 30 else with_thing(at, 301, 221, 14, 14)

    measured, _ = last(learned, left, 30 + hidden)
    stay = measured.stay[31:33, 43:45]
    assert (stay.max() > 20) == is_there
    assert (stay.max() == 0) == (not is_there)


def test_weights_of_before_count_standing_still_for_as_long_as_they_did(learned: Normal) -> None:
    assert learned.stay_frames == 100
    before = replace(learned, stays=learned.stays[..., :11])
    assert before.stay_frames == 40
    detector = AttributesDetector(before, AttributesConfig(240, 360), FACTS)
    assert detector.stream().context == 43


def test_a_card_of_before_counts_on_what_stood_there(learned: Normal) -> None:
    now = AttributesConfig(240, 360)
    document = {k: v for k, v in now.as_dict().items() if k != "stay_gone"}
    before = AttributesConfig.of(document)
    assert (before.stay_gone, now.stay_gone) == (0, 10)
    found = []
    for config in (before, now):
        stream = AttributesDetector(learned, config, FACTS).stream()
        for at in range(FRAMES, FRAMES + 45):
            made = with_thing(at, 301, 221, 14, 14) if at < FRAMES + 30 else normal(at)
            measured = stream.measure(made)
        assert measured is not None
        found.append(float(measured.stay[31:33, 43:45].max()))
        assert measured.speed.shape == measured.stay.shape  # the other thread is done
    assert found[0] > 20
    assert found[1] == 0


def test_a_thing_knows_the_cells_of_its_box(learned: Normal) -> None:
    measured, _ = last(learned, lambda at: with_thing(at, 70, 63, 42, 21), 5)
    thing = min(measured.things, key=lambda t: t.foot)
    assert (thing.width, thing.height) == pytest.approx((21, 42), abs=3)
    rows, columns = thing.cells()
    assert measured.fill[rows, columns].mean() > 0.45
    assert thing.foot == pytest.approx(63, abs=2)
    assert rows.stop == -(-thing.foot // CELL)


def test_quantiles_of_histograms_are_those_of_the_values() -> None:
    values = np.random.default_rng(3).gamma(2.0, 1.0, 20000).astype(np.float32)
    counts = np.bincount(speed_bins(values), minlength=len(SPEED_EDGES))
    shares = (counts / counts.sum())[None, None].astype(np.float32)
    for level in (0.1, 0.5, 0.99):
        found = level_of(shares, SPEED_EDGES, level)[0, 0]
        assert found == pytest.approx(np.quantile(values, level), rel=0.05)


def test_the_mixture_is_a_density(learned: Normal) -> None:
    """Against scipy, component by component."""
    from scipy.stats import multivariate_normal

    rows = np.array([learned.mixture_means[0] + 0.1, learned.mixture_means[1] - 0.1], float)
    total = np.zeros(2)
    for mean, root, weight in zip(
        learned.mixture_means, learned.mixture_roots, learned.mixture_weights, strict=True
    ):
        covariance = np.linalg.inv(root.astype(float) @ root.T.astype(float))
        total += weight * multivariate_normal(mean, covariance).pdf(rows)
    np.testing.assert_allclose(learned.mixture_surprise(rows), -np.log(total), rtol=1e-4)


def test_form_distance_is_that_of_the_nearest_neighbours(learned: Normal) -> None:
    described = np.random.default_rng(4).normal(size=(5, len(learned.form_mean)))
    described = described.astype(np.float32)
    found = learned.form_distance(described)
    for row, distance in zip(described, found, strict=True):
        point = (row - learned.form_mean) @ learned.form_axes
        all_distances = sorted(np.linalg.norm(point - bank) for bank in learned.form_bank)
        assert distance == pytest.approx(np.mean(all_distances[:3]), rel=1e-3)


def test_the_maps_are_what_the_formula_says(learned: Normal) -> None:
    planes = learned.surprises(last(learned, normal, 6)[0])
    planes["stay"] = np.random.default_rng(5).random(planes["form"].shape).astype(np.float32) * 6
    config = AttributesConfig(240, 360, kappa=0.5, evident=0.25, pace=0.3)
    units = {"place": 9.0, "stay": 4.0, "size": 9.0, "form": 0.5}
    maps = joined(planes, units, config)
    expected = np.zeros_like(planes["form"])
    for row, column in np.ndindex(expected.shape):
        oddest = max(planes[name][row, column] / unit for name, unit in units.items())
        expected[row, column] = max(0.0, oddest - 0.25)
    np.testing.assert_allclose(maps["appearance"], expected, 1e-5)
    for row, column in np.ndindex(expected.shape):
        speed, direction = planes["speed"][row, column], planes["direction"][row, column]
        expected[row, column] = speed + 0.5 * min(speed, 0.3) * direction
    np.testing.assert_allclose(maps["motion"], expected, 1e-5)


def test_going_the_wrong_way_counts_the_same_for_those_who_walk_and_those_who_run() -> None:
    surprises = {"speed": np.array([[0.0, 0.5, 3.0]], np.float32)}
    surprises["direction"] = np.full((1, 3), 2.0, np.float32)
    odd = wrong_way(surprises, AttributesConfig(240, 360, kappa=1.0, pace=0.4))
    assert odd[0] == pytest.approx([0, 0.8, 0.8])


def test_a_card_of_before_keeps_the_rules_that_it_was_calibrated_by() -> None:
    before = {"height": 240, "width": 360, "kappa": 1.0, "evident": 0.8}
    config = AttributesConfig.of(before)
    assert config.patch == PatchRule(cells=4, frames=3)
    surprises = {name: np.full((1, 1), 2.0, np.float32) for name in ("speed", "direction")}
    assert wrong_way(surprises, config) == 2.0 * 2.0, "direction multiplied the speed then"
    assert AttributesConfig.of(config.as_dict()) == config
    now = AttributesConfig(240, 360)
    assert AttributesConfig.of(now.as_dict()) == now


def test_who_walks_where_nobody_walks_is_out_of_place_and_not_fast(learned: Normal) -> None:
    """A limit learned from rest alone would call every step there fast."""
    measured, planes = last(learned, lambda at: with_thing(at, 100 + 2 * (at - FRAMES), 60), 8)
    rows, columns = (slice(5, 8), slice(14, 22))
    assert measured.speed[rows, columns].max() > 1.5
    assert planes["speed"][rows, columns].max() < 1.3
    assert planes["place"].max() > 0.8


def test_the_speed_limit_is_that_of_those_who_move(learned: Normal) -> None:
    """Walkers go at 2 pixels a frame; that most cells are at rest most of the time counts not."""
    limit = learned.speed_limit
    assert 1.5 < np.median(limit) < 3.5
    assert limit.min() > 0.3
    still = replace(
        learned, speeds=np.eye(len(SPEED_EDGES), dtype=np.float32)[0] + 0 * learned.speeds
    )
    assert (still.speed_limit == np.float32(0.3)).all()


def test_what_is_measured_depends_on_no_more_than_the_context(learned: Normal) -> None:
    def left(at: int) -> np.ndarray:
        return with_thing(at, 100, 60, 20, 20)

    measurer = Measurer(learned.background)
    context = measurer.context
    long, _ = last(learned, left, context + 40)
    stop = FRAMES + context + 40
    for at in range(stop - 1 - context, stop - 1):
        measurer.take(grey(left(at)))
    short = measurer.measure(grey(left(stop - 1)))
    assert short is not None
    np.testing.assert_array_equal(long.stay, short.stay)
    np.testing.assert_array_equal(long.flow, short.flow)


def test_another_size_of_the_same_shape_is_scaled_and_another_shape_refused() -> None:
    config = AttributesConfig(240, 360)
    assert fitted(np.zeros((480, 720, 3), np.uint8), config).shape == (240, 360)
    assert fitted(np.zeros((158, 238, 3), np.uint8), config).shape == (240, 360)
    with pytest.raises(BadSetting, match="another shape"):
        fitted(np.zeros((480, 640, 3), np.uint8), config)


def test_an_empty_picture_is_as_normal_as_can_be(learned: Normal) -> None:
    measured, planes = last(learned, lambda at: shown(ground(), at), 4)
    assert measured.things == ()
    assert {name: float(planes[name].max()) for name in ("place", "stay", "size", "form")} == {
        "place": 0.0,
        "stay": 0.0,
        "size": 0.0,
        "form": 0.0,
    }
    assert planes["speed"].max() < 0.5
