"""The untouched excerpt of a folder of images: the image files themselves, byte for byte."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from engine.errors import ExportFailed
from engine.export.failing import exporting
from engine.files import sha256
from engine.footage import Footage
from engine.timebase import FrameSpan


@dataclass(frozen=True, slots=True)
class ImagesRecord:
    """What was written: a folder with the images of a span under their own names."""

    path: Path
    span: FrameSpan
    frames: int
    files_identical: bool


def copying_images(
    footage: Footage, span: FrameSpan, folder: Path, stem: str
) -> Generator[int, None, ImagesRecord]:
    """Copy the image files of a span into folder/stem/ and compare; yields the files done.
    DiskFull, ExportFailed.
    """
    into = folder / stem
    with exporting(f"the folder {stem}"):
        into.mkdir()
    same = True
    for done, index in enumerate(span, 1):
        source = footage.images[index]
        if not source.is_file():
            raise ExportFailed(
                f"The image {source.name} is not there any more.",
                hint="Check that the folder is still complete.",
            )
        with exporting(source.name):
            shutil.copyfile(source, into / source.name)
            same = same and sha256(into / source.name) == sha256(source)
        yield done
    return ImagesRecord(into, span, len(span), same)
