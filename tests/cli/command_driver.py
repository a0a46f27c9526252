"""What the answer of a command has to look like."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from engine.analysis.run import AnalysisRun
from engine.progress import Progress

Run = Callable[..., tuple[int, str, str]]


def document(answer: tuple[int, str, str], code: int = 0) -> Any:
    """The one JSON document of an answer."""
    assert answer[0] == code, answer[2]

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is not JSON")

    return json.loads(answer[1], parse_constant=refuse)


def fails(answer: tuple[int, str, str], sentence: str) -> None:
    """An expected failure: 1, one sentence and a hint on stderr, nothing on stdout."""
    code, out, err = answer
    assert code == 1
    assert out == ""
    lines = err.strip().splitlines()
    assert lines[0].startswith("Error: ")
    assert sentence in lines[0]
    assert lines[1].startswith("Hint: ")
    assert len(lines) == 2


def interrupt_after(monkeypatch: pytest.MonkeyPatch, reports: int) -> None:
    """Ctrl+C comes while the nth report is drawn."""
    run = AnalysisRun.run

    def interrupted(self: AnalysisRun) -> Iterator[Progress]:
        work = run(self)
        try:
            for at, report in enumerate(work, 1):
                yield report
                if at == reports:
                    raise KeyboardInterrupt
        finally:
            work.close()  # type: ignore[attr-defined]

    monkeypatch.setattr(AnalysisRun, "run", interrupted)
