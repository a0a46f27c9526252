"""Frames for the screen, decoded in a worker's thread through a cache that is bounded in bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from app.controllers.decoder_seat import DecoderSeat
from app.imaging import to_qimage

if TYPE_CHECKING:
    from app.controllers.laying import Laid
    from engine.footage import Footage, FrameCache


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """A frame to show.

    exact False: the keyframe before it will do, while dragging.  backwards: the frames before it
    are wanted next.  jump: another place was chosen, so what is under way for an earlier jump is
    of no use; played and stepped frames build on each other and are always finished.
    """

    footage: Footage
    index: int
    exact: bool = True
    backwards: bool = False
    jump: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A decoded frame.  picture is RGB uint8 (H, W, 3); image is the same for the screen; laid is
    what lies over it, as far as that was known when it was decoded.
    """

    footage: Footage
    index: int
    picture: NDArray[np.uint8]
    image: QImage
    laid: Laid | None = None


class FrameSource:
    """Answers wanted frames.  stopping: whether nobody waits for any frame any more; waiting: what
    is wanted after the present one; lay: makes what lies over a frame.
    """

    def __init__(
        self,
        stopping: Callable[[], bool],
        waiting: Callable[[], Wanted | None],
        lay: Callable[[Footage, int], Laid | None],
        capacity: int,
    ) -> None:
        self._stopping, self._waiting, self._lay = stopping, waiting, lay
        self._capacity = capacity
        self._seat = DecoderSeat(self._given_up)
        self._cache: FrameCache | None = None
        self._of: Footage | None = None
        self._present: Wanted | None = None
        self.decoded = 0

    def frame(self, wanted: Wanted) -> Shown:
        """The wanted frame.  Raises UnreadableFootage, Abandoned."""
        from engine.footage import FrameCache

        self._present = wanted
        if self._cache is None or self._of is not wanted.footage:
            self._cache, self._of = FrameCache(self._capacity), wanted.footage
        index, cache = wanted.index, self._cache
        picture = cache.get(index)
        if picture is None and not wanted.exact:
            index = wanted.footage.table.keyframe_at_or_before(index)
            picture = cache.get(index)
        if picture is None and wanted.backwards:
            picture = self._group(wanted.footage, index, cache)
        if picture is None:
            picture = self._seat.of(wanted.footage).read(index)
            self.decoded += 1
            cache.put(index, picture)
        laid = self._lay(wanted.footage, index)
        return Shown(wanted.footage, index, picture, to_qimage(picture), laid)

    def set_capacity(self, capacity: int) -> None:
        """Another bound, in bytes; frames beyond it leave as others come."""
        self._capacity = capacity
        if self._cache is not None:
            self._cache.capacity = capacity

    def _group(self, footage: Footage, index: int, cache: FrameCache) -> NDArray[np.uint8] | None:
        """Decode the picture group up to a frame once, for all the steps back through it; of a
        group that is larger than the cache as much as it holds.
        """
        from engine.timebase import FrameSpan

        held = max(1, self._capacity // (3 * footage.width * footage.height) - 1)
        first = max(footage.table.keyframe_at_or_before(index), index - held + 1)
        picture: NDArray[np.uint8] | None = None
        for at, decoded in self._seat.of(footage).frames(FrameSpan(first, index + 1)):
            cache.put(at, decoded)
            self.decoded += 1
            picture = decoded
        return picture

    def _given_up(self) -> bool:
        if self._stopping():
            return True
        present, waiting = self._present, self._waiting()
        if present is None or waiting is None:
            return False
        return waiting.footage is not present.footage or (
            waiting.jump and present.jump and present.exact
        )

    def close(self) -> None:
        """Release the file."""
        self._seat.close()
        self._cache = self._of = None
