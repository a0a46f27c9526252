"""What a change of the settings is called in the history: from which value to which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.language import tr, tr_count
from app.numerals import decimal, significant
from app.views.number_row import NumberSpec
from app.views.tuning_words import (
    GAMMA,
    HYSTERESIS,
    LAMBDA,
    LENGTHS,
    NORMALISE,
    POOLING,
    SMOOTH,
    THRESHOLD,
)

if TYPE_CHECKING:
    from engine.review.state import ReviewState
    from engine.scoring.score import Normalise

Numbers = dict[str, tuple[NumberSpec, float | None]]


def changed_settings(before: ReviewState, after: ReviewState) -> tuple[str, ...]:
    """Names of the settings that differ: a control that is dragged changes one of them."""
    numbers = _numbers(after)
    names = [name for name, (_, was) in _numbers(before).items() if numbers[name][1] != was]
    if before.score.normalise != after.score.normalise:
        names.append("normalise")
    if before.score.pooling != after.score.pooling:
        names.append("pooling")
    return tuple(names)


def setting_words(before: ReviewState, after: ReviewState) -> str:
    """`Lambda 0.60 → 0.45`, `Normalisation: per video (papers)`."""
    now, said = _numbers(after), []
    for name, (spec, was) in _numbers(before).items():
        value = now[name][1]
        if value != was and value is not None:
            said.append(_step(spec, was, value))
    if before.score.normalise != after.score.normalise:
        said.append(tr("Normalisation: {kind}", kind=_normalisation(after.score.normalise)))
    if before.score.pooling != after.score.pooling:
        said.append(tr("Pooling: {kind}", kind=tr(POOLING[after.score.pooling])))
    return ", ".join(said) or tr("Settings as before")


def area_words(before: int, after: int) -> str:
    """What happened to so many ignored areas."""
    if after > before:
        return tr_count(after - before, "{count} ignored area drawn", "{count} ignored areas drawn")
    if not after:
        return tr("Ignored areas cleared")
    return tr_count(before - after, "{count} ignored area removed", "{count} ignored areas removed")


def _numbers(state: ReviewState) -> Numbers:
    lengths = {name: (spec, getattr(state.segments, name)) for name, spec in LENGTHS.items()}
    return {
        "lambda": (LAMBDA, state.score.lambda_),
        "smooth": (SMOOTH, state.smooth_seconds),
        "gamma": (GAMMA, state.gamma),
        "threshold": (THRESHOLD, state.segments.threshold),
        "hysteresis": (HYSTERESIS, state.segments.hysteresis),
        **lengths,
    }


def _step(spec: NumberSpec, was: float | None, value: float) -> str:
    name, unit = tr(spec.name), tr(spec.suffix)
    if was is None:
        return tr("{name} {value}", name=name, value=significant(value) + unit)
    texts = [decimal(each, spec.decimals) for each in (was, value)]
    if texts[0] == texts[1] or spec.logarithmic:  # so many decimals do not tell them apart
        texts = [significant(each) for each in (was, value)]
    return tr("{name} {before} → {after}", name=name, before=texts[0], after=texts[1] + unit)


def _normalisation(key: Normalise) -> str:
    return next(tr(text) for known, text, _ in NORMALISE if known == key)
