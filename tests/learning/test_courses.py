"""From a detector's name and options to a plan: the papers' defaults, and refusals that say why."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from engine.detectors.losses import LossWeights
from engine.detectors.mnad import MnadConfig
from engine.detectors.weights import WeightsCard
from engine.errors import BadSetting
from engine.learning.courses import COURSES, course_of, lesson_of, plan_for
from engine.learning.plan import MemoryCare


def card(detector: str = "mnad-prediction", **config: Any) -> WeightsCard:
    return WeightsCard("base", detector, config, 0.6, 0.01, 10.0)


def test_prediction_has_the_papers_defaults() -> None:
    plan = plan_for("mnad-prediction", {})
    assert plan.detector == "mnad-prediction"
    assert plan.learning_rate == 2e-4
    assert plan.losses == LossWeights(0.1, 0.1, 1.0, "code")
    assert plan.config == MnadConfig(channels=1, width=16)
    facts = lesson_of(plan).facts
    assert (facts.default_lambda, facts.gamma) == (0.6, 0.01)


def test_reconstruction_has_the_papers_defaults() -> None:
    plan = plan_for("mnad-reconstruction", {})
    assert plan.learning_rate == 2e-5
    assert plan.losses == LossWeights(0.01, 0.01, 1.0, "code")
    assert isinstance(plan.config, MnadConfig)
    assert (plan.config.frames_in, plan.config.target, plan.config.clip_frames) == (1, 0, 1)
    facts = lesson_of(plan).facts
    assert (facts.default_lambda, facts.gamma) == (0.7, 0.015)


def test_sixteen_frames_rebuild_the_ninth() -> None:
    plan = plan_for("mnad-reconstruction", {"frames_in": 16})
    assert isinstance(plan.config, MnadConfig)
    assert (plan.config.clip_frames, plan.config.target) == (16, 8)


def test_options_and_common_fields_reach_the_plan() -> None:
    given = {"width": 3, "no_memory": True, "forms": "paper", "memory_start": "queries"}
    plan = plan_for(
        "mnad-prediction", given, epochs=3, learning_rate=1e-3, robust=0.1, minutes=None
    )
    assert plan.config == MnadConfig(channels=1, width=3, memory=False, forms="paper")
    assert plan.losses == LossWeights(forms="paper")
    assert plan.care == MemoryCare("queries", "last-batch")
    assert (plan.epochs, plan.learning_rate, plan.robust) == (3, 1e-3, 0.1)


def test_a_base_gives_its_shape_and_options_override_it() -> None:
    base = card(width=8, size=64, items=7, task="prediction")
    assert plan_for("mnad-prediction", {}, base).config == MnadConfig(
        channels=1, width=8, size=64, items=7
    )
    changed = plan_for("mnad-prediction", {"size": 128}, base).config
    assert changed == MnadConfig(channels=1, width=8, size=128, items=7)


def test_a_base_of_another_detector_is_refused() -> None:
    with pytest.raises(BadSetting, match="are for mnad-reconstruction, not for mnad-prediction"):
        plan_for("mnad-prediction", {}, card("mnad-reconstruction"))


def test_an_option_without_meaning_is_refused_by_name() -> None:
    with pytest.raises(BadSetting, match="--no-such has no meaning for mnad-prediction"):
        plan_for("mnad-prediction", {"no_such": 1, "width": 4})


def test_a_detector_that_cannot_be_trained_is_refused_with_those_that_can() -> None:
    with pytest.raises(BadSetting, match="'speed' cannot be trained") as caught:
        plan_for("speed", {})
    assert all(name in caught.value.hint for name in COURSES)


@pytest.mark.parametrize(
    "given",
    [{"forms": "x"}, {"memory_start": "x"}, {"memory_finish": "x"}, {"width": 0}, {"frames_in": 0}],
)
def test_impossible_values_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(BadSetting):
        plan_for("mnad-prediction", given)


@pytest.mark.parametrize("detector", list(COURSES))
def test_every_course_makes_a_lesson_for_its_own_detector(detector: str) -> None:
    course = course_of(detector)
    small = {name: 2 for name in ("width",) if name in course.options}
    plan = plan_for(detector, small)
    lesson = lesson_of(plan)
    assert plan.detector == detector
    assert lesson.facts.name == detector
    assert plan.as_dict()["detector"] == detector
    assert lesson.terms
    assert next(lesson.network.parameters()).dtype == torch.float32


def test_two_lessons_of_one_plan_start_alike() -> None:
    plan = plan_for("mnad-prediction", {"width": 2, "size": 32})
    one, two = lesson_of(plan).network.state_dict(), lesson_of(plan).network.state_dict()
    assert all(torch.equal(one[name], two[name]) for name in one)
