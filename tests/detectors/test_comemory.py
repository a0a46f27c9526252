"""Co-memory's network against naive loops, and its stream against plain ones."""

from __future__ import annotations

import copy
import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from tiny_comemory import CONFIGS, TINY, detector, network, read_by_loops, scored
from tiny_mnad import pictures

from engine.analysis.analysis import AnalysisHead, FootageReference
from engine.detectors.blocks import fold_batchnorm
from engine.detectors.comemory import (
    ComemoryConfig,
    ComemoryNetwork,
    comemory_facts,
    measured,
)
from engine.detectors.cost import cost_of, full_size
from engine.detectors.losses import ComemoryWeights, comemory_losses
from engine.detectors.memory import address
from engine.detectors.weights import WeightsCard, load_detector, write_weights
from engine.errors import BadSetting, UnreadableWeights


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


def test_without_skips_the_flow_comes_from_queries_and_items_alone() -> None:
    made = network(motion_skips=False)
    clip = torch.rand(1, 2, 32, 32) * 2 - 1
    with torch.no_grad():
        got = made(clip)
        q_m, motion_skips = made.motion_encoder(clip)
        f_m = read_by_loops(q_m, made.motion_memory.items)  # type: ignore[union-attr]
        other = tuple(torch.rand_like(skip) for skip in motion_skips)
        flow = made.motion_decoder(f_m, other)
    torch.testing.assert_close(got.flow, flow, rtol=1e-4, atol=1e-5)


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


def test_where_nearly_nothing_comes_back_nothing_is_left_out() -> None:
    """Two pictures that have nothing to do with each other: that is no sign that all is well."""
    config = ComemoryConfig(**(TINY | {"size": 64}))
    rng = np.random.default_rng(1)
    noise = rng.integers(0, 256, (2, config.channels, 64, 64), dtype=np.uint8)
    assert measured(config, *noise)[1] is None
    smooth = np.stack([cv2.GaussianBlur(plane, (0, 0), 3) for plane in noise[0]])
    known = measured(config, smooth, smooth)[1]
    assert known is not None
    assert known.all()


def test_a_card_of_before_knows_no_round_trip() -> None:
    now = ComemoryConfig(**TINY)
    assert now.round_trip
    assert ComemoryConfig.of(now.as_dict()) == now
    before = {name: value for name, value in now.as_dict().items() if name != "round_trip"}
    assert not ComemoryConfig.of(before).round_trip


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
