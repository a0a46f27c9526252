"""One run of a detector over a footage: decode ahead, score, store; cancel, kill and resume lose
nothing.

The caller owns cancellation: it stops iterating, and what was scored is written.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.analysis.ahead import DecodeAhead
from engine.analysis.analysis import Analysis, AnalysisHead, FootageReference
from engine.analysis.file import check_target, read_analysis, working_path, write_analysis
from engine.analysis.journal import JournalWriter, journal_path
from engine.analysis.sampling import sample
from engine.detectors.base import Detector, FrameScore, Stream, check_gamma
from engine.errors import BadSetting, UnreadableAnalysis
from engine.files import fingerprint, storing
from engine.footage import Footage
from engine.progress import Progress, RateMeter
from engine.timebase import FrameSpan

FLUSH_SECONDS = 0.8
SNAPSHOT_ROWS = 16  # at most so many frames are encoded again to rebuild the memory of a frame
CUT_WARM_UP = 40  # sampled frames that the cut detector looks back on


@dataclass(frozen=True, slots=True)
class RunSettings:
    """gamma and update None: the detector's defaults.  calibrate: the normal span of this
    footage."""

    gamma: float | None = None
    update: bool | None = None
    calibrate: FrameSpan | None = None
    resume: bool = True


def reference_to(footage: Footage) -> FootageReference:
    """How an analysis names this footage."""
    path = footage.path
    size = path.stat().st_size if path.is_file() else len(footage.table)
    return FootageReference(str(path.resolve()), size, fingerprint(path))


def head_for(footage: Footage, detector: Detector, settings: RunSettings) -> AnalysisHead:
    """The head of a run that has not begun."""
    facts, base = detector.facts, footage.table.time_base
    gamma = facts.gamma if settings.gamma is None else settings.gamma
    update = facts.update_by_default if settings.update is None else settings.update
    if settings.gamma is not None and not facts.has_memory:
        raise BadSetting(
            f"gamma has no meaning for '{facts.name}': it has no memory to update.",
            hint="Leave --gamma out.",
        )
    if gamma != facts.gamma:
        check_gamma(gamma)
    return AnalysisHead(
        reference_to(footage),
        facts,
        len(footage.table),
        (base.numerator, base.denominator),
        gamma if facts.has_memory else None,
        update and facts.has_memory,
        detector.device,
        detector.precision,
        (footage.width, footage.height),
    )


class AnalysisRun:
    """A run that can be watched: `analysis` grows while `run()` is iterated.

    earlier: an analysis whose rows below `keep` stand (a resumed run, or one with another gamma).
    BadSetting where `path` is the footage, or anything else but an analysis.
    """

    def __init__(
        self,
        footage: Footage,
        detector: Detector,
        path: Path,
        settings: RunSettings | None = None,
        *,
        earlier: Analysis | None = None,
        keep: int = 0,
    ) -> None:
        footage.require_there()
        check_target(footage, path)
        self.footage, self.detector, self.path = footage, detector, path
        self._growing = working_path(path)  # a complete analysis stays until this one is complete
        self.settings = settings or RunSettings()
        self.head = head_for(footage, detector, self.settings)
        self.sampling = sample(footage.table, detector.facts.clip_rate)
        self.resumed_from = 0
        if earlier is None and self.settings.resume:
            earlier = self._unfinished()
            keep = earlier.frames_done if earlier is not None else 0
        if earlier is not None and keep > 0:
            kept = earlier.with_rows_below(keep)
            kept.head = self.head
            self.analysis, self.resumed_from = kept, keep
        else:
            self.analysis = Analysis.empty(self.head, footage.table.pts)
        self.analysis.path = path
        if self.settings.calibrate is not None:
            self.analysis.normal = self.settings.calibrate
        self.scored = 0
        self._rows = int(self.analysis.scored.sum())

    def _unfinished(self) -> Analysis | None:
        """What an earlier run of the same kind left at this path, or beside it."""
        for path in dict.fromkeys((self.path, self._growing)):
            try:
                found = read_analysis(path)
            except UnreadableAnalysis:
                continue
            same = found.head.same_run(self.head)
            if same and np.array_equal(found.pts, self.footage.table.pts):
                return found
        return None

    def run(self) -> Iterator[Progress]:
        """Score what is not scored yet; yields after every frame that was taken in.

        DiskFull, StorageFailed: rows no longer fit beside the analysis file; those that do are
        kept, and the next run goes on from them.
        """
        analysis = self.analysis
        total = len(self.footage.table)
        if analysis.frames_done >= total:
            analysis.complete = True
            if analysis.own_calibration is None or self.settings.calibrate is not None:
                self._calibrate()
            with storing(f"the analysis {self.path.name}"):
                write_analysis(self.path, analysis)
            yield Progress("done", total, total)
            return
        with storing(f"the journal of {self.path.name}"):
            journal = JournalWriter(journal_path(self._growing), analysis)
        try:
            yield from self._score(journal, total)
            analysis.complete = True
        finally:
            self._keep(journal)

    def _keep(self, journal: JournalWriter) -> None:
        """Write what was scored: to the journal, then to the file that makes it superfluous."""
        analysis = self.analysis
        with contextlib.suppress(OSError):  # the file, being compressed, may fit all the same
            journal.write(analysis.frames_done)
        journal.close()
        if analysis.complete or analysis.frames_done:
            self._calibrate()
            with storing(f"the analysis {self.path.name}"):
                write_analysis(self.path if analysis.complete else self._growing, analysis)
        else:
            journal_path(self._growing).unlink(missing_ok=True)
        if analysis.complete and self._growing != self.path:
            self._growing.unlink(missing_ok=True)
            journal_path(self._growing).unlink(missing_ok=True)

    def _score(self, journal: JournalWriter, total: int) -> Iterator[Progress]:
        analysis, sampling, meter = self.analysis, self.sampling, RateMeter()
        stream = self.detector.stream(gamma=self.head.gamma, update=self.head.update)
        start, scores_from = self._restart(stream)
        flushed = time.monotonic()
        with DecodeAhead(self.footage, sampling, start, warm_up=CUT_WARM_UP) as ahead:
            for sampled in ahead:
                ready: list[FrameScore] = []
                if sampled.breaks:
                    ready += stream.flush()
                    analysis.clip_start[sampled.index] = True
                if sampled.index < scores_from:
                    stream.replay(sampled.index, sampled.picture, write=False)
                else:
                    ready += stream.push(sampled.index, sampled.picture)
                self._store(ready)
                if time.monotonic() - flushed >= FLUSH_SECONDS:
                    with storing(f"the journal of {self.path.name}"):
                        journal.write(analysis.frames_done)
                    flushed = time.monotonic()
                yield meter.progress("scoring", sampled.index + 1, total)
            self._store(stream.flush())
        analysis.frames_done = total

    def _restart(self, stream: Stream) -> tuple[int, int]:
        """Where to begin so that the rows from the mark on come out as in an unbroken run.

        Returns the first sampled position to decode and the first frame to score.  The memory goes
        back to a snapshot some rows before the mark, so that the patch parts see the frames around
        them.
        """
        mark = self.analysis.frames_done
        if mark == 0:
            return 0, 0
        half = self.detector.facts.patch.frames // 2
        position = max(0, self.sampling.position_at(mark - 1) + 1 - half)
        index = int(self.sampling.indices[min(position, len(self.sampling.indices) - 1)])
        if self.detector.facts.has_memory:
            memory = self.analysis.memory_before(index)
            if memory is None:
                self.analysis.frames_done = self._rows = 0
                return 0, 0
            index = memory[0]
            stream.restore(memory[1])
            position = self.sampling.position_at(index)
        return max(0, position - stream.context), index

    def _store(self, scores: list[FrameScore]) -> None:
        analysis = self.analysis
        for score in scores:
            if score.index < analysis.frames_done:
                continue
            analysis.put(score)
            if score.items is not None and self._rows % SNAPSHOT_ROWS == 0:
                analysis.note_items(score.index, score.items)
            analysis.frames_done = score.index + 1
            self._rows += 1
            self.scored += 1

    def _calibrate(self) -> None:
        """What normal means: the named span where it has scores, else the weights, else all."""
        analysis, span = self.analysis, self.analysis.normal
        if span is not None and analysis.scored[span.start : span.stop].any():
            origin = f"frames {span.start} to {span.stop - 1} of this footage"
            analysis.own_calibration = analysis.calibrate_on(
                span.start, span.stop, origin, known=True
            )
        elif analysis.facts.calibration is None:
            part = "whole footage" if analysis.complete else "part that was analysed"
            origin = f"the {part}, taken as normal"
            analysis.own_calibration = analysis.calibrate_on(0, analysis.frames_done, origin)
