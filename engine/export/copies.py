"""Re-encoded copies: the exact cut, and the annotated one for viewing.

Both hold exactly the frames [start, stop), each at its own time after the first, and no sound.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import ExportFailed
from engine.export.encoding import CopyWriter, packets_in
from engine.export.strip import Strip
from engine.export.viewpoint import Viewpoint
from engine.footage import Decoder
from engine.timebase import FrameSpan

CopyKind = Literal["exact", "annotated"]
CRF = {"exact": 14, "annotated": 20}
NARROWEST, WIDEST = 640, 1920  # of an annotated copy: its text must be read, and be played


@dataclass(frozen=True, slots=True)
class CopyRecord:
    """What was written.  size: of its pictures; span: the frames of the source that it holds."""

    path: Path
    kind: CopyKind
    span: FrameSpan
    size: tuple[int, int]
    note: str


def annotated_size(width: int, height: int) -> tuple[int, int]:
    """Width and height of the picture in an annotated copy: small footage is enlarged by a whole
    number, so that the strip can be read; large footage is made smaller.
    """
    if width > WIDEST:
        return WIDEST, 2 * round(height * WIDEST / width / 2)
    times = -(-NARROWEST // width)
    return width * times + width * times % 2, height * times + height * times % 2


def writing_exact(
    view: Viewpoint, decoder: Decoder, span: FrameSpan, path: Path
) -> Generator[int, None, CopyRecord]:
    """Encode the frames of a span as they are; yields the frames done.  DiskFull, ExportFailed,
    UnreadableFootage.
    """
    footage = view.footage
    size = (footage.width, footage.height)
    table = footage.table
    with CopyWriter(path, size, table.time_base, CRF["exact"]) as writer:
        for index, picture in decoder.frames(span):
            writer.write(picture, int(table.pts[index] - table.pts[span.start]), view.ticks(index))
            yield writer.frames
    _check(path, span)
    written = (writer.width, writer.height)
    note = "re-encoded as H.264 (crf 14); no sound"
    if written != size:
        note += f"; edge pixels repeated, from {size[0]}x{size[1]} to {written[0]}x{written[1]}"
    return CopyRecord(path, "exact", span, written, note)


def writing_annotated(
    view: Viewpoint, decoder: Decoder, span: FrameSpan, path: Path
) -> Generator[int, None, CopyRecord]:
    """Encode the frames of a span with overlay and strip; yields the frames done.  Errors as
    `writing_exact`.
    """
    footage, table = view.footage, view.footage.table
    width, height = annotated_size(footage.width, footage.height)
    strip = Strip(view, span, width)
    size = (width, height + strip.height)
    with CopyWriter(path, size, table.time_base, CRF["annotated"]) as writer:
        for index, picture in decoder.frames(span):
            shown = view.overlaid(resized(picture, width, height), index)
            whole = np.concatenate((shown, strip.draw(index)))
            writer.write(whole, int(table.pts[index] - table.pts[span.start]), view.ticks(index))
            yield writer.frames
    _check(path, span)
    note = "overlay, time, frame and score drawn for viewing; re-encoded as H.264; no sound"
    if (width, height) != (footage.width, footage.height):
        note += f"; picture resized from {footage.width}x{footage.height} to {width}x{height}"
    return CopyRecord(path, "annotated", span, size, note)


def resized(picture: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """A picture in another size; enlarging by whole numbers keeps the pixels visible."""
    if picture.shape[:2] == (height, width):
        return picture
    smaller = width < picture.shape[1]
    how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (width, height), interpolation=how), np.uint8)


def _check(path: Path, span: FrameSpan) -> None:
    """Open what was written, and count."""
    written = packets_in(path)
    if written != len(span):
        raise ExportFailed(f"The copy {path.name} holds {written} of {len(span)} frames.")
