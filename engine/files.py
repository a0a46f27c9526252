"""Whole files or nothing: atomic replacement and content hashes."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import math
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from engine.errors import BadSetting, DiskFull, StorageFailed

# No space, a quota, or the largest file that the file system holds: all mean "make room".
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` that takes its place when the block ends without an error.

    The old file stays whole until then, and nothing half-written is left under either name.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(
        prefix=f".{path.name}.", suffix=f".part{path.suffix}", dir=path.parent
    )
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with open(temporary, "rb") as written:
            os.fsync(written.fileno())
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(
            0o666 & ~umask
        )  # mkstemp makes files private; a finished one is an ordinary file
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def refuse_foreign(path: Path, ours: Callable[[Path], bool], kind: str) -> None:
    """BadSetting where something lies at `path` that is not `kind`, so that writing there would
    destroy it.  ours: whether a file is of that kind.  An empty file holds nothing to lose.
    """
    hint = "Choose another name for what is to be written."
    if path.is_dir():
        raise BadSetting(f"{path} is a folder, not {kind}.", hint=hint)
    if path.exists() and not (path.is_file() and (not path.stat().st_size or ours(path))):
        raise BadSetting(f"{path} is there already and is not {kind}.", hint=hint)


def refuse_strangers(folder: Path, ours: Callable[[Path], bool], kind: str) -> None:
    """BadSetting where a folder that shall be filled holds what is not `kind`.  ours: whether the
    folder is of that kind, asked where it is not empty.  Hidden files do not count.
    """
    hint = "Choose a new or an empty folder."
    if folder.exists() and not folder.is_dir():
        raise BadSetting(f"{folder} is a file, not a folder.", hint=hint)
    if not folder.is_dir() or all(entry.name.startswith(".") for entry in folder.iterdir()):
        return
    if not ours(folder):
        raise BadSetting(f"{folder} is there already and is not {kind}.", hint=hint)


def storage_error(error: OSError, what: str) -> StorageFailed:
    """What an OSError while writing `what` means to the reader."""
    if error.errno in _FULL:
        return DiskFull(f"The disk is full: {what} could not be written.")
    return StorageFailed(f"{what} could not be written: {error.strerror or error}.")


@contextlib.contextmanager
def storing(what: str) -> Iterator[None]:
    """Turns an OSError of the block into DiskFull or StorageFailed, which name `what`."""
    try:
        yield
    except OSError as error:
        raise storage_error(error, what) from error


def write_bytes(path: Path, content: bytes) -> None:
    """Replace `path` by other bytes, atomically."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    """Replace `path` by `text` (UTF-8), atomically."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, document: Any) -> None:
    """Replace `path` by a readable JSON document, atomically.  NaN and infinity, which JSON does
    not have, become null.
    """
    try:
        text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(document), indent=1, ensure_ascii=False, allow_nan=False)
    write_text(path, text + "\n")


def _finite(value: Any) -> Any:
    """A document with null for every number that is none."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    return [_finite(one) for one in value] if isinstance(value, list | tuple) else value


def sha256(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def fingerprint(path: Path) -> str:
    """A quick identity of a large file: SHA-256 over its size, first and last MiB; of a folder
    over its listing.

    It finds footage again after a move.  It proves nothing: evidence uses the full `sha256`.
    """
    digest = hashlib.sha256()
    if path.is_dir():
        for entry in sorted(path.iterdir()):
            if entry.is_file():
                digest.update(f"{entry.name}\0{entry.stat().st_size}\n".encode())
        return digest.hexdigest()[:32]
    size = path.stat().st_size
    digest.update(str(size).encode())
    with open(path, "rb") as stream:
        digest.update(stream.read(1 << 20))
        if size > 1 << 20:
            stream.seek(max(size - (1 << 20), 1 << 20))
            digest.update(stream.read())
    return digest.hexdigest()[:32]
