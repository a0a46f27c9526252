"""The state of a review as one frozen value, so that undo is a list of values."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from engine.scoring.ignoring import IgnoredArea
from engine.scoring.score import ScoreSettings
from engine.scoring.segments import FoundSegment, SegmentSettings
from engine.timebase import FrameSpan

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
    """A segment as the analyst sees it.  One that was judged, noted or edited is stored; others
    are found anew from the score whenever a setting changes.
    """

    id: str
    span: FrameSpan
    peak: float
    peak_frame: int
    origin: Origin = "found"
    verdict: Verdict = Verdict("unjudged")
    note: str = ""
    stored: bool = False


@dataclass(frozen=True, slots=True)
class ReviewState:
    """Everything that undo covers.  smooth_seconds: Gaussian sigma of the score."""

    score: ScoreSettings = field(default_factory=ScoreSettings)
    segments: SegmentSettings = field(default_factory=SegmentSettings)
    smooth_seconds: float = 0.0
    gamma: float | None = None
    areas: tuple[IgnoredArea, ...] = ()
    stored: tuple[ReviewSegment, ...] = ()
    next_id: int = 1

    def joined_with(self, found: list[FoundSegment]) -> list[ReviewSegment]:
        """Stored segments, and the found ones that none of them overlaps, in time order."""
        fresh = [
            ReviewSegment(f"f{s.span.start}", s.span, s.peak, s.peak_frame)
            for s in found
            if not any(s.span.overlaps(kept.span) for kept in self.stored)
        ]
        return sorted([*self.stored, *fresh], key=lambda s: (s.span.start, s.span.stop))

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
            "segments": [
                {
                    "id": s.id,
                    "start": s.span.start,
                    "stop": s.span.stop,
                    "peak": s.peak,
                    "peak_frame": s.peak_frame,
                    "origin": s.origin,
                    "verdict": asdict(s.verdict),
                    "note": s.note,
                }
                for s in self.stored
            ],
        }

    @staticmethod
    def from_dict(d: dict[str, Any]) -> ReviewState:
        """The inverse of `as_dict`.  Raises KeyError, TypeError, ValueError on a damaged
        document."""
        stored = tuple(
            ReviewSegment(
                str(s["id"]),
                FrameSpan(int(s["start"]), int(s["stop"])),
                float(s["peak"]),
                int(s["peak_frame"]),
                s["origin"],
                Verdict(**s["verdict"]),
                str(s["note"]),
                True,
            )
            for s in d["segments"]
        )
        return ReviewState(
            ScoreSettings(float(d["lambda"]), d["normalise"], d["pooling"]),
            SegmentSettings(**d["segment_settings"]),
            float(d["smooth_seconds"]),
            None if d["gamma"] is None else float(d["gamma"]),
            tuple(IgnoredArea.from_dict(a) for a in d["ignored_areas"]),
            stored,
            int(d["next_id"]),
        )
