"""A Dask cluster scores a batch: a real scheduler and a worker, in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.analysis.file import read_analysis

COMMAND = [sys.executable, "-m", "engine.cli", "batch"]
SCHEDULER = """
from distributed import LocalCluster
if __name__ == "__main__":
    few = {"n_workers": 1, "threads_per_worker": 1, "processes": False, "protocol": "tcp"}
    with LocalCluster(**few, dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        input()
"""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    script = tmp_path / "scheduler.py"
    script.write_text(SCHEDULER, encoding="utf-8")
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**__import__("os").environ, "PYTHONPATH": str(root)},
    ) as cluster:
        assert cluster.stdin is not None
        assert cluster.stdout is not None
        yield cluster.stdout.readline().strip()
        cluster.stdin.write("\n")
        cluster.stdin.flush()


def test_workers_of_a_cluster_score_the_footages(address: str, walk: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video at all")
    ended = subprocess.run(
        [*COMMAND, walk, broken, "--out", tmp_path / "out", "--cluster", address, "--json"],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert ended.stdout, ended.stderr
    states = [outcome["state"] for outcome in json.loads(ended.stdout)["outcomes"]]
    assert (ended.returncode, states) == (1, ["done", "failed"])
    assert read_analysis(tmp_path / "out" / "walk.h5").complete


@pytest.mark.parametrize("nowhere", ["nonsense://nowhere", "tcp://127.0.0.1:9", "tcp://gate"])
def test_a_cluster_that_is_not_there_is_said_in_a_sentence(
    nowhere: str, walk: Path, tmp_path: Path
) -> None:
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    ended = subprocess.run(
        [*COMMAND, walk, "--out", tmp_path / "out", "--cluster", nowhere],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert ended.returncode == 1
    assert f"There is no Dask scheduler at {nowhere}." in ended.stderr
    assert "Traceback" not in ended.stderr
