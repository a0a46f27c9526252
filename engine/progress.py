"""What long work yields: how far it is, how fast, and how long it will take."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TypeVar

Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True)
class Progress:
    """One report of a long piece of work.

    phase: what is being done now ("scoring", "epoch 3").  done, total: in `unit`.  rate: units per
    second, or 0 while unknown.  eta: seconds left, or None while unknown.
    """

    phase: str
    done: int
    total: int
    unit: str = "frame"
    rate: float = 0.0
    eta: float | None = None
    note: str = ""

    @property
    def fraction(self) -> float:
        """Share done, 0..1 (0 where the total is unknown)."""
        return min(1.0, self.done / self.total) if self.total > 0 else 0.0


@dataclass(slots=True)
class RateMeter:
    """A rate over the last few seconds, so that an ETA follows a change of speed."""

    window: float = 5.0
    _marks: deque[tuple[float, int]] = field(default_factory=deque)

    def update(self, done: int, now: float | None = None) -> float:
        """Note that `done` units are finished; returns units per second over the window."""
        now = time.monotonic() if now is None else now
        self._marks.append((now, done))
        while len(self._marks) > 2 and now - self._marks[0][0] > self.window:
            self._marks.popleft()
        first_time, first_done = self._marks[0]
        return (done - first_done) / (now - first_time) if now > first_time else 0.0

    def progress(
        self, phase: str, done: int, total: int, unit: str = "frame", note: str = ""
    ) -> Progress:
        """A Progress with this meter's rate and the ETA that follows from it."""
        rate = self.update(done)
        eta = (total - done) / rate if rate > 0 and total > 0 else None
        return Progress(phase, done, total, unit, rate, eta, note)


def outcome_of(work: Generator[Progress, None, Outcome]) -> Outcome:
    """Run work to its end without looking at its reports; returns what it returns."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
