"""Is it fit to learn from?  Cuts, gaps, a moved camera and other light, noticed before learning.

None of them forbids to learn: clips never span a cut or a gap.  But ranges that show two scenes
teach two scenes, and whoever marked them wants to know.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from engine.analysis.ahead import DecodeAhead, Sampled
from engine.analysis.sampling import Sampling
from engine.detectors.base import Picture
from engine.footage import Footage, open_footage
from engine.footage.background import BackgroundGatherer, BackgroundSignature
from engine.footage.changing import MOVED, differences
from engine.learning.clips import Take
from engine.learning.normal import NormalFootage, expanded, sampled_spans
from engine.progress import Progress
from engine.timebase import FrameSpan, spoken_duration, timecode

FindingKind = Literal["cut", "gap", "moved", "other-scene", "light", "short"]
SHORTEST = 60.0  # seconds of normal footage below which rarity means little
_NAMED = 3  # places that a sentence names before it counts


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing worth knowing.  sentence: for the reader, with the footage's name."""

    kind: FindingKind
    sentence: str


@dataclass(frozen=True, slots=True)
class NormalCheck:
    """What was seen in the ranges.  seconds: their length; frames: sampled ones; runs: unbroken
    stretches of them.
    """

    ranges: int
    frames: int
    runs: int
    seconds: float
    findings: tuple[Finding, ...] = ()
    background: BackgroundSignature | None = None

    @property
    def summary(self) -> str:
        """One line: how much there is."""
        noun = "range" if self.ranges == 1 else "ranges"
        runs = "1 unbroken run" if self.runs == 1 else f"{self.runs} unbroken runs"
        return f"{spoken_duration(self.seconds)} in {self.ranges} {noun}, {runs}"


@dataclass(slots=True)
class _Range:
    """One range while it is looked at: its two halves tell whether the camera moved within."""

    footage: Footage
    span: FrameSpan
    count: int
    seen: int = 0
    halves: tuple[BackgroundGatherer, BackgroundGatherer] = field(
        default_factory=lambda: (BackgroundGatherer(), BackgroundGatherer())
    )
    cuts: list[int] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)

    @property
    def name(self) -> str:
        whole = len(self.span) == len(self.footage.table)
        span = "" if whole else f" {self.span.start}-{self.span.stop}"
        return f"{self.footage.path.name}{span}"

    @property
    def seconds(self) -> float:
        table = self.footage.table
        first, last = self.span.start, self.span.stop - 1
        return float(table.time(last) - table.time(first) + (table.interval or 0))


class NormalWatch:
    """Sees every sampled picture of every range, in order, and says at the end what it noticed."""

    def __init__(self) -> None:
        self._ranges: list[_Range] = []

    def begin(self, footage: Footage, span: FrameSpan, count: int) -> None:
        """A range of `count` sampled frames follows."""
        self._ranges.append(_Range(footage, span, count))

    def push(self, sampled: Sampled, *, gap: bool) -> None:
        """The next picture of the range.  gap: the table says that time jumps before it."""
        now = self._ranges[-1]
        if sampled.breaks and now.seen:
            (now.gaps if gap else now.cuts).append(sampled.index)
        now.halves[int(now.seen >= now.count / 2)].push(sampled.picture)
        now.seen += 1

    def check(self) -> NormalCheck:
        """What was seen so far."""
        ranges = [one for one in self._ranges if one.seen]
        findings: list[Finding] = []
        for one in ranges:
            findings += _breaks(one)
        views = [(one, _views(one)) for one in ranges]
        for one, seen in views:
            if len(seen) == 2:
                findings += _compared(seen[0], seen[1], f"Within {one.name}")
        for at, (one, seen) in enumerate(views[1:], 1):
            first, before = views[0]
            findings += _compared(before[0], seen[0], f"Between {first.name} and {one.name}")
            if at > 50:  # a data set of many clips says the same of each
                break
        seconds = sum(one.seconds for one in ranges)
        if 0 < seconds < SHORTEST:
            findings.append(
                Finding(
                    "short",
                    f"It is only {spoken_duration(seconds)}: how rare a score is among normal"
                    " frames will be known roughly.",
                )
            )
        runs = sum(1 + len(one.cuts) + len(one.gaps) for one in ranges)
        frames = sum(one.seen for one in ranges)
        return NormalCheck(len(ranges), frames, runs, seconds, tuple(findings), self._whole())

    def _whole(self) -> BackgroundSignature | None:
        pictures = [view.picture for one in self._ranges for view in _views(one)]
        if not pictures:
            return None
        last = _views(self._ranges[-1])[-1]
        middle = np.asarray(np.median(np.stack(pictures), axis=0), np.uint8)
        return BackgroundSignature(middle, last.width, last.height)


