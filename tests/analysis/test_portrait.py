"""A portrait shows the items that answered when the frame was scored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tiny_engine import finished, new_run

from engine.analysis.portrait import lay_out, portrait
from engine.detectors.answering import Answering
from engine.detectors.mnad_stream import MnadDetector
from engine.detectors.speed import SpeedDetector
from engine.footage import open_decoder, open_footage


def test_a_portrait_shows_the_memory_of_that_moment(
    broken_walk: Path, mnad: MnadDetector, tmp_path: Path
) -> None:
    analysis = finished(new_run(broken_walk, mnad, tmp_path / "a.h5"))
    footage = open_footage(broken_walk)
    index = int(np.flatnonzero(analysis.scored)[-1])
    with open_decoder(footage, purpose="scrub") as decoder:
        seen = portrait(footage, mnad, analysis, decoder, index)
    assert seen is not None
    assert (seen.index, seen.layout) == (index, "PCA")
    (one,) = seen.answers
    np.testing.assert_allclose(one.matching.sum(axis=0), 1, atol=1e-5)
    np.testing.assert_array_equal(one.matching.argmax(axis=0), one.assigned)
    distance = (one.queries - one.items[one.assigned]) ** 2
    assert distance.mean() == pytest.approx(analysis.parts["memory_distance"][index], rel=1e-4)
    assert analysis.facts.answers


def test_a_detector_without_items_has_no_portrait(walk: Path, tmp_path: Path) -> None:
    analysis = finished(new_run(walk, SpeedDetector(), tmp_path / "a.h5"))
    assert not analysis.facts.answers
    footage = open_footage(walk)
    with open_decoder(footage, purpose="scrub") as decoder:
        assert portrait(footage, SpeedDetector(), analysis, decoder, 20) is None


def test_queries_lie_by_the_item_they_are_like() -> None:
    rng = np.random.default_rng(1)
    items = np.eye(2, 6, dtype=np.float32)
    assigned = np.arange(100).reshape(10, 10) % 2
    queries = items[assigned] + rng.normal(0, 0.02, (10, 10, 6)).astype(np.float32)
    matching = np.stack([assigned == 0, assigned == 1]).astype(np.float32)
    one = Answering("memory items", queries, items, matching, assigned)
    places, owners, stars = lay_out(one)
    gaps = np.linalg.norm(places[:, None] - stars[None], axis=2)
    assert (gaps.argmin(axis=1) == owners).all()
    again = lay_out(one)
    np.testing.assert_array_equal(places, again[0])
