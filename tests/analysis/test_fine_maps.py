"""Maps at the detector's own resolution are stored where the score is high, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from tiny_engine import assert_same, finished, new_run, stopped

from engine.analysis import run as running
from engine.analysis.analysis import Analysis
from engine.analysis.file import read_analysis
from engine.analysis.journal import journal_path, read_journal
from engine.analysis.looking import Looker, fine_maps
from engine.analysis.maps import FINE_LEAST, FineFrame, FineMaps, coded
from engine.detectors.base import FrameScore
from engine.detectors.mnad_stream import MnadDetector
from engine.detectors.speed import SpeedDetector, SpeedStream
from engine.footage import open_decoder, open_footage
from engine.review.overlaying import stored_fine_maps, stored_maps

RATE = 5  # frames in a second of the footages that are only times here


def offered(heights: np.ndarray, order: np.ndarray | None = None, side: int = 4) -> FineMaps:
    fine = FineMaps(np.arange(len(heights)) / RATE, budget=40 * side * side)
    for at in (np.arange(len(heights)) if order is None else order).tolist():
        fine.offer(at, float(heights[at]), {"error": np.full((side, side), heights[at] + 9)})
    return fine


def kept(fine: FineMaps) -> list[int]:
    return [frame.index for frame in fine.frames()]


@pytest.mark.parametrize("seed", range(5))
def test_the_best_frame_of_each_of_the_best_seconds_is_kept(seed: int) -> None:
    rng = np.random.default_rng(seed)
    heights = rng.integers(0, 60, 500).astype(np.float32)  # with equals, of which the first counts
    best = [s * RATE + int(np.argmax(heights[s * RATE :][:RATE])) for s in range(100)]
    ranked = sorted(best, key=lambda at: (-heights[at], at))[:25]  # one in four seconds
    assert kept(offered(heights)) == sorted(ranked)
    assert kept(offered(heights, rng.permutation(500))) == sorted(ranked)


def test_fine_maps_never_take_more_than_their_budget() -> None:
    rising = offered(np.arange(5000, dtype=np.float32))
    assert len(rising) == 40
    assert sum(frame.size for frame in rising.frames()) == 40 * 16
    assert kept(rising) == [at * RATE + RATE - 1 for at in range(960, 1000)]
    assert len(offered(np.arange(3000, dtype=np.float32), side=90)) == 40
    assert len(offered(np.zeros(1000, np.float32))) == 40
    assert len(offered(np.arange(20 * RATE, dtype=np.float32))) == FINE_LEAST


def test_a_frame_without_a_score_or_with_maps_of_another_size_is_left_out() -> None:
    fine = offered(np.array([1.0, np.nan, np.inf]))
    fine.keep(FineFrame(2, 5.0, {"error": coded(np.ones((8, 8), np.float32))}))
    assert kept(fine) == [0]
    assert fine.get(1) == {}


@pytest.fixture(scope="module")
def analysed(walk: Path, tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """`speed` over 4.8 seconds; calibrated on all of it once it is through."""
    return finished(new_run(walk, SpeedDetector(), tmp_path_factory.mktemp("fine") / "a.h5"))


def test_the_file_holds_them_coded_as_the_coarse_ones(analysed: Analysis) -> None:
    speeds = np.nan_to_num(analysed.parts["patch_speed"], nan=-1)
    best = [s * 10 + int(np.argmax(speeds[s * 10 :][:10])) for s in range(5)]
    with h5py.File(analysed.path, "r") as file:
        assert file["fine/frames"][:].tolist() == best
        assert file["fine/frames"].dtype == np.int64
        assert file["fine/heights"][:].tolist() == speeds[best].tolist()
        codes, scales = file["fine/maps/speed"], file["fine/scales/speed"]
        assert codes.dtype == np.uint8
        assert codes.shape == (5, 240, 360)
        assert scales.dtype == np.float32
        value = scales[2] * (codes[2] / 255) ** 2
    np.testing.assert_allclose(analysed.fine.get(best[2])["speed"], value, rtol=1e-5, atol=1e-9)
    assert_same(analysed, read_analysis(analysed.path))  # type: ignore[arg-type]


def test_a_fine_map_is_what_was_scored(walk: Path, mnad: MnadDetector, tmp_path: Path) -> None:
    analysis = finished(new_run(walk, mnad, tmp_path / "a.h5"))
    assert len(analysis.fine) == 5
    with open_decoder(open_footage(walk)) as decoder:
        looker = Looker(open_footage(walk), mnad, analysis)
        for frame in analysis.fine.frames():
            exact, stored = looker.look(decoder, frame.index), fine_maps(analysis, frame.index)
            assert exact is not None
            assert exact.expected is not None  # it is predicted anew, the picture being not stored
            assert stored.keys() == exact.maps.keys()
            top = exact.maps["error"].max()
            assert np.abs(stored["error"] - exact.maps["error"]).max() <= 1.001 * top / 255


@pytest.mark.parametrize("calibrated", [True, False])
def test_the_score_that_ranks_is_the_one_that_review_starts_from(
    walk: Path, tmp_path: Path, calibrated: bool
) -> None:
    first = finished(new_run(walk, SpeedDetector(), tmp_path / "a.h5"))
    calibration = first.calibration if calibrated else None
    analysis = finished(new_run(walk, SpeedDetector(calibration=calibration), tmp_path / "b.h5"))
    assert [f.index for f in analysis.fine.frames()] == [f.index for f in first.fine.frames()]
    heights = [f.height for f in analysis.fine.frames()]
    assert (heights == [f.height for f in first.fine.frames()]) != calibrated


def test_a_journal_brings_them_back_as_far_as_it_goes(
    walk: Path, mnad: MnadDetector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "FLUSH_SECONDS", 0.0)
    whole = finished(new_run(walk, mnad, tmp_path / "whole.h5"))
    run = new_run(walk, mnad, tmp_path / "a.h5")
    progress = run.run()
    for _ in range(37):
        next(progress)
    left = read_journal(journal_path(run.path))
    assert left is not None
    assert left.frames_done >= 30
    assert [f.index for f in left.fine.frames()] == [f.index for f in run.analysis.fine.frames()]
    progress.close()  # type: ignore[attr-defined]
    assert_same(whole, finished(new_run(walk, mnad, run.path)))


def test_a_journal_that_is_full_loses_maps_and_no_score(
    walk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "FLUSH_SECONDS", 0.0)
    monkeypatch.setattr("engine.analysis.journal.FINE_LIMIT", 0)
    run = new_run(walk, SpeedDetector(), tmp_path / "a.h5")
    progress = run.run()
    for _ in range(40):
        next(progress)
    left = read_journal(journal_path(run.path))
    progress.close()  # type: ignore[attr-defined]
    assert left is not None
    assert len(left.fine) == 1
    assert len(run.analysis.fine) == 4
    assert left.scored[: left.frames_done].sum() == left.frames_done - 1


def test_a_run_from_a_frame_on_keeps_those_before_it(analysed: Analysis) -> None:
    below = analysed.with_rows_below(20)
    assert [f.index for f in below.fine.frames()] == [
        f.index for f in analysed.fine.frames() if f.index < 20
    ]
    assert len(below.fine) == 2


def test_a_file_of_before_fine_maps_opens_and_can_be_completed(walk: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    whole = finished(new_run(walk, SpeedDetector(), tmp_path / "whole.h5"))
    stopped(new_run(walk, SpeedDetector(), path), 25)
    with h5py.File(path, "r+") as file:
        del file["fine"]
    assert len(read_analysis(path).fine) == 0
    later = finished(new_run(walk, SpeedDetector(), path))
    np.testing.assert_array_equal(later.parts["patch_speed"], whole.parts["patch_speed"])
    assert 0 < len(later.fine) < len(whole.fine)
    assert all(frame.index >= 20 for frame in later.fine.frames())


def test_a_detector_without_fine_maps_stores_none(walk: Path, tmp_path: Path) -> None:
    run = new_run(walk, SpeedDetector(), tmp_path / "a.h5")
    run.analysis.put(FrameScore(3, {"patch_speed": 2.0}, {"speed": np.ones((6, 8), np.float32)}))
    assert len(run.analysis.fine) == 0


def test_a_look_at_what_is_stored_runs_nothing(
    walk: Path, analysed: Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    (index, *_) = (frame.index for frame in analysed.fine.frames())
    looker = Looker(open_footage(walk), SpeedDetector(), analysed)
    with open_decoder(open_footage(walk)) as decoder:
        exact = SpeedDetector().stream()
        exact.replay(index - 1, decoder.read(index - 1), write=False)
        expected = exact.look(index, decoder.read(index))
        monkeypatch.setattr(SpeedStream, "look", lambda *_: pytest.fail("it was run"))
        look = looker.look(decoder, index)
    assert look is not None
    assert expected is not None
    top = expected.maps["speed"].max()
    assert np.abs(look.maps["speed"] - expected.maps["speed"]).max() <= 1.001 * top / 255


def test_an_overlay_takes_the_finest_maps_there_are(analysed: Analysis) -> None:
    (index, *_) = (frame.index for frame in analysed.fine.frames())
    assert stored_fine_maps(analysed, index)["speed"].shape == (240, 360)
    assert stored_maps(analysed, index)["speed"].shape != (240, 360)
    without = next(at for at in range(10, 20) if not fine_maps(analysed, at))
    assert stored_fine_maps(analysed, without) == {}
