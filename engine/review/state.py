"""The state of a review as one frozen value, so that undo is a list of values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from engine.footage.start_time import FROM_ANALYST
from engine.scoring.ignoring import IgnoredArea
from engine.scoring.score import ScoreSettings, check_smoothing
from engine.scoring.segments import SegmentSettings
from engine.timebase import FrameSpan, offset_of

VerdictValue = Literal["unjudged", "confirmed", "dismissed", "unsure"]
Origin = Literal["found", "made"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A human's decision.  time: ISO 8601 with offset."""

    value: VerdictValue
    time: str = ""
    operator: str = ""


@dataclass(frozen=True, slots=True)
class ReviewSegment:
    """A segment as the analyst sees it.  One that was judged, noted, tagged or edited is stored;
    others are found anew from the score whenever a setting changes.
    """

    id: str
    span: FrameSpan
    peak: float
    peak_frame: int
    origin: Origin = "found"
    verdict: Verdict = Verdict("unjudged")
    note: str = ""
    stored: bool = False
    tags: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For the review file."""
        return {
            "id": self.id,
            "start": self.span.start,
            "stop": self.span.stop,
            "peak": self.peak if math.isfinite(self.peak) else None,
            "peak_frame": self.peak_frame,
            "origin": self.origin,
            "verdict": asdict(self.verdict),
            "note": self.note,
            "tags": list(self.tags),
        }

    @staticmethod
    def from_dict(d: dict[str, Any]) -> ReviewSegment:
        """The inverse of `as_dict`.  Raises KeyError, TypeError, ValueError."""
        return ReviewSegment(
            str(d["id"]),
            FrameSpan(int(d["start"]), int(d["stop"])),
            math.nan if d["peak"] is None else float(d["peak"]),
            int(d["peak_frame"]),
            d["origin"],
            Verdict(**d["verdict"]),
            str(d["note"]),
            True,
            clean_tags(str(tag) for tag in d.get("tags", ())),
        )


def clean_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags without blanks around, commas and repetitions, in the order given; case tells none
    apart.
    """
    kept: dict[str, str] = {}
    for text in tags:
        for piece in text.split(","):
            tag = " ".join(piece.split())
            if tag:
                kept.setdefault(tag.casefold(), tag)
    return tuple(kept.values())


