"""A batch: every footage gets an outcome, one that fails harms no other, a second one goes on."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from engine.analysis.file import read_analysis
from engine.batch.crew import Alone, Ended, Step
from engine.batch.processes import Processes
from engine.batch.run import Batch
from engine.batch.scoring import FootageTask, Outcome, score_footage
from engine.cli import main

LIKE = FootageTask(Path(), Path(), detector="speed")


@pytest.fixture
def recordings(tmp_path: Path, walk: Path, fast_walk: Path) -> Path:
    folder = tmp_path / "recordings"
    folder.mkdir()
    shutil.copy(walk, folder / "walk.mp4")
    shutil.copy(fast_walk, folder / "fast.mp4")
    (folder / "broken.mp4").write_bytes(b"no video at all")
    return folder


def _finish(batch: Batch) -> dict[str, Outcome]:
    for _ in batch.run():
        pass
    return {Path(outcome.footage).name: outcome for outcome in batch.outcomes.values()}


def test_a_broken_footage_is_told_and_harms_no_other(recordings: Path, tmp_path: Path) -> None:
    outcomes = _finish(Batch([recordings], tmp_path / "out", LIKE))
    assert {name: outcome.state for name, outcome in outcomes.items()} == {
        "broken.mp4": "failed",
        "fast.mp4": "done",
        "walk.mp4": "done",
    }
    assert outcomes["broken.mp4"].error
    assert outcomes["broken.mp4"].hint
    walked = read_analysis(tmp_path / "out" / "walk.h5")
    assert walked.complete
    assert outcomes["walk.mp4"].scored == int(np.isfinite(walked.parts["patch_speed"]).sum())


def test_the_summary_tells_each_footage_once_for_people_and_machines(
    recordings: Path, tmp_path: Path
) -> None:
    _finish(Batch([recordings], tmp_path / "out", LIKE))
    document = json.loads((tmp_path / "out" / "batch.json").read_text(encoding="utf-8"))
    assert (document["footages"], document["failed"]) == (3, 1)
    rows = (tmp_path / "out" / "batch.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 4
    assert rows[0].startswith("footage,analysis,state,frames,scored")


def test_a_second_batch_scores_only_what_is_missing(recordings: Path, tmp_path: Path) -> None:
    _finish(Batch([recordings / "walk.mp4"], tmp_path / "out", LIKE))
    written = (tmp_path / "out" / "walk.h5").stat().st_mtime_ns
    (recordings / "broken.mp4").unlink()
    outcomes = _finish(Batch([recordings], tmp_path / "out", LIKE))
    assert (outcomes["walk.mp4"].state, outcomes["fast.mp4"].state) == ("known", "done")
    assert (tmp_path / "out" / "walk.h5").stat().st_mtime_ns == written


def test_a_stopped_footage_keeps_its_rows_and_goes_on_later(walk: Path, tmp_path: Path) -> None:
    task = FootageTask(walk, tmp_path / "walk.h5", detector="speed")
    stopped = score_footage(task, lambda done, total: done < 20)
    assert stopped.state == "cancelled"
    assert 0 < read_analysis(task.out).frames_done < 48
    assert score_footage(task, lambda done, total: True).state == "done"
    assert read_analysis(task.out).complete


class _Crowd:
    """A crew that says what it is told to say."""

    def __init__(self, messages: Sequence[Step | Ended]) -> None:
        self.messages, self.closed = messages, False

    def work(self, tasks: Sequence[FootageTask]) -> Iterator[Step | Ended]:
        try:
            yield from self.messages
        finally:
            self.closed = True


def test_progress_counts_footages_and_leaving_stops_the_crew(
    recordings: Path, tmp_path: Path
) -> None:
    outcome = Outcome("a", "a.h5", "failed", error="It failed.")
    crew = _Crowd([Step(0, 5, 10), Ended(0, outcome), Step(1, 1, 4)])
    work = Batch([recordings], tmp_path / "out", LIKE, crew).run()
    reports = [next(work), next(work)]
    work.close()
    assert [(report.done, report.total) for report in reports] == [(0, 3), (1, 3)]
    assert reports[1].note == "1 failed"
    assert crew.closed


def test_processes_score_as_one_process_does(recordings: Path, tmp_path: Path) -> None:
    together = _finish(Batch([recordings], tmp_path / "two", LIKE, Processes(2)))
    alone = _finish(Batch([recordings], tmp_path / "one", LIKE, Alone()))
    assert {n: o.state for n, o in together.items()} == {n: o.state for n, o in alone.items()}
    for name in ("walk.h5", "fast.h5"):
        two, one = read_analysis(tmp_path / "two" / name), read_analysis(tmp_path / "one" / name)
        np.testing.assert_array_equal(two.parts["patch_speed"], one.parts["patch_speed"])


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_worker_that_dies_fails_its_footage_alone(recordings: Path, tmp_path: Path) -> None:
    import multiprocessing

    (recordings / "broken.mp4").unlink()
    batch = Batch([recordings], tmp_path / "out", LIKE, Processes(1))
    work = batch.run()
    for _ in work:
        child = multiprocessing.active_children()[0]
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        break
    for _ in work:
        pass
    states = sorted(outcome.state for outcome in batch.outcomes.values())
    assert states in (["done", "failed"], ["done", "done"])
    assert len(batch.outcomes) == 2


def test_the_command_prints_one_document_and_fails_if_one_footage_does(
    recordings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["batch", str(recordings), "--out", str(tmp_path / "out"), "--json"])
    told = capsys.readouterr()
    assert code == 1
    assert len(json.loads(told.out)["outcomes"]) == 3
    assert "1 of 3 footages could not be scored" in told.err
