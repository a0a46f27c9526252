"""The folder beside weights where a learning run keeps its files until it is done."""

from __future__ import annotations

from pathlib import Path

from engine.errors import BadSetting

_OURS = {"frames.u8", "flow.f16", "checkpoint.pt", "order.json"}


def run_folder(out: Path) -> Path:
    """OUT.run, made where it is missing.  It is removed when the run is done, so that BadSetting is
    raised where it holds what no run of ours has put there.
    """
    folder = out.with_suffix(".run")
    if folder.exists() and not (folder.is_dir() and all(map(_is_ours, folder.iterdir()))):
        raise BadSetting(
            f"{folder} is there already and is not the folder of a learning run.",
            hint="Choose another name for the weights.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _is_ours(entry: Path) -> bool:
    """A kill may leave the temporary file of an atomic write, whose name starts with a dot."""
    return entry.is_file() and (entry.name in _OURS or entry.name.startswith("."))
