"""The wheel, in an environment of its own: it must hold all that the program needs."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("pyproject.toml", "README.md", "packaging/LICENSE", "app", "engine", "resources")


class Installed:
    """A fresh environment with the wheel, and the current one behind it for its dependencies."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        # Without pip: nothing is in it but the wheel.
        venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt").create(folder)
        self.folder = folder
        self.bin = folder / ("Scripts" if os.name == "nt" else "bin")
        pip = [sys.executable, "-m", "pip", "--python", str(self.bin / "python")]
        run([*pip, "install", "--no-deps", "--no-index", "--no-cache-dir", str(wheel)], folder)
        # Its .pth files are not read, so no editable install of this project leaks in.
        packages = self.python("import sysconfig; print(sysconfig.get_path('purelib'))").strip()
        behind = Path(packages) / "behind.pth"
        behind.write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")

    def python(self, code: str) -> str:
        return run([str(self.bin / "python"), "-c", code], self.folder)

    def normscope(self, *arguments: str) -> str:
        return run([str(self.bin / "normscope"), *arguments], self.folder)


def run(command: list[str], folder: Path) -> str:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("wheel")
    # From a copy: setuptools keeps a build/ beside the sources, whose stale files would be packed.
    sources = folder / "sources"
    for name in SOURCES:
        (sources / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, sources / name, ignore=ignore)
        else:
            shutil.copy(ROOT / name, sources / name)
    pip = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index"]
    run([*pip, "--wheel-dir", str(folder), str(sources)], folder)
    (wheel,) = folder.glob("*.whl")
    return Installed(folder / "venv", wheel)


@pytest.mark.parametrize("package", ["app", "engine", "resources"])
def test_the_packages_come_from_the_wheel(installed: Installed, package: str) -> None:
    file = installed.python(f"import {package}; print({package}.__file__)").strip()
    assert Path(file).resolve().is_relative_to(installed.folder.resolve())


def test_every_source_file_is_in_the_wheel(installed: Installed) -> None:
    engine = Path(installed.python("import engine; print(engine.__file__)").strip()).parent
    for room in ("app", "engine", "resources"):
        for file in (ROOT / room).rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                assert (engine.parent / file.relative_to(ROOT)).exists(), f"{file} is left out"


def test_the_command_explains_itself(installed: Installed) -> None:
    assert "weights" in installed.normscope("--help")


def test_the_shipped_weights_are_found(installed: Installed) -> None:
    shipped = [file.stem for file in (ROOT / "resources" / "weights").glob("*.safetensors")]
    listed = installed.normscope("weights", "list", "--json")
    json.loads(listed)
    assert shipped
    for name in shipped:
        assert name in listed
