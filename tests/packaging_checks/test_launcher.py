"""The script that both frozen programs run: it answers as `normscope` does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--version"], 0, "normscope "),
        (["info", "nothing.mp4"], 1, "Error: "),
        (["nonsense"], 2, "nonsense"),
        (["bench", "--help"], 0, "Example: normscope bench"),
        (["review", "--help"], 0, "Example: normscope review"),
    ],
)
def test_the_frozen_program_leaves_with_the_code_of_its_command(
    words: list[str], code: int, said: str, tmp_path: Path
) -> None:
    ended = subprocess.run(
        [sys.executable, str(ROOT / "packaging" / "launcher.py"), *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == code, ended.stderr
    assert said in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks for a screen on Linux alone")
@pytest.mark.parametrize("words", [[], ["review", "yard.mp4"]], ids=["nothing", "review"])
def test_the_frozen_program_opens_the_window_where_normscope_does(
    words: list[str], tmp_path: Path
) -> None:
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in screens}
    ended = subprocess.run(
        [sys.executable, str(ROOT / "packaging" / "launcher.py"), *words],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "no screen to open a window on" in ended.stderr
