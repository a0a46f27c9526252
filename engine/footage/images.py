"""A folder of images as footage."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import BadSetting, UnreadableFootage
from engine.footage.frame_table import FrameTable
from engine.footage.image_header import ImageHeader, read_header

SUFFIXES = frozenset((".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff"))
_NAMED = 5  # bad images named one by one; the rest is a number


@dataclass(frozen=True, slots=True)
class ImageIndex:
    """The usable images of a folder, their table, and what is wrong with the others."""

    paths: tuple[Path, ...]
    table: FrameTable
    header: ImageHeader
    grey: bool
    problems: tuple[str, ...]


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key by which frame2 comes before frame10.

    Digits compare as numbers and sort before text, as file browsers do; the name itself breaks
    ties.
    """
    parts = re.split(r"(\d+)", name.casefold())
    key = [(0, int(part), part) if part.isdecimal() else (1, 0, part) for part in parts if part]
    return (*key, (2, 0, name))


def read_image(path: Path) -> NDArray[np.uint8]:
    """RGB uint8 (H, W, 3) of an image as stored (EXIF orientation is not applied).
    UnreadableFootage.

    Bytes are read by Python: on Windows cv2 cannot open names outside the ANSI code page.
    """
    try:
        stored = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise UnreadableFootage(
            f"The image {path.name} cannot be read any more.",
            hint="Check that the folder is still there and complete.",
        ) from error
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        decoded = cv2.imdecode(stored, flags) if len(stored) else None
    except cv2.error:
        decoded = None
    if decoded is None:
        raise UnreadableFootage(
            f"The image {path.name} is damaged and cannot be decoded.",
            hint="Copy it again, or take it out of the folder.",
        )
    return np.ascontiguousarray(decoded[:, :, ::-1], dtype=np.uint8)


def index_images(folder: Path, rate: Fraction) -> ImageIndex:
    """List a folder in natural name order.  PTS is the position in that list, the time base 1 /
    rate.

    Images that are unreadable or of another size than the first are left out; their place in time
    stays empty, so that the others keep theirs.  UnreadableFootage if nothing is left; BadSetting
    for the rate.
    """
    if rate <= 0:
        raise BadSetting(f"The rate of an image sequence must be positive, not {rate}.")
    try:
        names = [entry for entry in folder.iterdir() if entry.suffix.lower() in SUFFIXES]
        found = sorted((entry for entry in names if entry.is_file()), key=_key)
    except OSError as error:
        raise UnreadableFootage(
            f"The folder {folder.name} may not be read by this user.",
            hint="Ask for permission to read the folder, or copy it to one of your own.",
        ) from error
    if not found:
        raise UnreadableFootage(
            f"The folder {folder.name} holds no images.",
            hint="Choose a folder of JPEG, PNG, BMP or TIFF images, or a video file.",
        )
    headers = [read_header(path) for path in found]
    first = next((header for header in headers if header is not None), None)
    if first is None:
        raise UnreadableFootage(
            f"None of the {len(found)} images in {folder.name} can be read.",
            hint="Check that the copy is complete.",
        )
    size = (first.width, first.height)
    good: list[int] = []
    unreadable: list[str] = []
    odd: list[str] = []
    for position, header in enumerate(headers):
        if header is None:
            unreadable.append(found[position].name)
        elif (header.width, header.height) != size:
            odd.append(found[position].name)
        else:
            good.append(position)
    problems = []
    if unreadable:
        problems.append(f"{_listed(unreadable)} cannot be read; that place stays empty.")
    if odd:
        problems.append(f"{_listed(odd)} differ from {size[0]}x{size[1]} and are left out.")
    paths = tuple(found[position] for position in good)
    pts = np.array(good, dtype=np.int64)
    table = FrameTable(pts, np.ones(len(good), dtype=np.bool_), 1 / Fraction(rate))
    grey = all(
        header.pixel_format.startswith("gray") for header in headers if header is not None
    ) or _looks_grey(paths)
    return ImageIndex(paths, table, first, grey, tuple(problems))


def _key(path: Path) -> tuple[tuple[int, int, str], ...]:
    return natural(path.name)


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED} more" if len(names) > _NAMED else shown


def _looks_grey(paths: tuple[Path, ...]) -> bool:
    """Whether colour images hold no colour, judged by the first, middle and last (Ped2 is stored
    so).
    """
    for path in {paths[0], paths[len(paths) // 2], paths[-1]}:
        try:
            image = read_image(path)
        except UnreadableFootage:
            continue
        if (image.max(axis=2) - image.min(axis=2)).max() > 2:
            return False
    return True
