"""Threads of the network give way instead of waiting busily."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from app.__main__ import main as any_entry
from engine.cli import main as command_line
from engine.detectors.running import patient_threads

NAMES = ("OMP_WAIT_POLICY", "KMP_BLOCKTIME", "OPENBLAS_NUM_THREADS")


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.setenv(name, "")  # so that it is put back afterwards
        monkeypatch.delenv(name)


@pytest.mark.parametrize("entry", [any_entry, command_line])
def test_every_entry_asks_for_patient_threads_before_torch_is_there(entry) -> None:
    assert entry(["--version"]) == 0
    assert [os.environ[name] for name in NAMES] == ["PASSIVE", "0", "1"]


@pytest.mark.parametrize("entry", ["app.__main__", "engine.cli"])
def test_no_entry_imports_what_reads_the_wish_before_it_is_said(entry: str) -> None:
    code = f"import sys, {entry}; print('numpy' in sys.modules, 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_what_the_user_has_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    patient_threads()
    assert os.environ["OMP_WAIT_POLICY"] == "ACTIVE"
