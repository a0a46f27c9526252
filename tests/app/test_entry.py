"""The first word decides: footage opens the window, a command's name runs the command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import app.application
from app.__main__ import main
from engine.cli import main as engine_alone

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[list[Path], bool]]:
    """What the window was opened on, and whether with the demo; the folder holds a.mp4 and b."""
    calls: list[tuple[list[Path], bool]] = []

    def run(paths: Sequence[Path] = (), *, demo: bool = False) -> int:
        calls.append((list(paths), demo))
        return 0

    monkeypatch.setattr(app.application, "run", run)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.mp4").write_bytes(b"")
    (tmp_path / "b").mkdir()
    return calls


@pytest.mark.parametrize(
    ("words", "paths"),
    [
        ([], []),
        (["a.mp4"], ["a.mp4"]),
        (["a.mp4", "b"], ["a.mp4", "b"]),
        (["b", "gone.mp4"], ["b", "gone.mp4"]),
        (["review"], []),
        (["review", "a.mp4", "b"], ["a.mp4", "b"]),
        (["review", "gone.mp4"], ["gone.mp4"]),
        (["review", "--", "-odd.mp4"], ["-odd.mp4"]),
    ],
    ids=" ".join,
)
def test_footage_and_review_open_the_window(opened, words: list[str], paths: list[str]) -> None:
    assert main(words) == 0
    assert opened == [([Path(path) for path in paths], False)]


def test_the_demo_opens_the_window(opened) -> None:
    assert main(["--demo"]) == 0
    assert opened == [([], True)]


def test_a_command_is_a_command_though_a_folder_has_its_name(opened, capsys) -> None:
    Path("info").mkdir()
    assert main(["info", "gone.mp4"]) == 1
    assert "gone.mp4" in capsys.readouterr().err
    assert opened == []


@pytest.mark.parametrize(
    "words", [["gone"], ["a.mp4", "--nonsense"], ["review", "--nonsense"]], ids=" ".join
)
def test_what_is_neither_footage_nor_a_command_is_wrong_usage(opened, capsys, words) -> None:
    assert main(words) == 2
    assert capsys.readouterr().out == ""
    assert opened == []


@pytest.mark.parametrize("word", ["gone.mp4", "gone/yard", "./gone", "a.mp4.h5"])
def test_footage_that_is_not_there_is_said_to_be_missing(opened, capsys, word: str) -> None:
    assert main([word]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    told, hint = err.splitlines()
    assert told.startswith(f"Error: There is no file or folder {word}")
    assert hint.startswith("Hint: ")
    assert opened == []


@pytest.mark.parametrize(("word", "meant"), [("analyze", "analyse"), ("segment", "segments")])
def test_a_mistyped_command_is_answered_with_the_one_that_was_meant(
    opened, capsys, word: str, meant: str
) -> None:
    assert main([word, "a.mp4"]) == 2
    told = capsys.readouterr().err
    assert f"No such command '{word}'" in told
    assert f"'{meant}'" in told


def test_help_lists_what_the_application_does(opened, capsys) -> None:
    assert main(["--help"]) == 0
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.split()]
    assert {"review", "bench", "info"} <= set(listed)
    for words in (["review", "--help"], ["bench", "--help"]):
        assert main(words) == 0
        said = " ".join(capsys.readouterr().out.split())
        assert f"Example: normscope {words[0]} " in said
    assert opened == []


def test_without_the_application_its_commands_are_an_expected_failure(capsys) -> None:
    for command in ("review", "bench"):
        assert engine_alone([command]) == 1
        told = capsys.readouterr().err
        assert f"{command} needs the window" in told
        assert f"Hint: Use normscope {command}." in told


def test_a_command_imports_nothing_of_the_window() -> None:
    code = (
        "import sys; from app.__main__ import main; main(['info', 'pyproject.toml']); "
        "print('app.application' in sys.modules, 'PySide6' in sys.modules)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.split()[-2:] == ["False", "False"]


def test_the_desktop_file_opens_footage_by_review() -> None:
    written = (ROOT / "packaging" / "normscope.desktop").read_text(encoding="utf-8")
    assert "\nExec=normscope-app review %F\n" in written
