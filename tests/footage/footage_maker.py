"""Tiny footage for the tests: a texture that drifts, with a bright block that crosses it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

SHARED = Path(__file__).resolve().parents[3] / "shared"
X264 = "keyint=10:min-keyint=10:scenecut=0:threads=1"
X265 = "keyint=10:min-keyint=10:scenecut=0:log-level=none:pools=1"

_TEXTURE = cv2.GaussianBlur(
    np.random.default_rng(7).integers(0, 255, (200, 260, 3), dtype=np.uint8), (9, 9), 0
)
_TEXTURE = np.clip((_TEXTURE.astype(float) - 127) * 4 + 127, 0, 255).astype(np.uint8)


def picture(number: int, width: int = 64, height: int = 48) -> np.ndarray:
    """RGB uint8 (height, width, 3); every number looks different."""
    top, left = number % 40, (number * 2) % 80
    image = np.ascontiguousarray(_TEXTURE[top : top + height, left : left + width])
    column = (number * 3) % (width - 8)
    image[4:12, column : column + 8] = (255, number * 2 % 256, 0)
    return image


def make_video(
    path: Path,
    count: int = 40,
    *,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    size: tuple[int, int] = (64, 48),
    b_frames: int | None = 2,
    pts: Callable[[int], int] = lambda number: number,
    time_base: Fraction = Fraction(1, 10),
    rotation: int = 0,
    container: str | None = None,
    metadata: dict[str, str] | None = None,
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    look: Callable[[int, int, int], Any] = picture,
) -> Path:
    """Encode `count` pictures; returns the path."""
    width, height = size
    file = av.open(str(path), "w", format=container, container_options=container_options or {})
    file.metadata.update(metadata or {})
    stream = file.add_stream(codec, rate=10, options=options or _usual(codec))
    stream.width, stream.height, stream.pix_fmt = width, height, pixel_format
    stream.codec_context.time_base = time_base
    stream.codec_context.gop_size = 10
    if b_frames is not None:
        stream.codec_context.max_b_frames = b_frames
    if rotation:
        stream.set_display_rotation(rotation)
    for number in range(count):
        frame = av.VideoFrame.from_ndarray(look(number, width, height))
        frame = frame.reformat(format=pixel_format)
        frame.pts, frame.time_base = pts(number), time_base
        file.mux(stream.encode(frame))
    file.mux(stream.encode())
    file.close()
    return path


def _usual(codec: str) -> dict[str, str]:
    if codec == "libx264":
        return {"x264-params": X264}
    return {"x265-params": X265} if codec == "libx265" else {}


def make_images(folder: Path, names: list[str], size: tuple[int, int] = (64, 48)) -> Path:
    """Write numbered pictures under those names; returns the folder."""
    folder.mkdir(exist_ok=True)
    for number, name in enumerate(names):
        assert cv2.imwrite(str(folder / name), picture(number, *size)[:, :, ::-1])
    return folder
