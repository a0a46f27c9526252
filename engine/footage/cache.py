"""Decoded frames kept for as long as they fit."""

from __future__ import annotations

import threading
from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from engine.timebase import FrameIndex


class FrameCache:
    """The most recently used frames of one Footage, bounded in bytes.  Safe to use from several
    threads.

    Frames are handed out as they were put in, not copied: nobody may write to them.
    """

    def __init__(self, capacity: int = 256 * 1024 * 1024) -> None:
        """capacity: bytes of pixels; ValueError unless positive."""
        if capacity <= 0:
            raise ValueError(f"capacity must be positive, not {capacity}")
        self.capacity = capacity
        self._lock = threading.Lock()
        self._frames: OrderedDict[FrameIndex, NDArray[np.uint8]] = OrderedDict()
        self._bytes = 0

    def get(self, index: FrameIndex) -> NDArray[np.uint8] | None:
        """The frame, now the most recently used, or None."""
        with self._lock:
            frame = self._frames.get(index)
            if frame is not None:
                self._frames.move_to_end(index)
            return frame

    def put(self, index: FrameIndex, frame: NDArray[np.uint8]) -> None:
        """Keep a frame (H, W, 3); the least recently used ones leave.

        One larger than all is not kept.
        """
        with self._lock:
            old = self._frames.pop(index, None)
            if old is not None:
                self._bytes -= old.nbytes
            if frame.nbytes > self.capacity:
                return
            self._frames[index] = frame
            self._bytes += frame.nbytes
            while self._bytes > self.capacity:
                _, left = self._frames.popitem(last=False)
                self._bytes -= left.nbytes

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._frames.clear()
            self._bytes = 0

    @property
    def bytes_used(self) -> int:
        """Bytes of the pixels held now."""
        with self._lock:
            return self._bytes

    def __contains__(self, index: object) -> bool:
        with self._lock:
            return index in self._frames

    def __len__(self) -> int:
        with self._lock:
            return len(self._frames)