@dataclass(frozen=True, slots=True)
class ReviewState:
    """Everything that undo covers.  smooth_seconds: Gaussian sigma of the score.

    binned: segments that the analyst deleted, the last one last.  What the score finds inside a
    binned found segment stays out of the list until that one is put back.
    start_time: when the recording began as the analyst says, ISO 8601, with offset where the zone
    is known; "" where what the file says holds.  It is text because moments that are the same in
    two zones are equal, and the zone must not be lost.
    normal: ranges that were marked as normal, in time order.
    """

    score: ScoreSettings = field(default_factory=ScoreSettings)
    segments: SegmentSettings = field(default_factory=SegmentSettings)
    smooth_seconds: float = 0.0
    gamma: float | None = None
    areas: tuple[IgnoredArea, ...] = ()
    stored: tuple[ReviewSegment, ...] = ()
    next_id: int = 1
    binned: tuple[ReviewSegment, ...] = ()
    start_time: str = ""
    normal: tuple[FrameSpan, ...] = ()

    @property
    def began(self) -> datetime | None:
        """When the recording began as the analyst says."""
        return datetime.fromisoformat(self.start_time) if self.start_time else None

    def __post_init__(self) -> None:
        check_smoothing(self.smooth_seconds)

    def with_segment(self, segment: ReviewSegment) -> ReviewState:
        """Store a segment, in place of the one with its id if there is one."""
        if segment.stored and any(s.id == segment.id for s in self.stored):
            kept = tuple(segment if s.id == segment.id else s for s in self.stored)
            return replace(self, stored=kept)
        fresh = replace(segment, id=f"s{self.next_id}", stored=True)
        return replace(self, stored=(*self.stored, fresh), next_id=self.next_id + 1)

    def without_segment(self, segment_id: str) -> ReviewState:
        """Forget a stored segment; a found one then comes back as found."""
        return replace(self, stored=tuple(s for s in self.stored if s.id != segment_id))

    def with_binned(self, segment: ReviewSegment) -> ReviewState:
        """Put a segment into the bin, stored or not."""
        state = self
        if not segment.stored:
            segment = replace(segment, id=f"s{self.next_id}", stored=True)
            state = replace(state, next_id=self.next_id + 1)
        state = state.without_segment(segment.id)
        return replace(state, binned=(*state.binned, segment))

    def put_back(self, segment_id: str) -> ReviewState:
        """Out of the bin again, with its verdict, note and tags."""
        back = tuple(s for s in self.binned if s.id == segment_id)
        rest = tuple(s for s in self.binned if s.id != segment_id)
        return replace(self, stored=(*self.stored, *back), binned=rest)

    def with_merged(self, segments: Sequence[ReviewSegment]) -> ReviewState:
        """One segment in place of several: from the first start to the last stop, with the highest
        peak, all notes and tags; the verdict stays where all agree.
        """
        ordered = sorted(segments, key=lambda s: s.span.start)
        top = max(ordered, key=lambda s: s.peak)
        first = next((s for s in ordered if s.stored), ordered[0])
        verdicts = {s.verdict.value for s in ordered}
        notes = dict.fromkeys(s.note for s in ordered if s.note)
        whole = replace(
            first,
            span=FrameSpan(ordered[0].span.start, max(s.span.stop for s in ordered)),
            peak=top.peak,
            peak_frame=top.peak_frame,
            origin="found" if any(s.origin == "found" for s in ordered) else "made",
            verdict=first.verdict if len(verdicts) == 1 else Verdict("unjudged"),
            note="; ".join(notes),
            tags=clean_tags(tag for s in ordered for tag in s.tags),
        )
        state = self
        for segment in ordered:
            if segment.stored and segment.id != first.id:
                state = state.without_segment(segment.id)
        return state.with_segment(whole)

    def as_dict(self) -> dict[str, Any]:
        """For the review file."""
        return {
            "lambda": self.score.lambda_,
            "normalise": self.score.normalise,
            "pooling": self.score.pooling,
            "smooth_seconds": self.smooth_seconds,
            "gamma": self.gamma,
            "segment_settings": asdict(self.segments),
            "ignored_areas": [area.as_dict() for area in self.areas],
            "next_id": self.next_id,
            "segments": [s.as_dict() for s in self.stored],
            "bin": [s.as_dict() for s in self.binned],
            "start_time": _written_start(self.began),
            "normal": written_spans(self.normal),
        }

    @staticmethod
    def from_dict(d: dict[str, Any]) -> ReviewState:
        """The inverse of `as_dict`; what older files do not have may be missing: tags, bin, start
        time, normal ranges.

        Raises KeyError, TypeError, ValueError, BadSetting on a damaged document.
        """
        return ReviewState(
            ScoreSettings(float(d["lambda"]), d["normalise"], d["pooling"]),
            SegmentSettings(**d["segment_settings"]),
            float(d["smooth_seconds"]),
            None if d["gamma"] is None else float(d["gamma"]),
            tuple(IgnoredArea.from_dict(a) for a in d["ignored_areas"]),
            tuple(ReviewSegment.from_dict(s) for s in d["segments"]),
            int(d["next_id"]),
            tuple(ReviewSegment.from_dict(s) for s in d.get("bin", ())),
            read_start(d["start_time"]["time"]) if d.get("start_time") else "",
            read_spans(d.get("normal", ())),
        )


def read_start(text: str) -> str:
    """A start time from a file, as `ReviewState.start_time`.  Raises ValueError, TypeError."""
    return datetime.fromisoformat(text).isoformat() if text else ""


def written_spans(spans: Iterable[FrameSpan]) -> list[list[int]]:
    """Spans for a file."""
    return [[span.start, span.stop] for span in spans]


def read_spans(pairs: Iterable[Sequence[int]]) -> tuple[FrameSpan, ...]:
    """The inverse of `written_spans`.  Raises ValueError, TypeError."""
    return tuple(FrameSpan(int(start), int(stop)) for start, stop in pairs)


def _written_start(began: datetime | None) -> dict[str, Any] | None:
    if began is None:
        return None
    offset = offset_of(began)
    return {"time": began.isoformat(), "offset": offset or None, "origin": FROM_ANALYST}
