"""The Analysis: arrays of one run over one footage, valid below a high-water mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.analysis.maps import CodedMap, FineMaps
from engine.detectors.base import Calibration, DetectorFacts, FrameScore, PartSpec, PatchRule
from engine.detectors.series import NormalSeries, normal_series
from engine.scoring.calibrating import calibrate
from engine.scoring.score import ScoreSettings, anomaly_score
from engine.timebase import FrameSpan


@dataclass(frozen=True, slots=True)
class FootageReference:
    """How an analysis names its footage: where it was, how large, and its fingerprint."""

    path: str
    size: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class AnalysisHead:
    """What is known before the first frame is scored, and never changes afterwards."""

    footage: FootageReference
    facts: DetectorFacts
    frames: int
    time_base: tuple[int, int]
    gamma: float | None
    update: bool
    device: str
    precision: str
    picture_size: tuple[int, int]  # width, height as shown

    def as_dict(self) -> dict[str, Any]:
        """For the journal's first record and the file's attributes."""
        facts = self.facts
        return {
            "footage": [self.footage.path, self.footage.size, self.footage.fingerprint],
            "detector": facts.name,
            "parts": [_part_row(part) for part in facts.parts],
            "lambda": facts.default_lambda,
            "has_memory": facts.has_memory,
            "clip_rate": facts.clip_rate,
            "patch": [facts.patch.cells, facts.patch.frames],
            "calibration": None if facts.calibration is None else facts.calibration.as_dict(),
            "default_gamma": facts.gamma,
            "weights_id": facts.weights_id,
            "weights_sha256": facts.weights_sha256,
            "update_by_default": facts.update_by_default,
            "warning": facts.warning,
            "frames": self.frames,
            "time_base": list(self.time_base),
            "gamma": self.gamma,
            "update": self.update,
            "device": self.device,
            "precision": self.precision,
            "picture_size": list(self.picture_size),
        }

    @staticmethod
    def from_dict(d: dict[str, Any]) -> AnalysisHead:
        """The inverse of `as_dict`.  Raises KeyError, TypeError, ValueError on a damaged
        document."""
        calibration = d["calibration"]
        facts = DetectorFacts(
            name=d["detector"],
            parts=tuple(_part_of(row) for row in d["parts"]),
            default_lambda=d["lambda"],
            has_memory=d["has_memory"],
            clip_rate=d["clip_rate"],
            patch=PatchRule(*d["patch"]),
            calibration=None if calibration is None else Calibration.from_dict(calibration),
            gamma=d["default_gamma"],
            weights_id=d["weights_id"],
            weights_sha256=d["weights_sha256"],
            update_by_default=d["update_by_default"],
            warning=d.get("warning", ""),
        )
        return AnalysisHead(
            FootageReference(*d["footage"]),
            facts,
            int(d["frames"]),
            (int(d["time_base"][0]), int(d["time_base"][1])),
            d["gamma"],
            bool(d["update"]),
            d["device"],
            d["precision"],
            (int(d["picture_size"][0]), int(d["picture_size"][1])),
        )

    def same_run(self, other: AnalysisHead) -> bool:
        """Whether rows of the two may stand in one analysis: all but the footage's path agrees."""
        mine, theirs = self.as_dict(), other.as_dict()
        mine["footage"][0] = theirs["footage"][0] = ""
        return mine == theirs


