"""The detectors that can be learned, and from options to a plan and its lesson."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

from engine.detectors.weights import WeightsCard
from engine.errors import BadSetting
from engine.learning.lesson import Course, Lesson
from engine.learning.plan import TrainingPlan


def _mnad(detector: str) -> Course:
    from engine.learning.mnad_lesson import mnad_course

    return mnad_course(detector)


def _apn(detector: str) -> Course:
    from engine.learning.apn_lesson import apn_course

    return apn_course(detector)


def _comemory(detector: str) -> Course:
    from engine.learning.comemory_lesson import comemory_course

    return comemory_course(detector)


COURSES: dict[str, Callable[[str], Course]] = {
    "mnad-prediction": _mnad,
    "mnad-reconstruction": _mnad,
    "apn": _apn,
    "comemory": _comemory,
}


def course_of(detector: str) -> Course:
    """The course of a detector.  Raises BadSetting where it cannot be learned."""
    if detector not in COURSES:
        raise BadSetting(
            f"'{detector}' cannot be trained.", hint=f"Use one of {', '.join(COURSES)}."
        )
    return COURSES[detector](detector)


def lesson_of(plan: TrainingPlan) -> Lesson:
    """A fresh lesson for a plan, its network drawn from the plan's seed."""
    torch.manual_seed(plan.seed)
    return course_of(plan.detector).lesson(plan)


def plan_for(
    detector: str,
    given: Mapping[str, Any],
    base: WeightsCard | None = None,
    **common: Any,
) -> TrainingPlan:
    """A plan from options.

    given: the detector's own options that were named, see Course.  common: fields of TrainingPlan
    that every run has; None for the default, learning_rate too.  Raises BadSetting for an option
    without meaning for the detector, and for impossible values.
    """
    course = course_of(detector)
    foreign = sorted(name for name in given if name not in course.options)
    if foreign:
        named = ", ".join(f"--{name.replace('_', '-')}" for name in foreign)
        raise BadSetting(f"{named} has no meaning for {detector}.", hint="Leave it out.")
    if base is not None and base.detector != detector:
        raise BadSetting(
            f"The base weights {base.name} are for {base.detector}, not for {detector}.",
            hint=f"Train with --detector {base.detector}, or leave --base out.",
        )
    setup = course.setup(given, {} if base is None else base.config)
    fields = {name: value for name, value in common.items() if value is not None}
    fields.setdefault("learning_rate", setup.learning_rate)
    return TrainingPlan(setup.config, setup.losses, setup.care, **fields)
