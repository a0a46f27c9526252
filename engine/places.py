"""Where things lie: what came with the program, and what belongs to the user."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs


def resource(name: str) -> Path:
    """A file or folder of `resources/`, in a checkout, an installed wheel or a frozen bundle."""
    bundle = getattr(sys, "_MEIPASS", None)
    if bundle is not None:
        return Path(bundle) / "resources" / name
    import resources

    return Path(next(iter(resources.__path__))) / name


def log_folder() -> Path:
    """Where logs go on this platform; under NORMSCOPE_HOME where that is set."""
    if os.environ.get("NORMSCOPE_HOME"):
        return user_folder("logs")
    folder = Path(platformdirs.user_log_dir("normscope", appauthor=False))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def user_folder(name: str) -> Path:
    """A folder of the user's own data, made on demand.  NORMSCOPE_HOME overrides where."""
    home = os.environ.get("NORMSCOPE_HOME")
    root = Path(home) if home else Path(platformdirs.user_data_dir("normscope", appauthor=False))
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
