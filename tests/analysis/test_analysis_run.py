"""Every frame is stored and read back, and a run that was cut short goes on as if unbroken."""

from __future__ import annotations

import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
from tiny_engine import assert_same, finished, new_run, random_mnad, stopped

from engine.analysis.analysis import Analysis
from engine.analysis.file import read_analysis
from engine.analysis.journal import journal_path
from engine.analysis.locating import footage_of
from engine.analysis.sampling import sample
from engine.analysis.store import analysis_path, find_analyses, last_analysis
from engine.detectors.base import Detector
from engine.detectors.mnad_stream import MnadDetector
from engine.detectors.speed import SpeedDetector
from engine.errors import BadSetting, FootageNotFound
from engine.files import fingerprint, sha256
from engine.footage import open_decoder, open_footage
from engine.timebase import FrameSpan

Whole = dict[str, Analysis]


@pytest.fixture(scope="session")
def detectors(mnad: MnadDetector) -> dict[str, Detector]:
    """mnad writes to its memory; speed has none."""
    return {"mnad": mnad, "speed": SpeedDetector()}


@pytest.fixture(scope="session")
def whole(
    broken_walk: Path, detectors: dict[str, Detector], tmp_path_factory: pytest.TempPathFactory
) -> Whole:
    """Unbroken runs over the footage with a cut and a gap."""
    folder = tmp_path_factory.mktemp("whole")
    return {
        name: finished(new_run(broken_walk, detector, folder / f"{name}.h5"))
        for name, detector in detectors.items()
    }


@pytest.mark.parametrize("kind", ["mnad", "speed"])
def test_a_run_is_read_back_as_it_was(whole: Whole, kind: str) -> None:
    analysis = whole[kind]
    assert analysis.complete
    assert analysis.frames_done == 60
    assert analysis.path is not None
    back = read_analysis(analysis.path)
    assert_same(analysis, back)
    assert back.head.as_dict() == analysis.head.as_dict()
    assert back.own_calibration is not None
    assert analysis.own_calibration is not None
    assert back.own_calibration.as_dict() == analysis.own_calibration.as_dict()


def test_the_file_has_the_names_of_the_contract(broken_walk: Path, whole: Whole) -> None:
    analysis = whole["mnad"]
    footage = open_footage(broken_walk)
    with h5py.File(analysis.path, "r") as file:
        assert file.attrs["format"] == "normscope-analysis"
        for name in [
            "version",
            "footage",
            "weights",
            "detector",
            "lambda",
            "gamma",
            "update",
            "device",
            "precision",
            "clip_rate",
            "complete",
            "frames_done",
        ]:
            assert name in file.attrs, name
        assert fingerprint(broken_walk) in file.attrs["footage"]
        assert bool(file.attrs["complete"])
        assert int(file.attrs["frames_done"]) == 60
        pts = file["frames/pts"]
        assert pts.dtype == np.int64
        np.testing.assert_array_equal(pts[:], footage.table.pts)
        base = footage.table.time_base
        assert pts.attrs["time_base_num"] == base.numerator
        assert pts.attrs["time_base_den"] == base.denominator
        assert set(file["frames/parts"]) == {
            "psnr",
            "memory_distance",
            "patch_psnr",
            "patch_distance",
        }
        psnr = file["frames/parts/psnr"]
        assert psnr.dtype == np.float32
        assert psnr.shape == (60,)
        assert psnr.attrs["unit"] == "dB"
        assert psnr.attrs["role"] == "appearance"
        assert psnr.attrs["direction"] == "down"
        assert len(psnr.attrs["quantiles"]) == len(psnr.attrs["quantile_levels"])
        assert file["frames/parts/memory_distance"].attrs["role"] == "memory"
        assert file["frames/parts/memory_distance"].attrs["direction"] == "up"
        assert file["frames/regular_score"].dtype == np.float32
        assert file["frames/updated"].dtype == np.bool_
        assert set(file["maps"]) == {"error", "distance"}
        assert file["maps/error"].dtype == np.uint8
        assert file["maps/error"].shape == (60, 4, 4)
        snapshots, frames = file["memory/snapshots"], file["memory/snapshot_frames"]
        assert snapshots.dtype == np.float32
        assert snapshots.shape[1:] == (4, 16)
        assert frames.dtype == np.int64
        assert len(frames) == len(snapshots) == len(analysis.snapshots) >= 2


