"""Windows are built here: garbage waits for the end of a test.  And the door for languages."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
from gui_garbage import garbage_waits_for_the_end_of_a_test as garbage_waits_for_the_end_of_a_test
from PySide6.QtCore import QCoreApplication

from app import language

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def strings():
    spec = importlib.util.spec_from_file_location("strings", ROOT / "packaging" / "strings.py")
    module = sys.modules["strings"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def english(qtbot):
    yield
    language.use(QCoreApplication.instance(), "en")
