"""`normscope bench`: one document with the agreed keys, and a quiet end by Ctrl+C."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_driver import write_tiny_weights
from PySide6.QtCore import QTimer

import app.bench
from app.__main__ import main
from app.probe import drive_window
from engine.progress import Progress


@pytest.fixture
def tiny(walk: Path, user_home: Path) -> str:
    """The path of weights of a tiny network."""
    write_tiny_weights(walk)
    return str(user_home / "weights" / "tiny.safetensors")


@pytest.mark.usefixtures("tiny")
def test_weights_of_the_user_s_own_are_found_by_name(
    qtbot, capsys: pytest.CaptureFixture[str], walk: Path
) -> None:
    words = ["bench", "--footage", str(walk), "--weights", "tiny", "--precision", "fp32", "--json"]
    assert main(words) == 0
    names = [row["name"] for row in json.loads(capsys.readouterr().out)]
    assert "analysis with tiny, no window" in names
    assert "analysis with tiny, window open and playing" in names


def test_unknown_weights_are_said_before_anything_is_measured(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, walk: Path
) -> None:
    monkeypatch.setattr(app.bench, "measure", lambda *_: pytest.fail("it was measured"))
    assert main(["bench", "--footage", str(walk), "--weights", "nobody"]) == 1
    assert "There are no weights named 'nobody'" in capsys.readouterr().err


def test_it_prints_rows_with_the_agreed_keys(
    qtbot, capsys: pytest.CaptureFixture[str], walk: Path, tiny: str
) -> None:
    home = os.environ["NORMSCOPE_HOME"]
    words = ["bench", "--footage", str(walk), "--weights", tiny, "--precision", "fp32", "--json"]
    assert main(words) == 0
    rows = json.loads(capsys.readouterr().out)
    assert all(list(row) == ["name", "value", "unit", "rival", "ratio", "settings"] for row in rows)
    assert len({row["name"] for row in rows}) == len(rows) == 8
    assert all(row["value"] >= 0 for row in rows)
    assert {row["unit"] for row in rows} == {"ms", "frame/s"}
    (against,) = [row for row in rows if row["rival"] is not None]
    assert against["rival"] == "no window"
    assert against["ratio"] >= 0
    assert against["settings"]["footage"] == walk.name
    assert os.environ["NORMSCOPE_HOME"] == home


def test_without_json_it_prints_a_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, walk: Path
) -> None:
    rows = [
        app.bench._row("cancel", 12.0, "ms", {}),
        app.bench._row("window open", 20.0, "frame/s", {}, "no window", 0.9),
    ]
    monkeypatch.setattr(app.bench, "measure", lambda *_: rows)
    assert main(["bench", "--footage", str(walk)]) == 0
    said = capsys.readouterr().out
    assert "12.00 ms" in said
    assert "0.90 x no window" in said


def test_footage_that_is_not_there_is_an_expected_failure(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["bench", "--footage", "gone.mp4", "--json"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Error: ")
    assert "Hint: " in err


@pytest.mark.parametrize("at", ["rendering", "measuring"])
def test_ctrl_c_leaves_with_130_and_one_line(
    at: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import engine.demo

    def rendering() -> Iterator[Progress]:
        if at == "rendering":
            raise KeyboardInterrupt
        yield from ()

    def measuring(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(engine.demo, "render_demo", rendering)
    monkeypatch.setattr(app.bench, "measure", measuring)
    home = os.environ["NORMSCOPE_HOME"]
    assert main(["bench"]) == 130
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Interrupted")
    assert len(err.splitlines()) == 1
    assert os.environ["NORMSCOPE_HOME"] == home


def test_ctrl_c_while_the_window_is_driven_closes_it(
    qtbot, capsys: pytest.CaptureFixture[str], walk: Path, tiny: str
) -> None:
    before = signal.getsignal(signal.SIGINT)
    QTimer.singleShot(600, lambda: signal.raise_signal(signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        drive_window(walk, tiny, "fp32")
    assert signal.getsignal(signal.SIGINT) is before
    assert "Traceback" not in capsys.readouterr().err