def test_maps_are_kept_to_eight_bits(walk: Path, mnad: MnadDetector, tmp_path: Path) -> None:
    run = new_run(walk, mnad, tmp_path / "a.h5")
    stream = mnad.stream(gamma=run.head.gamma, update=run.head.update)
    scores = []
    with open_decoder(run.footage) as decoder:
        for index, picture in decoder.frames():
            scores += stream.push(index, picture)
    for score in scores + stream.flush():
        run.analysis.put(score)
        values = score.maps["error"]
        stored = run.analysis.maps["error"].get(score.index, score.index + 1)[0]
        # half a step of the code, and steps are widest at the top: (255^2 - 254.5^2) / 255^2 of it
        assert np.abs(stored - values).max() <= values.max() * 1.001 / 255


@pytest.mark.parametrize("kind", ["mnad", "speed"])
def test_there_is_no_score_where_a_clip_is_not_full(whole: Whole, kind: str) -> None:
    analysis = whole[kind]
    missing = 4 if kind == "mnad" else 1
    expected = np.ones(60, bool)
    for start in (0, 20, 40):  # the beginning, a cut, a gap in time
        expected[start : start + missing] = False
    for name, values in analysis.parts.items():
        np.testing.assert_array_equal(np.isfinite(values), expected, err_msg=name)
    assert np.flatnonzero(analysis.clip_start).tolist() == [20, 40]


STOPS = [("mnad", n) for n in (1, 6, 9, 21, 24, 33, 41, 46, 58, 60)]
STOPS += [("speed", n) for n in (3, 21, 42)]


@pytest.mark.parametrize(("kind", "reports"), STOPS)
def test_a_cancelled_run_goes_on_as_if_unbroken(
    broken_walk: Path,
    detectors: dict[str, Detector],
    whole: Whole,
    tmp_path: Path,
    kind: str,
    reports: int,
) -> None:
    path = tmp_path / "parts.h5"
    part = stopped(new_run(broken_walk, detectors[kind], path), reports)
    assert not part.complete
    run = new_run(broken_walk, detectors[kind], path)
    assert run.resumed_from == part.frames_done
    assert_same(whole[kind], finished(run))
    assert_same(whole[kind], read_analysis(path))
    assert not journal_path(path).exists()


def test_stopping_again_and_again_changes_nothing(
    broken_walk: Path, mnad: MnadDetector, whole: Whole, tmp_path: Path
) -> None:
    path = tmp_path / "parts.h5"
    for _ in range(12):
        stopped(new_run(broken_walk, mnad, path), 13)
        if read_analysis(path).frames_done > 45:
            break
    assert_same(whole["mnad"], finished(new_run(broken_walk, mnad, path)))


def test_a_memory_that_is_never_written_resumes_near_the_end(
    walk: Path, mnad: MnadDetector, tmp_path: Path
) -> None:
    path = tmp_path / "a.h5"
    stopped(new_run(walk, mnad, path, update=False), 40)
    run = new_run(walk, mnad, path, update=False)
    progress = run.run()
    assert next(progress).done > 25, "the footage was decoded from its start again"
    progress.close()  # type: ignore[attr-defined]


def test_cancelling_before_the_first_score_keeps_what_was_there(
    walk: Path, mnad: MnadDetector, tmp_path: Path
) -> None:
    path = tmp_path / "a.h5"
    whole = finished(new_run(walk, mnad, path))
    stopped(new_run(walk, mnad, path, resume=False), 1)
    assert_same(whole, read_analysis(path))


