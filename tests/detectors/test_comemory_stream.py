"""Co-memory in use: a pass equals a plain loop, memories are carried, looks show the scored."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
import pytest
import torch
from tiny_comemory import CONFIGS, detector, network, scored
from tiny_mnad import pictures

from engine.detectors.comemory_score import parts_of
from engine.detectors.comemory_stream import ComemoryDetector
from engine.detectors.flow import comes_back, dense_flow
from engine.detectors.mnad import to_unit
from engine.detectors.pictures import prepared


def middle_gamma(made: ComemoryDetector, frames: list[np.ndarray]) -> float:
    """A gamma that lets about half of the frames in."""
    return float(np.median([s.regular_score for s in scored(made, frames, update=False)]))


@pytest.mark.parametrize("config", CONFIGS)
def test_every_shape_scores_every_frame_once(config: dict[str, Any]) -> None:
    made = detector(**config)
    shape, first = made.config, made.config.appearance_frames
    scores = scored(made, pictures(14), gamma=1.0)
    assert [score.index for score in scores] == list(range(first, 14))
    for score in scores:
        assert set(score.parts) == {part.name for part in made.facts.parts}
        assert all(math.isfinite(value) for value in score.parts.values())
        assert set(score.maps) == {"error", "flow"}
        assert all(cells.shape == (shape.size // 8,) * 2 for cells in score.maps.values())
        assert all(fine.shape == (shape.size,) * 2 for fine in score.fine.values())
        assert score.updated == shape.has_memory == (score.regular_score is not None)
        if shape.has_memory:
            assert score.items is not None
            assert score.items.shape == (shape.items + shape.motion_items, 8 * shape.width)


@pytest.mark.parametrize(
    "config",
    [{}, {"appearance_frames": 4, "channels": 3}, {"items": 0}, {"round_trip": False}],
)
def test_the_stream_equals_a_plain_loop(config: dict[str, Any]) -> None:
    plain, frames = network(**config), pictures(14)
    made = detector(copy.deepcopy(plain))
    gamma = middle_gamma(made, frames)
    shape = plain.config
    ready = [prepared(frame, shape.size, shape.channels) for frame in frames]
    updates = 0
    for score in scored(made, frames, gamma=gamma):
        at = score.index
        clip = np.concatenate(ready[at - shape.appearance_frames : at])[None]
        with torch.no_grad():
            output = plain(to_unit(torch.from_numpy(clip)))
        error = ((output.predicted[0] - to_unit(torch.from_numpy(ready[at]))) / 2).square()
        there, back = (dense_flow(*pair) for pair in (ready[at - 2 : at], ready[at - 2 : at][::-1]))
        wanted = plain.scale.unlimited.apply(there)
        flow_error = np.square(output.flow[0].numpy() - wanted).sum(axis=0)
        known = comes_back(there, back)
        if shape.round_trip and known.mean() >= 0.5:
            flow_error = flow_error * known
        w_image, w_flow = plain.patch_weights.tolist()
        expected = parts_of(error.sum(dim=0).numpy() * w_image, flow_error * w_flow)
        for name, value in expected.items():
            assert score.parts[name] == pytest.approx(value, rel=1e-4, abs=1e-4)
        np.testing.assert_allclose(score.fine["flow"], flow_error * w_flow, rtol=1e-3, atol=1e-4)
        regular = float(((1 - torch.exp(-error)) * error).sum() / (1 - torch.exp(-error)).sum())
        assert score.regular_score == pytest.approx(regular, rel=1e-4)
        kept = [items.numpy() for items in plain.items if items is not None]
        np.testing.assert_allclose(score.items, np.concatenate(kept), atol=1e-5)  # type: ignore[arg-type]
        assert score.updated == (score.regular_score < gamma)  # type: ignore[operator]
        if score.updated:
            updates += 1
            for items, addressing in zip(
                plain.items, (output.appearance, output.motion), strict=True
            ):
                if items is not None:
                    q, old = addressing.queries, items.clone()
                    for m in range(len(items)):
                        own = [k for k in range(len(q)) if int((q[k] @ old.T).argmax()) == m]
                        peak = max(float(one @ old[m]) for one in q)
                        total = old[m] + sum(  # type: ignore[operator]
                            math.exp(float(q[k] @ old[m]) - peak) * q[k] for k in own
                        )
                        items[m] = total / total.norm()
    assert 0 < updates < 12


def test_what_is_faster_than_all_training_footage_scores_by_its_speed() -> None:
    slow, fast = pictures(4), pictures(4)
    for frame in fast[2:]:
        frame[:] = np.roll(frame, 6, axis=1)
    made = network()
    made.flow_scale[0] = 0.5  # training knew nothing faster than half a pixel
    loud = [max(s.parts["motion"] for s in scored(detector(copy.deepcopy(made)), frames))
            for frames in (slow, fast)]  # fmt: skip
    assert loud[1] > loud[0]
    assert np.isinf(detector(made).flow_scale.limit)


def test_two_streams_do_not_share_their_memories() -> None:
    made, frames = detector(), pictures(8)
    first, second = (scored(made, frames, gamma=1.0) for _ in range(2))
    assert [score.parts for score in first] == [score.parts for score in second]


def test_without_updates_the_memories_stay_as_trained() -> None:
    made = detector()
    trained = np.concatenate([items.numpy() for items in made.trained_items])  # type: ignore[union-attr]
    for score in scored(made, pictures(8), gamma=1.0, update=False):
        assert not score.updated
        assert np.array_equal(score.items, trained)  # type: ignore[arg-type]


def test_the_memories_survive_a_cut_and_the_clip_does_not() -> None:
    made, frames = detector(), pictures(12)
    stream = made.stream(gamma=1.0)
    before = [score for at in range(6) for score in stream.push(at, frames[at])] + stream.flush()
    after = [s for at in range(6, 12) for s in stream.push(at, frames[at])] + stream.flush()
    assert [score.index for score in before] == [2, 3, 4, 5]
    assert [score.index for score in after] == [8, 9, 10, 11]
    assert not np.array_equal(after[0].items, before[0].items)  # type: ignore[arg-type]


def test_a_nan_frame_never_enters_a_memory() -> None:
    made = network()
    with torch.no_grad():
        made.appearance_decoder.head[6].bias[0] = float("nan")  # type: ignore[index, operator]
    for score in scored(detector(made), pictures(6), gamma=1e9):
        assert not score.updated


@pytest.mark.parametrize("config", CONFIGS)
def test_looking_again_shows_what_was_scored(config: dict[str, Any]) -> None:
    made, frames = detector(**config), pictures(16)
    gamma = middle_gamma(made, frames) if made.facts.has_memory else None
    scores = {score.index: score for score in scored(made, frames, gamma=gamma)}
    for target in (9, 15):
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
        assert look.expected.shape == (made.config.size, made.config.size, 3)
        for name in ("error", "flow"):
            np.testing.assert_allclose(
                look.maps[name], scores[target].fine[name], rtol=1e-4, atol=1e-5
            )


def test_a_look_before_the_clip_is_full_shows_nothing() -> None:
    stream = detector().stream()
    assert all(stream.look(at, frame) is None for at, frame in enumerate(pictures(2)))
