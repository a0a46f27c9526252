"""What a failure while exporting means to the reader."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from engine.errors import DiskFull, EngineError, ExportFailed
from engine.files import storage_error


def export_error(error: Exception, what: str) -> EngineError:
    """DiskFull where there is no room, else ExportFailed that names `what`."""
    if isinstance(error, OSError):
        found = storage_error(error, what)
        return found if isinstance(found, DiskFull) else ExportFailed(str(found))
    return ExportFailed(f"{what} could not be written: {error}.")


@contextlib.contextmanager
def exporting(what: str) -> Iterator[None]:
    """Turns an OSError of the block into DiskFull or ExportFailed, which name `what`."""
    try:
        yield
    except OSError as error:
        raise export_error(error, what) from error
