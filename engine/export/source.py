"""The identity of a source: SHA-256 of a file, or of a folder's files and their names."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable
from pathlib import Path

from engine.footage.images import SUFFIXES

BLOCK = 4 << 20


def hashing(path: Path) -> Generator[int, None, str]:
    """SHA-256 of a file, block by block: yields the bytes read since the last report.  OSError."""
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
            yield len(block)
    return digest.hexdigest()


def source_files(path: Path) -> list[Path]:
    """The files that make up a source: itself, or the images of a folder by name."""
    if not path.is_dir():
        return [path]
    return sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES and p.is_file())


def folder_digest(digests: Iterable[tuple[str, str]]) -> str:
    """SHA-256 over lines `digest  name`, as sha256sum writes them, in order of names."""
    text = "".join(f"{digest}  {name}\n" for name, digest in sorted(digests))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def hashing_source(path: Path) -> Generator[int, None, str]:
    """As `hashing`, for a file or a folder of images."""
    if not path.is_dir():
        return (yield from hashing(path))
    digests = []
    for file in source_files(path):
        digests.append((file.name, (yield from hashing(file))))
    return folder_digest(digests)


def source_sha256(path: Path) -> str:
    """As `hashing_source`, at once."""
    work = hashing_source(path)
    while True:
        try:
            next(work)
        except StopIteration as ended:
            return str(ended.value)


def source_bytes(path: Path) -> int:
    """How much there is to hash."""
    return sum(file.stat().st_size for file in source_files(path))
