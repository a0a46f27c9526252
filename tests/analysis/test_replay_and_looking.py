"""A rerun is a full run with the other gamma; a closer look shows what was scored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tiny_engine import assert_same, finished, new_run

from engine.analysis.analysis import Analysis
from engine.analysis.file import read_analysis
from engine.analysis.looking import Looker
from engine.analysis.replay import first_change, rerun, would_update
from engine.detectors.mnad_stream import MnadDetector
from engine.detectors.speed import SpeedDetector
from engine.errors import BadSetting
from engine.footage import open_decoder, open_footage
from engine.scoring.pooling import psnr
from engine.timebase import FrameSpan


@pytest.fixture(scope="session")
def gated(
    broken_walk: Path, mnad: MnadDetector, tmp_path_factory: pytest.TempPathFactory
) -> Analysis:
    return finished(new_run(broken_walk, mnad, tmp_path_factory.mktemp("gated") / "a.h5"))


def test_about_half_of_the_frames_enter_the_memory(gated: Analysis) -> None:
    share = gated.updated[gated.scored].mean()
    assert 0.2 < share < 0.8


def test_nothing_changes_with_the_same_gamma(gated: Analysis) -> None:
    assert gated.head.gamma is not None
    assert first_change(gated, gated.head.gamma) is None


def test_the_preview_is_a_comparison_of_stored_values(gated: Analysis) -> None:
    gamma = float(np.nanmedian(gated.regular_score)) * 1.01
    expected = [float(value) < gamma for value in gated.regular_score]
    assert would_update(gated, gamma).tolist() == expected


@pytest.mark.parametrize("level", [0.0, 0.1, 0.3, 0.7, 0.95])
def test_a_rerun_equals_a_full_run_with_that_gamma(
    gated: Analysis, broken_walk: Path, mnad: MnadDetector, tmp_path: Path, level: float
) -> None:
    gamma = float(np.nanquantile(gated.regular_score, level))
    change = first_change(gated, gamma)
    assert change is not None
    full = finished(new_run(broken_walk, mnad, tmp_path / "full.h5", gamma=gamma))
    run = rerun(gated, open_footage(broken_walk), mnad, gamma, tmp_path / "again.h5")
    # a patch looks two frames ahead
    assert change - 2 <= run.resumed_from <= change
    assert_same(gated, run.analysis, upto=run.resumed_from)
    assert_same(full, finished(run))
    assert read_analysis(tmp_path / "again.h5").head.gamma == gamma


def test_a_rerun_that_changes_nothing_scores_nothing(
    gated: Analysis, broken_walk: Path, mnad: MnadDetector, tmp_path: Path
) -> None:
    assert gated.head.gamma is not None
    run = rerun(gated, open_footage(broken_walk), mnad, gated.head.gamma, tmp_path / "b.h5")
    assert_same(gated, finished(run))
    assert run.scored == 0


def test_a_rerun_keeps_what_normal_means(walk: Path, mnad: MnadDetector, tmp_path: Path) -> None:
    first = finished(new_run(walk, mnad, tmp_path / "a.h5", calibrate=FrameSpan(5, 25)))
    gamma = float(np.nanquantile(first.regular_score, 0.9))
    again = finished(
        rerun(read_analysis(tmp_path / "a.h5"), open_footage(walk), mnad, gamma, tmp_path / "b.h5")
    )
    assert again.calibration is not None
    assert again.calibration.origin == "frames 5 to 24 of this footage"
    assert again.calibration.frames == 20


def test_gamma_has_no_meaning_without_a_memory(walk: Path, tmp_path: Path) -> None:
    analysis = finished(new_run(walk, SpeedDetector(), tmp_path / "a.h5"))
    assert first_change(analysis, 0.1) is None
    with pytest.raises(BadSetting, match="gamma has no meaning"):
        rerun(analysis, open_footage(walk), SpeedDetector(), 0.1, tmp_path / "b.h5")


@pytest.mark.parametrize("reopened", [False, True])
def test_a_closer_look_shows_what_was_scored(
    gated: Analysis, broken_walk: Path, mnad: MnadDetector, reopened: bool
) -> None:
    assert gated.path is not None
    analysis = read_analysis(gated.path) if reopened else gated
    looker = Looker(open_footage(broken_walk), mnad, analysis)
    order = np.random.default_rng(5).permutation(np.flatnonzero(analysis.scored))
    with open_decoder(open_footage(broken_walk), purpose="scrub") as decoder:
        for index in order.tolist():
            look = looker.look(decoder, index)
            assert look is not None
            assert look.index == index
            assert look.expected is not None
            assert look.expected.shape == (32, 32, 3)
            scored = float(analysis.parts["psnr"][index])
            assert float(psnr(look.maps["error"].mean())) == pytest.approx(scored, abs=1e-5)
            distance = float(analysis.parts["memory_distance"][index])
            assert look.maps["distance"].mean() == pytest.approx(distance, rel=1e-6)


def test_a_frame_without_a_score_shows_the_one_before_it(
    gated: Analysis, broken_walk: Path, mnad: MnadDetector
) -> None:
    looker = Looker(open_footage(broken_walk), mnad, gated)
    assert looker.nearest(21) == 19
    with open_decoder(open_footage(broken_walk)) as decoder:
        assert looker.look(decoder, 2) is None


def test_a_look_reads_few_frames_however_long_the_memory_stood_still(
    walk: Path, mnad: MnadDetector, tmp_path: Path
) -> None:
    analysis = finished(new_run(walk, mnad, tmp_path / "a.h5", update=False))
    read: list[int] = []
    with open_decoder(open_footage(walk)) as decoder:

        class Counting:
            def read(self, index: int) -> np.ndarray:
                read.append(index)
                return decoder.read(index)

        look = Looker(open_footage(walk), mnad, analysis).look(Counting(), 47)  # type: ignore[arg-type]
    assert look is not None
    assert read == [43, 44, 45, 46, 47]
    assert float(psnr(look.maps["error"].mean())) == pytest.approx(
        float(analysis.parts["psnr"][47])
    )


def test_a_look_at_speed_shows_the_scored_motion(walk: Path, tmp_path: Path) -> None:
    detector = SpeedDetector()
    analysis = finished(new_run(walk, detector, tmp_path / "a.h5"))
    with open_decoder(open_footage(walk)) as decoder:
        look = Looker(open_footage(walk), detector, analysis).look(decoder, 33)
    assert look is not None
    assert look.expected is None
    stored = analysis.maps["speed"].get(33, 34)[0]
    assert look.maps["speed"].mean() == pytest.approx(stored.mean(), rel=0.02)