def test_a_complete_run_is_not_run_again(walk: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    whole = finished(new_run(walk, SpeedDetector(), path, calibrate=FrameSpan(2, 20)))
    again = new_run(walk, SpeedDetector(), path)
    assert_same(whole, finished(again))
    assert again.scored == 0
    back = read_analysis(path)
    assert back.complete
    assert back.own_calibration is not None
    assert back.own_calibration.origin == "frames 2 to 19 of this footage"


def test_a_named_normal_span_is_kept_in_order(broken_walk: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    whole = finished(new_run(broken_walk, SpeedDetector(), path, calibrate=FrameSpan(0, 60)))
    back = read_analysis(path).own_calibration
    assert back is not None
    assert back.series is not None
    assert back.series.rate == pytest.approx(10.0)
    assert back.series.lengths == (19, 19, 19)  # parted at the cut and at the gap
    kept = np.concatenate([part["patch_speed"] for part in back.series.stretches()])
    np.testing.assert_allclose(kept, whole.parts["patch_speed"][whole.scored], rtol=1e-3)
    unnamed = finished(new_run(broken_walk, SpeedDetector(), tmp_path / "b.h5")).own_calibration
    assert unnamed is not None
    assert unnamed.series is None


def test_files_whose_head_is_an_attribute_are_still_read(walk: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    whole = finished(new_run(walk, SpeedDetector(), path))
    with h5py.File(path, "r+") as file:
        for name in ("head", "calibration"):
            file.attrs[name] = file[name][()]
            del file[name]
        file.attrs["version"] = 1
    assert_same(whole, read_analysis(path))
    assert read_analysis(path).own_calibration is not None


def test_other_settings_begin_anew(walk: Path, mnad: MnadDetector, tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    stopped(new_run(walk, mnad, path), 20)
    assert new_run(walk, mnad, path, gamma=0.5).resumed_from == 0
    assert new_run(walk, mnad, path, update=False).resumed_from == 0
    assert new_run(walk, SpeedDetector(), path).resumed_from == 0
    assert new_run(walk, mnad, path, resume=False).resumed_from == 0


def test_a_span_without_scores_is_not_what_normal_means(walk: Path, tmp_path: Path) -> None:
    run = new_run(walk, SpeedDetector(), tmp_path / "a.h5", calibrate=FrameSpan(0, 1))
    calibration = finished(run).calibration
    assert calibration is not None
    assert calibration.frames > 40
    assert "whole footage" in calibration.origin


def test_gamma_is_refused_without_a_memory(walk: Path, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="gamma has no meaning"):
        new_run(walk, SpeedDetector(), tmp_path / "a.h5", gamma=0.1)


def test_fast_footage_is_sampled_by_its_times(fast_walk: Path, tmp_path: Path) -> None:
    run = new_run(fast_walk, SpeedDetector(), tmp_path / "a.h5")
    steps = np.diff(run.footage.table.seconds()[run.sampling.indices])
    assert set(np.diff(run.sampling.indices).tolist()) <= {2, 3}
    assert abs(steps.mean() - 0.1) < 0.003
    analysis = finished(run)
    scored = np.flatnonzero(analysis.scored)
    np.testing.assert_array_equal(scored, run.sampling.indices[1:])


@pytest.mark.parametrize("reports", [7, 14, 23])
def test_a_sampled_run_goes_on_as_if_unbroken(
    fast_walk: Path, tmp_path: Path, mnad: MnadDetector, reports: int
) -> None:
    chosen = random_mnad(mnad.facts.gamma, clip_rate=10.0)
    unbroken = finished(new_run(fast_walk, chosen, tmp_path / "whole.h5"))
    stopped(new_run(fast_walk, chosen, tmp_path / "part.h5"), reports)
    assert_same(unbroken, finished(new_run(fast_walk, chosen, tmp_path / "part.h5")))


def test_a_gap_restarts_the_ticks(broken_walk: Path) -> None:
    table = open_footage(broken_walk).table
    sampling = sample(table, 4.0)
    assert 40 in sampling.indices.tolist()
    assert sampling.gap_before.sum() == 1
    assert bool(sampling.gap_before[sampling.position_at(40)])


def test_slow_or_unlimited_footage_is_taken_whole(walk: Path) -> None:
    table = open_footage(walk).table
    for rate in (None, 9.0, 10.0, 25.0):
        assert sample(table, rate).indices.tolist() == list(range(48))


def test_the_analysis_is_found_again_after_the_footage_moved(walk: Path, tmp_path: Path) -> None:
    here = tmp_path / "here.mp4"
    shutil.copyfile(walk, here)
    path = analysis_path(here, "speed")
    whole = finished(new_run(here, SpeedDetector(), path))
    (tmp_path / "there").mkdir()
    there = here.rename(tmp_path / "there" / "renamed.mp4")
    found = last_analysis(there)
    assert found is not None
    assert_same(whole, found)
    with pytest.raises(FootageNotFound, match="not there any more"):
        footage_of(found)


def test_a_run_that_was_cut_short_is_found_too(walk: Path) -> None:
    path = analysis_path(walk, "speed")
    run = new_run(walk, SpeedDetector(), path).run()
    for _ in range(20):
        next(run)
    assert find_analyses(walk) == [path]
    run.close()  # type: ignore[attr-defined]


def test_the_leftover_of_a_kill_is_no_analysis(walk: Path) -> None:
    path = analysis_path(walk, "speed")
    finished(new_run(walk, SpeedDetector(), path))
    path.with_name(f".{path.name}.abc.part.h5").write_bytes(b"half")
    assert find_analyses(walk) == [path]


def test_footage_beside_the_analysis_is_found_unless_it_changed(walk: Path, tmp_path: Path) -> None:
    here = tmp_path / "a" / "walk.mp4"
    here.parent.mkdir()
    shutil.copyfile(walk, here)
    analysis = finished(new_run(here, SpeedDetector(), tmp_path / "b" / "walk.h5"))
    here.rename(tmp_path / "b" / "walk.mp4")
    beside = footage_of(analysis, tmp_path / "b" / "walk.h5")
    assert sha256(beside.path) == sha256(walk)
    with open(beside.path, "ab") as stream:
        stream.write(b"more")
    with pytest.raises(FootageNotFound, match="contents differ"):
        footage_of(analysis, tmp_path / "b" / "walk.h5")
