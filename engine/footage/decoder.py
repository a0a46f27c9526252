"""Frames of a Footage by index: the one interface, and the form it takes for images."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Literal, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnreadableFootage
from engine.footage.footage import Footage
from engine.footage.images import read_image
from engine.footage.video_decoder import VideoDecoder
from engine.timebase import FrameIndex, FrameSpan

Picture = NDArray[np.uint8]


class Decoder(Protocol):
    """Decoded frames, RGB uint8 (H, W, 3), C-contiguous, as shown.  For one thread at a time.

    The pixels of a frame do not depend on what was read before it.
    """

    @property
    def footage(self) -> Footage:
        """What is decoded."""

    def read(self, index: FrameIndex) -> Picture:
        """Exactly this frame.  FrameOutOfRange; UnreadableFootage if it is damaged."""

    def frames(self, span: FrameSpan | None = None) -> Iterator[tuple[FrameIndex, Picture]]:
        """(index, frame) of a span, or of all, in order.  Errors as `read`."""

    def gop(self, index: FrameIndex) -> Iterator[tuple[FrameIndex, Picture]]:
        """(index, frame) from the keyframe at or before `index` up to and including it.

        For a FrameCache: it makes stepping backwards cost one decode of the GOP, once.
        """

    def close(self) -> None:
        """Release the file.  Reading afterwards opens it again."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def open_decoder(
    footage: Footage,
    *,
    purpose: Literal["scrub", "scan"] = "scan",
    given_up: Callable[[], bool] | None = None,
) -> Decoder:
    """A decoder for one thread; "scrub" answers single frames sooner, "scan" runs through faster.

    given_up: asked between two pictures on the way to a frame; where it says so, reading raises
    Abandoned, and a later read goes on from there.
    UnreadableFootage or FootageNotFound if the footage is no longer there.
    """
    if footage.kind == "images":
        return ImageSequenceDecoder(footage)
    return VideoDecoder(footage, purpose=purpose, given_up=given_up)


class ImageSequenceDecoder:
    """Reads one image file a frame."""

    def __init__(self, footage: Footage) -> None:
        self.footage = footage

    def read(self, index: FrameIndex) -> Picture:
        """See Decoder.read."""
        self.footage.table.check(index)
        path = self.footage.images[index]
        image = read_image(path)
        expected = (self.footage.height, self.footage.width, 3)
        if image.shape != expected:
            raise UnreadableFootage(
                f"The image {path.name} (frame {index}) has changed since the footage was opened.",
                hint="Open the folder again.",
            )
        return image

    def frames(self, span: FrameSpan | None = None) -> Iterator[tuple[FrameIndex, Picture]]:
        """See Decoder.frames."""
        for index in span if span is not None else range(len(self.footage)):
            yield index, self.read(index)

    def gop(self, index: FrameIndex) -> Iterator[tuple[FrameIndex, Picture]]:
        """See Decoder.gop: every image is a keyframe."""
        yield index, self.read(index)

    def close(self) -> None:
        """Nothing stays open between two images."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
