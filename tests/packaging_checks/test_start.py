"""packaging/start.py: it must speak clearly on machines where nothing is installed yet."""

import ast
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
START = ROOT / "packaging" / "start.py"

LDD = """\
\tlinux-vdso.so.1 (0x00007ffd9a9f2000)
\tlibQt6Gui.so.6 => /venv/PySide6/Qt/lib/libQt6Gui.so.6 (0x00007f1d5a000000)
\tlibxcb-cursor.so.0 => not found
\tlibEGL.so.1 => not found
\tlibxcb-cursor.so.0 => not found
\tlibnovel.so.7 => not found
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f1d59e00000)
"""


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """start.py as a module, with every way to change this machine shut."""
    spec = importlib.util.spec_from_file_location("normscope_start", START)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def never(*arguments: object, **options: object) -> None:
        raise AssertionError(f"a test must not run this: {arguments}")

    for name in ("call", "works", "make_venv", "write_state"):
        monkeypatch.setattr(module, name, never)
    monkeypatch.setattr(module.subprocess, "call", never)
    monkeypatch.setattr(module.os, "execv", never)
    return module


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "packaging").mkdir()
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    (tmp_path / "packaging" / "constraints.txt").write_text("torch==2.13.0\n")
    return tmp_path


def test_it_parses_on_python_3_9() -> None:
    ast.parse(START.read_text(encoding="utf-8"), feature_version=(3, 9))


