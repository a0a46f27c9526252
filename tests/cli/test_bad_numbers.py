"""Numbers that mean nothing are refused in a sentence, before any work is done."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from command_driver import Run, fails
from footage_maker import make_images

from engine.errors import BadSetting
from engine.files import write_json
from engine.review.state import ReviewSegment
from engine.scoring.score import smoothed
from engine.scoring.segments import SegmentSettings
from engine.timebase import FrameSpan

NETWORK = ["--weights", "scene", "--device", "cpu"]


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
@pytest.mark.parametrize("command", ["segments", "export"])
def test_a_threshold_is_a_number(run: Run, scored: Path, command: str, number: str) -> None:
    words = [] if command == "segments" else ["--out", "case"]
    fails(run(command, scored, *words, "--threshold", number), f"not {number}")


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ("--smooth", "Smoothing is a number"),
        ("--min-length", "numbers of seconds"),
        ("--merge-gap", "numbers of seconds"),
    ],
)
def test_times_of_segments_are_numbers(run: Run, scored: Path, option: str, sentence: str) -> None:
    fails(run("segments", scored, option, "inf"), sentence)


@pytest.mark.parametrize("number", ["-1", "nan"])
@pytest.mark.parametrize("option", ["--smooth", "--min-length", "--merge-gap", "--lambda"])
def test_what_lies_outside_a_range_is_wrong_usage(
    run: Run, scored: Path, option: str, number: str
) -> None:
    assert run("segments", scored, option, number)[0] == 2


@pytest.mark.parametrize("number", ["nan", "inf", "-1"])
def test_gamma_is_a_number_from_0_upwards(run: Run, walk: Path, number: str) -> None:
    fails(run("analyse", walk, *NETWORK, "--gamma", number), "gamma is a number from 0 upwards")
    assert not list(Path().iterdir())


@pytest.mark.parametrize(
    ("option", "number", "sentence"),
    [
        ("--smooth", "inf", "Smoothing is a number"),
        ("--gamma", "nan", "gamma is a number"),
        ("--gamma", "inf", "gamma is a number"),
        ("--gamma", "-1", "gamma is a number"),
    ],
)
def test_an_evaluation_refuses_them_before_it_scores(
    run: Run, option: str, number: str, sentence: str
) -> None:
    for part in ("training", "testing"):
        Path(part, "frames").mkdir(parents=True)
        make_images(Path(part, "frames", "01"), [f"{n:02d}.png" for n in range(8)])
    write_json(Path("testing/labels.json"), {"01": [0, 0, 0, 0, 1, 1, 1, 1]})
    fails(run("evaluate", ".", option, number), sentence)


@pytest.mark.parametrize("precision", ["int8", "fp64", "nan"])
def test_an_unknown_precision_is_said_with_those_that_are_known(
    run: Run, walk: Path, precision: str
) -> None:
    answer = run("analyse", walk, *NETWORK, "--precision", precision)
    fails(answer, f"'{precision}' is not a precision")
    assert "Use auto, fp32, bf16 or fp16." in answer[2]


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_no_document_holds_what_is_not_json(tmp_path: Path, number: float) -> None:
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is not JSON")

    path = tmp_path / "d.json"
    write_json(path, {"a": [1.5, number, {"b": (number, "NaN")}]})
    read = json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)
    assert read == {"a": [1.5, None, {"b": [None, "NaN"]}]}


def test_a_peak_that_is_not_known_is_null_in_a_review_and_comes_back() -> None:
    made = ReviewSegment("s1", FrameSpan(4, 9), math.nan, 4, "made")
    assert made.as_dict()["peak"] is None
    assert math.isnan(ReviewSegment.from_dict(made.as_dict()).peak)


@pytest.mark.parametrize("number", [math.nan, math.inf, -1.0])
@pytest.mark.parametrize("name", ["min_length", "merge_gap", "padding", "hysteresis"])
def test_segment_settings_take_no_such_number(name: str, number: float) -> None:
    with pytest.raises(BadSetting):
        SegmentSettings(**{name: number})


def test_smoothing_over_more_than_the_footage_needs_no_more_room() -> None:
    import numpy as np

    values = np.array([0, 1, 0, 1], np.float32)
    assert np.isfinite(smoothed(values, 1e15)).all()


@pytest.mark.parametrize("number", [math.nan, math.inf, -1.0])
@pytest.mark.parametrize("name", ["smooth", "lambda_", "gamma"])
def test_evaluation_settings_take_no_such_number(name: str, number: float) -> None:
    from engine.evaluation.evaluate import EvaluationSettings

    with pytest.raises(BadSetting):
        EvaluationSettings(**{name: number})  # type: ignore[arg-type]
