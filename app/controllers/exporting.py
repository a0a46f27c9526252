"""Export of chosen segments: cuts worked out beforehand, written in the background."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.controllers.document import Document
from app.jobs import Job
from engine.errors import EngineError
from engine.progress import Progress

if TYPE_CHECKING:
    from engine.review.scoring import ScoreTrack
    from engine.review.state import ReviewSegment, ReviewState


class Exporting(QObject):
    """Plans cuts, then writes a case folder.  One piece of work at a time."""

    planned = Signal(str, str)  # segment id, sentence
    progressed = Signal(object)
    written = Signal(str)
    cancelled = Signal()
    failed = Signal(object)
    crashed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self._plans: list[tuple[str, str]] = []
        self._outcome = ""

    def plan(self, document: Document, segments: Sequence[ReviewSegment]) -> None:
        """Work out where each cut starts and stops."""
        self._begin(lambda: self._planning(document, list(segments)), "planning cuts")

    def _planning(self, document: Document, segments: list[ReviewSegment]) -> Iterator[Progress]:
        from engine.export.excerpt import plan_excerpt

        if document.footage is None:
            return
        for at, segment in enumerate(segments):
            try:
                sentence = plan_excerpt(document.footage, segment.span).sentence
            except EngineError as error:
                sentence = str(error)
            self._plans.append((segment.id, sentence))
            yield Progress("planning", at + 1, len(segments), "cut")

    def write(
        self,
        document: Document,
        state: ReviewState,
        track: ScoreTrack,
        ids: Sequence[str],
        folder: Path,
    ) -> None:
        """Write excerpts, tables, manifest and checksums."""
        chosen = [s for s in track.segments if s.id in set(ids)]
        self._begin(lambda: self._writing(document, state, track, chosen, folder), "export")

    def _writing(
        self,
        document: Document,
        state: ReviewState,
        track: ScoreTrack,
        chosen: list[ReviewSegment],
        folder: Path,
    ) -> Iterator[Progress]:
        from engine.export.case import CaseExport

        if document.footage is None or document.analysis is None:
            return
        case = CaseExport(document.footage, document.analysis, state, track.score, chosen, folder)
        yield from case.run()
        same = all(record.packets_identical for record in case.records)
        kept = (
            "every packet identical to the source" if same else "packets re-framed by the container"
        )
        noun = "excerpt" if len(case.records) == 1 else "excerpts"
        self._outcome = f"{len(case.records)} {noun} written to {folder}; {kept}."

    def _begin(self, work: object, title: str) -> None:
        self.stop()
        self._plans.clear()
        self._outcome = ""
        self._job = Job(work, title, self)  # type: ignore[arg-type]
        self._job.progressed.connect(self._on_progress)
        self._job.finished.connect(self._on_finished)
        self._job.cancelled.connect(self._on_cancelled)
        self._job.failed.connect(self._on_failed)
        self._job.crashed.connect(self._on_crashed)
        self._job.start()

    def cancel(self) -> None:
        """Stop; whole excerpts stay, half ones are never there."""
        if self._job is not None:
            self._job.cancel()

    def stop(self) -> None:
        """Cancel and wait."""
        if self._job is not None:
            self._job.stop(2_000)
            self._job.deleteLater()
            self._job = None

    @Slot(object)
    def _on_progress(self, report: Progress) -> None:
        self._tell_plans()
        self.progressed.emit(report)

    def _tell_plans(self) -> None:
        while self._plans:
            self.planned.emit(*self._plans.pop(0))

    @Slot()
    def _on_finished(self) -> None:
        self._tell_plans()
        if self._outcome:
            self.written.emit(self._outcome)

    @Slot()
    def _on_cancelled(self) -> None:
        self._tell_plans()
        self.cancelled.emit()

    @Slot(object)
    def _on_failed(self, error: EngineError) -> None:
        self.failed.emit(error)

    @Slot(object)
    def _on_crashed(self, error: Exception) -> None:
        self.crashed.emit(error)
