"""The entry point: the window, or a command of the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.detectors.running import patient_threads


def main(argv: Sequence[str] | None = None) -> int:
    """`normscope`, `normscope FOOTAGE ...` and `normscope review FOOTAGE ...` open the window;
    anything else is a command.
    """
    patient_threads()
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments and _is_footage(arguments[0]):
        arguments.insert(0, "review")
    plain = not any(a.startswith("-") for a in arguments[1:])
    if plain and (not arguments or arguments[0] in ("review", "--demo")):
        demo = arguments[:1] == ["--demo"]
        return _open([Path(a) for a in arguments[1:]], demo=demo)
    from engine.cli import main as command_line

    return command_line(arguments, _Window())


class _Window:
    """What commands want of the application, which is imported only then."""

    def review(self, footage: Sequence[Path]) -> int:
        return _open(footage)

    def measure(self, footage: Path | None, weights: str, precision: str) -> list[dict[str, Any]]:
        from app.bench import bench

        return bench(footage, weights, precision)


def _is_footage(word: str) -> bool:
    """Whether something lies there; a command's name means the command all the same."""
    if word.startswith("-") or not Path(word).exists():
        return False
    from engine.cli import command_names

    return word not in command_names()


def _open(paths: Sequence[Path], *, demo: bool = False) -> int:
    """The window, until it is closed."""
    if sys.platform == "win32":
        # there torch's DLLs fail to load once Qt's are in the process
        import importlib

        importlib.import_module("torch")
    if sys.platform.startswith("linux") and not _has_screen():
        print("Error: there is no screen to open a window on.", file=sys.stderr)
        print("Hint: use the commands, such as: normscope demo --out demo", file=sys.stderr)
        return 1
    from app.application import run

    return run(paths, demo=demo)


def _has_screen() -> bool:
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return any(os.environ.get(name) for name in names)


if __name__ == "__main__":
    sys.exit(main())
