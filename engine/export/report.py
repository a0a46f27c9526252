"""What a report says, in words and numbers, before it takes the form of HTML or PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import engine
from engine.export.excerpt import ExcerptRecord
from engine.export.images import ImagesRecord
from engine.export.manifest import CaseFacts, Exported, FileEntry
from engine.export.space import spoken_size
from engine.export.stills import Still
from engine.export.viewpoint import Viewpoint
from engine.scoring.score import normal_scores, rarity
from engine.timebase import spoken_duration, timecode

COLUMNS = 640  # of the score curve
TICK_STEPS = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200)
CAUTIONS = (
    (
        "A score is a lead, not a finding: it says how unlike normal a frame looked to the "
        "detector. Each segment was judged by the person who is named with it, or by nobody yet."
    ),
    (
        "Checksums show that files are unchanged since this export. They do not show that a "
        "recording is authentic. Untouched excerpts are copies of the source's packets; all other "
        "copies and pictures were decoded and encoded again."
    ),
)
ROLES = {"in": "first frame", "peak": "peak", "out": "last frame"}
VERDICTS = {"confirmed": "✓", "dismissed": "✗", "unsure": "?", "unjudged": "–"}

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Picture:
    """A moment: its caption, and JPEGs of the frame raw and with overlay."""

    title: str
    caption: str
    raw: bytes
    overlaid: bytes


@dataclass(frozen=True, slots=True)
class ReportSegment:
    """One segment as the report tells it."""

    number: int
    title: str
    start: str
    length: str
    peak: str
    verdict: str
    mark: str
    judged: str
    note: str
    tags: str
    facts: tuple[Pair, ...]
    pictures: tuple[Picture, ...]
    files: tuple[tuple[str, str, str], ...]  # name, what it is, SHA-256


@dataclass(frozen=True, slots=True)
class Curve:
    """The score over the whole footage, all in shares of 0..1.

    highs: the largest score of each column, NaN where there is none.  spans: start, stop, number,
    verdict.  ticks: place, timecode.  top: the score at the upper edge.
    """

    highs: NDArray[np.float64]
    threshold: float
    spans: tuple[tuple[float, float, int, str], ...]
    ticks: tuple[tuple[float, str], ...]
    top: float


@dataclass(frozen=True, slots=True)
class ReportContent:
    """A whole report."""

    title: str
    footage: str
    summary: str
    made: str
    operator: str
    program: str
    cautions: tuple[str, ...]
    groups: tuple[tuple[str, tuple[Pair, ...]], ...]
    curve: Curve
    segments: tuple[ReportSegment, ...]
    failures: tuple[str, ...]
    files: tuple[FileEntry, ...]


def report_content(
    name: str,
    facts: CaseFacts,
    exported: Sequence[Exported],
    files: Sequence[FileEntry],
    root: Path,
) -> ReportContent:
    """Everything that a report of this export says."""
    view = facts.view
    digests = {entry.path: entry.sha256 for entry in files}
    judged = sum(one.segment.verdict.value == "confirmed" for one in exported)
    flagged = sum(view.length(one.segment.span) for one in exported)
    noun = "segment" if len(exported) == 1 else "segments"
    return ReportContent(
        title=name,
        footage=view.footage.path.name,
        summary=f"{len(exported)} {noun}, {spoken_duration(flagged)} in all, {judged} confirmed",
        made=facts.made.strftime("%Y-%m-%d %H:%M:%S UTC"),
        operator=facts.operator,
        program=f"Normscope {engine.__version__}",
        cautions=CAUTIONS,
        groups=(("Recording", _recording(facts)), ("How it was scored", _scoring(facts))),
        curve=_curve(view, exported),
        segments=tuple(_segment(view, one, digests, root) for one in exported),
        failures=tuple(
            f"Segment {one.number}: no {kind} copy. {reason}"
            for one in exported
            for kind, reason in one.failures
        ),
        files=tuple(files),
    )


def _recording(facts: CaseFacts) -> tuple[Pair, ...]:
    footage, table = facts.view.footage, facts.view.footage.table
    rate = "unknown" if table.rate is None else f"{table.rate:.4g} frames a second"
    started = "not known"
    if footage.start_time is not None:
        started = f"{footage.start_time.isoformat(sep=' ')} ({footage.start_time_origin})"
    return (
        ("File", str(footage.path)),
        ("SHA-256", facts.source_sha256),
        ("Size", spoken_size(facts.source_bytes)),
        ("Picture", f"{footage.width} x {footage.height}, {footage.codec}"),
        ("Frames", f"{len(table)}, {rate}" + (", variable" if table.variable_rate else "")),
        ("Length", timecode(table.duration)),
        ("Began", started),
    )


def _scoring(facts: CaseFacts) -> tuple[Pair, ...]:
    view = facts.view
    head, state = view.analysis.head, view.state
    score, found = state.score, state.segments
    digest = (("SHA-256", head.facts.weights_sha256),) if head.facts.weights_sha256 else ()
    gamma = "none" if head.gamma is None else f"{head.gamma:.4g}"
    update = "updates" if head.update else "no updates"
    return (
        ("Detector", head.facts.name),
        ("Weights", head.facts.weights_id or "none needed"),
        *digest,
        *((("Warning", head.facts.warning),) if head.facts.warning else ()),
        ("Normal is", view.calibration.origin if view.calibration else "not calibrated"),
        ("Score", (f"lambda {score.lambda_:.3g}, {score.normalise}, {score.pooling} pooling, "
                  f"smoothed over {state.smooth_seconds:.3g} s")),
        ("Threshold", (f"{found.threshold:.3g}, hysteresis {found.hysteresis:.3g}, at least "
                      f"{found.min_length:.3g} s, gaps under {found.merge_gap:.3g} s closed")),
        ("Memory", f"gamma {gamma}, {update}" if head.facts.has_memory else "none"),
        ("Ignored areas", str(len(state.areas)) if state.areas else "none"),
        ("Ran on", f"{head.device}, {head.precision}"),
    )  # fmt: skip


def _segment(view: Viewpoint, one: Exported, digests: dict[str, str], root: Path) -> ReportSegment:
    segment, span, table = one.segment, one.segment.span, view.footage.table
    first, last = span.start, span.stop - 1
    verdict = segment.verdict
    judged: str = verdict.value
    if verdict.operator:
        judged += f" by {verdict.operator}"
    if verdict.time:
        judged += f", {verdict.time.replace('T', ' ')}"
    facts = [
        ("Time", f"{timecode(view.seconds(first))} to {timecode(view.ends(last))}"),
        ("Frames", f"{first} to {last} ({len(span)})"),
        ("PTS", f"{int(table.pts[first])} to {int(table.pts[last])}, in {table.time_base} s"),
    ]
    if view.wall_clock(first):
        facts.append(("Recorder's clock", f"{view.wall_clock(first)} to {view.wall_clock(last)}"))
    peak = f"{segment.peak:.2f}" if np.isfinite(segment.peak) else "no score"
    facts.append(("Highest score", (f"{peak}{_rare(view, segment.peak)}, at frame "
                                   f"{segment.peak_frame}")))  # fmt: skip
    facts.append(("Origin", "found by the detector" if segment.origin == "found"
                  else "marked by hand"))  # fmt: skip
    return ReportSegment(
        one.number,
        f"Segment {one.number}",
        timecode(view.seconds(first)),
        spoken_duration(view.length(span)),
        peak,
        verdict.value,
        VERDICTS[verdict.value],
        judged,
        segment.note,
        ", ".join(segment.tags),
        tuple(facts),
        tuple(_picture(view, still) for still in one.stills),
        tuple(_files(one, digests, root)),
    )


def _rare(view: Viewpoint, peak: float) -> str:
    share = rarity(peak, normal_scores(view.analysis.facts, view.state.score, view.calibration))
    if share is None or share < 0.5:
        return ""
    return f", rarer than {np.floor(1000 * share) / 10:.1f} % of normal frames"


def _picture(view: Viewpoint, still: Still) -> Picture:
    told = f"{timecode(view.seconds(still.index))} · frame {still.index} · score "
    return Picture(
        ROLES[still.role], told + view.score_words(still.index), still.raw, still.overlaid
    )


def _files(one: Exported, digests: dict[str, str], root: Path) -> list[tuple[str, str, str]]:
    listed = []
    if isinstance(one.original, ExcerptRecord):
        same = "every packet identical to the source" if one.original.packets_identical else (
            "packets re-framed by the container")  # fmt: skip
        cut = one.original.plan.sentence
        listed.append((one.original.path, f"untouched excerpt, {cut}; {same}"))
    elif isinstance(one.original, ImagesRecord):
        listed.append((one.original.path, f"{one.original.frames} untouched image files"))
    for copy, what in ((one.exact, "exact cut"), (one.annotated, "annotated copy")):
        if copy is not None:
            listed.append((copy.path, f"{what}; {copy.note}"))
    return [
        (name := path.relative_to(root).as_posix(), what, digests.get(name, ""))
        for path, what in listed
    ]


def _curve(view: Viewpoint, exported: Sequence[Exported]) -> Curve:
    seconds, score = view.footage.table.seconds(), np.asarray(view.score, np.float64)
    length = max(float(view.footage.table.duration), 1e-6)
    finite = score[np.isfinite(score)]
    top = max(float(finite.max(initial=0.0)), 1.5 * view.threshold, 1e-6)
    column = np.minimum((seconds / length * COLUMNS).astype(int), COLUMNS - 1)
    highs = np.full(COLUMNS, -np.inf)
    np.maximum.at(highs, column, np.where(np.isfinite(score), score, -np.inf))
    highs = np.where(np.isfinite(highs), np.clip(highs / top, 0, 1), np.nan)
    if len(seconds) and len(seconds) < COLUMNS:  # more columns than frames: hold each frame's
        held = np.maximum.accumulate(np.where(np.isfinite(highs), np.arange(COLUMNS), -1))
        highs = np.where(held >= 0, highs[np.maximum(held, 0)], np.nan)
    spans = tuple(
        (
            view.seconds(one.segment.span.start) / length,
            min(1.0, view.ends(one.segment.span.stop - 1) / length),
            one.number,
            one.segment.verdict.value,
        )
        for one in exported
    )
    step = next((s for s in TICK_STEPS if length / s <= 9), TICK_STEPS[-1])
    ticks = tuple((at / length, timecode(at, digits=1 if step < 1 else 0))
                  for at in np.arange(0, length, step).tolist())  # fmt: skip
    return Curve(highs, min(1.0, max(0.0, view.threshold / top)), spans, ticks, top)
