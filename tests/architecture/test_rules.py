"""The rules of the house: which room may open which door, and what a start may import."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "av", "cv2", "h5py", "scipy", "sklearn")
LONGEST = 350


def test_every_import_contract_is_kept(tmp_path: Path) -> None:
    code = "import sys; from importlinter.cli import lint_imports_command as c; sys.exit(c())"
    ended = subprocess.run(
        [sys.executable, "-c", code, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "0 broken" in ended.stdout


@pytest.mark.parametrize(
    "module", ["engine.api", "engine.cli", "app.theme", "app.jobs", "app.application"]
)
def test_a_start_imports_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print(*[m for m in {HEAVY!r} if m in sys.modules])"
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == ""


def test_the_window_is_shown_before_anything_heavy_is_imported() -> None:
    code = (
        "import sys; from PySide6.QtWidgets import QApplication; "
        "from app.application import Application; "
        "qt = QApplication([]); application = Application(qt); application.start(); "
        "qt.processEvents(); assert application.window.isVisible(); "
        f"print(*[m for m in {HEAVY!r} if m in sys.modules]); "
        "application.window.close(); application.stop()"
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    assert ended.stdout.strip() == ""


@pytest.mark.parametrize("package", ["engine", "app"])
def test_no_file_grows_too_long(package: str) -> None:
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in (ROOT / package).rglob("*.py")
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def test_packaging_is_no_package() -> None:
    """It would shadow the library `packaging`."""
    assert not (ROOT / "packaging" / "__init__.py").exists()


def test_every_package_is_in_the_wheel() -> None:
    import tomllib

    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    there = {
        path.parent.relative_to(ROOT).as_posix().replace("/", ".")
        for package in ("app", "engine", "resources")
        for path in (ROOT / package).rglob("__init__.py")
    }
    assert set(listed["tool"]["setuptools"]["packages"]) == there
