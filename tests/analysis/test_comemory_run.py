"""A run with two memories: its snapshots hold both, so it resumes, replays and looks again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_engine import assert_same, finished, new_run, stopped

from engine.analysis.analysis import Analysis
from engine.analysis.file import read_analysis
from engine.analysis.looking import Looker
from engine.analysis.replay import rerun
from engine.detectors.comemory import ComemoryConfig, ComemoryNetwork, comemory_facts
from engine.detectors.comemory_stream import ComemoryDetector
from engine.footage import open_decoder, open_footage


def gated(gamma: float) -> ComemoryDetector:
    torch.set_num_threads(1)
    torch.manual_seed(5)
    config = ComemoryConfig(channels=1, width=2, size=32, items=4, motion_items=3)
    network = ComemoryNetwork(config)
    facts = replace(comemory_facts(config), gamma=gamma)
    return ComemoryDetector(network, facts, torch.device("cpu"), torch.float32)


@pytest.fixture(scope="module")
def both(broken_walk: Path, tmp_path_factory: pytest.TempPathFactory) -> ComemoryDetector:
    """gamma lets about half of the frames in."""
    path = tmp_path_factory.mktemp("gate") / "a.h5"
    first = finished(new_run(broken_walk, gated(-1.0), path))
    return gated(float(np.nanmedian(first.regular_score)))


@pytest.fixture(scope="module")
def whole(
    broken_walk: Path, both: ComemoryDetector, tmp_path_factory: pytest.TempPathFactory
) -> Analysis:
    return finished(new_run(broken_walk, both, tmp_path_factory.mktemp("whole") / "a.h5"))


def test_a_score_is_given_to_the_predicted_frame(whole: Analysis) -> None:
    scored = np.flatnonzero(np.isfinite(whole.parts["motion"]))
    starts = [0, 20, 40]  # the cut and the gap
    waiting = {start + at for start in starts for at in (0, 1)}
    assert set(scored.tolist()) == set(range(60)) - waiting
    assert 0 < int(whole.updated.sum()) < len(scored)


@pytest.mark.parametrize("reports", [5, 23, 44, 57])
def test_a_cancelled_run_goes_on_as_if_unbroken(
    reports: int, broken_walk: Path, both: ComemoryDetector, whole: Analysis, tmp_path: Path
) -> None:
    path = tmp_path / "a.h5"
    stopped(new_run(broken_walk, both, path), reports)
    assert_same(whole, finished(new_run(broken_walk, both, path)))
    assert_same(whole, read_analysis(path))


def test_looking_again_shows_what_was_scored(
    broken_walk: Path, both: ComemoryDetector, whole: Analysis
) -> None:
    footage = open_footage(broken_walk)
    looker = Looker(footage, both, whole)
    with open_decoder(footage) as decoder:
        for index in (7, 31, 58):
            look = looker.look(decoder, index)
            assert look is not None
            assert look.index == index
            for name in ("error", "flow"):
                cells = look.maps[name].reshape(4, 8, 4, 8).mean(axis=(1, 3))
                stored = whole.maps[name].get(index, index + 1)[0]
                np.testing.assert_allclose(cells, stored, atol=0.01 * float(stored.max()))


def test_another_gamma_recomputes_as_a_fresh_run_would(
    broken_walk: Path, both: ComemoryDetector, whole: Analysis, tmp_path: Path
) -> None:
    gamma = float(np.nanquantile(whole.regular_score, 0.7))
    footage = open_footage(broken_walk)
    again = finished(rerun(whole, footage, both, gamma, tmp_path / "again.h5"))
    fresh = finished(new_run(broken_walk, gated(gamma), tmp_path / "fresh.h5", gamma=gamma))
    assert_same(fresh, again)
