"""Decoding runs ahead of scoring, in its own thread, through a bounded queue."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from engine.analysis.sampling import Sampling
from engine.errors import UnreadableFootage
from engine.footage import Footage, open_decoder
from engine.footage.cuts import CutDetector
from engine.timebase import FrameSpan

DEPTH = 16  # pictures; at 1920 x 1080 about 100 MB
DAMAGED_IN_A_ROW = 250  # then the rest is taken to be lost


@dataclass(frozen=True, slots=True)
class Sampled:
    """One sampled frame.  breaks: a cut or a gap lies before it."""

    index: int
    picture: NDArray[np.uint8]
    breaks: bool


class DecodeAhead:
    """Iterates over sampled frames from a position on, decoded in another thread.

    warm_up: positions before `first` that only the cut detector sees, so that a resumed run finds
    the same cuts.  Use as a context manager: leaving it ends the thread.
    """

    def __init__(
        self,
        footage: Footage,
        sampling: Sampling,
        first: int = 0,
        *,
        warm_up: int = 0,
    ) -> None:
        self._footage, self._sampling, self._first = footage, sampling, first
        self._start = max(0, first - warm_up)
        self._queue: queue.Queue[Sampled | BaseException | None] = queue.Queue(DEPTH)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._decode, name="decode-ahead", daemon=True)

    def __enter__(self) -> DecodeAhead:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        while self._thread.is_alive():
            try:  # the thread may wait for room
                self._queue.get_nowait()
            except queue.Empty:
                self._thread.join(timeout=0.02)

    def __iter__(self) -> Iterator[Sampled]:
        while True:
            got = self._queue.get()
            if got is None:
                return
            if isinstance(got, BaseException):
                raise got
            yield got

    def _decode(self) -> None:
        try:
            self._run()
            self._put(None)
        except BaseException as error:  # noqa: BLE001 - handed over to the consumer, which raises it
            self._put(error)

    def _run(self) -> None:
        indices = self._sampling.indices
        if self._start >= len(indices):
            return
        wanted = {int(i): at for at, i in enumerate(indices[self._start :], self._start)}
        cuts = CutDetector()
        broken = False
        for index, picture in self._pictures(int(indices[self._start]), int(indices[-1]) + 1):
            if self._stop.is_set():
                return
            if picture is None:
                broken = True
                continue
            at = wanted.get(index)
            if at is None:
                continue
            cut = cuts.push(picture)
            if at >= self._first:
                gap = bool(self._sampling.gap_before[at])
                self._put(Sampled(index, picture, cut or gap or broken))
            broken = False

    def _pictures(self, start: int, stop: int) -> Iterator[tuple[int, NDArray[np.uint8] | None]]:
        """Frames in order; a damaged one is None, and decoding goes on after it."""
        damaged = 0
        with open_decoder(self._footage, purpose="scan") as decoder:
            while start < stop:
                try:
                    for index, picture in decoder.frames(FrameSpan(start, stop)):
                        start, damaged = index + 1, 0
                        yield index, picture
                    return
                except UnreadableFootage:
                    damaged += 1
                    if damaged > DAMAGED_IN_A_ROW:
                        raise
                    yield start, None
                    start += 1

    def _put(self, value: Sampled | BaseException | None) -> None:
        while not self._stop.is_set():
            try:
                self._queue.put(value, timeout=0.1)
                return
            except queue.Full:
                continue
