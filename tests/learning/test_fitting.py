"""`attributes` is learned from footage in one go: weights, card, calibration."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from walked_square import normal, with_thing

from engine.detectors.base import FrameScore
from engine.detectors.weights import WeightsCard, find_weights, load_detector, read_arrays
from engine.errors import BadSetting, UnreadableWeights, UnusableDataset
from engine.learning.fitting import Fitting, stretches

FRAMES = 120


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> WeightsCard:
    """Weights learned from a folder of frames."""
    root = tmp_path_factory.mktemp("fitting")
    (root / "monday").mkdir()
    for at in range(FRAMES):
        cv2.imwrite(str(root / "monday" / f"{at:04d}.png"), normal(at))
    fitting = Fitting([root / "monday"], root / "yard.safetensors", seed=3)
    phases = [progress.phase for progress in fitting.run()]
    assert [p for i, p in enumerate(phases) if i == 0 or phases[i - 1] != p] == [
        "reading footage",
        "checked",
        "learning the background",
        "measuring",
        "learning densities",
        "calibrating",
        "done",
    ]
    assert fitting.card is not None
    return fitting.card


def scored(card: WeightsCard, frames: list[np.ndarray]) -> list[FrameScore]:
    stream = load_detector(card).stream()
    scores = [score for at, frame in enumerate(frames) for score in stream.push(at, frame)]
    return scores + stream.flush()


def test_the_card_says_what_was_learned_from(yard: WeightsCard) -> None:
    assert yard.path is not None
    found = find_weights(str(yard.path))
    assert found.as_dict() == yard.as_dict()
    assert (found.detector, found.gamma, found.clip_rate) == ("attributes", None, 10.0)
    assert found.training["frames"] == FRAMES
    assert found.trained_on == f"monday ({FRAMES} frames)"
    assert found.background is not None
    assert sorted(p.name for p in yard.path.parent.iterdir() if p.is_file()) == [
        "yard.json",
        "yard.safetensors",
    ]
    json.dumps(found.as_dict(), allow_nan=False)


def test_the_calibration_is_of_all_footage_by_densities_that_have_not_seen_it(
    yard: WeightsCard,
) -> None:
    calibration = load_detector(yard).facts.calibration
    assert calibration is not None
    assert calibration.origin == "the training footage, each quarter of it against the rest"
    assert calibration.frames == FRAMES - 1  # the first of all has no motion
    assert calibration.series is not None
    assert calibration.series.lengths == (29, 30, 30, 30)
    # what has been seen is less surprising
    seen = scored(yard, [normal(at) for at in range(FRAMES)])
    unseen = calibration.samples["motion"]
    assert np.quantile([s.parts["motion"] for s in seen], 0.9) < 1.2 * np.quantile(unseen, 0.9)


def test_what_does_not_happen_there_scores_higher_than_normal(yard: WeightsCard) -> None:
    calibration = load_detector(yard).facts.calibration
    assert calibration is not None
    start = FRAMES
    fast = scored(yard, [with_thing(start + k, 90 + 8 * k, 155) for k in range(8)])
    assert max(s.parts["motion"] for s in fast) > 1.3 * calibration.parts["motion"][-1]
    apart = scored(yard, [with_thing(start + k, 90 + 2 * k, 60) for k in range(8)])
    assert max(s.parts["appearance"] for s in apart) > calibration.parts["appearance"][-1]


def test_it_fits_into_two_megabytes(yard: WeightsCard) -> None:
    assert yard.path is not None
    assert yard.path.stat().st_size < 2e6


def test_damaged_arrays_are_an_expected_failure(yard: WeightsCard, tmp_path: Path) -> None:
    from engine.detectors.weights import write_arrays

    arrays = read_arrays(yard)
    del arrays["feet"]
    broken = write_arrays(tmp_path / "broken.safetensors", arrays, yard)
    with pytest.raises(UnreadableWeights, match="do not fit"):
        load_detector(broken)


def test_footage_in_which_nothing_moves_is_refused(tmp_path: Path) -> None:
    (tmp_path / "still").mkdir()
    for at in range(6):
        cv2.imwrite(str(tmp_path / "still" / f"{at}.png"), np.full((120, 180), 90, np.uint8))
    with pytest.raises(UnusableDataset, match="Too little moves"):
        list(Fitting([tmp_path / "still"], tmp_path / "out.safetensors").run())
    assert [p.name for p in tmp_path.iterdir()] == ["still"]  # no half files


def test_two_cameras_are_refused(tmp_path: Path) -> None:
    for name, size in (("a", (120, 180)), ("b", (160, 160))):
        (tmp_path / name).mkdir()
        for at in range(3):
            cv2.imwrite(str(tmp_path / name / f"{at}.png"), np.full(size, 90, np.uint8))
    with pytest.raises(UnusableDataset, match="one camera"):
        list(Fitting([tmp_path / "a", tmp_path / "b"], tmp_path / "out.safetensors").run())


def test_of_long_footage_stretches_from_all_over_are_measured() -> None:
    assert stretches([(0, 700)], 1000) == [(0, 700)]
    found = stretches([(0, 5000), (5000, 10000)], 1000)
    assert sum(stop - start for start, stop in found) == 1000
    assert found[0][0] == 0
    assert found[-1][1] == 10000


def test_options_of_networks_are_refused() -> None:
    from typer.testing import CliRunner

    from engine.cli import app

    given = ["train", "--normal", "x", "-o", "y.safetensors", "--detector", "attributes"]
    ended = CliRunner().invoke(app, [*given, "--width", "8"])
    assert isinstance(ended.exception, BadSetting) or "--width has no meaning" in ended.output
