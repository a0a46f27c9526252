"""How much room an export needs, before it is begun."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Sequence
from pathlib import Path

from engine.errors import DiskFull
from engine.export.copies import annotated_size
from engine.footage import Footage
from engine.review.state import ReviewSegment

# Bytes a pixel, from noisy recordings at the quality that is used; smooth ones need less.
EXACT, ANNOTATED, PNG, JPEG = 0.11, 0.05, 2.2, 0.25
SPARE = 16 << 20  # room that is left to others


def needed_bytes(
    footage: Footage, segments: Sequence[ReviewSegment], kinds: Collection[str]
) -> int:
    """An estimate, on the high side, of what an export of these kinds writes."""
    table = footage.table
    frames = sum(len(segment.span) for segment in segments)
    pixels = footage.width * footage.height
    needed = 120.0 * len(table) + 65_536  # tables
    if "original" in kinds:
        copied = frames
        if footage.kind == "video":
            copied += sum(
                segment.span.start - table.keyframe_at_or_before(segment.span.start)
                for segment in segments
            )
        needed += 1.05 * source_size(footage) * copied / max(1, len(table))
    if "exact" in kinds:
        needed += EXACT * pixels * frames
    if "annotated" in kinds:
        width, height = annotated_size(footage.width, footage.height)
        needed += ANNOTATED * 1.2 * width * height * frames
    if "stills" in kinds:
        needed += 6 * PNG * pixels * len(segments)
    if "report" in kinds:
        small = min(pixels, 480 * 480)
        needed += 6 * 2.4 * JPEG * small * len(segments)
    return round(needed)


def source_size(footage: Footage) -> int:
    """Bytes of the recording; 0 where it cannot be asked."""
    try:
        if footage.kind == "images":
            return sum(path.stat().st_size for path in footage.images)
        return footage.path.stat().st_size
    except OSError:
        return 0


def free_bytes(folder: Path) -> int | None:
    """Room on the disk that a folder, which need not exist yet, would lie on; None if unknown."""
    for place in (folder, *folder.parents):
        try:
            return shutil.disk_usage(place).free
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, ValueError):  # a name too long, no right to look
            return None
    return None


def require_room(folder: Path, needed: int) -> None:
    """DiskFull where less is free than an export needs."""
    free = free_bytes(folder)
    if free is not None and free < needed + SPARE:
        raise DiskFull(
            f"The export needs about {spoken_size(needed)} and {spoken_size(SPARE)} to spare; "
            f"only {spoken_size(free)} are free.",
            hint="Make room on that disk, choose a folder on another one, or fewer kinds.",
        )


def spoken_size(count: int) -> str:
    """`3.4 GB`, `120 MB`, `8 kB`."""
    for unit, size in (("GB", 1e9), ("MB", 1e6)):
        if count >= size:
            share = count / size
            return f"{share:.1f} {unit}" if share < 10 else f"{share:.0f} {unit}"
    return f"{max(1, round(count / 1e3))} kB"
