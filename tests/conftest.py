"""What all tests share: a user folder, tiny footage, a tiny detector, and no thread left alive."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")
if "PYTEST_XDIST_WORKER" in os.environ:  # one thread each: processes that share the cores wait for
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # each other's threads otherwise

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "footage"), str(HERE / "app")]  # helpers of the tests

import pytest  # noqa: E402

if TYPE_CHECKING:
    from engine.detectors.mnad_stream import MnadDetector

SHARED = HERE.parents[1] / "shared"
# Threads that a library keeps for the life of the process, by the start of their names.
KEPT = ("pytest_timeout", "pytest-watcher", "Dummy-", "QtAudio")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the tests marked slow, too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "slow" in item.keywords and not config.getoption("--slow"):
            item.add_marker(pytest.mark.skip(reason="slow: runs only with --slow"))


@pytest.fixture(autouse=True)
def user_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own folder, empty and of this test alone."""
    home = tmp_path / "normscope-home"
    monkeypatch.setenv("NORMSCOPE_HOME", str(home))
    return home


@pytest.fixture(autouse=True)
def _no_thread_outlives_a_test() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [
        thread
        for thread in threading.enumerate()
        if thread not in before and thread.is_alive() and not thread.name.startswith(KEPT)
    ]
    assert not left, f"threads left alive: {[thread.name for thread in left]}"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real footage beside the project; skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"the shared folder {SHARED} is not there")
    return SHARED


@pytest.fixture(scope="session")
def footage_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the session's tiny footage lies; nothing writes into it but the fixtures here."""
    return tmp_path_factory.mktemp("footage")


@pytest.fixture(scope="session")
def walk(footage_folder: Path) -> Path:
    """48 frames at 10 a second, one scene: a square walks, and runs from frame 30 to 37."""
    from tiny_engine import write_walk

    return write_walk(footage_folder / "walk.mp4")


@pytest.fixture(scope="session")
def broken_walk(footage_folder: Path) -> Path:
    """60 frames: a cut before frame 20, and 3 s without frames before frame 40."""
    from tiny_engine import write_broken_walk

    return write_broken_walk(footage_folder / "broken.mp4")


@pytest.fixture(scope="session")
def fast_walk(footage_folder: Path) -> Path:
    """60 frames at 25 a second."""
    from tiny_engine import write_timed_walk

    return write_timed_walk(footage_folder / "fast.mp4", Fraction(1, 25))


@pytest.fixture(scope="session")
def ntsc_walk(footage_folder: Path) -> Path:
    """60 frames at 29.97 a second: none but the first begins at a whole millisecond."""
    from tiny_engine import write_timed_walk

    return write_timed_walk(footage_folder / "ntsc.mp4", Fraction(1001, 30_000))


@pytest.fixture(scope="session")
def mnad(broken_walk: Path) -> MnadDetector:
    """A random network of width 2 on 32 x 32 pixels; gamma lets about half of the frames in."""
    from tiny_engine import gated_mnad

    return gated_mnad(broken_walk)
