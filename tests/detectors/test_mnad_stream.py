"""MNAD as a detector: shapes, folding, streaming, looking again."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
import pytest
import torch
from tiny_mnad import TINY, detector, network, pictures
from torch import Tensor

from engine.detectors.base import FrameScore
from engine.detectors.blocks import fold_batchnorm
from engine.detectors.mnad import MnadConfig, MnadNetwork, prepare
from engine.detectors.mnad_stream import MnadDetector
from engine.errors import BadSetting


def scored(made: MnadDetector, frames: list[np.ndarray], **settings: Any) -> list[FrameScore]:
    stream = made.stream(**settings)
    scores = [score for at, frame in enumerate(frames) for score in stream.push(at, frame)]
    return scores + stream.flush()


def middle_gamma(made: MnadDetector, frames: list[np.ndarray]) -> float:
    """A gamma that lets about half of the frames in."""
    found = [score.regular_score for score in scored(made, frames, update=False)]
    return float(np.median(found))


@pytest.mark.parametrize("task", ["prediction", "reconstruction"])
def test_folding_batchnorm_changes_nothing(task: str) -> None:
    made = network(task=task, width=4, channels=3)
    clip = torch.rand(2, made.config.frames_in * 3, 32, 32) * 2 - 1
    with torch.no_grad():
        before = made(clip).predicted
        folded = copy.deepcopy(made)
        fold_batchnorm(folded)
        after = folded(clip).predicted
    assert not any(isinstance(part, torch.nn.BatchNorm2d) for part in folded.modules())
    torch.testing.assert_close(after, before, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    "config",
    [
        {"width": 1, "size": 32},
        {"width": 3, "size": 40, "channels": 3},
        {"size": 64, "items": 1},
        {"size": 48, "items": 23, "forms": "paper"},
        {"memory": False},
        {"memory": False, "task": "reconstruction", "frames_in": 1},
        {"task": "reconstruction", "frames_in": 1, "channels": 3},
        {"task": "reconstruction", "frames_in": 1, "items": 1},
        {"task": "reconstruction", "frames_in": 4},
        {"task": "reconstruction", "frames_in": 16},
        {"frames_in": 1},
        {"frames_in": 2, "channels": 3},
    ],
)
def test_every_shape_scores_every_frame_once(config: dict[str, Any]) -> None:
    made = detector(**config)
    shape = made.config
    frames = pictures(20)
    scores = scored(made, frames, gamma=1.0)
    waiting = shape.clip_frames - 1
    first = shape.target
    assert [score.index for score in scores] == list(range(first, first + 20 - waiting))
    cells = shape.size // 8
    for score in scores:
        assert set(score.parts) == {part.name for part in made.facts.parts}
        assert all(math.isfinite(value) for value in score.parts.values())
        assert set(score.maps) == {part.map_name for part in made.facts.parts}
        assert all(values.shape == (cells, cells) for values in score.maps.values())
        assert score.fine["error"].shape == (shape.size, shape.size)
        assert (score.regular_score is None) == (not shape.memory)
        assert score.updated == shape.memory
        if shape.memory:
            assert score.items is not None
            assert score.items.shape == (shape.items, 8 * shape.width)


@pytest.mark.parametrize("config", [{"size": 36}, {"size": 24}, {"channels": 2}, {"items": 0}])
def test_impossible_shapes_are_refused(config: dict[str, Any]) -> None:
    with pytest.raises(BadSetting):
        MnadConfig(**(TINY | config))


@pytest.mark.parametrize("channels", [1, 3])
def test_preparing_a_prepared_picture_changes_nothing(channels: int) -> None:
    config = MnadConfig(**(TINY | {"channels": channels}))
    once = prepare(pictures(1)[0], config)
    back = np.repeat(once, 3, axis=0) if channels == 1 else once[::-1]
    again = prepare(np.ascontiguousarray(back.transpose(1, 2, 0)), config)
    assert np.array_equal(again, once)
    assert once.shape == (channels, 32, 32)


def test_colours_go_in_as_bgr() -> None:
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 0] = 200
    prepared = prepare(red, MnadConfig(**(TINY | {"channels": 3})))
    assert prepared[2].min() == 200
    assert prepared[:2].max() == 0


def test_without_updates_the_memory_stays_as_trained() -> None:
    made = detector()
    scores = scored(made, pictures(12), gamma=1.0, update=False)
    assert not any(score.updated for score in scores)
    assert made.trained_items is not None
    for score in scores:
        assert score.items is not None
        assert np.array_equal(score.items, made.trained_items.numpy())


def test_a_frame_is_scored_by_the_items_before_its_update() -> None:
    made = detector()
    scores = scored(made, pictures(8), gamma=1.0)
    assert made.trained_items is not None
    assert np.array_equal(scores[0].items, made.trained_items.numpy())  # type: ignore[arg-type]
    assert not np.array_equal(scores[1].items, scores[0].items)  # type: ignore[arg-type]


def test_two_streams_of_one_detector_do_not_share_their_memory() -> None:
    made, frames = detector(), pictures(10)
    first = scored(made, frames, gamma=1.0)
    second = scored(made, frames, gamma=1.0)
    assert [score.parts for score in first] == [score.parts for score in second]


def test_the_memory_survives_a_cut_and_the_clip_does_not() -> None:
    made, frames = detector(), pictures(16)
    stream = made.stream(gamma=1.0)
    before = [score for at in range(8) for score in stream.push(at, frames[at])] + stream.flush()
    after = [s for at in range(8, 16) for s in stream.push(at, frames[at])] + stream.flush()
    assert [score.index for score in before] == [4, 5, 6, 7]
    assert [score.index for score in after] == [12, 13, 14, 15]
    assert not np.array_equal(after[0].items, before[0].items)  # type: ignore[arg-type]


def broken(made: MnadNetwork, part: str) -> MnadNetwork:
    """A network in which a number has become NaN."""
    tensor: Tensor = made.get_parameter(part)
    with torch.no_grad():
        tensor.view(-1)[0] = float("nan")
    return made


@pytest.mark.parametrize("part", ["encoder.level4.3.bias", "decoder.head.6.bias"])
@pytest.mark.parametrize("forms", ["code", "paper"])
def test_a_nan_frame_never_enters_the_memory(part: str, forms: str) -> None:
    made = detector(broken(network(forms=forms), part))
    assert made.trained_items is not None
    # only the raw pass: patches of NaN are no business of this test
    for score in scored(made, pictures(8), gamma=1e9):
        assert not score.updated
        assert score.items is not None
        assert np.isfinite(score.items).all()


def test_a_perfect_picture_has_a_finite_psnr() -> None:
    made = network()
    with torch.no_grad():
        made.decoder.head[6].weight.zero_()  # type: ignore[operator]
        made.decoder.head[6].bias.fill_(20.0)  # type: ignore[operator]
    white = [np.full((32, 32, 3), 255, np.uint8)] * 6
    for score in scored(detector(made), white, gamma=0.01):
        assert score.parts["psnr"] == pytest.approx(100)
        assert score.regular_score == 0
        assert score.updated


@pytest.mark.parametrize(
    "config", [{}, {"channels": 3}, {"task": "reconstruction", "frames_in": 1}, {"memory": False}]
)
def test_looking_again_shows_the_prediction_that_was_scored(config: dict[str, Any]) -> None:
    made, frames = detector(**config), pictures(20)
    gamma = middle_gamma(made, frames) if made.facts.has_memory else None
    scores = {score.index: score for score in scored(made, frames, gamma=gamma)}
    if made.facts.has_memory:
        assert len({score.updated for score in scores.values()}) == 2
    for target in (9, 15, 19):
        snapshot = target - 4  # items were kept before this frame was scored
        stream = made.stream(gamma=gamma)
        stream.restore(scores[snapshot].items)
        for at in range(max(0, snapshot - stream.context), target):
            write = at >= snapshot and scores[at].updated
            stream.replay(at, frames[at], write=write)
        look = stream.look(target, frames[target])
        assert look is not None
        assert look.index == target
        assert look.expected is not None
        assert look.expected.shape == (32, 32, 3)
        psnr = -10 * math.log10(float(look.maps["error"].mean()))
        assert psnr == pytest.approx(scores[target].parts["psnr"], rel=1e-5)
        np.testing.assert_allclose(look.maps["error"], scores[target].fine["error"], atol=1e-7)
        if made.facts.has_memory:
            mean = float(look.maps["distance"].mean())
            assert mean == pytest.approx(scores[target].parts["memory_distance"], rel=1e-5)
        wanted = prepare(frames[target], made.config).astype(float)[::-1].transpose(1, 2, 0)
        shown = ((look.expected.astype(float) - wanted) / 255) ** 2
        assert -10 * math.log10(shown.mean()) == pytest.approx(psnr, abs=0.05)


def test_a_look_before_the_clip_is_full_shows_nothing() -> None:
    stream = detector().stream()
    assert all(stream.look(at, frame) is None for at, frame in enumerate(pictures(4)))


@pytest.mark.parametrize("frames_in", [1, 3])
def test_a_reconstruction_tells_of_the_frame_before(frames_in: int) -> None:
    made = detector(task="reconstruction", frames_in=frames_in)
    frames = pictures(7)
    stream, told = made.stream(), []
    stream.on_addressing = lambda assigned, now, before: told.append((now, before))
    for at, frame in enumerate(frames):
        stream.push(at, frame)
    prepared = [prepare(frame, made.config) for frame in frames]
    for at, (now, before) in enumerate(told, made.config.target):
        assert np.array_equal(now, prepared[at])
        assert np.array_equal(before, prepared[max(0, at - 1)])
