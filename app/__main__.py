"""The entry point: the window, or a command of the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path


def main(argv: Sequence[str] | None = None) -> int:
    """`normscope` and `normscope review FOOTAGE ...` open the window; anything else is a
    command."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments and arguments[0] == "bench":
        from app.bench import main as bench

        return bench(arguments[1:])
    window = not arguments or arguments[0] in ("review", "--demo")
    if not window or any(a in ("--help", "-h") for a in arguments):
        from engine.cli import main as command_line

        return command_line(arguments)
    if sys.platform == "win32":
        # there torch's DLLs fail to load once Qt's are in the process
        import importlib

        importlib.import_module("torch")
    if sys.platform.startswith("linux") and not _has_screen():
        print("Error: there is no screen to open a window on.", file=sys.stderr)
        print("Hint: use the commands, such as: normscope demo --out demo", file=sys.stderr)
        return 1
    from app.application import run

    demo = arguments[:1] == ["--demo"]
    return run([Path(a) for a in arguments[1:]], demo=demo)


def _has_screen() -> bool:
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return any(os.environ.get(name) for name in names)


if __name__ == "__main__":
    sys.exit(main())
