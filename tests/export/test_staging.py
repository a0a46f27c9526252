"""A case folder is there as a whole or not at all, also after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_engine import finished, new_run

from engine.detectors.speed import SpeedDetector
from engine.errors import ExportFailed
from engine.export.staging import Staging

TESTS = Path(__file__).resolve().parents[1]

CHILD = """
import os, signal, sys
sys.path[:0] = [{tests!r}, {tests!r} + "/footage"]
from pathlib import Path
from engine.analysis.file import read_analysis
from engine.export.case import KINDS, CaseExport
from engine.footage import open_footage
from engine.review.defaults import default_state
from engine.review.scoring import track
analysis = read_analysis(Path({path!r}))
state = default_state(analysis)
scored = track(analysis, state, analysis.calibration)
case = CaseExport(open_footage(Path({footage!r})), analysis, state, scored.score,
                  scored.segments, Path({folder!r}), KINDS)
for at, report in enumerate(case.run()):
    if report.phase.startswith({phase!r}) and at % 3 == 2:
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
@pytest.mark.parametrize("phase", ["drawing", "hashing"])
def test_a_killed_export_leaves_no_folder_and_the_next_one_clears_up(
    walk: Path, tmp_path: Path, phase: str
) -> None:
    finished(new_run(walk, SpeedDetector(), tmp_path / "walk.h5"))
    code = CHILD.format(tests=str(TESTS), path=str(tmp_path / "walk.h5"), footage=str(walk),
                        folder=str(tmp_path / "case"), phase=phase)  # fmt: skip
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=TESTS.parent, env=os.environ, check=False
    )
    assert ended.returncode == -signal.SIGKILL
    assert not (tmp_path / "case").exists()
    left = [p.name for p in tmp_path.glob(".*")]
    assert left == [".case.normscope-part"]
    with Staging(tmp_path / "another") as staging:
        assert list(tmp_path.glob(".case*")) == []
        (staging.path / "a.txt").write_text("a")
        staging.publish()
    assert (tmp_path / "another" / "a.txt").read_text() == "a"
    assert list(tmp_path.glob(".*")) == []


def test_a_folder_at_work_is_not_taken_away(tmp_path: Path) -> None:
    with Staging(tmp_path / "case") as staging:
        (staging.path / "a.txt").write_text("a")
        with pytest.raises(ExportFailed, match="Another export"):
            Staging(tmp_path / "case")
        with Staging(tmp_path / "other") as other:
            other.publish()
        assert (staging.path / "a.txt").exists()
        staging.publish()
    assert sorted(p.name for p in tmp_path.iterdir() if "home" not in p.name) == ["case", "other"]


def test_leaving_without_publishing_removes_everything(tmp_path: Path) -> None:
    with Staging(tmp_path / "case") as staging:
        (staging.path / "a.txt").write_text("a")
    assert [p for p in tmp_path.iterdir() if "home" not in p.name] == []
