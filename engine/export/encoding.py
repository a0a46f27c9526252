"""Copies for viewing: RGB pictures to H.264 in MP4, with the times that they are given."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from engine.export.failing import export_error

# Keyframes often and no B-frames: every player then steps and seeks to single frames.
KEYFRAME_EVERY = 24
_COLOURS = {  # how RGB becomes YUV, and the number by which the stream says so (ITU-T H.273)
    "bt709": (Colorspace.ITU709, 1),
    "smpte170m": (Colorspace.ITU601, 6),
}
_HD = 577  # rows from which players that ignore the tags take BT.709


class CopyWriter:
    """An MP4 that is written picture by picture.  DiskFull, ExportFailed where it cannot be.

    Sizes are rounded up to even ones, as 4:2:0 needs, by repeating the last row and column.  Times
    are exact: `pts` counts in `time_base`.
    """

    def __init__(self, path: Path, size: tuple[int, int], time_base: Fraction, crf: int) -> None:
        """size: width, height of the pictures.  crf: 0 is lossless, 16 hardly told apart."""
        self._path, self._size = path, size
        self.width, self.height = size[0] + size[0] % 2, size[1] + size[1] % 2
        self._time_base = time_base
        self._space, tag = _COLOURS["bt709" if self.height >= _HD else "smpte170m"]
        self._reformatter = VideoReformatter()
        self._durations: dict[int, int] = {}
        self.frames = 0
        try:
            self._container = av.open(str(path), "w", format="mp4",
                                      options={"movflags": "+faststart"})  # fmt: skip
            self._stream: Any = self._container.add_stream("libx264", rate=25)
            self._stream.width, self._stream.height = self.width, self.height
            self._stream.pix_fmt = "yuv420p"
            context = self._stream.codec_context
            context.time_base = self._stream.time_base = time_base
            context.max_b_frames, context.gop_size = 0, KEYFRAME_EVERY
            context.colorspace, context.color_range = tag, ColorRange.MPEG.value
            context.options = {"crf": str(crf), "preset": "faster", "rc-lookahead": "8"}
        except (av.FFmpegError, OSError) as error:
            raise export_error(error, path.name) from error

    def write(self, picture: NDArray[np.uint8], pts: int, duration: int) -> None:
        """The next picture, RGB uint8 (H, W, 3), shown from `pts` on for `duration`."""
        width, height = self._size
        if (width, height) != (self.width, self.height):
            spare = ((0, self.height - height), (0, self.width - width), (0, 0))
            picture = np.pad(picture, spare, mode="edge")
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
        frame = self._reformatter.reformat(
            frame,
            format="yuv420p",
            dst_colorspace=self._space,
            dst_color_range=ColorRange.MPEG,
            interpolation=Interpolation.BICUBIC | Interpolation.ACCURATE_RND,
        )
        frame.pts, frame.time_base = pts, self._time_base
        self._durations[pts] = duration
        self._mux(frame)
        self.frames += 1

    def finish(self) -> None:
        """Write what the encoder still holds, and the index."""
        self._mux(None)
        self.close()

    def close(self) -> None:
        """Close the file, whole or not."""
        try:
            self._container.close()
        except (av.FFmpegError, OSError) as error:
            raise export_error(error, self._path.name) from error

    def _mux(self, frame: Any) -> None:
        try:
            for packet in self._stream.encode(frame):
                # the encoder forgets how long a picture is shown, which matters for the last one
                packet.duration = self._durations.pop(packet.pts, packet.duration)
                self._container.mux_one(packet)
        except (av.FFmpegError, OSError) as error:
            raise export_error(error, self._path.name) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.finish()
            return
        try:
            self._container.close()
        except (av.FFmpegError, OSError):
            return  # the error that brought us here says more


def packets_in(path: Path) -> int:
    """Pictures that a finished copy holds, by its packets.  ExportFailed where it is none."""
    try:
        with av.open(str(path)) as container:
            return sum(packet.size > 0 for packet in container.demux(container.streams.video[0]))
    except (av.FFmpegError, IndexError) as error:
        raise export_error(error, path.name) from error
