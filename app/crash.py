"""Bugs: a rotating log, hooks for what nothing else catches, and a report that can be sent on.

The report names versions, the machine and the error.  It holds no footage, and paths of the user's
own folder are shortened to ~.
"""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import platform
import sys
import threading
import traceback
import types
from collections.abc import Callable
from pathlib import Path

from engine.places import log_folder

log = logging.getLogger("normscope")
LOG_BYTES, LOG_FILES = 1 << 20, 5
TAIL_LINES = 200
PACKAGES = ("PySide6-Essentials", "torch", "numpy", "av", "h5py", "opencv-python-headless")
FORMAT = "%(asctime)s %(levelname)s %(threadName)s %(name)s %(message)s"


def log_path() -> Path:
    """The log file; older ones lie beside it as .1, .2 and so on."""
    return log_folder() / "normscope.log"


def start_log() -> logging.Handler:
    """Log to the rotating file from now on; hard crashes of the interpreter go to another file."""
    handler = logging.handlers.RotatingFileHandler(
        log_path(), maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8", delay=True
    )
    handler.setFormatter(logging.Formatter(FORMAT))
    root = logging.getLogger()
    root.addHandler(handler)
    if root.level > logging.INFO or root.level == logging.NOTSET:
        root.setLevel(logging.INFO)
    return handler


def watch_hard_crashes() -> None:
    """Let the interpreter write where it was when a library crashes it."""
    stream = open(log_folder() / "hard-crash.log", "a", encoding="utf-8")  # noqa: SIM115
    faulthandler.enable(stream)  # it needs the file for the life of the process


def install_hooks(tell: Callable[[BaseException], None], leave: Callable[[], object]) -> None:
    """Errors that nothing catches go to `tell`, from any thread; Ctrl+C leaves."""

    def unexpected(
        kind: type[BaseException], error: BaseException, trace: types.TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            leave()
        else:
            tell(error)

    def in_thread(raised: threading.ExceptHookArgs) -> None:
        if raised.exc_value is not None and raised.exc_type is not SystemExit:
            tell(raised.exc_value)

    sys.excepthook = unexpected
    threading.excepthook = in_thread


def remove_hooks() -> None:
    """The interpreter's own again."""
    sys.excepthook = sys.__excepthook__
    threading.excepthook = threading.__excepthook__


def report(error: BaseException, version: str) -> str:
    """All that is needed to understand an error elsewhere, as text."""
    lines = [
        f"Normscope {version}",
        f"Python {platform.python_version()} on {platform.platform()} ({platform.machine()})",
        ", ".join(_version(name) for name in PACKAGES),
        "",
        "".join(traceback.format_exception(error)).rstrip(),
        "",
        f"--- the log's last {TAIL_LINES} lines ---",
        log_tail(),
    ]
    return _shortened("\n".join(lines)) + "\n"


def log_tail(lines: int = TAIL_LINES) -> str:
    """The end of the log."""
    try:
        text = log_path().read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "(there is no log)"
    return "\n".join(text.splitlines()[-lines:])


def _version(name: str) -> str:
    import importlib.metadata  # slow to import, and rarely needed

    try:
        return f"{name} {importlib.metadata.version(name)}"
    except importlib.metadata.PackageNotFoundError:
        return f"{name} -"


def _shortened(text: str) -> str:
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text
