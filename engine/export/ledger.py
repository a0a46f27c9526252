"""How far an export is: work that is still to be done, in milliseconds of an ordinary machine."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from engine.export.copies import annotated_size
from engine.export.space import needed_bytes, source_size
from engine.footage import Footage
from engine.progress import Progress, RateMeter
from engine.review.state import ReviewSegment

Outcome = TypeVar("Outcome")
COPY = 0.3  # a frame
STILL, REPORT = 60.0, 40.0  # a moment; a segment
HASH = 4.0  # a megabyte


@dataclass(slots=True)
class Ledger:
    """Costs in advance, and what is spent of them."""

    footage: Footage
    segments: Sequence[ReviewSegment]
    kinds: Sequence[str]
    total: float = field(init=False)
    done: float = 0.0
    _meter: RateMeter = field(default_factory=lambda: RateMeter(window=12.0))

    def __post_init__(self) -> None:
        frames = sum(len(segment.span) for segment in self.segments)
        each = sum(self.frame_cost(kind) for kind in self.kinds)
        self.total = frames * each + HASH * self.to_hash / 1e6
        self.total += 3 * len(self.segments) * self.still_cost
        self.total += REPORT * (len(self.segments) + 3)

    @property
    def to_hash(self) -> int:
        """Bytes of the source, and of what will be written."""
        return source_size(self.footage) + needed_bytes(self.footage, self.segments, self.kinds)

    @property
    def still_cost(self) -> float:
        """Of one moment."""
        pixels = self.footage.width * self.footage.height / 1e6
        return STILL + (350.0 if "stills" in self.kinds else 60.0) * pixels

    def frame_cost(self, kind: str) -> float:
        """Of one frame of a kind of excerpt."""
        width, height = self.footage.width, self.footage.height
        if kind == "original":
            return COPY
        if kind == "exact":
            return 8.0 + 40.0 * width * height / 1e6
        if kind == "annotated":
            wide, tall = annotated_size(width, height)
            return 10.0 + 90.0 * wide * tall / 1e6
        return 0.0

    def spend(self, cost: float, phase: str, note: str = "") -> Progress:
        """Note that some work is done, and report."""
        self.done = min(self.total, self.done + cost)
        report = self._meter.progress(phase, round(self.done), round(self.total), "step", note)
        return Progress(phase, report.done, report.total, "step", 0.0, report.eta, note)

    def frames(
        self, work: Generator[int, None, Outcome], kind: str, phase: str, of: str, count: int
    ) -> Generator[Progress, None, Outcome]:
        """Drive work that yields the frames done; its outcome is returned."""
        before, cost = 0, self.frame_cost(kind)
        while True:
            try:
                done = next(work)
            except StopIteration as ended:
                return ended.value  # type: ignore[no-any-return]
            yield self.spend(cost * (done - before), phase, f"{of}, frame {done} of {count}")
            before = done