def watched_takes(
    normal: Sequence[NormalFootage], clip_rate: float | None, watch: NormalWatch
) -> list[Take]:
    """The ranges as takes to learn from, one for each; `watch` sees what is read of them.

    Raises UnreadableFootage, UnusableDataset, BadSetting.
    """
    takes = []
    for one in expanded(normal):
        footage = open_footage(one.path)
        for span, sampling in sampled_spans(footage, one, clip_rate):
            takes.append(_take(footage, span, sampling, watch))
    return takes


def _take(footage: Footage, span: FrameSpan, sampling: Sampling, watch: NormalWatch) -> Take:
    gaps = set(sampling.indices[sampling.gap_before].tolist())

    def pictures() -> Iterator[tuple[Picture, bool]]:
        watch.begin(footage, span, len(sampling.indices))
        with DecodeAhead(footage, sampling) as ahead:
            for sampled in ahead:
                watch.push(sampled, gap=sampled.index in gaps)
                yield sampled.picture, sampled.breaks

    return Take(footage.path.name, pictures, len(sampling.indices))


def check_normal(
    normal: Sequence[NormalFootage], clip_rate: float | None, watch: NormalWatch
) -> Iterator[Progress]:
    """Read the ranges once, for `watch` alone.  Raises as `watched_takes`."""
    takes = watched_takes(normal, clip_rate, watch)
    done, total = 0, sum(take.frames for take in takes)
    for take in takes:
        for _ in take.pictures():
            done += 1
            yield Progress("looking at the ranges", done, total)


def _views(one: _Range) -> list[BackgroundSignature]:
    return [view for half in one.halves if (view := half.signature()) is not None]


def _breaks(one: _Range) -> list[Finding]:
    found = []
    for kind, places, noun in (("cut", one.cuts, "cut"), ("gap", one.gaps, "gap")):
        if not places:
            continue
        seconds = one.footage.table.seconds()
        named = ", ".join(timecode(float(seconds[at]), digits=1) for at in places[:_NAMED])
        more = "" if len(places) <= _NAMED else f" and {len(places) - _NAMED} more"
        count = f"1 {noun}" if len(places) == 1 else f"{len(places)} {noun}s"
        what = "the picture jumps" if kind == "cut" else "frames are missing"
        found.append(
            Finding(
                "cut" if kind == "cut" else "gap",
                f"{one.name} has {count}, where {what}: at {named}{more}. Clips do not span them.",
            )
        )
    return found


def _compared(one: BackgroundSignature, other: BackgroundSignature, where: str) -> list[Finding]:
    """A moved camera, another scene, other light."""
    found = []
    for difference in differences(one, other):
        if difference.kind == "moved":
            sides = (
                ("right", "left", difference.right, one.width),
                ("down", "up", difference.down, one.height),
            )
            said = " and ".join(
                f"{abs(share) * size:.0f} pixels {one_way if share > 0 else other_way}"
                for one_way, other_way, share, size in sides
                if abs(share) >= MOVED / 2
            )
            sentence = f"{where} the camera moved: the picture lies {said}."
        elif difference.kind == "light":
            times, way = difference.light, "brighter"
            if times < 1:
                times, way = 1 / times, "darker"
            sentence = f"{where} the light differs: {times:.1f} times {way}."
        else:
            sentence = f"{where} the scene is another one; both would become normal."
        found.append(Finding(difference.kind, sentence))
    return found
