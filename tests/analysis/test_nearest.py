"""The nearest normal patch of an item is the one that looking at everything finds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from tiny_engine import finished, new_run

from engine.analysis import nearest
from engine.analysis.nearest import Nearest, attended, find_nearest
from engine.analysis.portrait import portrait
from engine.detectors.answering import Answering
from engine.detectors.mnad import MnadConfig, MnadNetwork
from engine.detectors.mnad_stream import MnadDetector
from engine.footage import open_decoder, open_footage


def test_the_nearest_patches_are_those_that_brute_force_finds(
    walk: Path, mnad: MnadDetector, tmp_path: Path
) -> None:
    analysis = finished(new_run(walk, mnad, tmp_path / "a.h5"))
    footage = open_footage(walk)
    usual = np.zeros(len(footage.table), bool)
    usual[8:20] = True
    with open_decoder(footage, purpose="scrub") as decoder:
        seen = portrait(footage, mnad, analysis, decoder, 30)
        assert seen is not None
        into: list[Nearest] = []
        steps = list(find_nearest(footage, mnad, analysis, decoder, seen.answers, usual, into))
        queries = {}
        for index in range(8, 20):
            found = portrait(footage, mnad, analysis, decoder, index)
            assert found is not None
            queries[index] = found.answers[0].queries
    ((found_patches,), items) = (into[0].patches, seen.answers[0].items)
    assert into[0].frames == len(steps) == 12
    for item, patches in zip(items, found_patches, strict=True):
        each = {index: float((q @ item).max()) for index, q in queries.items()}
        expected = sorted(each, key=lambda index: -each[index])[: nearest.EACH]
        np.testing.assert_allclose(
            [p.likeness for p in patches], [each[index] for index in expected], atol=1e-4
        )
        assert len({p.index for p in patches}) == nearest.EACH
        for patch in patches:
            left, top, wide, high = patch.place
            assert patch.picture.shape == (high, wide, 3)
            assert left >= 0
            assert top >= 0


def test_only_some_frames_are_looked_at(
    walk: Path, mnad: MnadDetector, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(nearest, "SAMPLED", 3)
    analysis = finished(new_run(walk, mnad, tmp_path / "a.h5"))
    footage = open_footage(walk)
    with open_decoder(footage, purpose="scrub") as decoder:
        seen = portrait(footage, mnad, analysis, decoder, 30)
        assert seen is not None
        into: list[Nearest] = []
        usual = np.ones(len(footage.table), bool)
        steps = list(find_nearest(footage, mnad, analysis, decoder, seen.answers, usual, into))
    assert [step.total for step in steps] == [3, 3, 3]


def test_a_query_sees_no_more_than_its_field() -> None:
    torch.manual_seed(3)  # of few channels all may be dead
    network = MnadNetwork(MnadConfig(channels=1, width=4, size=128, items=4)).eval()
    clip = torch.rand(1, network.config.frames_in, 128, 128, requires_grad=True)
    flat = clip.reshape(1, -1, 128, 128)
    features, _ = network.encoder(flat)
    features[0, :, 8, 8].sum().backward()
    rows = torch.nonzero(clip.grad.abs().amax(dim=(0, 1, 3))).ravel()
    assert len(rows)
    assert int(rows[-1] - rows[0]) + 1 <= nearest.FIELD


def test_a_prototype_shows_where_the_frame_weighs_most_in_it() -> None:
    normalcy = np.ones((1, 16, 16), np.float32)
    normalcy[0, 4, 12] = 9
    grid = np.zeros((16, 16), np.int64)
    one = Answering("prototypes", np.zeros((16, 16, 2), np.float32), np.zeros((1, 2), np.float32),
                    np.ones((1, 16, 16), np.float32), grid, normalcy)  # fmt: skip
    picture = np.zeros((64, 64, 3), np.uint8)
    found = attended((one,), 7, picture)
    assert found is not None
    first = found.patches[0][0][0]
    left, top, wide, high = first.place
    assert first.index == 7
    assert first.likeness == 9
    assert left <= 50 < left + wide
    assert top <= 18 < top + high
    assert len(found.patches[0][0]) == nearest.EACH
