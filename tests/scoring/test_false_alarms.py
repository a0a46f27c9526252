"""A threshold in false alarms an hour, and what short footage allows to be said."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import poisson

from engine.detectors.base import Calibration, DetectorFacts, PartSpec, PatchRule
from engine.detectors.series import ROWS, STRETCHES, NormalSeries, normal_series
from engine.scoring.calibrating import calibrate
from engine.scoring.false_alarms import FalseAlarms, false_alarms, rate_bound, rate_interval
from engine.scoring.score import ScoreSettings
from engine.scoring.segments import SegmentSettings

FACTS = DetectorFacts(
    "two",
    (
        PartSpec("psnr", "dB", "appearance", "down", "error", "A", "frame", "psnr"),
        PartSpec("far", "-", "memory", "up", "distance", "B", "frame"),
    ),
    0.5, False, 10.0, PatchRule(),
)  # fmt: skip
ONE = ScoreSettings(0.0, "none", "frame")  # the raw part B
SHARP = SegmentSettings(threshold=5.0, hysteresis=1.0, min_length=0.0, merge_gap=0.0)


def known(far: np.ndarray, lengths: list[int] | None = None, rate: float = 10.0) -> Calibration:
    """A calibration on frames whose part B is given."""
    parts = {"psnr": 30.0 - 0.1 * far, "far": far}
    series = normal_series(parts, lengths or [len(far)], rate)
    return calibrate(parts, FACTS.parts, series=series)


def spikes(*at: int, length: int = 600) -> np.ndarray:
    values = np.ones(length)
    values[list(at)] = 9.0
    return values


def counted(
    calibration: Calibration, smooth: float = 0.0, score: ScoreSettings = ONE, **changed: float
) -> FalseAlarms:
    found = false_alarms(FACTS, score, replace(SHARP, **changed), calibration, smooth)
    assert found is not None
    return found


@pytest.mark.parametrize("count", [0, 1, 3, 12, 200])
def test_the_interval_is_the_set_of_rates_that_the_count_does_not_refute(count: int) -> None:
    low, high = rate_interval(count, 2.0)
    assert poisson.cdf(count, 2.0 * high) == pytest.approx(0.025, rel=1e-6)
    if count:
        assert poisson.sf(count - 1, 2.0 * low) == pytest.approx(0.025, rel=1e-6)
    else:
        assert low == 0
    assert poisson.cdf(count, 2.0 * rate_bound(count, 2.0)) == pytest.approx(0.05, rel=1e-6)


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    for truth in (0.5, 3.0, 20.0):
        spans = [rate_interval(int(count), 1.0) for count in rng.poisson(truth, 2000)]
        assert np.mean([low <= truth <= high for low, high in spans]) >= 0.94


def test_segments_of_normal_are_counted_under_the_settings_in_force() -> None:
    calibration = known(spikes(100, 101, 110, 300, 301, 302, 303))
    assert counted(calibration).count == 3
    assert counted(calibration).seconds == 60
    assert counted(calibration).rate == pytest.approx(180)
    assert counted(calibration, merge_gap=1.0).count == 2
    assert counted(calibration, min_length=0.3).count == 1
    assert counted(calibration, threshold=9.5).count == 0
    assert counted(calibration, smooth=2.0).count == 0  # 2 s: no spike is high enough then
    assert counted(calibration, hysteresis=0.1).count == 1  # it never falls below 0.5
    held = counted(calibration, score=ScoreSettings(0.5, "calibrated", "frame"), threshold=1.0)
    assert held.count == 3


def test_stretches_are_no_neighbours() -> None:
    values = spikes(299, 300)
    assert counted(known(values)).count == 1
    assert counted(known(values, [300, 300])).count == 2
    assert counted(known(values, [300, 300]), merge_gap=60.0).count == 2


def test_frames_without_a_score_are_not_counted_as_watched() -> None:
    values = spikes(50)
    values[:20] = np.nan
    assert counted(known(values)).seconds == 58


def test_what_is_not_known_is_not_said() -> None:
    calibration = known(spikes(3))
    assert false_alarms(FACTS, ONE, SHARP, None) is None
    assert false_alarms(FACTS, ONE, SHARP, replace(calibration, series=None)) is None
    assert false_alarms(FACTS, replace(ONE, normalise="minmax"), SHARP, calibration) is None
    assert false_alarms(FACTS, ONE, SHARP, known(np.full(5, np.nan))) is None


@pytest.mark.parametrize(
    ("count", "seconds", "sentence"),
    [
        (14, 36000, "about 1.4 false alarms an hour on normal footage"),
        (300, 36000, "about 30 false alarms an hour on normal footage"),
        (0, 1200, "at most 9 false alarms an hour can be said from 20 min of normal footage"),
        (0, 240, "at most 45 false alarms an hour can be said from 4 min of normal footage"),
        (1, 36000, "at most 0.5 false alarms an hour can be said from 10 h of normal footage"),
        (2, 60, "at most 380 false alarms an hour can be said from 60 s of normal footage"),
    ],
)  # fmt: skip
def test_the_sentence_says_no_more_than_the_footage_allows(
    count: int, seconds: float, sentence: str
) -> None:
    alarms = FalseAlarms(count, seconds)
    assert alarms.sentence == sentence
    document = alarms.as_dict()
    assert document["sentence"] == sentence
    json.dumps(document, allow_nan=False)
    assert alarms.interval[0] <= alarms.rate <= alarms.interval[1]


def test_a_series_survives_the_card_bit_by_bit() -> None:
    rng = np.random.default_rng(2)
    far = rng.gamma(2.0, 2e-6, 500)  # as small as a distance over many channels
    far[7] = np.nan
    calibration = known(far, [200, 300])
    again = Calibration.from_dict(json.loads(json.dumps(calibration.as_dict())))
    assert again.as_dict() == calibration.as_dict()
    assert again.series is not None
    read = np.concatenate([part["far"] for part in again.series.stretches()])
    np.testing.assert_allclose(read, far, rtol=6e-4, atol=far[8:].max() * 1e-6)
    assert len(again.series) == 500


def test_cards_from_before_there_were_series_still_load() -> None:
    document = known(spikes(3)).as_dict()
    del document["series"]
    assert Calibration.from_dict(document).series is None


@pytest.mark.parametrize("change", [{"rate": 0}, {"lengths": [3]}, {"halves": {"far": "AAA"}}])
def test_a_damaged_series_is_noticed(change: dict[str, object]) -> None:
    series = known(spikes(3)).series
    assert series is not None
    with pytest.raises((ValueError, KeyError)):
        NormalSeries.from_dict(series.as_dict() | change)


def test_long_normal_footage_is_thinned_by_whole_stretches() -> None:
    many = normal_series({"far": np.arange(90_000.0)}, [900] * 100, 10.0)
    assert ROWS * 0.9 < len(many) <= ROWS
    assert set(many.lengths) == {900}
    firsts = [float(part["far"][0]) for part in many.stretches()]
    begun = np.array(firsts) / 900
    np.testing.assert_allclose(begun, np.rint(begun), atol=0.04)  # half precision
    assert firsts[0] == 0
    assert firsts[-1] == pytest.approx(89_100, rel=1e-3)
    single = normal_series({"far": np.arange(90_000.0)}, [90_000], 10.0)
    assert single.lengths == (ROWS,)
    assert len(normal_series({"far": np.arange(5000.0)}, [5] * 1000, 10.0).lengths) <= STRETCHES
    assert len(normal_series({"far": np.zeros(0)}, [], 10.0)) == 0


def test_an_hour_of_normal_is_counted_while_a_slider_moves() -> None:
    values = np.random.default_rng(3).normal(1, 1, ROWS)
    calibration = known(values, [ROWS // 8] * 8)
    counted(calibration)
    began = time.perf_counter()
    counted(calibration, smooth=0.3)
    assert time.perf_counter() - began < 0.5  # 5 ms on a free machine
