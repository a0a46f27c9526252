"""Each part of normal footage is compared with what the rest of it taught."""

from __future__ import annotations

import numpy as np
import pytest
from walked_square import normal

from engine.detectors.attributes_measuring import Measurer
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
    assert fit.bounds == [(0, 29), (29, 58), (58, 87), (87, 116)]
    background = background_of(frames, spans)
    learners = []
    for fold in range(FOLDS - 1):
        learners.append(Learner(background, 1))
        list(learners[-1].learn(frames, [(30 * fold, 30 * fold + 30)]))
    others = Learner.of_all(learners).normal()
    measurer = Measurer(background)
    for at in range(90, 95):
        measured = measurer.measure(frames[at])
    assert measured is not None
    for name, plane in others.surprises(measured).items():
        np.testing.assert_allclose(fit.planes[87 + 3][name], plane, rtol=1e-5, atol=1e-6)


def test_in_the_end_everything_is_learned_from(frames: np.ndarray) -> None:
    fit = fitted(frames, [(0, FRAMES)])
    assert fit.normal.frames == FRAMES - FOLDS


def test_too_little_for_folds_is_compared_with_itself_and_said(frames: np.ndarray) -> None:
    fit = fitted(frames, [(0, 18)])
    assert not fit.honest
    assert len(fit.planes) == 14


def test_footage_in_which_nothing_moves_is_refused() -> None:
    still = np.full((40, 120, 180), 90, np.uint8)
    with pytest.raises(UnusableDataset, match="Too little moves"):
        fitted(still, [(0, 40)])
