"""Co-memory's network against naive loops, and its stream against plain ones."""

from __future__ import annotations

import copy
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from tiny_comemory import TINY, detector, network
from tiny_mnad import pictures

from engine.analysis.analysis import AnalysisHead, FootageReference
from engine.detectors.base import FrameScore
from engine.detectors.blocks import fold_batchnorm
from engine.detectors.comemory import ComemoryConfig, ComemoryNetwork, comemory_facts
from engine.detectors.comemory_score import parts_of
from engine.detectors.comemory_stream import ComemoryDetector
from engine.detectors.cost import cost_of, full_size
from engine.detectors.flow import dense_flow
from engine.detectors.losses import ComemoryWeights, comemory_losses
from engine.detectors.memory import address
from engine.detectors.mnad import to_unit
from engine.detectors.pictures import prepared
from engine.detectors.weights import WeightsCard, load_detector, write_weights
from engine.errors import BadSetting, UnreadableWeights

CONFIGS: list[dict[str, Any]] = [
    {},
    {"channels": 3, "size": 40},
    {"items": 0},
    {"motion_items": 0},
    {"items": 0, "motion_items": 0},
    {"items": 15, "motion_items": 10, "appearance_frames": 4},
    {"flow": "rgb-difference"},
    {"flow": "rgb-difference", "channels": 3},
    {"forms": "paper", "update_rate": 0.1},
]


def scored(made: ComemoryDetector, frames: list[np.ndarray], **settings: Any) -> list[FrameScore]:
    stream = made.stream(**settings)
    scores = [score for at, frame in enumerate(frames) for score in stream.push(at, frame)]
    return scores + stream.flush()


def middle_gamma(made: ComemoryDetector, frames: list[np.ndarray]) -> float:
    """A gamma that lets about half of the frames in."""
    return float(np.median([s.regular_score for s in scored(made, frames, update=False)]))


def read_by_loops(features: torch.Tensor, items: torch.Tensor) -> torch.Tensor:
    """[q; p^] with the equations written out.  (1, C, h, w)."""
    _, c, h, w = features.shape
    joined = torch.zeros(1, 2 * c, h, w)
    for y in range(h):
        for x in range(w):
            q = features[0, :, y, x]
            q = q / q.norm()
            strength = [math.exp(float(q @ item)) for item in items]
            read = sum(s / sum(strength) * item for s, item in zip(strength, items, strict=True))
            joined[0, :, y, x] = torch.cat((q, read))  # type: ignore[arg-type]
    return joined


