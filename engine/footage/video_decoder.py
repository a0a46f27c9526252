"""Frames of a video file by index, the same pixels in whatever order they are asked for."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Literal, Self

import av.error
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from engine.errors import Abandoned, UnreadableFootage
from engine.footage.container import (
    first_video,
    open_container,
    packets_of,
    pictures,
    skip_to_keyframe,
)
from engine.footage.footage import Footage
from engine.footage.nal import is_clean_start
from engine.timebase import FrameIndex, FrameSpan

_NEARBY = 8  # frames ahead that are cheaper to decode through than to seek to
_RETRIES = 3  # keyframes further back that are tried when a frame does not come out


class VideoDecoder:
    """Decodes one video file.  For one thread at a time; see Decoder for the interface."""

    def __init__(
        self,
        footage: Footage,
        *,
        purpose: Literal["scrub", "scan"] = "scan",
        given_up: Callable[[], bool] | None = None,
    ) -> None:
        """FootageNotFound, UnreadableFootage: the file is gone or has changed."""
        self.footage = footage
        self._given_up = given_up
        # Frame threads decode faster but hold several pictures back after each seek.
        self._threads: Literal["SLICE", "AUTO"] = "SLICE" if purpose == "scrub" else "AUTO"
        self._container: InputContainer | None = None
        self._run: Iterator[tuple[FrameIndex, VideoFrame]] | None = None
        self._next: FrameIndex = 0  # every frame before it has passed in this run
        self._careful = False
        self._reformatter = VideoReformatter()
        self._open()

    # -- the interface ----------------------------------------------------------------------------

    def read(self, index: FrameIndex) -> NDArray[np.uint8]:
        """See Decoder.read."""
        self.footage.table.check(index)
        return self._shown(self._find(index))

    def frames(
        self, span: FrameSpan | None = None
    ) -> Iterator[tuple[FrameIndex, NDArray[np.uint8]]]:
        """See Decoder.frames."""
        for index in span if span is not None else range(len(self.footage)):
            yield index, self.read(index)

    def gop(self, index: FrameIndex) -> Iterator[tuple[FrameIndex, NDArray[np.uint8]]]:
        """See Decoder.gop."""
        for earlier in range(self.footage.table.keyframe_at_or_before(index), index + 1):
            yield earlier, self.read(earlier)

    def close(self) -> None:
        """See Decoder.close."""
        self._run = None
        if self._container is not None:
            self._container.close()
            self._container = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # -- finding a frame --------------------------------------------------------------------------

    def _find(self, index: FrameIndex) -> VideoFrame:
        table = self.footage.table
        key = 0 if self.footage.counted else table.keyframe_at_or_before(index)
        near = key <= self._next or index - self._next <= _NEARBY
        if self._run is not None and self._next <= index and near:
            found = self._forward(index)
            if found is not None:
                return found
        careful = self._careful
        found = self._jump(index, key)
        if found is None and self._careful and not careful:
            found = self._jump(index, key)  # damage was met on the way: once more, carefully
        if found is None:
            raise UnreadableFootage(
                f"Frame {index} of {self.footage.path.name} is damaged and cannot be decoded.",
                hint="Go to another frame; the rest of the footage is not affected.",
            )
        return found

    def _jump(self, index: FrameIndex, key: FrameIndex) -> VideoFrame | None:
        """Decode from a keyframe at or before `key`, from earlier ones where that does not bring
        the frame.
        """
        if self.footage.counted:
            self._restart()
            return self._forward(index)
        table = self.footage.table
        target, misses, step = key, 0, 1
        while target > 0 and misses <= _RETRIES:
            if self._seek(target, key):
                found = self._forward(index)
                if found is not None:
                    return found
                misses += 1
            # Overshot, or not a clean start: look further back, ever faster.
            for _ in range(step):
                target = table.keyframe_at_or_before(target - 1) if target > 0 else 0
            step *= 2
        if target > 0:
            return None
        self._restart()
        return self._forward(index)

    def _seek(self, target: FrameIndex, key: FrameIndex) -> bool:
        """Start a run at a keyframe not after `key`, which the wanted frame needs; False if that
        fails.
        """
        table = self.footage.table
        self._run = None
        container, stream = self._opened()
        try:
            container.seek(int(table.pts[target]), backward=True, stream=stream)
        except av.error.FFmpegError:
            return False
        packets = packets_of(container, stream)
        first = self._skip_to_known_keyframe(packets)
        if first is None or first.pts is None or first.pts > table.pts[key]:
            return False
        if first.pts == table.pts[key]:
            context = stream.codec_context
            clean = is_clean_start(context.name, bytes(first), context.extradata)
            if self._careful or not clean:
                return False
        self._begin(pictures(stream, itertools.chain([first], packets)), first.pts)
        return True

    def _skip_to_known_keyframe(
        self, packets: Iterator[Packet[VideoStream]]
    ) -> Packet[VideoStream] | None:
        """As skip_to_keyframe, but the table says what a keyframe is: packets have been seen to
        lie.
        """
        table = self.footage.table
        while (packet := skip_to_keyframe(packets)) is not None:
            if packet.pts is not None:
                index = int(np.searchsorted(table.pts, packet.pts))
                known = index < len(table) and int(table.pts[index]) == packet.pts
                if known and table.keyframe[index]:
                    return packet
        return None

    def _restart(self) -> None:
        """Start a run at the first keyframe of the file, exactly as a sequential reader does."""
        self.close()
        container, stream = self._open()
        packets = packets_of(container, stream)
        first = skip_to_keyframe(packets)
        if first is not None:
            self._begin(pictures(stream, itertools.chain([first], packets)), None)

    def _begin(self, frames: Iterator[VideoFrame], landed: int | None) -> None:
        if self.footage.counted:
            self._run = enumerate(frames)
            self._next = 0
            return
        pts = self.footage.table.pts
        self._next = 0 if landed is None else int(np.searchsorted(pts, landed))
        self._run = self._known(frames)

    def _known(self, frames: Iterator[VideoFrame]) -> Iterator[tuple[FrameIndex, VideoFrame]]:
        """Name each picture by its PTS; ones that the table leaves out pass unseen."""
        pts = self.footage.table.pts
        for frame in frames:
            if frame.pts is None:
                continue
            index = int(np.searchsorted(pts, frame.pts))
            # Leading pictures of an open GOP come before the keyframe, perhaps without their
            # references.
            if index >= self._next and index < len(pts) and int(pts[index]) == frame.pts:
                yield index, frame

    def _forward(self, index: FrameIndex) -> VideoFrame | None:
        """Decode on to a frame; None if it does not come, which ends the run."""
        if self._run is None:
            return None
        for passed, frame in self._run:
            if frame.is_corrupt and not self._careful:
                self._be_careful()
                return None
            self._next = passed + 1
            if passed == index:
                return frame
            if passed > index:
                break
            if self._given_up is not None and self._given_up():
                raise Abandoned(f"Frame {index} is not wanted any more.")
        self._run = None
        return None

    def _be_careful(self) -> None:
        """Make damaged frames look the same however they are reached.

        The decoder fills holes from the picture before, even across a keyframe, and frame threads
        fill them differently from slice threads.  So from now on: slices, and one keyframe further
        back.
        """
        self._careful = True
        self._threads = "SLICE"
        self.close()

    # -- the file ---------------------------------------------------------------------------------

    def _opened(self) -> tuple[InputContainer, VideoStream]:
        if self._container is None:
            return self._open()
        return self._container, first_video(self._container, self.footage.path)

    def _open(self) -> tuple[InputContainer, VideoStream]:
        self._container = open_container(self.footage.path)
        stream = first_video(self._container, self.footage.path)
        stream.thread_type = self._threads
        return self._container, stream

    # -- pixels -----------------------------------------------------------------------------------

    def _shown(self, frame: VideoFrame) -> NDArray[np.uint8]:
        """RGB uint8 (H, W, 3), turned as the metadata says, of the size that the footage has
        throughout.
        """
        footage = self.footage
        turned = footage.rotation in (90, 270)
        width, height = (
            (footage.height, footage.width) if turned else (footage.width, footage.height)
        )
        rgb = self._reformatter.reformat(frame, width=width, height=height, format="rgb24")
        picture = rgb.to_ndarray()
        if footage.rotation:
            picture = np.rot90(picture, footage.rotation // 90)
        return np.ascontiguousarray(picture, dtype=np.uint8)
