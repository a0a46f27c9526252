"""Which footages a batch means, and what their analyses are called."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from engine.errors import FootageNotFound, UnreadableFootage
from engine.footage.images import SUFFIXES

# Containers that recorders and cameras write; a file named outright is taken whatever its name.
VIDEO_SUFFIXES = (
    "3gp 264 265 asf avi dav flv h264 h265 hevc m2ts m4v mjpeg mjpg mkv mov mp4 mpeg mpg mts mxf "
    "ogv ps ts vob webm wmv"
)
VIDEO = {f".{name}" for name in VIDEO_SUFFIXES.split(" ")}


def find_footage(paths: Iterable[Path]) -> list[Path]:
    """Footages meant by `paths`, each once, in the order given and then by name.

    A file means itself, a folder of images itself as one footage, any other folder every video file
    and image folder below it.  Raises FootageNotFound, UnreadableFootage.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise FootageNotFound(f"There is nothing at {path}.")
        here = [path] if path.is_file() else list(_below(path))
        if not here:
            raise UnreadableFootage(
                f"The folder {path} holds no footage.",
                hint="Name video files, folders of images, or folders that hold them.",
            )
        found |= dict.fromkeys(entry.resolve() for entry in here)
    return list(found)


def _below(folder: Path) -> Iterable[Path]:
    entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    videos = [e for e in entries if e.is_file() and e.suffix.lower() in VIDEO]
    # a folder of recordings with a few snapshots beside them is no image sequence
    if not videos and any(e.is_file() and e.suffix.lower() in SUFFIXES for e in entries):
        yield folder
        return
    yield from videos
    for entry in entries:
        if entry.is_dir():
            yield from _below(entry)


def analysis_names(footages: Sequence[Path]) -> list[str]:
    """A file name for the analysis of each footage: its stem, and as much of its path as it takes
    to tell equal ones apart.
    """
    depth = [1] * len(footages)
    while True:
        names = [_name(path, parts) for path, parts in zip(footages, depth, strict=True)]
        folded = [name.casefold() for name in names]  # some file systems do not tell case apart
        twins = [at for at, name in enumerate(folded) if folded.count(name) > 1]
        longer = [at for at in twins if depth[at] < len(footages[at].parts)]
        if not longer:
            return [f"{name}.h5" for name in _numbered(names)]
        for at in longer:
            depth[at] += 1


def _name(path: Path, parts: int) -> str:
    above = [part.strip("/\\:") for part in path.parts[-parts:-1]]
    return "-".join([part for part in above if part] + [path.stem if path.suffix else path.name])


def _numbered(names: list[str]) -> list[str]:
    """yard.mp4 and yard.avi of one folder have the same stem however long the path is."""
    seen: dict[str, int] = {}
    told = []
    for name in names:
        key = name.casefold()
        seen[key] = seen.get(key, 0) + 1
        told.append(name if seen[key] == 1 else f"{name}-{seen[key]}")
    return told