def _elapsed(head: AnalysisHead, pts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Times of frames relative to the first, in seconds."""
    num, den = head.time_base
    elapsed = pts - pts[0] if len(pts) else np.zeros(0, np.int64)
    return elapsed.astype(np.float64) * (num / den)


def _part_row(p: PartSpec) -> list[Any]:
    row: list[Any] = [p.name, p.unit, p.role, p.direction, p.map_name, p.slot, p.pooling, p.form]
    return row if p.rule is None else [*row, [p.rule.cells, p.rule.frames]]


def _part_of(row: list[Any]) -> PartSpec:
    return PartSpec(*row[:8], *(PatchRule(*rule) for rule in row[8:]))


@dataclass(slots=True)
class Analysis:
    """One run, growing.  Rows below `frames_done` are final; those above are NaN.

    The writer appends; readers look only below the mark, so no lock is needed.
    """

    head: AnalysisHead
    pts: NDArray[np.int64]
    parts: dict[str, NDArray[np.float32]]
    regular_score: NDArray[np.float32]
    updated: NDArray[np.bool_]
    clip_start: NDArray[np.bool_]  # a cut or gap lies before this frame
    fine: FineMaps
    maps: dict[str, CodedMap] = field(default_factory=dict)
    snapshots: list[tuple[int, NDArray[np.float32]]] = field(default_factory=list)
    frames_done: int = 0
    complete: bool = False
    own_calibration: Calibration | None = None
    normal: FrameSpan | None = None  # of this footage, where one was named
    path: Path | None = None
    _seconds: NDArray[np.float64] | None = field(default=None, init=False, repr=False)
    _step: float | None = field(default=None, init=False, repr=False)

    @staticmethod
    def empty(head: AnalysisHead, pts: NDArray[np.int64]) -> Analysis:
        """An analysis without rows."""
        n = len(pts)
        return Analysis(
            head,
            pts,
            {part.name: np.full(n, np.nan, np.float32) for part in head.facts.parts},
            np.full(n, np.nan, np.float32),
            np.zeros(n, bool),
            np.zeros(n, bool),
            FineMaps(_elapsed(head, pts)),
        )

    @property
    def facts(self) -> DetectorFacts:
        """The detector's declaration."""
        return self.head.facts

    @property
    def seconds(self) -> NDArray[np.float64]:
        """Times of the frames relative to the first, in seconds.  Read-only, computed once."""
        if self._seconds is None:
            self._seconds = _elapsed(self.head, self.pts)
            self._seconds.flags.writeable = False
        return self._seconds

    @property
    def step(self) -> float:
        """The usual time between frames in seconds; 0 with fewer than 2 frames.  Computed once."""
        if self._step is None:
            steps = np.diff(self.seconds)
            self._step = float(np.median(steps)) if len(steps) else 0.0
        return self._step

    @property
    def scored(self) -> NDArray[np.bool_]:
        """Frames that have a score.  (N,)."""
        return np.isfinite(self.parts[self.facts.parts[0].name])

    @property
    def calibration(self) -> Calibration | None:
        """What normal means: the span of this footage that was named, else what the weights
        bring."""
        return self.own_calibration or self.facts.calibration

    def put(self, score: FrameScore) -> None:
        """Store one frame's score.  The caller moves the mark."""
        index = score.index
        for name, value in score.parts.items():
            self.parts[name][index] = value
        if score.regular_score is not None:
            self.regular_score[index] = score.regular_score
        self.updated[index] = score.updated
        for name, cells in score.maps.items():
            if name not in self.maps:
                self.maps[name] = CodedMap.empty(len(self.pts), cells.shape)
            self.maps[name].put(index, cells)
        if score.fine:
            self.fine.offer(index, self._height(score), score.fine)

    def _height(self, score: FrameScore) -> float:
        """How high a frame scores among the others, by what is known while the run goes on: the
        detector's own lambda and calibration; without one, part A alone, or B where there is no A.
        """
        facts = self.facts
        known = facts.calibration is not None and all(
            part.name in facts.calibration.parts for part in facts.parts
        )
        settings = ScoreSettings(facts.default_lambda).fitting(facts)
        if not known:
            alone = 0.0 if facts.part("A", settings.pooling) is None else 1.0
            settings = replace(settings, lambda_=alone, normalise="none")
        row = {name: np.array([value], np.float32) for name, value in score.parts.items()}
        return float(anomaly_score(row, facts, settings, facts.calibration)[0])

    def note_items(self, index: int, items: NDArray[np.float32]) -> None:
        """Keep the memory that scored frame `index`, if it differs from the last snapshot."""
        if not self.snapshots or not np.array_equal(self.snapshots[-1][1], items):
            self.snapshots.append((index, items.copy()))

    def snapshot_before(self, index: int) -> tuple[int, NDArray[np.float32]] | None:
        """The last snapshot at or before a frame: (frame that it scored, items)."""
        frames = [frame for frame, _ in self.snapshots]
        at = int(np.searchsorted(frames, index, side="right")) - 1
        return self.snapshots[at] if at >= 0 else None

    def memory_before(self, index: int) -> tuple[int, NDArray[np.float32]] | None:
        """(frame, items): the memory that met `frame`, the last one up to `index` where it is
        known.

        Updates from there on must be repeated; a memory that is not written to is known anywhere.
        """
        snapshot = self.snapshot_before(index)
        if snapshot is None:
            return None
        written = np.flatnonzero(self.updated[snapshot[0] : index])
        return (snapshot[0] + int(written[0]) if len(written) else index), snapshot[1]

    def calibrate_on(
        self, start: int, stop: int, origin: str, *, known: bool = False
    ) -> Calibration:
        """Quantiles of frames [start, stop), taken as normal.

        known: somebody said so; only then can their segments be counted as false alarms.
        """
        return self.calibrate_on_spans((FrameSpan(start, stop),), origin, known=known)

    def calibrate_on_spans(
        self,
        spans: Sequence[FrameSpan],
        origin: str,
        *,
        known: bool = False,
        parts: Mapping[str, NDArray[np.float32]] | None = None,
    ) -> Calibration:
        """As `calibrate_on`, of several spans that do not touch.

        parts: name -> (N,), where others than the stored ones count (ignored areas left out).
        """
        values = self.parts if parts is None else parts
        frames = np.concatenate(
            [np.arange(s.start, max(s.start, min(s.stop, self.frames_done))) for s in spans]
        )
        scored = self.scored[frames]
        rows = frames[scored]
        # a cell's quantiles need no more than some hundred frames
        some = rows[:: max(1, len(rows) // 400)]
        maps = {
            name: np.concatenate([m.get(i, i + 1) for i in some.tolist()])
            for name, m in self.maps.items()
            if len(some)
        }
        return calibrate(
            {name: track[frames] for name, track in values.items()},
            self.facts.parts,
            maps,
            self.regular_score[frames] if self.facts.has_memory else None,
            origin,
            self._series(rows, spans, values) if known and len(rows) > 1 else None,
        )

    def _series(
        self,
        rows: NDArray[np.int64],
        spans: Sequence[FrameSpan],
        values: Mapping[str, NDArray[np.float32]],
    ) -> NormalSeries:
        """Scored rows in order, parted where time jumps, a clip starts anew or a span begins."""
        times = self.seconds[rows]
        step = float(np.median(np.diff(times)))
        fresh = np.diff(times) > 1.9 * step
        fresh |= np.diff(np.cumsum(self.clip_start)[rows]) > 0
        fresh |= np.diff(np.searchsorted([s.start for s in spans], rows, side="right")) > 0
        edges = np.concatenate(([0], np.flatnonzero(fresh) + 1, [len(rows)]))
        parts = {name: track[rows] for name, track in values.items()}
        return normal_series(parts, np.diff(edges).tolist(), 1.0 / max(step, 1e-6))

    def with_rows_below(self, frame: int) -> Analysis:
        """A copy that keeps only the rows below a frame (for a re-run from there)."""
        kept = Analysis.empty(self.head, self.pts)
        for name, values in self.parts.items():
            kept.parts[name][:frame] = values[:frame]
        kept.regular_score[:frame] = self.regular_score[:frame]
        kept.updated[:frame] = self.updated[:frame]
        kept.clip_start[:frame] = self.clip_start[:frame]
        for name, coded in self.maps.items():
            fresh = CodedMap.empty(len(self.pts), coded.codes.shape[1:])
            fresh.codes[:frame] = coded.codes[:frame]
            fresh.scales[:frame] = coded.scales[:frame]
            kept.maps[name] = fresh
        kept.fine = self.fine.below(frame)
        kept.snapshots = [(at, items) for at, items in self.snapshots if at < frame]
        kept.frames_done = min(frame, self.frames_done)
        kept.normal = self.normal
        if self.complete and kept.frames_done == len(self.pts):
            kept.own_calibration = self.own_calibration
        return kept

    def with_gamma(self, gamma: float | None, update: bool) -> Analysis:
        """The same rows under another head."""
        self.head = replace(self.head, gamma=gamma, update=update)
        return self