def test_it_imports_only_the_standard_library() -> None:
    names = set()
    for node in ast.walk(ast.parse(START.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            names.add((node.module or "").partition(".")[0])
    assert names <= sys.stdlib_module_names


def test_packaging_is_no_package() -> None:
    """It would shadow the library of that name."""
    assert not (START.parent / "__init__.py").exists()


def test_help_names_every_verb() -> None:
    done = subprocess.run(
        [sys.executable, str(START), "--help"], capture_output=True, text=True, check=True
    )
    for word in ("demo", "run", "setup", "test", "freeze", "--torch", "--out"):
        assert word in done.stdout


# --- Python -------------------------------------------------------------------------------------


def test_an_old_python_is_refused_in_one_sentence(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(start.sys, "version_info", (3, 9, 18, "final", 0))
    monkeypatch.setattr(start.shutil, "which", lambda name: None)
    monkeypatch.setattr(start, "main", lambda argv: start.find_python())

    assert start.guarded([]) == 1

    first, _hint = capsys.readouterr().err.strip().split("\n")
    assert first == "Normscope needs Python 3.11, 3.12 or 3.13, and this is Python 3.9.18."


def test_an_old_python_hands_over_to_a_newer_one(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start.sys, "version_info", (3, 9, 18, "final", 0))
    monkeypatch.setattr(start.shutil, "which", lambda name: name if "python3" in name else None)
    answers = {"python3.13": None, "python3.12": "/usr/bin/python3.12\n3\n12\n"}
    monkeypatch.setattr(start, "works", lambda command: answers[command[0]])

    assert start.find_python() == "/usr/bin/python3.12"


# --- When pip may be skipped --------------------------------------------------------------------


@pytest.mark.parametrize("changed", ["pyproject.toml", "packaging/constraints.txt"])
def test_the_key_changes_with_the_lock(start: ModuleType, project: Path, changed: str) -> None:
    before = start.setup_key(project, "version = 3.11.7")
    assert start.setup_key(project, "version = 3.11.7") == before

    (project / changed).write_text("torch==2.14.0\n")

    assert start.setup_key(project, "version = 3.11.7") != before


def test_the_key_changes_with_python(start: ModuleType, project: Path) -> None:
    keys = {start.setup_key(project, f"version = 3.{minor}.1") for minor in (11, 12, 13)}
    assert len(keys) == 3


def test_nothing_is_installed_twice(
    start: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv = project / ".venv"
    venv.mkdir()
    (venv / "pyvenv.cfg").write_text("version = 3.11.7")
    (venv / "python").touch()
    for name, value in {"ROOT": project, "VENV": venv, "PYTHON": venv / "python"}.items():
        monkeypatch.setattr(start, name, value)
    state = {"key": start.current_key(), "torch": "cpu", "dev": False}

    assert start.is_ready(state, "cpu", dev=False)
    assert not start.is_ready(state, "cuda", dev=False)
    assert not start.is_ready(state, "cpu", dev=True)
    assert start.is_ready({**state, "dev": True}, "cpu", dev=False)
    assert not start.is_ready({"torch": "cpu"}, "cpu", dev=False), "it was interrupted"
    (venv / "python").unlink()
    assert not start.is_ready(state, "cpu", dev=False), "the Python it was made with is gone"


def test_a_damaged_state_counts_as_none(
    start: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "STATE", tmp_path / "state.json")
    assert start.read_state() == {}
    (tmp_path / "state.json").write_text('{"key": "12')
    assert start.read_state() == {}


# --- The build of torch -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "linux", "build"),
    [
        ("2.13.0+cpu", True, "cpu"),
        ("2.13.0+cu130", True, "cuda"),
        ("2.13.0", True, "cuda"),
        ("2.13.0", False, "cpu"),
        ("2.13.0+cu130", False, "cuda"),
    ],
)
def test_the_build_is_read_from_the_version(
    start: ModuleType, version: str, linux: bool, build: str
) -> None:
    assert start.build_of(version, linux) == build


@pytest.mark.parametrize(
    ("torch", "offered", "index"),
    [
        ("cpu", "2.13.0+cpu", None),
        ("cpu", "2.13.0+cu130", "https://download.pytorch.org/whl/cpu"),
        ("cuda", "2.13.0+cu130", None),
        ("cuda", "2.13.0+cpu", "https://download.pytorch.org/whl/cu130"),
        ("https://example.org/simple", "2.13.0+cpu", "https://example.org/simple"),
    ],
)
def test_another_index_is_used_only_where_pip_would_take_another_build(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, torch: str, offered: str, index: str | None
) -> None:
    report = json.dumps({"install": [{"metadata": {"version": offered}}]})
    monkeypatch.setattr(start, "works", lambda command: report)

    options = start.torch_index(torch, "2.13.0")

    assert options == ([] if index is None else ["--index-url", index])


def test_the_lock_pins_torch_without_a_build(start: ModuleType) -> None:
    assert "+" not in start.torch_pin()


# --- System libraries ---------------------------------------------------------------------------


def test_missing_libraries_become_debian_packages(start: ModuleType) -> None:
    missing = start.missing_libraries(LDD)
    assert missing == ["libEGL.so.1", "libnovel.so.7", "libxcb-cursor.so.0"]
    assert start.debian_packages(missing) == ["libegl1", "libxcb-cursor0"]


@pytest.mark.parametrize(
    ("tool", "line"),
    [
        ("apt-get", "sudo apt-get install -y fonts-dejavu-core libxcb-cursor0"),
        ("dnf", "sudo dnf install -y "),
        ("pacman", "sudo pacman -S --needed "),
        ("zypper", "sudo zypper install -y "),
    ],
)
def test_without_rights_it_prints_the_line_of_this_system(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, tool: str, line: str
) -> None:
    monkeypatch.setattr(start.shutil, "which", lambda name: name if name == tool else None)
    hint = start.system_hint(["libxcb-cursor.so.0", "fonts"])
    assert line in hint
    assert hint.count("sudo") == 1


def test_on_an_unknown_system_it_prints_every_line(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start.shutil, "which", lambda name: None)
    assert start.system_hint(["fonts"]).count("sudo") == 4


def test_a_window_without_its_libraries_is_refused(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "LINUX", True)
    monkeypatch.setattr(start, "apt_install", lambda packages: False)
    monkeypatch.setattr(
        start, "missing_for_qt", lambda screen: ["libxcb-cursor.so.0"] if screen else []
    )
    with pytest.raises(start.Failure, match=r"libxcb-cursor\.so\.0"):
        start.ensure_libraries(window=True, screen=True)
    assert start.ensure_libraries(window=True, screen=False) is False, "offscreen needs no xcb"


# --- With and without a screen ------------------------------------------------------------------


def test_without_a_screen_the_demo_runs_headless(start: ModuleType) -> None:
    screen = start.has_screen({"HOME": "/root", "DISPLAY": ""}, linux=True)
    assert not screen
    assert start.demo_command(screen, Path("/results"))[-4:] == [
        "engine.cli",
        "demo",
        "--out",
        str(Path("/results")),
    ]


@pytest.mark.parametrize(
    ("environment", "linux"),
    [({"DISPLAY": ":0"}, True), ({"WAYLAND_DISPLAY": "wayland-0"}, True), ({}, False)],
)
def test_with_a_screen_the_demo_opens_the_application(
    start: ModuleType, environment: dict[str, str], linux: bool
) -> None:
    screen = start.has_screen(environment, linux=linux)
    assert start.demo_command(screen, Path("/results"))[-2:] == ["app", "--demo"]


def test_it_says_that_there_is_no_screen(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(start, "has_screen", lambda environment: False)
    monkeypatch.setattr(start, "set_up", lambda torch, dev, window: None)
    monkeypatch.setattr(start, "start", ran.append)

    assert start.guarded([]) == 0

    assert "no screen" in capsys.readouterr().out
    assert ran == [start.demo_command(False, ROOT / "runs" / "demo")]


# --- Verbs --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "verb", "rest"),
    [
        ([], "demo", []),
        (["--torch", "cuda"], "demo", []),
        (["test", "-k", "timeline", "-x"], "test", ["-k", "timeline", "-x"]),
        (["run", "--", "clip.mp4", "--torch"], "run", ["clip.mp4", "--torch"]),
    ],
)
def test_further_arguments_are_passed_on(
    start: ModuleType, argv: list[str], verb: str, rest: list[str]
) -> None:
    arguments, passed_on = start.parse(argv)
    assert (arguments.verb, passed_on) == (verb, rest)


@pytest.mark.parametrize("argv", [["demo", "clip.mp4"], ["tets"], ["--troch", "cpu"]])
def test_a_slip_of_the_keyboard_is_an_error(start: ModuleType, argv: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        start.parse(argv)
    assert left.value.code == 2


def test_one_failed_check_fails_the_whole(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def call(command: list[str], cwd: Path) -> int:
        return 1 if "mypy" in command else 0

    monkeypatch.setattr(start.subprocess, "call", call)
    assert start.check([]) == 1
    assert "Failed: Types (mypy)" in capsys.readouterr().out


@pytest.mark.skipif(os.name == "nt", reason="bash")
def test_ci_run_is_executable() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
