"""Set up Normscope in .venv beside the sources, then start it, test it or freeze it.

Standard library only. The syntax stays that of Python 3.9, so that an older Python can still say
which one is needed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STATE = VENV / "normscope-setup.json"  # its "key" is written last: without it, set-up goes on
CONSTRAINTS = ROOT / "packaging" / "constraints.txt"

LINUX = sys.platform.startswith("linux")
WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
PIP = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check"]

SUPPORTED = ((3, 13), (3, 12), (3, 11))  # the first one found is used
TORCH_INDEXES = {
    "cpu": "https://download.pytorch.org/whl/cpu",
    "cuda": "https://download.pytorch.org/whl/cu130",
}

# Measured on Linux x86_64 with the pinned versions.
TORCH_DOWNLOADS = {"cpu": "about 190 MB", "cuda": "about 2.7 GB"}
OTHER_DOWNLOADS = {False: "about 270 MB", True: "about 300 MB"}  # without and with test tools

# What PySide6's wheels expect of the system, and the Debian and Ubuntu packages that hold it.
DEBIAN_PACKAGES = {
    "fonts": "fonts-dejavu-core",  # without any, text turns into boxes
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libOpenGL.so.0": "libopengl0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}
OTHER_SYSTEMS = {
    "dnf": "sudo dnf install -y libglvnd-egl libglvnd-glx libglvnd-opengl libX11-xcb libxcb "
    "libxkbcommon libxkbcommon-x11 xcb-util xcb-util-cursor xcb-util-image xcb-util-keysyms "
    "xcb-util-renderutil xcb-util-wm dbus-libs fontconfig freetype glib2 dejavu-sans-fonts",
    "pacman": "sudo pacman -S --needed libglvnd libx11 libxcb libxkbcommon libxkbcommon-x11 "
    "xcb-util xcb-util-cursor xcb-util-image xcb-util-keysyms xcb-util-renderutil xcb-util-wm "
    "dbus fontconfig freetype2 glib2 ttf-dejavu",
    "zypper": "sudo zypper install -y libglvnd Mesa-libEGL1 Mesa-libGL1 libX11-xcb1 libxcb1 "
    "libxkbcommon0 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 "
    "libxcb-keysyms1 libxcb-randr0 libxcb-render0 libxcb-render-util0 libxcb-shape0 libxcb-shm0 "
    "libxcb-sync1 libxcb-util1 libxcb-xfixes0 libxcb-xinerama0 libxcb-xkb1 libdbus-1-3 "
    "libfontconfig1 libfreetype6 libglib-2_0-0 dejavu-fonts",
}

HELP = """\
verbs:
  demo     set up, then open the application on a demo; without a screen, run the same demo
           headless and say where its results are (this is the default)
  run      set up, then start the application with the arguments after "--"
  setup    set up only; also repairs a set-up that went wrong
  test     set up with the test tools, then run pytest, ruff, mypy and the import rules;
           further arguments go to pytest (paths are relative to the repository)
  freeze   set up with the test tools, then build the stand-alone program in dist/ and try it

examples:
  python3 packaging/start.py
  python3 packaging/start.py --torch cuda
  python3 packaging/start.py run -- recording.mp4
  python3 packaging/start.py test -k timeline
"""


class Failure(Exception):
    """Something expected went wrong: one sentence for the user, and what to do about it."""

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.hint = hint


def say(text: str) -> None:
    print(text, flush=True)


def works(command: list[str]) -> str | None:
    """What `command` prints, or None if it is missing, fails or hangs."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=120, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


# --- Python and .venv ---------------------------------------------------------------------------


def python_sentence(version: tuple[int, ...]) -> str:
    found = ".".join(str(part) for part in version)
    return f"Normscope needs Python 3.11, 3.12 or 3.13, and this is Python {found}."


