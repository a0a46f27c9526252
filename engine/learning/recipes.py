"""From an order to a run: the settings that serve people who do not want to know them.

For networks: grey pictures, width 16, crops that move, items from queries with inertia and settled
at centroids, small weights for the feature losses, and as many steps as the minutes hold.  What
they are and what was measured stands in the README.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.detectors.weights import WeightsCard, find_weights
from engine.errors import BadSetting
from engine.learning.courses import COURSES, course_of, plan_for
from engine.learning.learn import Learning
from engine.learning.orders import MINUTES, LearningOrder, LearningRun
from engine.learning.plan import TrainingPlan

CROP = 128
_OPTIONS: dict[str, Any] = {
    "memory_start": "queries",
    "memory_finish": "centroids",
    "update_rate": 0.05,
    "separate": 0.01,
    "compact": 0.01,
}


def _attributes(order: LearningOrder, resume: bool) -> LearningRun:
    """Learning again takes seconds, so nothing is resumed."""
    from engine.learning.fitting import Fitting

    return Fitting(order.normal, order.target, notes=notes_of(order))


QUICK: dict[str, Callable[[LearningOrder, bool], LearningRun]] = {"attributes": _attributes}


def run_of(order: LearningOrder, *, resume: bool) -> LearningRun:
    """The run of an order.  Raises BadSetting, UnreadableWeights."""
    if order.detector in QUICK:
        return QUICK[order.detector](order, resume)
    base = find_weights(order.base) if order.base else None
    return Learning(
        order.normal,
        network_plan(order, base),
        order.target,
        base=base,
        resume=resume,
        lambda_=None if base is None else base.lambda_,
        notes=notes_of(order),
    )


def notes_of(order: LearningOrder) -> dict[str, Any]:
    """What the card says of the order itself."""
    notes: dict[str, Any] = {"effort": order.effort}
    if order.version_of:
        notes["version_of"] = order.version_of
    return notes


def network_plan(order: LearningOrder, base: WeightsCard | None) -> TrainingPlan:
    """The plan for a network.  Raises BadSetting."""
    if order.detector not in COURSES:
        raise BadSetting(f"'{order.detector}' cannot be learned.")
    course = course_of(order.detector)
    given = {name: value for name, value in _OPTIONS.items() if name in course.options}
    return plan_for(
        order.detector,
        given,
        base,
        minutes=MINUTES[order.effort],
        crop=CROP,
        robust=order.robust or None,
        anneal="step",
    )
