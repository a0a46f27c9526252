"""An explanation says where, which part, and only what was measured."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from made_analysis import GRID, SPEED, TWO, analysis, spot, square
from walked_square import HEIGHT, WIDTH, with_thing

from engine.detectors.attributes import AttributesConfig
from engine.detectors.attributes_measuring import Measurer, patch_mean
from engine.explain import Explanation, explain_frame
from engine.explain.attributes import Measuring
from engine.explain.rarity import sayable_level
from engine.scoring.score import ScoreSettings, anomaly_score, normal_scores, rarity

START = 105
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def check_numbers(explanation: Explanation) -> None:
    """Every number of the sentence is a measured one, written as it was measured."""
    written = {one.text for one in explanation.measured}
    assert set(NUMBER.findall(explanation.sentence)) <= written
    for finding in explanation.findings:
        for one in finding.measured:
            assert one in explanation.measured
            assert one.text in finding.text


def test_the_shares_are_those_of_the_score() -> None:
    made = analysis(
        TWO, {"patch_psnr": -1.5, "patch_distance": 2.0},
        {"error": spot(3.0, 2, 3), "distance": spot(0.9, 15, 20)},
    )  # fmt: skip
    settings = ScoreSettings(0.7)
    found = explain_frame(made, 1, settings)
    assert found is not None
    score = anomaly_score(made.parts, made.facts, settings, made.calibration)[1]
    assert found.score == pytest.approx(score, rel=1e-4)
    only_a = anomaly_score(made.parts, made.facts, ScoreSettings(1.0), made.calibration)[1]
    assert found.shares[0].share == pytest.approx(0.7 * only_a / score, rel=1e-4)
    assert sum(share.share for share in found.shares) == pytest.approx(1.0)
    assert [share.role for share in found.shares] == ["appearance", "memory"]
    text = re.match(r"Appearance (\d+) %, memory (\d+) %$", found.shares_text)
    assert text is not None
    assert int(text[1]) == round(100 * found.shares[0].share)
    check_numbers(found)


def test_it_points_at_the_worst_patch_of_the_larger_part() -> None:
    maps = {"error": spot(3.0, 2, 3), "distance": spot(0.9, 15, 20)}
    made = analysis(TWO, {"patch_psnr": -9.0, "patch_distance": 0.6}, maps)
    cell = WIDTH / GRID[1]
    found = explain_frame(made, 1, ScoreSettings(0.5))
    assert found is not None
    assert found.box == (round(3 * cell), round(2 * cell), round(4 * cell), round(4 * cell))
    made = analysis(TWO, {"patch_psnr": -0.6, "patch_distance": 9.0}, maps)
    other = explain_frame(made, 1, ScoreSettings(0.5))
    assert other is not None
    assert other.box[:2] == (round(20 * cell), round(15 * cell))


def test_a_network_states_its_parts_on_the_scale_of_the_score() -> None:
    maps = {"error": spot(3.0, 2, 3), "distance": spot(0.5, 15, 20)}
    made = analysis(TWO, {"patch_psnr": -9.0, "patch_distance": 0.6}, maps)
    found = explain_frame(made, 1, ScoreSettings(0.5))
    assert found is not None
    assert found.value("error_ratio") == pytest.approx(10 ** (9.001 / 10), rel=0.01)  # 9 dB worse
    assert found.value("distance_ratio") == pytest.approx(0.6 / 0.999, rel=0.01)
    assert found.sentence == (
        "Prediction error 7.9 times what 99.9 % of normal frames stay below, "
        "distance to the memory 0.6 of what 99.9 % of normal frames stay below."
    )
    check_numbers(found)


@pytest.mark.parametrize("psnr", [-9.0, -0.5, 0.4])
def test_what_is_said_of_a_part_agrees_with_the_rarity_of_its_score(psnr: float) -> None:
    maps = {"error": spot(3.0, 2, 3), "distance": spot(0.5, 15, 20)}
    made = analysis(TWO, {"patch_psnr": psnr, "patch_distance": 0.6}, maps)
    settings = ScoreSettings(1.0)
    found = explain_frame(made, 1, settings)
    assert found is not None
    normal = normal_scores(made.facts, settings, made.calibration)
    rare = rarity(
        float(anomaly_score(made.parts, made.facts, settings, made.calibration)[1]), normal
    )
    assert rare is not None
    assert ("times what" in found.sentence) == (rare > 0.998)


def test_a_whole_frames_mean_leaves_places_to_normal_places() -> None:
    whole = (replace(TWO[0], name="psnr", pooling="frame"),)
    made = analysis(whole, {"psnr": -9.0}, {"error": spot(3.0, 2, 3)})
    settings = ScoreSettings(1.0, pooling="frame")
    found = explain_frame(made, 1, settings)
    assert found is not None
    assert "normal frames stay below" in found.sentence
    there = explain_frame(made, 1, settings, region=(40, 20, 20, 20))
    assert there is not None
    assert there.value("error") == pytest.approx(3.0, rel=0.02)
    assert there.sentence == "Prediction error 3.0 times what 99.9 % of normal places stay below."
    check_numbers(there)


def test_a_region_is_explained_by_what_is_in_it() -> None:
    maps = {"error": spot(3.0, 2, 3), "distance": spot(0.9, 15, 20)}
    made = analysis(TWO, {"patch_psnr": -9.0, "patch_distance": 0.6}, maps)
    region = (200, 150, 40, 40)
    found = explain_frame(made, 1, ScoreSettings(0.5), region=region)
    assert found is not None
    assert found.box == region
    assert found.value("error") == pytest.approx(10**0.9 * 0.1 / 3.0, rel=0.1)
    assert found.value("distance") == pytest.approx(0.6, rel=0.02)
    check_numbers(found)


def test_speed_states_how_much_faster_than_normal() -> None:
    made = analysis(SPEED, {"patch_speed": 2.3}, {"speed": spot(2.3, 10, 10)})
    found = explain_frame(made, 2, ScoreSettings(0.0))
    assert found is not None
    assert found.shares_text == ""
    assert found.value("speed_ratio") == pytest.approx(2.3 / 0.999, rel=1e-3)
    assert found.sentence == ("2.3 times faster than the fastest thing in 99.9 % of normal frames.")
    check_numbers(found)


def test_a_frame_without_a_score_has_no_explanation() -> None:
    made = analysis(SPEED, {"patch_speed": 2.3}, {"speed": spot(2.3, 10, 10)})
    assert explain_frame(made, 0, ScoreSettings(0.0)) is None
    made.frames_done = 1
    assert explain_frame(made, 1, ScoreSettings(0.0)) is None


@pytest.mark.parametrize(
    ("count", "level"), [(10, 0.95), (199, 0.95), (200, 0.99), (1999, 0.99), (2000, 0.999)]
)
def test_no_more_is_said_than_the_normal_frames_allow(count: int, level: float) -> None:
    assert sayable_level(count) == level


def measured(make: Callable[[int], np.ndarray], frames: int = 8) -> Measuring:
    normal = square()
    measurer = Measurer(normal.background)
    for at in range(START, START + frames - 1):
        measurer.take(make(at)[..., 0].copy())
    found = measurer.measure(make(START + frames - 1)[..., 0].copy())
    assert found is not None
    return Measuring(found, normal, AttributesConfig(HEIGHT, WIDTH), 10.0)


def at_thing(measuring: Measuring, left: float, foot: int, height: int, width: int):  # type: ignore[no-untyped-def]
    """The cells in the middle of a thing."""
    row, column = int((foot - height / 2) / 7) - 1, int((left + width / 2) / 7) - 1
    return slice(row, row + 3), slice(column, column + 3)


def test_a_fast_large_thing_is_told_by_its_measures() -> None:
    measuring = measured(lambda at: with_thing(at, 60 + 6 * (at - START), 200, 70, 50))
    cells = at_thing(measuring, 60 + 42, 200, 70, 50)
    findings, values = measuring.findings(cells)
    found = {one.name: one.value for one in values}
    assert found["speed"] == pytest.approx(6.0, rel=0.2)
    assert found["height_ratio"] == pytest.approx(70 / 36, rel=0.2)
    assert found["direction"] == pytest.approx(0, abs=10) or found["direction"] > 350
    text = ", ".join(finding.text for finding in findings)
    assert re.match(r"large \(\d+\.\d times the usual area in that row\), moving right", text)
    assert f"{found['speed_ratio']:.1f} times faster than {found['speed_level']:.0f} %" in text
    # against the values themselves, not the histograms
    normal = square()
    assert found["speed_ratio"] == pytest.approx(found["speed"] / found["speed_limit"])
    assert 1.0 < found["speed_limit"] < 2.6
    assert normal.frames < 200, "so that 95 % is all that can be said"
    assert found["speed_level"] == 95


def test_somebody_going_the_other_way_is_told_so() -> None:
    measuring = measured(lambda at: with_thing(at, 250 - 2 * (at - START), 155))
    cells = at_thing(measuring, 250 - 14, 155, 36, 14)
    findings, values = measuring.findings(cells)
    found = {one.name: one.value for one in values}
    assert found["direction"] == pytest.approx(180, abs=15)
    assert found["direction_share"] < 6
    assert any(
        finding.text == f"moving left as {found['direction_share']:.1f} % of normal motion does"
        " there"
        for finding in findings
    )
    shares = dict(measuring.within("motion", cells))
    assert shares["direction"] > 0.4
    assert sum(shares.values()) == pytest.approx(1.0)


def test_what_stands_still_is_told_with_its_time() -> None:
    measuring = measured(lambda at: with_thing(at, 301, 90, 28, 28), 30)
    findings, values = measuring.findings(at_thing(measuring, 301, 90, 28, 28))
    stay = next(one for one in values if one.name == "stay")
    assert stay.value == pytest.approx(2.6, abs=0.3)
    text = ", ".join(finding.text for finding in findings)
    assert f"standing still for {stay.text} s" in text
    assert "moving" not in text
    share = next(one for one in values if one.name == "place_share")
    assert f"where something stands in {share.text} % of normal frames" in text
    assert share.value < 1


def test_nothing_is_said_of_an_empty_place() -> None:
    measuring = measured(lambda at: with_thing(at, 60, 200))
    findings, values = measuring.findings((slice(2, 6), slice(2, 6)))
    assert findings == []
    assert {one.name for one in values} <= {"speed", "stay"}


def test_the_measured_speed_is_the_mean_of_its_cells() -> None:
    measuring = measured(lambda at: with_thing(at, 60 + 4 * (at - START), 155))
    cells = at_thing(measuring, 60 + 28, 155, 36, 14)
    _, values = measuring.findings(cells)
    speed = next(one.value for one in values if one.name == "speed")
    assert speed == pytest.approx(float(measuring.measured.speed[cells].mean()))
    assert patch_mean(measuring.measured.speed).shape == measuring.measured.speed.shape
