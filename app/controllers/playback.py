"""Playback: which frame is on the screen, and which one is wanted next.

One worker decodes; only the latest wanted frame matters.  Time comes from the frame table, so
variable rates play as recorded, and the position always names the frame that is really shown.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from app.imaging import to_qimage
from app.jobs import LatestWorker
from engine.errors import EngineError

if TYPE_CHECKING:
    from engine.footage import Decoder, Footage, FrameCache

TICK_MS = 12
SPEEDS = (1.0, 2.0, 4.0, 8.0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A frame to show.  exact False: the keyframe before it will do, while dragging."""

    index: int
    exact: bool = True
    backwards: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A decoded frame.  picture is RGB uint8 (H, W, 3); image is the same for the screen."""

    index: int
    picture: NDArray[np.uint8]
    image: QImage


class FrameSource:
    """Decodes in the worker's thread, through a cache that is bounded in bytes."""

    def __init__(self, footage: Footage) -> None:
        self._footage = footage
        self._decoder: Decoder | None = None
        self._cache: FrameCache | None = None

    def frame(self, wanted: Wanted) -> Shown:
        """The wanted frame.  Raises UnreadableFootage."""
        from engine.footage import FrameCache, open_decoder

        if self._decoder is None or self._cache is None:
            self._decoder = open_decoder(self._footage, purpose="scrub")
            self._cache = FrameCache()
        index = wanted.index
        picture = self._cache.get(index)
        if picture is None and not wanted.exact:
            index = self._footage.table.keyframe_at_or_before(index)
            picture = self._cache.get(index)
        if picture is None and wanted.backwards:
            # one decode of the GOP serves all the steps back through it
            for at, decoded in self._decoder.gop(index):
                self._cache.put(at, decoded)
                picture = decoded
        if picture is None:
            picture = self._decoder.read(index)
            self._cache.put(index, picture)
        return Shown(index, picture, to_qimage(picture))

    def close(self) -> None:
        """Release the file."""
        if self._decoder is not None:
            self._decoder.close()


class Playback(QObject):
    """Position and speed of one footage."""

    shown = Signal(int)
    speed_changed = Signal(float)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._footage: Footage | None = None
        self._worker: LatestWorker[Wanted, Shown] | None = None
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._speed = 0.0
        self._wanted = 0
        self._base = (0.0, 0.0)
        self.current: Shown | None = None

    @property
    def footage(self) -> Footage | None:
        """What is played."""
        return self._footage

    @property
    def index(self) -> int:
        """The frame on the screen."""
        return self.current.index if self.current is not None else 0

    @property
    def wanted(self) -> int:
        """The frame that was asked for last."""
        return self._wanted

    @property
    def speed(self) -> float:
        """Signed; 0 is paused."""
        return self._speed

    def set_footage(self, footage: Footage | None, index: int = 0) -> None:
        """Play another footage, paused at a frame."""
        self.close()
        self._footage = footage
        self.current = None
        if footage is None:
            return
        source = FrameSource(footage)
        self._worker = LatestWorker(source.frame, "frames", source.close)
        self._worker.answered.connect(self._on_answer)
        self._worker.failed.connect(self._on_failure)
        self._worker.start()
        self.seek(index)

    def close(self) -> None:
        """Stop playing and end the worker."""
        self.set_speed(0.0)
        if self._worker is not None:
            self._worker.stop()
            self._worker.deleteLater()
            self._worker = None

    def seek(self, index: int, *, exact: bool = True, backwards: bool = False) -> None:
        """Show a frame; while dragging the keyframe before it will do."""
        if self._footage is None or self._worker is None:
            return
        index = max(0, min(index, len(self._footage.table) - 1))
        self._wanted = index
        self._worker.ask(Wanted(index, exact, backwards))
        if self._speed:
            self._rebase()

    def seek_seconds(self, seconds: float, *, exact: bool = True) -> None:
        """Show the frame at a time relative to the first."""
        if self._footage is not None:
            self.seek(self._footage.table.index_at(seconds), exact=exact)

    def step(self, frames: int) -> None:
        """Frames forwards or back from the one asked for last, so that a held key keeps its
        pace."""
        self.set_speed(0.0)
        self.seek(self._wanted + frames, backwards=frames < 0)

    def skip(self, seconds: float) -> None:
        """Seconds forwards or back."""
        if self._footage is None:
            return
        now = float(self._footage.table.seconds()[self._wanted])
        self.seek_seconds(now + seconds)

    def toggle(self) -> None:
        """Play or pause; at the end it starts over."""
        if self._speed:
            self.set_speed(0.0)
            return
        if self._footage is not None and self._wanted >= len(self._footage.table) - 1:
            self.seek(0)
        self.set_speed(1.0)

    def shuttle(self, direction: int) -> None:
        """1x in a direction; again for 2x, 4x, 8x; the other direction starts at 1x."""
        speed = self._speed * direction
        faster = [s for s in SPEEDS if s > speed]
        self.set_speed(
            direction * (faster[0] if speed > 0 and faster else SPEEDS[-1] if speed > 0 else 1.0)
        )

    def set_speed(self, speed: float) -> None:
        """Play at a signed speed; 0 pauses on the frame that is shown."""
        if speed == self._speed:
            return
        self._speed = speed
        if speed:
            self._rebase()
            self._timer.start()
        else:
            self._timer.stop()
            if self.current is not None and self._wanted != self.current.index:
                self._wanted = self.current.index
        self.speed_changed.emit(speed)

    def _rebase(self) -> None:
        if self._footage is not None:
            self._base = (time.monotonic(), float(self._footage.table.seconds()[self._wanted]))

    @Slot()
    def _tick(self) -> None:
        footage = self._footage
        if footage is None or self._worker is None:
            return
        began, from_seconds = self._base
        now = from_seconds + (time.monotonic() - began) * self._speed
        index = footage.table.index_at(max(0.0, now))
        if index != self._wanted:
            self._wanted = index
            self._worker.ask(Wanted(index, True, self._speed < 0))
        last = float(footage.table.duration)
        if now >= last or (now <= 0 and self._speed < 0):
            self.set_speed(0.0)
            self.seek(len(footage.table) - 1 if now > 0 else 0)

    @Slot(int)
    def _on_answer(self, generation: int) -> None:
        if self._worker is None:
            return
        given = self._worker.take()
        if given is None or given[0] != generation:
            return
        self.current = given[1]
        self.shown.emit(self.current.index)

    @Slot(int, object)
    def _on_failure(self, generation: int, error: Exception) -> None:
        self.set_speed(0.0)
        if not isinstance(error, EngineError):
            raise error
        self.failed.emit(error)
