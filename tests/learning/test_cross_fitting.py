"""Each part of normal footage is compared with what the rest of it taught."""

from __future__ import annotations

import numpy as np
import pytest
from walked_square import normal

from engine.detectors.attributes_measuring import Measurer
from engine.detectors.attributes_normal import STAY_BIN
from engine.errors import UnusableDataset
from engine.learning.attributes_fit import Learner, background_of
from engine.learning.cross_fitting import FOLDS, CrossFit, cross_fit, folds_of

FRAMES = 120


@pytest.fixture(scope="module")
def frames() -> np.ndarray:
    return np.stack([normal(at)[..., 0] for at in range(FRAMES)])


def fitted(frames: np.ndarray, spans: list[tuple[int, int]]) -> CrossFit:
    steps = list(cross_fit(frames, spans, background_of(frames, spans), 1))
    assert all(done <= total for _, done, total, _ in steps)
    result = steps[-1][3]
    assert result is not None
    return result


def test_many_runs_are_dealt_out_whole() -> None:
    spans = [(10 * at, 10 * at + 10) for at in range(9)]
    assert folds_of(spans) == [(span, at % 4) for at, span in enumerate(spans)]


def test_few_runs_are_cut_into_stretches() -> None:
    assert folds_of([(0, 100)]) == [((0, 25), 0), ((25, 50), 1), ((50, 75), 2), ((75, 100), 3)]
    assert folds_of([(0, 3)]) == []  # nothing of it has a frame before it


def test_a_stretch_is_compared_with_what_the_others_taught(frames: np.ndarray) -> None:
    spans = [(0, FRAMES)]
    fit = fitted(frames, spans)
    assert fit.honest
    assert fit.bounds == [(0, 29), (29, 59), (59, 89), (89, 119)]
    background = background_of(frames, spans)
    learners, measurer = [Learner(background, 1) for _ in range(FOLDS)], Measurer(background)
    for at in range(95):  # what stood still before a stretch began is known in it
        measured = measurer.measure(frames[at])
        if measured is not None:
            learners[at // 30].add(measured)
    others = Learner.of_all(learners[:-1]).normal()
    assert measured is not None
    for name, plane in others.surprises(measured).items():
        np.testing.assert_allclose(fit.planes[89 + 4][name], plane, rtol=1e-5, atol=1e-6)


def test_spans_taken_from_a_run_know_what_stood_there_before(frames: np.ndarray) -> None:
    """Learned in pieces of a hundred frames, something could not stand for longer than that."""
    still = np.concatenate([frames[:1], np.repeat(frames[40:41], FRAMES - 1, axis=0)])
    spans = [(at, at + 10) for at in range(0, FRAMES, 20)]
    background = background_of(frames, [(0, FRAMES)])
    most = []
    for runs in ([], [(0, FRAMES)]):
        fit = list(cross_fit(still, spans, background, 1, runs))[-1][3]
        assert fit is not None
        bins = np.flatnonzero(fit.normal.stays.sum(axis=(0, 1)))
        most.append(int(bins.max()) * STAY_BIN)
    assert most[0] <= 12
    assert most[1] >= 100


def test_in_the_end_everything_is_learned_from(frames: np.ndarray) -> None:
    fit = fitted(frames, [(0, FRAMES)])
    assert fit.normal.frames == FRAMES - 1


def test_too_little_for_folds_is_compared_with_itself_and_said(frames: np.ndarray) -> None:
    fit = fitted(frames, [(0, 15)])
    assert not fit.honest
    assert len(fit.planes) == 14


def test_footage_in_which_nothing_moves_is_refused() -> None:
    still = np.full((40, 120, 180), 90, np.uint8)
    with pytest.raises(UnusableDataset, match="Too little moves"):
        fitted(still, [(0, 40)])
