"""What can be watched while a run learns: the loss so far, and what is expected of a held-out clip.

Both are read by another thread while the run goes on: they are replaced as wholes, never changed in
place.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.detectors.base import Detector, Map, Picture
from engine.learning.clips import ClipSet, as_picture

PREVIEW_SECONDS = 4.0
PREVIEW_SHARE = 0.04  # of the run's time at most
MOST_POINTS = 1200
_CANDIDATES = 24
_LOOK_BACK = 16  # frames that are shown to the detector before the one that it is to expect


@dataclass(frozen=True, slots=True)
class LossPoint:
    """The mean loss of a few steps that ended with `step`."""

    step: int
    loss: float


class LossCurve:
    """The loss over all steps so far, thinned evenly as it grows."""

    def __init__(self) -> None:
        self.points: tuple[LossPoint, ...] = ()
        self._each, self._sum, self._count = 1, 0.0, 0

    def add(self, step: int, loss: float) -> None:
        """Take the loss of a step (counted from 1) in."""
        self._sum += loss
        self._count += 1
        if self._count < self._each:
            return
        self.points = (*self.points, LossPoint(step, self._sum / self._count))
        self._sum, self._count = 0.0, 0
        if len(self.points) >= MOST_POINTS:
            pairs = zip(self.points[::2], self.points[1::2], strict=False)
            self.points = tuple(LossPoint(b.step, (a.loss + b.loss) / 2) for a, b in pairs)
            self._each *= 2


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """One frame of footage that is not learned from.

    actual, expected: RGB uint8 (h, w, 3).  error: float32 (h, w), mean absolute difference of the
    colours, 0..1.  step: after how many steps.  loss: the mean error.
    """

    step: int
    actual: Picture
    expected: Picture
    error: Map

    @property
    def loss(self) -> float:
        """The mean of the error."""
        return float(self.error.mean())


class Previewer:
    """Shows the same frame again and again, at most every few seconds and for a small share of
    time.
    """

    def __init__(self, clips: ClipSet, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._frames = liveliest(clips)
        self._next = 0.0

    def due(self) -> bool:
        """Whether it is time for another one."""
        return self._frames is not None and self._clock() >= self._next

    def show(self, detector: Detector, step: int) -> Preview | None:
        """What the detector expects now; None where it predicts no picture."""
        if self._frames is None:
            return None
        began = self._clock()
        stream = detector.stream(update=False)
        pictures = [as_picture(frame) for frame in self._frames]
        for at, picture in enumerate(pictures[:-1]):
            stream.replay(at, picture, write=False)
        look = stream.look(len(pictures) - 1, pictures[-1])
        if look is None or look.expected is None:
            self._frames = None
            return None
        actual = pictures[-1]
        gap = np.abs(actual.astype(np.float32) - look.expected.astype(np.float32))
        error = np.asarray(gap.mean(axis=2) / 255, np.float32)
        now = self._clock()
        self._next = now + max(PREVIEW_SECONDS, (now - began) / PREVIEW_SHARE)
        return Preview(step, actual, look.expected, error)


def liveliest(clips: ClipSet) -> NDArray[np.uint8] | None:
    """The frames up to the one, of a few spread over the clips, before which most moved.

    (T, C, h, w), as many before it as there are in its run; None where there is no clip.
    """
    if not len(clips):
        return None
    best, most = -1, -1.0
    for at in np.linspace(0, len(clips) - 1, min(_CANDIDATES, len(clips))).round().astype(int):
        stop = int(clips.starts[at]) + clips.clip_frames
        last = clips.frames[stop - 1].astype(np.int16)
        before = clips.frames[max(int(clips.starts[at]), stop - 2)].astype(np.int16)
        moved = float(np.abs(last - before).mean())
        if moved > most:
            best, most = stop, moved
    first = max(start for start, stop in clips.bounds if start < best <= stop)
    return np.array(clips.frames[max(first, best - max(_LOOK_BACK, clips.clip_frames)) : best])
