"""Find the footage of a stored analysis or review again, also on another computer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath

from engine.analysis.analysis import Analysis, FootageReference
from engine.errors import FootageNotFound
from engine.files import fingerprint
from engine.footage import Footage, open_footage
from engine.progress import Progress


def footage_of(analysis: Analysis, file: Path | None = None) -> Footage:
    """Open the footage that was analysed: where it was, or beside the analysis file.

    Raises FootageNotFound when it is gone or is no longer the same footage.
    """
    return open_footage(locate(analysis.head.footage, None if file is None else file.parent))


def file_name(path: str) -> str:
    """The last piece of a path of whichever system wrote it."""
    windows = "\\" in path and "/" not in path
    return (PureWindowsPath(path) if windows else PurePosixPath(path)).name


def locate(reference: FootageReference, beside: Path | None = None, relative: str = "") -> Path:
    """Where footage lies now: its old path, its path relative to the folder `beside`, or in that
    folder under its name.  Size and fingerprint must fit.

    Raises FootageNotFound when it is gone or is no longer the same footage.
    """
    known = Path(reference.path)
    candidates = [known]
    if beside is not None:
        if relative:
            candidates.append(beside / relative)
        candidates.append(beside / file_name(reference.path))
    changed = False
    for path in candidates:
        if path.exists():
            if is_same(path, reference):
                return Path(os.path.abspath(path))
            changed = True
    name = file_name(reference.path)
    if changed:
        raise FootageNotFound(
            f"{name} is not the footage that was analysed: its contents differ.",
            hint="Analyse it again, or put the original file back.",
        )
    raise FootageNotFound(
        f"The footage {reference.path} is not there any more.",
        hint="Put it back, or beside the analysis file under its old name.",
    )


def is_same(path: Path, reference: FootageReference) -> bool:
    """Whether a file or folder is the footage that is meant, by size and fingerprint; by its name
    where no fingerprint is known.
    """
    if not reference.fingerprint:
        return path.name == file_name(reference.path)
    try:
        if path.is_file() and reference.size and path.stat().st_size != reference.size:
            return False
        return fingerprint(path) == reference.fingerprint
    except OSError:
        return False


def search(reference: FootageReference, folder: Path, found: list[Path]) -> Iterator[Progress]:
    """Look through a folder and all below it; appends the footage to `found` and ends there.

    Files of that name come first, then files of that size under another name.  Links to folders
    are not followed.
    """
    name, looked = file_name(reference.path), 0
    renamed: list[Path] = []
    for root, folders, files in os.walk(folder):
        folders.sort()
        for each in [n for n in folders if n == name] + sorted(files):
            path, looked = Path(root) / each, looked + 1
            if each == name:
                if is_same(path, reference):
                    found.append(path)
                    return
            elif path.suffix.casefold() == Path(name).suffix.casefold():
                renamed.append(path)
        yield Progress("searching", looked, 0, "file")
    for path in renamed:
        if is_same(path, reference):
            found.append(path)
            return
        looked += 1
        yield Progress("searching", looked, 0, "file")
