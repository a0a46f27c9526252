"""Playback: which frame is on the screen, and which one is wanted next.

One worker decodes for all footage; only the latest wanted frame matters.  Time comes from the frame
table, so variable rates play as recorded, and the position always names the frame that is shown.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from app.controllers.frame_source import FrameSource, Shown, Wanted
from app.jobs import LatestWorker
from engine.errors import EngineError
from engine.timebase import FrameSpan

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.controllers.laying import Laid
    from engine.footage import Footage

TICK_MS = 12
SETTLE_MS = 120  # a drag that rests for so long shows the exact frame
SPEEDS = (1.0, 2.0, 4.0, 8.0)
CACHE_BYTES = 384 * 1024 * 1024


class Playback(QObject):
    """Position and speed of one footage.

    ran_out: playing at this signed speed came to the end or the start and stopped there.
    """

    shown = Signal(int)
    speed_changed = Signal(float)
    loop_changed = Signal()
    ran_out = Signal(float)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._footage: Footage | None = None
        self._worker: LatestWorker[Wanted, Shown] | None = None
        self.source: FrameSource | None = None
        # asked in the worker's thread for what lies over a frame
        self.lay: Callable[[Footage, int], Laid | None] = lambda footage, index: None
        self._cache_bytes = CACHE_BYTES
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._show_exactly)
        self._speed = 0.0
        self._wanted = 0
        self._base = (0.0, 0.0)
        self._loop: FrameSpan | None = None
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

    @property
    def loop(self) -> FrameSpan | None:
        """The frames that are played over and over."""
        return self._loop

    def set_footage(
        self, footage: Footage | None, index: int = 0, loop: FrameSpan | None = None
    ) -> None:
        """Play another footage, paused at a frame.  Never waits for the one before."""
        self.set_speed(0.0)
        self._settle.stop()
        self._footage = footage
        self.current = None
        self._loop = loop
        self.loop_changed.emit()
        if footage is None:
            return
        if self._worker is None:
            self._begin()
        self.seek(index)

    def _begin(self) -> None:
        worker: LatestWorker[Wanted, Shown]
        source = FrameSource(
            lambda: worker.stopping,
            lambda: worker.waiting,
            lambda footage, index: self.lay(footage, index),
            self._cache_bytes,
        )
        worker = LatestWorker(source.frame, "frames", source.close)
        worker.answered.connect(self._on_answer)
        worker.failed.connect(self._on_failure)
        worker.start()
        self._worker, self.source = worker, source

    def set_cache_bytes(self, size: int) -> None:
        """How much memory decoded frames may take."""
        self._cache_bytes = size
        if self.source is not None:
            self.source.set_capacity(size)

    def close(self) -> None:
        """Stop playing and end the worker."""
        self.set_speed(0.0)
        self._settle.stop()
        if self._worker is not None:
            self._worker.stop()
            self._worker.deleteLater()
            self._worker = self.source = None

    def seek(self, index: int, *, exact: bool = True, backwards: bool = False) -> None:
        """Show a frame; while dragging the keyframe before it will do, until the drag rests."""
        self._ask(index, exact=exact, backwards=backwards, jump=True)

    def _ask(self, index: int, *, exact: bool, backwards: bool, jump: bool) -> None:
        footage = self._footage
        if footage is None or self._worker is None:
            return
        self._wanted = max(0, min(index, len(footage.table) - 1))
        self._worker.ask(Wanted(footage, self._wanted, exact, backwards, jump))
        if exact:
            self._settle.stop()
        else:
            self._settle.start()
        if self._speed:
            self._rebase()

    @Slot()
    def _show_exactly(self) -> None:
        if not self._speed:
            self.seek(self._wanted)

    def seek_seconds(self, seconds: float, *, exact: bool = True) -> None:
        """Show the frame at a time relative to the first."""
        if self._footage is not None:
            self.seek(self._footage.table.index_at(seconds), exact=exact)

    def step(self, frames: int) -> None:
        """Frames forwards or back from the one asked for last, so that a held key keeps its
        pace."""
        self.set_speed(0.0)
        self._ask(self._wanted + frames, exact=True, backwards=frames < 0, jump=False)

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
            self._settle.stop()
            self._rebase()
            self._timer.start()
        else:
            self._timer.stop()
            if self.current is not None and self._wanted != self.current.index:
                self._wanted = self.current.index
        self.speed_changed.emit(speed)

    def set_loop(self, span: FrameSpan | None) -> None:
        """Play these frames over and over; None ends that.  What lies outside is not affected:
        a seek goes anywhere, and playing comes back when it reaches the loop's end.
        """
        if span is not None and len(span) < 2:
            span = None
        if span != self._loop:
            self._loop = span
            self.loop_changed.emit()

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
        start, stop = 0.0, float(footage.table.duration)
        if self._loop is not None:
            start, stop = self._loop_seconds(footage, self._loop)
        forwards = self._speed > 0
        if self._loop is not None and (now >= stop if forwards else now < start):
            again = self._loop.start if forwards else self._loop.stop - 1
            self._ask(again, exact=True, backwards=not forwards, jump=False)
            return
        index = footage.table.index_at(max(0.0, now))
        if index != self._wanted:
            self._wanted = index
            self._worker.ask(Wanted(footage, index, True, not forwards))
        if self._loop is None and (now >= stop if forwards else now <= 0):
            speed = self._speed
            self.set_speed(0.0)
            self.seek(len(footage.table) - 1 if forwards else 0)
            self.ran_out.emit(speed)

    def _loop_seconds(self, footage: Footage, loop: FrameSpan) -> tuple[float, float]:
        """When the loop begins, and when its last frame has been shown."""
        seconds = footage.table.seconds()
        last = loop.stop - 1
        end = seconds[loop.stop] if loop.stop < len(seconds) else footage.table.duration
        return float(seconds[loop.start]), max(float(end), float(seconds[last]))

    @Slot(int)
    def _on_answer(self, generation: int) -> None:
        if self._worker is None:
            return
        given = self._worker.take()
        if given is None or given[0] != generation or given[1].footage is not self._footage:
            return
        self.current = given[1]
        self.shown.emit(self.current.index)

    @Slot(int, object)
    def _on_failure(self, generation: int, error: Exception) -> None:
        if self._worker is not None and generation != self._worker.generation:
            return  # of a footage or a place that was left meanwhile
        self.set_speed(0.0)
        if not isinstance(error, EngineError):
            raise error
        self.failed.emit(error)
