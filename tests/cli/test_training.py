"""`train`: options that mean nothing for a detector are refused before any footage is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import cli

SAID = [
    (["--detector", "mnad-prediction", "--flow", "dis"], "--flow has no meaning for mnad-pred"),
    (["--detector", "comemory", "--frames-in", "4"], "--frames-in has no meaning for comemory"),
    (["--detector", "speed"], "'speed' cannot be trained"),
    (["--detector", "comemory", "--flow", "farneback"], "dis or rgb-difference"),
    (["--robust", "0.9"], "between 0 and 0.5"),
    (["--anneal", "week"], "epoch or step"),
]


@pytest.mark.parametrize(("options", "sentence"), SAID)
def test_what_cannot_be_learned_is_said_in_a_sentence(
    options: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "yard.safetensors"
    code = cli.main(["train", "--normal", str(tmp_path), "-o", str(out), *options])
    said = capsys.readouterr().err
    assert code == 1
    assert sentence in " ".join(said.split())
    assert not list(tmp_path.iterdir())
