"""Orders to learn: what can be asked for, and what is found again after a crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.detectors.weights import WeightsCard
from engine.errors import BadSetting
from engine.learning.courses import COURSES
from engine.learning.learnable import LEARNABLE
from engine.learning.normal import NormalFootage
from engine.learning.orders import (
    LearningOrder,
    discard,
    free_name,
    problem_with,
    start,
    unfinished,
)
from engine.learning.recipes import network_plan
from engine.places import user_folder
from engine.timebase import FrameSpan


def order(name: str = "yard", **changes: object) -> LearningOrder:
    normal = (NormalFootage(Path("yard.mp4"), (FrameSpan(0, 500),)),)
    return LearningOrder(
        **({"normal": normal, "detector": "mnad-prediction", "name": name} | changes)
    )  # type: ignore[arg-type]


def test_every_detector_that_can_be_learned_is_offered_in_words() -> None:
    assert {one.name for one in LEARNABLE} == set(COURSES) | {"attributes"}
    assert all(one.says.endswith(".") and one.name in one.title for one in LEARNABLE)
    assert [one.name for one in LEARNABLE if one.quick] == ["attributes"]


@pytest.mark.parametrize("name", ["", " yard", "a/b", "..", "x" * 80])
def test_odd_names_are_refused(name: str) -> None:
    assert "Name the weights" in problem_with(order(name))
    with pytest.raises(BadSetting):
        start(order(name))


def test_nothing_normal_and_a_taken_name_are_refused() -> None:
    assert "what is normal" in problem_with(order(normal=()))
    order().target.write_bytes(b"")
    assert "named 'yard' already" in problem_with(order())
    assert problem_with(order("yard-2")) == ""


def test_an_order_that_was_begun_is_found_again_until_it_is_done_or_discarded() -> None:
    wanted = order(robust=0.1, effort="thorough", base="")
    start(wanted)
    (user_folder("weights") / "other.run").mkdir()
    (user_folder("weights") / "other.run" / "order.json").write_text("{")
    assert unfinished() == (wanted,)
    discard(wanted)
    assert unfinished() == ()


def test_a_free_name_is_plain_and_new() -> None:
    assert free_name("Yard (north)") == "Yard-north"
    assert free_name("???") == "normal"
    order().target.write_bytes(b"")
    assert free_name("yard") == "yard-2"
    start(order("gate"))
    assert free_name("gate") == "gate-2"


@pytest.mark.parametrize("detector", list(COURSES))
@pytest.mark.parametrize(("effort", "minutes"), [("quick", 4.0), ("thorough", 25.0)])
def test_a_recipe_is_a_plan_for_every_network(detector: str, effort: str, minutes: float) -> None:
    plan = network_plan(order(detector=detector, effort=effort, robust=0.2), None)
    assert (plan.detector, plan.minutes, plan.robust) == (detector, minutes, 0.2)
    assert plan.anneal == "step"


def test_adapting_keeps_the_shape_of_the_base() -> None:
    shape = {"width": 8, "size": 64, "channels": 3, "items": 7}
    base = WeightsCard("base", "mnad-prediction", shape, 0.6, 0.1, 10.0)
    config = network_plan(order(base="base"), base).config.as_dict()
    assert {name: config[name] for name in shape} == shape
