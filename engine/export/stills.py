"""Stills: where a segment begins, is highest, and ends; the raw frame beside the overlaid one."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.export.copies import resized
from engine.export.failing import exporting
from engine.export.lettering import lettering
from engine.export.painting import FAINT, STAGE, TEXT
from engine.export.viewpoint import Viewpoint
from engine.footage import Decoder
from engine.review.state import ReviewSegment
from engine.timebase import timecode

Picture = NDArray[np.uint8]
REPORT_WIDTH = 480  # of pictures in the report
COLUMNS, ROWS, CELL = 4, 6, 360  # of a contact sheet
QUALITY = 86


@dataclass(frozen=True, slots=True)
class Still:
    """One moment of a segment.  role: in, peak or out.  raw, overlaid: JPEG for the report; files:
    PNG of full size, where they were asked for.
    """

    role: str
    index: int
    raw: bytes
    overlaid: bytes
    files: tuple[Path, ...] = ()


def moments(segment: ReviewSegment) -> list[tuple[str, int]]:
    """Its first frame, its peak, its last frame; a frame is named once."""
    named = [
        ("in", segment.span.start),
        ("peak", min(max(segment.peak_frame, segment.span.start), segment.span.stop - 1)),
        ("out", segment.span.stop - 1),
    ]
    return named if len(segment.span) > 1 else named[1:2]


def writing_stills(
    view: Viewpoint, decoder: Decoder, segment: ReviewSegment, folder: Path | None, stem: str
) -> Generator[None, None, list[Still]]:
    """The stills of a segment; PNG files are written where there is a folder.  DiskFull,
    ExportFailed, UnreadableFootage.
    """
    stills = []
    for role, index in moments(segment):
        picture = decoder.read(index)
        overlaid = view.overlaid(picture, index, alone=True)
        files: list[Path] = []
        if folder is not None:
            for name, shown in ((f"{stem}_{role}", picture), (f"{stem}_{role}_overlay", overlaid)):
                files.append(folder / f"{name}.png")
                with exporting(files[-1].name):
                    files[-1].write_bytes(encoded(shown, ".png"))
        small = small_size(view)
        stills.append(
            Still(
                role,
                index,
                encoded(resized(picture, *small), ".jpg"),
                encoded(resized(overlaid, *small), ".jpg"),
                tuple(files),
            )
        )
        yield
    return stills


def small_size(view: Viewpoint) -> tuple[int, int]:
    """Of a picture in the report: never enlarged."""
    width, height = view.footage.width, view.footage.height
    share = min(1.0, REPORT_WIDTH / width)
    return max(1, round(width * share)), max(1, round(height * share))


def encoded(picture: Picture, kind: str) -> bytes:
    """RGB uint8 (H, W, 3) as a .png or .jpg file."""
    options = [cv2.IMWRITE_JPEG_QUALITY, QUALITY] if kind == ".jpg" else []
    done, content = cv2.imencode(kind, np.ascontiguousarray(picture[:, :, ::-1]), options)
    if not done:
        raise ValueError(f"a picture of shape {picture.shape} cannot be stored as {kind}")
    return content.tobytes()


def write_contact_sheets(
    view: Viewpoint, shown: Sequence[tuple[ReviewSegment, Picture]], folder: Path
) -> list[Path]:
    """All segments at their peak on sheets of 24; shown: the overlaid peak of each, as it is."""
    paths = []
    each = COLUMNS * ROWS
    for number, first in enumerate(range(0, len(shown), each), 1):
        name = "contact_sheet.jpg" if len(shown) <= each else f"contact_sheet_{number}.jpg"
        paths.append(folder / name)
        sheet = _sheet(view, shown[first : first + each], first)
        with exporting(name):
            paths[-1].write_bytes(encoded(sheet, ".jpg"))
    return paths


def sheet_cell(view: Viewpoint, picture: Picture) -> Picture:
    """A picture as small as a contact sheet shows it."""
    share = CELL / view.footage.width
    return resized(picture, CELL, max(1, round(view.footage.height * share)))


def _sheet(view: Viewpoint, shown: Sequence[tuple[ReviewSegment, Picture]], first: int) -> Picture:
    bold, plain = lettering(14, True), lettering(13)
    tall = max(cell.shape[0] for _, cell in shown)
    gap, caption = 16, bold.line + plain.line + 10
    columns = min(COLUMNS, len(shown))
    rows = -(-len(shown) // columns)
    width = gap + columns * (CELL + gap)
    height = gap + rows * (tall + caption + gap)
    sheet = np.empty((height, width, 3), np.uint8)
    sheet[:] = STAGE
    for at, (segment, cell) in enumerate(shown):
        left = gap + at % columns * (CELL + gap)
        top = gap + at // columns * (tall + caption + gap)
        sheet[top : top + cell.shape[0], left : left + CELL] = cell
        below = top + tall + 5
        role = moments(segment)[-2 if len(segment.span) > 1 else 0][1]
        title = f"{first + at + 1:03d}   {timecode(view.seconds(role))}"
        bold.draw(sheet, left, below, bold.fitting(title, CELL), TEXT)
        told = f"score {view.score_words(role)}   {segment.verdict.value}"
        plain.draw(sheet, left, below + bold.line + 2, plain.fitting(told, CELL), FAINT)
    return sheet