def find_python() -> str:
    """A supported Python: the one that runs this, or else one on PATH."""
    if sys.version_info[:2] in SUPPORTED:
        # Not sys.executable: that may lie in the .venv that is about to be rebuilt.
        return getattr(sys, "_base_executable", "") or sys.executable
    ask = ["-c", "import sys; print(sys.executable, *sys.version_info[:2], sep='\\n')"]
    for major, minor in SUPPORTED:
        for command in ([f"python{major}.{minor}"], ["py", f"-{major}.{minor}"]):
            if shutil.which(command[0]):
                answer = (works(command + ask) or "").split("\n")
                if answer[1:3] == [str(major), str(minor)]:
                    return answer[0]
    raise Failure(
        python_sentence(sys.version_info[:3]),
        "Install one of these, from your system's packages or python.org, and start again.",
    )


def venv_version() -> str | None:
    """The full version of the Python in .venv, or None if .venv is broken or unsupported."""
    ask = "import sys, pip; print('%d.%d.%d' % sys.version_info[:3])"
    version = (works([str(PYTHON), "-c", ask]) or "").strip()
    if tuple(int(part) for part in version.split(".")[:2] if part) in SUPPORTED:
        return version
    return None


def make_venv() -> None:
    if VENV.exists():
        say("Rebuilding .venv: what is there does not work.")
        shutil.rmtree(VENV)
    python = find_python()
    say(f"Making .venv with {python}")
    if works([python, "-c", "import ensurepip, venv"]) is None:
        minor = (works([python, "-c", "import sys; print(sys.version_info[1])"]) or "").strip()
        package = f"python3.{minor}-venv"
        if not apt_install([package]):
            raise Failure(
                "This Python cannot make virtual environments: the module ensurepip is missing.",
                f"On Debian and Ubuntu: {apt_line([package])}",
            )
    call([python, "-m", "venv", str(VENV)], "Making .venv failed.")


# --- What is set up already ---------------------------------------------------------------------


def setup_key(root: Path, venv_config: str) -> str:
    """Changes with everything that makes it necessary to run pip again."""
    digest = hashlib.sha256()
    for part in (
        (root / "pyproject.toml").read_bytes(),
        (root / "packaging" / "constraints.txt").read_bytes(),
        str(root).encode(),  # an editable install stops working when the folder moves
        venv_config.encode(),  # names the Python and its version
    ):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def current_key() -> str:
    return setup_key(ROOT, (VENV / "pyvenv.cfg").read_text(encoding="utf-8"))


