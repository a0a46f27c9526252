"""A folder that is there as a whole or not at all.

Work goes on in a hidden folder beside the final one, which is renamed at the end.  What a kill
leaves behind is hidden, is recognised because nobody holds its lock, and is cleared away by the
next export beside it.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from engine.errors import ExportFailed
from engine.export.failing import exporting

SUFFIX = ".normscope-part"
LOCK = ".lock"


class Staging:
    """Work in `path`, then `publish()`; leaving without it removes everything that was written."""

    def __init__(self, folder: Path) -> None:
        """DiskFull, ExportFailed: the folder is taken, in use, or cannot be made."""
        self.folder = folder
        self.path = folder.with_name(f".{folder.name}{SUFFIX}")
        with exporting(f"the folder {folder}"):
            taken = folder.is_symlink() or (folder.exists() and not _is_empty_folder(folder))
        if taken:
            raise ExportFailed(
                f"{folder} already holds something.", hint="Choose a new folder for this export."
            )
        if not folder.name or folder.name in (".", ".."):
            raise ExportFailed(f"{folder} is no name for a new folder.")
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ExportFailed(f"The folder {folder} cannot be made.") from error
        for left in folder.parent.glob(f".*{SUFFIX}"):
            _clear(left)
        with exporting(f"the folder {folder}"):
            self.path.mkdir(exist_ok=True)
            self._lock: IO[bytes] | None = _held(self.path / LOCK)
        if self._lock is None:
            raise ExportFailed(
                f"Another export is writing {folder} at this moment.",
                hint="Wait for it, or choose another folder.",
            )

    def publish(self) -> None:
        """Give the whole folder its name."""
        self._release()
        with exporting(f"the folder {self.folder}"):
            if self.folder.exists():
                self.folder.rmdir()  # empty, or it would not have come to this
            os.rename(self.path, self.folder)

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None
            (self.path / LOCK).unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._release()
        shutil.rmtree(self.path, ignore_errors=True)


def _is_empty_folder(folder: Path) -> bool:
    return folder.is_dir() and next(folder.iterdir(), None) is None


def _clear(left: Path) -> None:
    """Remove what an export that was killed left behind; one that is still at work is let be."""
    if left.is_symlink() or not left.is_dir():
        return
    try:
        lock = _held(left / LOCK)
    except OSError:
        return
    if lock is not None:
        lock.close()
        shutil.rmtree(left, ignore_errors=True)


def _held(path: Path) -> IO[bytes] | None:
    """An open file whose lock this process holds until it is closed; None where another does."""
    stream = open(path, "ab")  # noqa: SIM115 - the caller keeps it open
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        stream.close()
        return None
    return stream
