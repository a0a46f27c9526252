"""The seam between a batch and those who work on it, and the crew of one: this process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.batch.scoring import FootageTask, Outcome, score_footage


@dataclass(frozen=True, slots=True)
class Step:
    """How far the task at a position has come, in frames."""

    position: int
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The task at a position has an outcome."""

    position: int
    outcome: Outcome


class Crew(Protocol):
    """Works on tasks, in any order.  Closing the iterator stops the work; what was scored is
    kept.
    """

    def work(self, tasks: Sequence[FootageTask]) -> Iterator[Step | Ended]:
        """Every task ends exactly once, unless the iterator is closed before."""


class Alone:
    """One after the other in this process; nothing is started, so nothing can be left behind."""

    def work(self, tasks: Sequence[FootageTask]) -> Iterator[Step | Ended]:
        """See Crew.  A footage reports when it ends: to be told between, use processes."""
        for position, task in enumerate(tasks):
            yield Step(position, 0, 1)
            yield Ended(position, score_footage(task, lambda done, total: True))