def test_the_forward_pass_joins_both_branches() -> None:
    made = network(appearance_frames=4)
    clip = torch.rand(1, 4, 32, 32) * 2 - 1
    with torch.no_grad():
        got = made(clip)
        q_m, motion_skips = made.motion_encoder(clip[:, 2:])
        q_a, skips = made.appearance_encoder(clip)
        f_m = read_by_loops(q_m, made.motion_memory.items)  # type: ignore[union-attr]
        f_a = read_by_loops(q_a, made.appearance_memory.items)  # type: ignore[union-attr]
        flow = made.motion_decoder(f_m, motion_skips)
        predicted = made.appearance_decoder(torch.cat((f_a, f_m), dim=1), skips)
    torch.testing.assert_close(got.flow, flow, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(got.predicted, predicted, rtol=1e-4, atol=1e-5)
    assert flow.shape == (1, 2, 32, 32)


def test_the_flow_has_a_linear_head_and_the_picture_tanh() -> None:
    made = network()
    with torch.no_grad():
        for decoder in (made.motion_decoder, made.appearance_decoder):
            decoder.head[6].bias.fill_(5.0)  # type: ignore[operator]
            decoder.head[6].weight.zero_()  # type: ignore[operator]
        output = made(torch.rand(1, 2, 32, 32))
    assert float(output.flow.min()) == 5.0
    assert float(output.predicted.max()) == pytest.approx(math.tanh(5.0))


def test_the_gradient_of_the_prediction_reaches_the_motion_encoder() -> None:
    made = network().train()
    made(torch.rand(2, 2, 32, 32)).predicted.square().mean().backward()
    for encoder in (made.motion_encoder, made.appearance_encoder):
        weight = encoder.level1[0].weight
        assert weight.grad is not None
        assert float(weight.grad.abs().sum()) > 0
    # but not the motion decoder, which gives flow alone
    assert made.motion_decoder.head[6].weight.grad is None


def test_the_six_terms_equal_loops() -> None:
    torch.manual_seed(0)
    flows, shown = (torch.randn(2, 2, 4, 4) for _ in range(2)), (torch.rand(2, 1, 4, 4),) * 2
    flow, picture = tuple(flows), (shown[0], shown[1] * 0.5)
    queries = [F.normalize(torch.randn(6, 8), dim=1) for _ in range(2)]
    items = [F.normalize(torch.randn(count, 8), dim=1) for count in (4, 3)]
    found = [address(q, p) for q, p in zip(queries, items, strict=True)]
    weights = ComemoryWeights(0.7, 0.9, 0.2, 0.3, 0.4, 0.5, alpha=0.8)
    total, terms = comemory_losses(flow, picture, *found, weights)  # type: ignore[arg-type]
    expected = 0.7 * float((flow[0] - flow[1]).square().mean())
    expected += 0.9 * float((picture[0] - picture[1]).square().mean())
    for branch, q, p, lc, ls in (("", queries[0], items[0], 0.2, 0.3),
                                 ("motion_", queries[1], items[1], 0.4, 0.5)):  # fmt: skip
        compact = separate = 0.0
        for one in q:
            near = sorted(range(len(p)), key=lambda m: -float(one @ p[m]))
            gaps = [float((one - p[m] + 1e-6).norm()) for m in near[:2]]
            compact += float((one - p[near[0]]).square().mean()) / len(q)
            separate += max(0.0, gaps[0] - gaps[1] + 0.8) / len(q)
        assert float(terms[f"{branch}compact"]) == pytest.approx(compact, rel=1e-5)
        assert float(terms[f"{branch}separate"]) == pytest.approx(separate, rel=1e-5)
        expected += lc * 8 / 512 * compact + ls * separate
    assert float(total) == pytest.approx(expected, rel=1e-5)
    assert len(terms) == 6


def test_a_branch_without_items_has_no_feature_terms() -> None:
    flow = picture = (torch.zeros(1, 1, 2, 2), torch.ones(1, 1, 2, 2))
    total, terms = comemory_losses(flow, picture, None, None, ComemoryWeights(flow=2.0))
    assert float(total) == 3.0
    assert {name for name, term in terms.items() if float(term)} == {"flow", "pixel"}


@pytest.mark.parametrize("config", CONFIGS)
def test_folding_batchnorm_changes_nothing(config: dict[str, Any]) -> None:
    made = network(**config)
    frames = made.config.appearance_frames * made.config.channels
    clip = torch.rand(2, frames, made.config.size, made.config.size) * 2 - 1
    folded = copy.deepcopy(made)
    fold_batchnorm(folded)
    with torch.no_grad():
        before, after = made(clip), folded(clip)
    torch.testing.assert_close(after.predicted, before.predicted, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(after.flow, before.flow, rtol=1e-4, atol=1e-4)


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


@pytest.mark.parametrize("config", [{}, {"appearance_frames": 4, "channels": 3}, {"items": 0}])
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
        wanted = plain.scale.unlimited.apply(dense_flow(ready[at - 2], ready[at - 1]))
        flow_error = np.square(output.flow[0].numpy() - wanted).sum(axis=0)
        w_image, w_flow = plain.patch_weights.tolist()
        expected = parts_of(error.sum(dim=0).numpy() * w_image, flow_error * w_flow)
        for name, value in expected.items():
            assert score.parts[name] == pytest.approx(value, rel=1e-4, abs=1e-4)
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


@pytest.mark.parametrize(
    "config",
    [
        {"size": 36},
        {"size": 24},
        {"channels": 2},
        {"items": -1},
        {"width": 0},
        {"appearance_frames": 3},
        {"flow": "farneback"},
    ],
)
def test_impossible_shapes_are_refused(config: dict[str, Any]) -> None:
    with pytest.raises(BadSetting):
        ComemoryConfig(**(TINY | config))


def test_weights_are_written_and_loaded(tmp_path: Path) -> None:
    made = network()
    card = write_weights(
        tmp_path / "both.safetensors",
        made.state_dict(),
        WeightsCard("both", "comemory", made.config.as_dict(), 0.3, 0.5, 10.0),
    )
    loaded = load_detector(card, device="cpu", precision="fp32")
    facts = loaded.facts
    assert (facts.name, facts.default_lambda, facts.gamma) == ("comemory", 0.3, 0.5)
    expected = scored(detector(made), pictures(6), gamma=0.5)
    got = scored(loaded, pictures(6))  # type: ignore[arg-type]
    assert [score.parts for score in got] == [score.parts for score in expected]
    other = WeightsCard("both", "comemory", made.config.as_dict() | {"width": 3}, 0.3, 0.5, 10.0,
                        sha256=card.sha256, path=card.path)  # fmt: skip
    with pytest.raises(UnreadableWeights, match="do not fit"):
        load_detector(other, device="cpu")


def test_the_full_size_network_is_counted() -> None:
    whole = full_size("comemory")
    made = ComemoryNetwork(ComemoryConfig(width=2))
    counted = sum(parameter.numel() for parameter in made.parameters())
    assert cost_of("comemory", made.config.as_dict()).parameters == counted
    bare = full_size("comemory", memory=False)
    # the first blocks of the decoders grow by 512 and by 1024 channels, times 512 and 9
    assert whole.parameters - bare.parameters == (512 + 1024) * 512 * 9
    assert whole.parameters > 2 * full_size("mnad-prediction").parameters


def test_the_declaration_says_what_lambda_and_gamma_do() -> None:
    facts = comemory_facts(ComemoryConfig())
    assert facts.has_memory
    assert facts.update_by_default
    assert [(p.name, p.slot) for p in facts.parts if p.pooling == "frame"] == [
        ("appearance", "A"),
        ("motion", "B"),
    ]
    without = comemory_facts(ComemoryConfig(items=0, motion_items=0))
    assert not without.has_memory
    assert without.gamma is None


def test_the_declaration_survives_being_written_into_an_analysis() -> None:
    facts = comemory_facts(ComemoryConfig())
    head = AnalysisHead(
        FootageReference("a.mp4", 1, "x"), facts, 3, (1, 10), 0.01, True, "cpu", "fp32", (4, 3)
    )
    assert AnalysisHead.from_dict(head.as_dict()).facts.parts == facts.parts
