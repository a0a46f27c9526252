"""Footage: what is known of a recording once it has been opened."""

from __future__ import annotations

import os
from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Literal

from engine.errors import FootageNotFound
from engine.footage.container import first_video, open_container
from engine.footage.frame_table import FrameTable
from engine.footage.images import index_images
from engine.footage.indexing import build_index
from engine.footage.start_time import FROM_ANALYST, start_time
from engine.progress import Progress, outcome_of

_GREY = ("gray", "y8", "y16", "mono", "ya")


@dataclass(frozen=True)
class Footage:
    """A recording that can be decoded: a video file, or a folder of images.

    width, height: pixels as shown, after rotation.  rotation: degrees counter-clockwise by which a
    stored picture is turned to be shown (numpy.rot90 with k = rotation / 90).  grey: it holds no
    colour. problems: sentences for the reader.  start_time: aware if from the container, naive if
    from the name, either from the analyst. counted: frames cannot be found by time, only by
    counting from the start (slow to jump in). images: the image files, one a frame, for kind
    "images".
    """

    path: Path
    kind: Literal["video", "images"]
    width: int
    height: int
    rotation: int
    codec: str
    pixel_format: str
    grey: bool
    table: FrameTable
    problems: tuple[str, ...] = ()
    has_audio: bool = False
    start_time: datetime | None = None
    start_time_origin: str = ""
    counted: bool = False
    images: tuple[Path, ...] = ()

    def __len__(self) -> int:
        return len(self.table)

    def require_there(self) -> None:
        """FootageNotFound where it was moved, or its disk taken away, since it was opened."""
        if not os.path.exists(self.path):
            raise FootageNotFound(f"{self.path} is not there any more.")

    @property
    def duration(self) -> Fraction:
        """Seconds from the first frame to the end of the last."""
        return self.table.duration

    def started(self, moment: datetime | None) -> Footage:
        """The same recording with a start that the analyst gave; None leaves what the file says."""
        if moment is None:
            return self
        return replace(self, start_time=moment, start_time_origin=FROM_ANALYST)


def open_footage(path: Path | str, image_rate: Fraction = Fraction(10)) -> Footage:
    """Open a video file, or a folder of images shown at `image_rate` a second.

    FootageNotFound: nothing is there.  UnreadableFootage: it holds no picture that can be decoded.
    """
    return outcome_of(opening(path, image_rate))


def opening(
    path: Path | str, image_rate: Fraction = Fraction(10)
) -> Generator[Progress, None, Footage]:
    """As `open_footage`, for a caller who shows how far it is and may stop: a file without usable
    times is decoded as a whole.
    """
    path = Path(path).absolute()
    if not path.exists():
        raise FootageNotFound(f"There is no file or folder {path}.")
    yield Progress("opening", 0, 0, "file")
    return _open_images(path, image_rate) if path.is_dir() else (yield from _open_video(path))


def _open_video(path: Path) -> Generator[Progress, None, Footage]:
    container = open_container(path)
    try:
        stream = first_video(container, path)
        codec = stream.codec_context.name
        has_audio = bool(container.streams.audio)
        began, origin = start_time(container.metadata, path.stem)
    finally:
        container.close()
    index = yield from build_index(path)
    return Footage(
        path=path,
        kind="video",
        width=index.width,
        height=index.height,
        rotation=index.rotation,
        codec=codec,
        pixel_format=index.pixel_format,
        grey=index.pixel_format.startswith(_GREY),
        table=index.table,
        problems=tuple(index.problems),
        has_audio=has_audio,
        start_time=began,
        start_time_origin=origin,
        counted=index.counted,
    )


def _open_images(path: Path, rate: Fraction) -> Footage:
    index = index_images(path, rate)
    began, origin = start_time({}, index.paths[0].stem)
    if began is None:
        began, origin = start_time({}, path.name)
    return Footage(
        path=path,
        kind="images",
        width=index.header.width,
        height=index.header.height,
        rotation=0,
        codec=index.header.codec,
        pixel_format=index.header.pixel_format,
        grey=index.grey,
        table=index.table,
        problems=index.problems,
        start_time=began,
        start_time_origin=origin,
        images=index.paths,
    )
