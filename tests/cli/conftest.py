"""Commands run in an empty folder, and a finished analysis for them."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_driver import Run
from tiny_engine import finished, new_run

from engine import cli
from engine.detectors.speed import SpeedDetector


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command in an empty folder: (exit code, stdout, stderr)."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")

    def command(*argv: object) -> tuple[int, str, str]:
        code = cli.main([str(word) for word in argv])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return code, out, err

    return command


@pytest.fixture(scope="module")
def scored(walk: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished analysis by `speed`."""
    path = tmp_path_factory.mktemp("scored") / "walk.h5"
    finished(new_run(walk, SpeedDetector(), path))
    return path
