"""A plan holds only what a run can be made of."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from made_footage import config, plan

from engine.detectors.losses import LossWeights
from engine.errors import BadSetting
from engine.learning.fitting import Fitting
from engine.learning.learn import Learning

NOT_ABOVE_ZERO = [math.nan, math.inf, -math.inf, -1.0, 0.0]
NO_SHARE = [math.nan, math.inf, -1.0, 2.0]


@pytest.mark.parametrize("value", NOT_ABOVE_ZERO)
@pytest.mark.parametrize("name", ["learning_rate", "minutes", "clip_rate"])
def test_rates_and_minutes_are_above_zero(name: str, value: float) -> None:
    with pytest.raises(BadSetting, match="must be a number above 0"):
        plan(**{name: value})


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": -1},
        {"seed": 2**32},
        {"batch": 0},
        {"epochs": 0},
        {"precision": "int8"},
        {"losses": LossWeights(compact=math.nan)},
        {"losses": LossWeights(separate=-1.0)},
        {"config": config(update_rate=math.nan)},
        *({"robust": value} for value in NO_SHARE),
        *({"holdout": value} for value in NO_SHARE),
    ],
    ids=str,
)
def test_what_no_run_can_be_made_of_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadSetting) as refused:
        plan(**changes)
    assert refused.value.hint


def test_the_ends_of_what_is_allowed_are_taken() -> None:
    plan(seed=0, robust=0.5, holdout=0.0, clip_rate=None, minutes=None, batch=2)
    plan(seed=2**32 - 1, learning_rate=1e-12, losses=LossWeights(compact=0.0))


@pytest.mark.parametrize("value", NO_SHARE)
def test_lambda_lies_between_0_and_1_for_networks_and_attributes(
    value: float, tmp_path: Path
) -> None:
    out = tmp_path / "out.safetensors"
    with pytest.raises(BadSetting, match="Lambda lies between"):
        Learning([tmp_path], plan(), out, lambda_=value)
    with pytest.raises(BadSetting, match="Lambda lies between"):
        Fitting([tmp_path], out, lambda_=value)


@pytest.mark.parametrize("value", NOT_ABOVE_ZERO)
def test_attributes_need_a_clip_rate_above_zero(value: float, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="clip rate"):
        Fitting([tmp_path], tmp_path / "out.safetensors", clip_rate=value)
    with pytest.raises(BadSetting, match="pace"):
        Fitting([tmp_path], tmp_path / "out.safetensors", pace=value)
