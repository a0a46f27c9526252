"""The attention prototype network as a detector: streaming, looking, portraits, scales."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from tiny_apn import detector, network
from tiny_mnad import pictures

from engine.detectors.apn_stream import ApnDetector
from engine.detectors.base import FrameScore
from engine.detectors.pictures import prepared
from engine.errors import BadSetting


def scored(made: ApnDetector, frames: list[np.ndarray], **settings: Any) -> list[FrameScore]:
    stream = made.stream(**settings)
    scores = [score for at, frame in enumerate(frames) for score in stream.push(at, frame)]
    return scores + stream.flush()


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"channels": 3, "plug": 2},
        {"levels": 4, "plug": 4, "size": 40},
        {"prototypes": 0},
        {"prototypes": 1, "attention_side": 0},
        {"scales": (1.0, 0.5, 1.25), "size": 64},
        {"frames_in": 2},
    ],
)
def test_every_shape_scores_every_frame_once(config: dict[str, Any]) -> None:
    made = detector(**config)
    shape = made.config
    scores = scored(made, pictures(12))
    assert [score.index for score in scores] == list(range(shape.frames_in, 12))
    cells = shape.size // 8
    for score in scores:
        assert set(score.parts) == {part.name for part in made.facts.parts}
        assert all(math.isfinite(value) for value in score.parts.values())
        assert set(score.maps) == {part.map_name for part in made.facts.parts}
        assert all(values.shape == (cells, cells) for values in score.maps.values())
        assert all(values.min() >= 0 for values in score.maps.values())
        assert (score.items, score.regular_score, score.updated) == (None, None, False)


def test_the_scores_are_those_of_the_network() -> None:
    made, frames = network(), pictures(5)
    (score,) = scored(detector(made), frames)
    ready = [prepared(frame, 32, 1).astype(np.float32) / 127.5 - 1 for frame in frames]
    with torch.no_grad():
        output = made(torch.from_numpy(np.concatenate(ready[:4]))[None])
    error = ((output.predicted[0].numpy() - ready[4]) / 2) ** 2
    assert score.parts["psnr"] == pytest.approx(-10 * math.log10(error.mean()), rel=1e-5)
    found = output.prototyping
    assert found is not None
    own = found.prototypes[0][found.assigned[0]]
    gaps = (found.pixels[0] - own).square().mean(dim=1)
    assert score.parts["feature_error"] == pytest.approx(
        10 * math.log10(1 / float(gaps.mean())), rel=1e-4
    )
    blocks = gaps.reshape(4, 8, 4, 8).mean(dim=(1, 3)).numpy()
    np.testing.assert_allclose(score.maps["feature_error"], blocks, rtol=1e-3, atol=1e-6)


def test_patch_parts_are_the_worst_patch() -> None:
    """4 x 4 cells are all there are at 32 pixels, so the patch is the frame, over five frames."""
    scores = scored(detector(), pictures(12))
    for part in ("psnr", "feature_error"):
        name = {"psnr": "error", "feature_error": "feature_error"}[part]
        means = [float(score.maps[name].mean()) for score in scores]
        for at in range(2, len(scores) - 2):
            expected = -10 * math.log10(np.mean(means[at - 2 : at + 3]))
            patch = {"psnr": "patch_psnr", "feature_error": "patch_feature_error"}[part]
            assert scores[at].parts[patch] == pytest.approx(expected, rel=1e-4)


def test_a_cut_empties_the_clip() -> None:
    made, frames = detector(), pictures(16)
    stream = made.stream()
    before = [score for at in range(8) for score in stream.push(at, frames[at])] + stream.flush()
    after = [s for at in range(8, 16) for s in stream.push(at, frames[at])] + stream.flush()
    assert [score.index for score in before] == [4, 5, 6, 7]
    assert [score.index for score in after] == [12, 13, 14, 15]


@pytest.mark.parametrize(
    "config", [{}, {"channels": 3, "plug": 4}, {"prototypes": 0}, {"scales": (1.0, 1.5)}]
)
def test_looking_again_shows_the_prediction_that_was_scored(config: dict[str, Any]) -> None:
    made, frames = detector(**config), pictures(12)
    scores = {score.index: score for score in scored(made, frames)}
    for target in (4, 9, 11):
        stream = made.stream()
        stream.restore(None)
        for at in range(target - stream.context, target):
            stream.replay(at, frames[at], write=False)
        look = stream.look(target, frames[target])
        assert look is not None
        assert look.index == target
        assert look.expected is not None
        assert look.expected.shape == (32, 32, 3)
        for name, values in look.maps.items():
            np.testing.assert_allclose(values, scores[target].fine[name], atol=1e-7)
        if len(made.config.scales) == 1:
            psnr = -10 * math.log10(float(look.maps["error"].mean()))
            assert psnr == pytest.approx(scores[target].parts["psnr"], rel=1e-5)
            wanted = prepared(frames[target], 32, made.config.channels)
            wanted = wanted.astype(float)[::-1].transpose(1, 2, 0)
            shown = ((look.expected.astype(float) - wanted) / 255) ** 2
            assert -10 * math.log10(shown.mean()) == pytest.approx(psnr, abs=0.05)


def test_a_look_before_the_clip_is_full_shows_nothing() -> None:
    stream = detector().stream()
    assert all(stream.look(at, frame) is None for at, frame in enumerate(pictures(4)))
    assert stream.portrait() is None


def test_several_scales_give_the_mean_of_their_scores() -> None:
    made, frames = detector(size=64), pictures(6)
    alone = [scored(made, frames, scales=(scale,)) for scale in (1.0, 0.5)]
    both = scored(made, frames, scales=(1.0, 0.5))
    for at, score in enumerate(both):
        for name in ("psnr", "feature_error"):
            mean = (alone[0][at].parts[name] + alone[1][at].parts[name]) / 2
            assert score.parts[name] == pytest.approx(mean, rel=1e-6)
        for name, values in score.maps.items():
            mean_map = (alone[0][at].maps[name] + alone[1][at].maps[name]) / 2
            np.testing.assert_allclose(values, mean_map, rtol=1e-5)
    assert made.config.scales == (1.0,)
    with pytest.raises(BadSetting):
        made.stream(scales=(9.0,))


@pytest.mark.parametrize("plug", [1, 4])
def test_a_portrait_says_which_prototype_answers_where(plug: int) -> None:
    made, frames = detector(plug=plug), pictures(7)
    stream = made.stream()
    for at, frame in enumerate(frames):
        stream.replay(at, frame, write=False)
    portrait = stream.portrait()
    assert portrait is not None
    side, channels = 32 // plug, made.config.feature_channels
    assert portrait.index == 6
    assert portrait.pixels.shape == (side, side, channels)
    assert portrait.prototypes.shape == (3, channels)
    np.testing.assert_allclose(portrait.matching.sum(axis=0), 1, rtol=1e-5)
    np.testing.assert_allclose(portrait.normalcy.mean(axis=(1, 2)), 1, rtol=1e-4)
    similarity = portrait.pixels @ portrait.prototypes.T
    assert np.array_equal(portrait.assigned, similarity.argmax(axis=2))
    assert np.array_equal(portrait.assigned, portrait.matching.argmax(axis=0))
    # prototypes are the pixels, weighed by normalcy
    again = np.einsum("mhw,hwc->mc", portrait.normalcy, portrait.pixels)
    again /= np.linalg.norm(again, axis=1, keepdims=True)
    np.testing.assert_allclose(again, portrait.prototypes, atol=1e-5)


def test_without_prototypes_there_is_no_portrait() -> None:
    stream = detector(prototypes=0).stream()
    for at, frame in enumerate(pictures(5)):
        stream.replay(at, frame, write=False)
    assert stream.portrait() is None


def test_bf16_runs_the_convolutions_and_leaves_the_unit_in_fp32() -> None:
    made, frames = network(), pictures(6)
    full = scored(detector(made), frames)
    half_made = ApnDetector(network(), detector(made).facts, torch.device("cpu"), torch.bfloat16)
    half = scored(half_made, frames)
    assert half_made.precision == "bf16"
    assert half_made.network.unit is not None
    assert half_made.network.unit.attention.weight.dtype == torch.float32
    for a, b in zip(full, half, strict=True):
        assert a.parts["psnr"] == pytest.approx(b.parts["psnr"], abs=0.3)
        assert a.parts["feature_error"] == pytest.approx(b.parts["feature_error"], abs=0.5)
