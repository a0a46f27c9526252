"""A line of the queue of exports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LineState = Literal["waiting", "running", "stopping", "done", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class QueueRow:
    """How far one export is.  said: its phase, or how it ended."""

    number: int
    title: str
    folder: str
    state: LineState = "waiting"
    said: str = ""
    fraction: float = 0.0
    eta: float | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ("done", "stopped", "failed")
