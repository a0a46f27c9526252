"""The size of an image, without decoding it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import av
import av.error

_JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_BARE = frozenset(range(0xD0, 0xD9)) | {0x01}


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """width, height in pixels as stored; codec and pixel format as libav names them, or alike."""

    width: int
    height: int
    codec: str
    pixel_format: str


def read_header(path: Path) -> ImageHeader | None:
    """The header of an image file, or None if the file is damaged, cut short or of another kind.

    JPEG and PNG are parsed here, because a folder may hold 100,000 of them; libav reads the others.
    """
    try:
        with open(path, "rb") as stream:
            head = stream.read(1 << 16)
            size = path.stat().st_size
            stream.seek(max(0, size - 4096))
            tail = stream.read()
            if head[:2] == b"\xff\xd8":
                if b"\xff\xd9" not in tail:
                    return None
                found = _jpeg(head)
                if found is None and size > len(head):  # a large preview sits before the size
                    stream.seek(0)
                    found = _jpeg(stream.read())
                return found
    except OSError:
        return None
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return _png(head) if b"IEND" in tail else None
    return _other(path)


def _jpeg(stream: bytes) -> ImageHeader | None:
    """Walk the marker segments to the frame header (ITU-T T.81, B.2.2)."""
    offset = 2
    while offset + 10 <= len(stream):
        if stream[offset] != 0xFF:
            return None
        marker = stream[offset + 1]
        if marker == 0xFF:
            offset += 1
            continue
        if marker in _JPEG_BARE:
            offset += 2
            continue
        if marker in _JPEG_SIZES:
            height = int.from_bytes(stream[offset + 5 : offset + 7], "big")
            width = int.from_bytes(stream[offset + 7 : offset + 9], "big")
            grey = stream[offset + 9] == 1
            if width and height:
                return ImageHeader(width, height, "mjpeg", "gray" if grey else "yuvj420p")
            return None
        offset += 2 + int.from_bytes(stream[offset + 2 : offset + 4], "big")
    return None


def _png(stream: bytes) -> ImageHeader | None:
    """IHDR comes first (PNG 11.2.2)."""
    if len(stream) < 26:
        return None
    width = int.from_bytes(stream[16:20], "big")
    height = int.from_bytes(stream[20:24], "big")
    kind = {0: "gray", 2: "rgb24", 3: "pal8", 4: "ya8", 6: "rgba"}.get(stream[25])
    return ImageHeader(width, height, "png", kind) if kind and width and height else None


def _other(path: Path) -> ImageHeader | None:
    try:
        with closing(av.open(str(path.absolute()))) as container:
            if not container.streams.video:
                return None
            context = container.streams.video[0].codec_context
            if not context.width or not context.height:
                return None
            return ImageHeader(
                context.width, context.height, context.name, context.pix_fmt or "unknown"
            )
    except (av.error.FFmpegError, OSError):
        return None
