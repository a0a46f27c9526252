"""What is taken to be normal: footage, or marked spans of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.analysis.sampling import Sampling, sample
from engine.errors import BadSetting
from engine.footage import Footage
from engine.learning.takes import footage_paths
from engine.timebase import FrameSpan

_SPANS = re.compile(r"^(?P<path>.+):(?P<spans>\d+-\d+(?:,\d+-\d+)*)$")


@dataclass(frozen=True, slots=True)
class NormalFootage:
    """A file or an image folder, and the spans of it that are normal; no spans means all of it."""

    path: Path
    spans: tuple[FrameSpan, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For cards and for orders."""
        return {
            "path": str(self.path),
            "spans": [[span.start, span.stop] for span in self.spans],
        }

    @staticmethod
    def from_dict(document: Mapping[str, Any]) -> NormalFootage:
        """The inverse of `as_dict`.  Raises KeyError, TypeError, ValueError."""
        spans = tuple(FrameSpan(int(a), int(b)) for a, b in document["spans"])
        return NormalFootage(Path(str(document["path"])), spans)

    @property
    def title(self) -> str:
        """Its name, with the ranges: `yard.mp4 0-500, 900-1400`."""
        spans = ", ".join(f"{span.start}-{span.stop}" for span in self.spans)
        return f"{self.path.name} {spans}".strip()

    def within(self, frames: int) -> tuple[FrameSpan, ...]:
        """The spans in order, joined where they touch.  Raises BadSetting for one outside."""
        if not self.spans:
            return (FrameSpan(0, frames),)
        for span in self.spans:
            if span.stop > frames or not len(span):
                raise BadSetting(
                    f"The range {span.start}-{span.stop} does not lie within"
                    f" {self.path.name}, which has {frames} frames.",
                    hint="Ranges are START-STOP in frames, counted from 0; STOP is excluded.",
                )
        return joined(self.spans)


def joined(spans: Sequence[FrameSpan]) -> tuple[FrameSpan, ...]:
    """Spans in order; those that overlap or touch become one."""
    found: list[FrameSpan] = []
    for span in sorted(spans, key=lambda s: (s.start, s.stop)):
        if found and span.start <= found[-1].stop:
            found[-1] = FrameSpan(found[-1].start, max(found[-1].stop, span.stop))
        else:
            found.append(span)
    return tuple(found)


def as_normal(sources: Sequence[Path | NormalFootage]) -> tuple[NormalFootage, ...]:
    """Paths mean the whole of what lies there."""
    return tuple(s if isinstance(s, NormalFootage) else NormalFootage(s) for s in sources)


def parse_normal(text: str) -> NormalFootage:
    """`PATH` or `PATH:START-STOP[,START-STOP...]` in frames.  Raises BadSetting."""
    match = _SPANS.match(text)
    if match is None or Path(text).exists():
        return NormalFootage(Path(text))
    spans = []
    for piece in match["spans"].split(","):
        start, _, stop = piece.partition("-")
        if int(stop) <= int(start):
            raise BadSetting(
                f"The range {piece} is empty.", hint="Write PATH:START-STOP, such as yard.mp4:0-500"
            )
        spans.append(FrameSpan(int(start), int(stop)))
    return NormalFootage(Path(match["path"]), tuple(spans))


def expanded(normal: Sequence[NormalFootage]) -> list[NormalFootage]:
    """Folders of footage replaced by what is in them.  Raises UnusableDataset, BadSetting."""
    found: list[NormalFootage] = []
    for one in normal:
        paths = footage_paths([one.path])
        if one.spans and paths != [one.path]:
            raise BadSetting(
                f"{one.path} holds several footages, so that ranges of frames mean nothing in it.",
                hint="Name the footage itself.",
            )
        found += [NormalFootage(path, one.spans) for path in paths]
    return found


def sampled_spans(
    footage: Footage, normal: NormalFootage, clip_rate: float | None
) -> Iterator[tuple[FrameSpan, Sampling]]:
    """For each span the frames of it that are learned from; the first always begins a clip."""
    whole = sample(footage.table, clip_rate)
    for span in normal.within(len(footage.table)):
        inside = (whole.indices >= span.start) & (whole.indices < span.stop)
        indices, gaps = whole.indices[inside], whole.gap_before[inside].copy()
        if len(indices):
            gaps[0] = True
            yield span, Sampling(np.asarray(indices, np.int64), gaps)