def read_state() -> dict[str, object]:
    try:
        state = json.loads(STATE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def write_state(**state: object) -> None:
    STATE.write_text(json.dumps(state) + "\n", encoding="utf-8")


def is_ready(state: dict[str, object], torch: str, dev: bool) -> bool:
    return (
        PYTHON.exists()
        and (VENV / "pyvenv.cfg").exists()
        and state.get("key") == current_key()
        and state.get("torch") == torch
        and (not dev or state.get("dev") is True)
    )


# --- Packages -----------------------------------------------------------------------------------


def call(command: list[str], sentence: str, hint: str = "") -> None:
    if subprocess.call(command, cwd=ROOT) != 0:
        raise Failure(sentence, hint)


def pip_install(*arguments: str) -> None:
    call(
        [*PIP, "-c", str(CONSTRAINTS), *arguments],
        "pip could not install everything; its own words are above.",
        "Check the network and the free disk space (2 GB, with CUDA 8 GB), then start again: "
        "it goes on where it stopped.",
    )


def torch_pin() -> str:
    found = re.search(r"^torch==(\S+)", CONSTRAINTS.read_text(encoding="utf-8"), re.MULTILINE)
    if not found:
        raise Failure("packaging/constraints.txt does not pin torch.")
    return found.group(1)


def build_of(version: str, linux: bool = LINUX) -> str:
    """The build, "cpu" or "cuda". PyPI's wheels carry no tag: CUDA on Linux, elsewhere CPU."""
    tag = version.partition("+")[2]
    if tag:
        return "cpu" if tag.startswith("cpu") else "cuda"
    return "cuda" if linux else "cpu"


def torch_index(torch: str, pin: str) -> list[str]:
    """pip's options to get this build: none where its own configuration has it anyway."""
    if torch not in TORCH_INDEXES:
        return ["--index-url", torch]
    look = ["--dry-run", "--ignore-installed", "--no-deps", "--quiet", "--report", "-"]
    report = works([*PIP, *look, f"torch=={pin}"])
    if report is not None:
        version = json.loads(report)["install"][0]["metadata"]["version"]
        if build_of(version) == torch:
            return []
    return ["--index-url", TORCH_INDEXES[torch]]


def install_torch(torch: str, known: object) -> None:
    """Only this build of torch. Its dependencies come later, from pip's ordinary source."""
    pin = torch_pin()
    ask = "from importlib.metadata import version; print(version('torch'))"
    installed = (works([str(PYTHON), "-c", ask]) or "").strip()
    if installed.partition("+")[0] == pin and (known or build_of(installed)) == torch:
        return
    size = TORCH_DOWNLOADS.get(torch, "its size depends on that index")
    say(f"\nPyTorch {pin} ({torch}): {size}")
    pip_install("--no-deps", "--force-reinstall", *torch_index(torch, pin), f"torch=={pin}")


def install_packages(torch: str, dev: bool) -> None:
    known = read_state().get("torch")  # the build that is installed, where that is known
    if venv_version() is None:
        make_venv()
        known = None
        size = TORCH_DOWNLOADS.get(torch, "depends on the index")
        say(
            f"To download: PyTorch for {torch}, {size}; everything else, {OTHER_DOWNLOADS[dev]}. "
            f"On disk: {'8' if torch == 'cuda' else '2'} GB."
        )
    else:
        say("Bringing .venv up to date; only what is missing is downloaded.")
    write_state(wanted=torch, torch=known)
    # The locked setuptools builds the project below, so that pip fetches no other one for that.
    pip_install("--quiet", "setuptools")
    install_torch(torch, known)
    write_state(wanted=torch, torch=torch)
    say("\nNormscope and what it needs" + (", with the test tools" if dev else ""))
    pip_install("--no-build-isolation", "-e", ".[dev]" if dev else ".")


# --- System libraries ---------------------------------------------------------------------------


def qt_files(screen: bool) -> list[Path]:
    """The files of PySide6 that a window needs, on a screen or offscreen."""
    folder = next(VENV.glob("lib/python*/site-packages/PySide6"), VENV)
    platforms = folder / "Qt" / "plugins" / "platforms"
    files = [*folder.glob("QtGui*.so"), *folder.glob("QtWidgets*.so")]
    files.append(platforms / "libqoffscreen.so")
    return [*files, platforms / "libqxcb.so"] if screen else files


def missing_libraries(ldd_output: str) -> list[str]:
    return sorted(set(re.findall(r"^\s*(\S+) => not found", ldd_output, re.MULTILINE)))


def debian_packages(missing: list[str]) -> list[str]:
    """The packages that hold these libraries and fonts, as far as known."""
    return sorted({DEBIAN_PACKAGES[name] for name in missing if name in DEBIAN_PACKAGES})


def has_fonts() -> bool:
    home = Path.home()
    folders = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts")]
    folders += [home / ".fonts", home / ".local/share/fonts"]
    kinds = (".ttf", ".otf", ".ttc", ".pfb")
    return any(
        name.lower().endswith(kinds)
        for folder in folders
        for _, _, names in os.walk(folder)
        for name in names
    )


def missing_for_qt(screen: bool) -> list[str]:
    libraries: list[str] = []
    if shutil.which("ldd"):
        files = qt_files(screen)
        libraries = missing_libraries("".join(works(["ldd", str(file)]) or "" for file in files))
    return libraries + ([] if has_fonts() else ["fonts"])


def apt_line(packages: list[str]) -> str:
    return "sudo apt-get install -y " + " ".join(packages)


def apt_install(packages: list[str]) -> bool:
    """Install with apt-get where there is one and the rights to use it."""
    if not shutil.which("apt-get"):
        return False
    rights: list[str] = []
    if os.geteuid() != 0:
        rights = ["sudo", "-n"]
        if works([*rights, "true"]) is None:
            return False
    say("\nSystem packages: " + " ".join(packages))
    apt = [*rights, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    subprocess.call([*apt, "update"])  # fails when one of many sources is down: go on
    return subprocess.call([*apt, "install", "-y", "--no-install-recommends", *packages]) == 0


def system_hint(missing: list[str]) -> str:
    """The line to type on this system, or on each kind of system where this one is unknown."""
    lines = dict(OTHER_SYSTEMS)
    packages = debian_packages(missing)
    if packages:
        lines["apt-get"] = apt_line(packages)
    here = [line for tool, line in lines.items() if shutil.which(tool)]
    return "Install them, then start again:\n  " + "\n  ".join(here or lines.values())


def ensure_libraries(window: bool, screen: bool) -> bool:
    """True when Qt has all that it needs of the system.

    Raises Failure if it lacks what the window needs that is to open, on a screen or offscreen.
    """
    if not LINUX:
        return True
    missing = missing_for_qt(screen=True)
    packages = debian_packages(missing)
    if packages and apt_install(packages):
        missing = missing_for_qt(screen=True)
    if not missing:
        return True
    blocking = missing_for_qt(screen) if window else []
    if blocking:
        sentence = f"Qt lacks system libraries or fonts: {', '.join(blocking)}."
        raise Failure(sentence, system_hint(missing))
    say(f"\nFor a window on a screen Qt lacks: {', '.join(missing)}.\n{system_hint(missing)}\n")
    return False


# --- Verbs --------------------------------------------------------------------------------------


def has_screen(environment: dict[str, str], linux: bool = LINUX) -> bool:
    return not linux or any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def demo_command(screen: bool, out: Path) -> list[str]:
    """Arguments for the Python in .venv. -P: a folder `app` in the current one is not ours."""
    if screen:
        return ["-P", "-m", "app", "--demo"]
    return ["-P", "-m", "engine.cli", "demo", "--out", str(out)]


def set_up(torch: str | None, dev: bool, window: bool, again: bool = False) -> None:
    """Everything that is missing, and nothing at all when nothing is."""
    screen = has_screen(dict(os.environ)) and not os.environ.get("QT_QPA_PLATFORM")
    state = read_state()
    if torch is None:
        torch = str(state.get("wanted") or "cpu")
        if torch == "cpu" and not state and LINUX and works(["nvidia-smi"]) is not None:
            say("An NVIDIA GPU is here. To use it: --torch cuda (a larger download).")
    if sys.platform == "darwin" and platform.machine() == "x86_64":
        raise Failure("There is no PyTorch for Macs with Intel processors, or for their Python.")
    if torch == "cuda" and sys.platform == "darwin":
        raise Failure("There is no CUDA build of PyTorch for macOS.", "Give --torch cpu.")
    if torch not in TORCH_INDEXES and not re.match(r"(https?|file)://", torch):
        raise Failure(f"--torch {torch} is not a build.", "Give cpu, cuda or the URL of an index.")
    if again or not is_ready(state, torch, dev):
        install_packages(torch, dev)
        state = {"key": current_key(), "wanted": torch, "torch": torch, "dev": dev}
        complete = ensure_libraries(window, screen)
        write_state(qt=complete, **state)
    elif window and state.get("qt") is not True:
        write_state(**{**state, "qt": ensure_libraries(window, screen)})


def start(arguments: list[str]) -> NoReturn:
    """Give this process over to the Python in .venv."""
    command = [str(PYTHON), *arguments]
    if WINDOWS:  # exec there detaches from the console
        raise SystemExit(subprocess.call(command))
    os.execv(command[0], command)


def check(pytest_arguments: list[str]) -> int:
    steps = {
        "Tests (pytest)": ["-m", "pytest", *pytest_arguments],
        "Style (ruff)": ["-m", "ruff", "check", "."],
        "Types (mypy)": ["-m", "mypy"],
        "Import rules (import-linter)": [
            "-c",
            "from importlinter.cli import lint_imports_command as check; check()",
        ],
    }
    failed = []
    for title, arguments in steps.items():
        say(f"\n== {title} ==")
        if subprocess.call([str(PYTHON), *arguments], cwd=ROOT) != 0:
            failed.append(title)
    say("\n== Failed: " + ", ".join(failed) + " ==" if failed else "\n== All passed ==")
    return 1 if failed else 0


def freeze() -> None:
    say("\n== Freezing (several minutes) ==")
    build = [str(PYTHON), "-m", "PyInstaller", "--noconfirm", "packaging/normscope.spec"]
    call(build, "PyInstaller failed; its own words are above.", "On Linux it needs binutils.")
    say("\n== Trying the frozen program ==")
    call(
        [str(PYTHON), "packaging/frozen_smoke.py", str(ROOT / "dist" / "normscope")],
        "The frozen program does not work.",
    )


def parse(argv: list[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        prog="start.py",
        usage="python3 packaging/start.py [VERB] [--torch BUILD] [--out FOLDER] [-- ARGS]",
        description="Set up Normscope in .venv, then start it.",
        epilog=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    verbs = ("demo", "run", "setup", "test", "freeze")
    parser.add_argument("verb", nargs="?", default="demo", choices=verbs, metavar="VERB")
    parser.add_argument(
        "--torch",
        metavar="BUILD",
        help="cpu (190 MB), cuda (2.7 GB, for NVIDIA GPUs) or the URL of a package index that "
        "has another build; what was chosen before, at first cpu",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=ROOT / "runs" / "demo",
        metavar="FOLDER",
        help="where a demo without a screen writes its results (default: runs/demo)",
    )
    own = argv[: argv.index("--")] if "--" in argv else argv
    arguments, rest = parser.parse_known_args(own)
    rest += argv[len(own) + 1 :]
    if rest and arguments.verb not in ("run", "test"):
        parser.error(f"unknown arguments: {' '.join(rest)}")
    return arguments, rest


def main(argv: list[str]) -> int:
    arguments, rest = parse(argv)
    verb, torch = arguments.verb, arguments.torch
    screen = has_screen(dict(os.environ))
    if verb == "demo":
        if not screen:
            say(
                "There is no screen (neither DISPLAY nor WAYLAND_DISPLAY is set): "
                "the demo runs without a window."
            )
        set_up(torch, dev=False, window=screen)
        start(demo_command(screen, arguments.out.absolute()))
    elif verb == "run":
        if not screen and not os.environ.get("QT_QPA_PLATFORM"):
            raise Failure(
                "There is no screen (neither DISPLAY nor WAYLAND_DISPLAY is set).",
                f"Without one, use the command line: {BIN / 'normscope'} --help",
            )
        set_up(torch, dev=False, window=True)
        start(["-P", "-m", "app", *rest])
    elif verb == "setup":
        set_up(torch, dev=False, window=screen, again=True)
        say("\nReady. Start it with: python3 packaging/start.py")
    else:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        set_up(torch, dev=True, window=True)
        if verb == "test":
            return check(rest)
        freeze()
    return 0


def guarded(argv: list[str]) -> int:
    """`main`, with every expected failure as one sentence and a hint."""
    try:
        return main(argv)
    except Failure as failure:
        print(f"\n{failure}\n{failure.hint}".rstrip(), file=sys.stderr)
    except OSError as error:
        print(f"\nThe set-up failed: {error}.", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped. Start it again to go on where it stopped.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(guarded(sys.argv[1:]))
