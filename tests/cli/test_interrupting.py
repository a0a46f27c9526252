"""Ctrl+C: 130, and what was done so far is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_driver import Run, interrupt_after

from engine.analysis.file import read_analysis


def test_ctrl_c_ends_with_130_and_keeps_what_was_done(
    run: Run, walk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt_after(monkeypatch, 25)
    code, out, err = run("analyse", walk, "--json")
    assert (code, out) == (130, "")
    assert "kept" in err
    left = read_analysis(Path("walk.h5"))
    assert not left.complete
    assert left.frames_done >= 20


def test_ctrl_c_before_the_work_is_130_too(
    run: Run, walk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine import api

    def interrupted(path: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(api, "open_footage", interrupted)
    assert run("info", walk)[0] == 130
