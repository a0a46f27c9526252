"""A killed run loses at most its last second, and what is left of its journal is no garbage."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tiny_engine import assert_same, finished, new_run, stopped

from engine.analysis import run as running
from engine.analysis.analysis import Analysis
from engine.analysis.file import read_analysis
from engine.analysis.journal import JournalWriter, journal_path, read_journal
from engine.detectors.mnad_stream import MnadDetector
from engine.errors import BadSetting, UnreadableAnalysis

TESTS = Path(__file__).resolve().parents[1]

CHILD = """
import os, signal, sys
sys.path[:0] = [{tests!r}, {tests!r} + "/footage"]
from pathlib import Path
from engine.analysis import run as running
from engine.detectors.speed import SpeedDetector
from tiny_engine import new_run, random_mnad

running.FLUSH_SECONDS = 0.0
detector = SpeedDetector() if {kind!r} == "speed" else random_mnad({gamma!r})
for at, _ in enumerate(new_run(Path({footage!r}), detector, Path({path!r})).run(), 1):
    if at == {reports}:
        os.kill(os.getpid(), signal.SIGKILL)
"""


def killed(kind: str, gamma: float | None, footage: Path, path: Path, reports: int) -> None:
    code = CHILD.format(
        tests=str(TESTS),
        kind=kind,
        gamma=gamma,
        footage=str(footage),
        path=str(path),
        reports=reports,
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=TESTS.parent, env=os.environ, check=False
    )
    assert ended.returncode == -signal.SIGKILL


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_a_killed_run_goes_on_from_its_journal(
    broken_walk: Path, mnad: MnadDetector, tmp_path: Path
) -> None:
    whole = finished(new_run(broken_walk, mnad, tmp_path / "whole.h5"))
    path = tmp_path / "killed.h5"
    killed("mnad", mnad.facts.gamma, broken_walk, path, 34)
    assert not path.exists(), "nothing half-written lies under the final name"
    left = read_analysis(path)
    assert 30 <= left.frames_done <= 34
    assert_same(whole, left, upto=left.frames_done)
    run = new_run(broken_walk, mnad, path)
    assert run.resumed_from == left.frames_done
    assert_same(whole, finished(run))
    assert not journal_path(path).exists()


@pytest.fixture
def journalled(
    broken_walk: Path, mnad: MnadDetector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[bytes, Analysis]:
    """The journal of a run of 50 frames, a record a frame, and the run."""
    monkeypatch.setattr(running, "FLUSH_SECONDS", 0.0)
    run = new_run(broken_walk, mnad, tmp_path / "a.h5")
    progress = run.run()
    for _ in range(50):
        next(progress)
    written = journal_path(run.path).read_bytes()
    progress.close()  # type: ignore[attr-defined]
    return written, run.analysis


def test_a_torn_journal_is_a_valid_prefix(
    journalled: tuple[bytes, Analysis], tmp_path: Path
) -> None:
    written, analysis = journalled
    torn = tmp_path / "torn.h5.journal"
    rng = np.random.default_rng(1)
    done = []
    for length in [*rng.integers(0, len(written), 10).tolist(), len(written)]:
        torn.write_bytes(written[:length])
        left = read_journal(torn)
        done.append(0 if left is None else left.frames_done)
        if left is not None:
            assert_same(analysis, left, upto=left.frames_done)
            assert not left.scored[left.frames_done :].any()
    assert max(done) >= 46


def test_a_changed_byte_ends_the_journal_there(
    journalled: tuple[bytes, Analysis], tmp_path: Path
) -> None:
    written, analysis = journalled
    for at in np.random.default_rng(2).integers(0, len(written), 10).tolist():
        damaged = bytearray(written)
        damaged[at] ^= 0x5A
        (tmp_path / "d.h5.journal").write_bytes(damaged)
        left = read_journal(tmp_path / "d.h5.journal")
        if left is not None:
            assert_same(analysis, left, upto=left.frames_done)


def test_a_torn_journal_resumes_to_the_same_analysis(
    journalled: tuple[bytes, Analysis], broken_walk: Path, mnad: MnadDetector, tmp_path: Path
) -> None:
    written, _ = journalled
    whole = finished(new_run(broken_walk, mnad, tmp_path / "whole.h5"))
    for length in np.random.default_rng(3).integers(0, len(written), 2).tolist():
        path = tmp_path / f"torn{length}.h5"
        journal_path(path).write_bytes(written[:length])
        assert_same(whole, finished(new_run(broken_walk, mnad, path)))


def test_resuming_never_empties_the_journal_it_resumes_from(
    journalled: tuple[bytes, Analysis],
    broken_walk: Path,
    mnad: MnadDetector,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A second kill, while the rows of the first run are copied, must not lose them."""
    written, _ = journalled
    path = tmp_path / "twice.h5"
    journal_path(path).write_bytes(written)
    before = read_analysis(path)

    def killed_while_copying(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(JournalWriter, "write", killed_while_copying)
    with pytest.raises(KeyboardInterrupt):
        JournalWriter(journal_path(path), before)
    assert_same(before, read_analysis(path))


def test_a_footage_that_breaks_off_keeps_what_was_scored(
    walk: Path, mnad: MnadDetector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.errors import UnreadableFootage
    from engine.footage.cuts import CutDetector

    seen = iter(range(1000))

    def breaks_off(self: CutDetector, picture: object) -> bool:
        if next(seen) == 25:
            raise UnreadableFootage("The disk is gone.")
        return False

    monkeypatch.setattr(CutDetector, "push", breaks_off)
    with pytest.raises(UnreadableFootage, match="The disk is gone"):
        finished(new_run(walk, mnad, tmp_path / "a.h5"))
    left = read_analysis(tmp_path / "a.h5")
    assert not left.complete
    assert 20 <= left.frames_done <= 25


def test_a_damaged_or_foreign_file_says_so_in_a_sentence(
    walk: Path, mnad: MnadDetector, tmp_path: Path
) -> None:
    import h5py

    path = tmp_path / "a.h5"
    with pytest.raises(UnreadableAnalysis, match="no analysis file"):
        read_analysis(path)
    path.write_bytes(b"")
    with pytest.raises(UnreadableAnalysis, match="damaged"):
        read_analysis(path)
    with h5py.File(path, "w") as file:
        file.attrs["format"] = "something-else"
    with pytest.raises(UnreadableAnalysis, match="not an analysis file"):
        read_analysis(path)
    with pytest.raises(BadSetting, match="is not an analysis"):
        new_run(walk, mnad, path, resume=False)
    path.unlink()
    finished(new_run(walk, mnad, path, resume=False))
    with h5py.File(path, "a") as file:
        file.attrs["version"] = 99
    with pytest.raises(UnreadableAnalysis, match="newer version"):
        read_analysis(path)


def test_random_damage_to_the_file_is_an_expected_failure(
    walk: Path, mnad: MnadDetector, tmp_path: Path
) -> None:
    path = tmp_path / "a.h5"
    stopped(new_run(walk, mnad, path), 30)
    whole = path.read_bytes()
    rng = np.random.default_rng(4)
    for at in rng.integers(0, len(whole), 40).tolist():
        damaged = bytearray(whole)
        damaged[at : at + 4] = rng.bytes(4)
        path.write_bytes(damaged)
        with contextlib.suppress(UnreadableAnalysis):
            read_analysis(path)
    for length in rng.integers(0, len(whole), 12).tolist():
        path.write_bytes(whole[:length])
        with pytest.raises(UnreadableAnalysis):
            read_analysis(path)
