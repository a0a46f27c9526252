"""A disk that fills up while a run writes: said in a sentence, and nothing scored is lost."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_engine import assert_same, finished, new_run

from engine.analysis import run as running
from engine.analysis.file import read_analysis, working_path
from engine.analysis.journal import JournalWriter, journal_path
from engine.detectors.speed import SpeedDetector
from engine.errors import DiskFull, StorageFailed
from engine.files import storage_error, storing

resource = pytest.importorskip("resource", reason="file size limits are POSIX")


@contextlib.contextmanager
def no_file_grows_beyond(size: int) -> Iterator[None]:
    """The system refuses to write further: the same to a program as a disk without room."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_run_on_a_full_disk_says_so_and_goes_on_when_there_is_room(
    walk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "FLUSH_SECONDS", 0.0)
    whole = finished(new_run(walk, SpeedDetector(), tmp_path / "whole.h5"))
    run = new_run(walk, SpeedDetector(), tmp_path / "full.h5")
    work = run.run()
    for _ in range(20):
        next(work)
    room = journal_path(run.path).stat().st_size + 100
    with no_file_grows_beyond(room), pytest.raises(DiskFull, match="disk is full") as caught:
        for _ in work:
            pass
    assert "room" in caught.value.hint
    left = read_analysis(run.path)
    assert left.frames_done == run.analysis.frames_done >= 16  # in the file, which is compressed
    assert_same(whole, left, upto=left.frames_done)
    again = new_run(walk, SpeedDetector(), run.path)
    assert again.resumed_from == left.frames_done
    assert_same(whole, finished(again))
    assert sorted(p.name for p in tmp_path.glob("full*")) == ["full.h5"]


def test_a_run_that_cannot_even_begin_says_so_and_leaves_nothing(
    walk: Path, tmp_path: Path
) -> None:
    run = new_run(walk, SpeedDetector(), tmp_path / "a.h5")
    with no_file_grows_beyond(64), pytest.raises(DiskFull):
        finished(run)
    assert list(tmp_path.glob("*.h5*")) == []


def test_a_file_that_does_not_fit_leaves_the_journal_and_the_older_file(
    walk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "FLUSH_SECONDS", 0.0)  # what is told is written
    path = tmp_path / "a.h5"
    first = finished(new_run(walk, SpeedDetector(), path))
    older = path.read_bytes()
    run = new_run(walk, SpeedDetector(), path, resume=False)
    work = run.run()
    for _ in range(30):
        next(work)
    with no_file_grows_beyond(9000), pytest.raises(DiskFull):
        work.close()  # type: ignore[attr-defined]
    assert path.read_bytes() == older
    growing = working_path(path)
    if journal_path(growing).stat().st_size < 9000:  # the last rows did not fit, the file is there
        assert_same(first, read_analysis(growing), upto=20)


def test_a_record_that_did_not_fit_does_not_hide_the_next(walk: Path, tmp_path: Path) -> None:
    analysis = finished(new_run(walk, SpeedDetector(), tmp_path / "a.h5"))
    path = tmp_path / "b.h5.journal"
    done, analysis.frames_done = analysis.frames_done, 0
    journal = JournalWriter(path, analysis)
    journal.write(10)
    with no_file_grows_beyond(path.stat().st_size + 40), pytest.raises(OSError, match="large"):
        journal.write(20)
    journal.write(30)
    journal.close()
    analysis.frames_done = done
    left = read_analysis(tmp_path / "b.h5")
    assert left.frames_done == 30
    assert_same(analysis, left, upto=30)


def test_what_an_error_of_the_system_means_to_the_reader() -> None:
    full = storage_error(OSError(errno.ENOSPC, "No space left on device"), "the report")
    assert isinstance(full, DiskFull)
    assert str(full) == "The disk is full: the report could not be written."
    with pytest.raises(StorageFailed, match="Permission denied") as caught, storing("the report"):
        raise PermissionError(errno.EACCES, "Permission denied")
    assert not isinstance(caught.value, DiskFull)
