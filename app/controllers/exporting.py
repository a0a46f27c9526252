"""Exports wait in a queue and are written one after another, in the background."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.controllers.document import Document
from app.jobs import Job
from app.language import tr, tr_count
from app.models.export_line import LineState, QueueRow
from app.wording import fault
from engine.errors import EngineError
from engine.progress import Progress

if TYPE_CHECKING:
    from engine.review.scoring import ScoreTrack
    from engine.review.state import ReviewSegment, ReviewState


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """What is to be exported, as it was when it was asked for."""

    document: Document
    state: ReviewState
    track: ScoreTrack
    segments: tuple[ReviewSegment, ...]
    folder: Path
    kinds: tuple[str, ...]
    operator: str


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """A segment that may be exported, and its name in the dialog."""

    id: str
    document: Document
    segment: ReviewSegment


class Exporting(QObject):
    """Plans cuts for a dialog, and works through the queue; both may go on at once."""

    planned = Signal(str, str)  # the cut's id, sentence
    changed = Signal()  # look at rows()
    ended = Signal(object)  # QueueRow
    crashed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._planner: Job | None = None
        self._plans: list[tuple[str, str]] = []
        self._job: Job | None = None
        self._orders: dict[int, Order] = {}
        self._rows: dict[int, QueueRow] = {}
        self._running = 0
        self._numbers = 0
        self._outcome = ""

    # --- before anything is written -------------------------------------------------------------

    def plan(self, cuts: Sequence[Cut]) -> None:
        """Work out where each untouched cut starts and stops."""
        self.forget_plan()
        wanted = list(cuts)
        self._planner = Job(lambda: self._planning(wanted), "planning cuts", self)
        self._planner.progressed.connect(self._tell_plans)
        self._planner.finished.connect(self._tell_plans)
        self._planner.crashed.connect(self.crashed)
        self._planner.start()

    def forget_plan(self) -> None:
        """Nobody looks at the cuts any more."""
        if self._planner is not None:
            self._planner.stop(2_000)
            self._planner.deleteLater()
            self._planner = None
        self._plans.clear()

    def _planning(self, cuts: list[Cut]) -> Iterator[Progress]:
        from engine.export.excerpt import plan_excerpt

        for at, cut in enumerate(cuts):
            footage = cut.document.footage
            if footage is None:
                continue
            if footage.kind == "images":
                sentence = tr("exact: the image files")
            else:
                try:
                    sentence = plan_excerpt(footage, cut.segment.span).sentence
                except EngineError as error:
                    sentence = tr(str(error))
            self._plans.append((cut.id, sentence))
            yield Progress("planning", at + 1, len(cuts), "cut")

    @Slot()
    def _tell_plans(self) -> None:
        while self._plans:
            self.planned.emit(*self._plans.pop(0))

    # --- the queue ------------------------------------------------------------------------------

    def rows(self) -> list[QueueRow]:
        """Every export of this session that was not put away, in order."""
        return list(self._rows.values())

    def put(self, order: Order) -> int:
        """Put an export at the end of the queue; returns its number."""
        self._numbers += 1
        title = tr_count(
            len(order.segments),
            "{name}: {count} segment",
            "{name}: {count} segments",
            name=order.document.path.name,
        )
        self._orders[self._numbers] = order
        self._rows[self._numbers] = QueueRow(self._numbers, title, str(order.folder))
        self.changed.emit()
        self._next()
        return self._numbers

    def cancel(self, number: int) -> None:
        """Stop an export; nothing of it is left."""
        row = self._rows.get(number)
        if row is None or row.over:
            return
        if number == self._running and self._job is not None:
            self._rows[number] = replace(row, state="stopping", eta=None)
            self._job.cancel()
            self.changed.emit()
        else:
            self._end(number, "stopped", tr("Taken out of the queue."))

    def put_away(self, number: int) -> None:
        """Forget an export that is over."""
        if number in self._rows and self._rows[number].over:
            del self._rows[number]
            self.changed.emit()

    def stop(self) -> None:
        """Cancel everything and wait."""
        self.forget_plan()
        self._orders.clear()
        for number, row in self._rows.items():
            if not row.over:
                self._rows[number] = replace(row, state="stopped", eta=None)
        if self._job is not None:
            self._job.stop(2_000)
            self._job.deleteLater()
            self._job = None

    def _next(self) -> None:
        if self._job is not None or not self._orders:
            return
        self._running = min(self._orders)
        order = self._orders.pop(self._running)
        self._outcome = ""
        self._rows[self._running] = replace(
            self._rows[self._running], state="running", said="starting"
        )
        self._job = Job(lambda: self._writing(order), "export", self)
        self._job.progressed.connect(self._on_progress)
        self._job.finished.connect(self._on_finished)
        self._job.cancelled.connect(self._on_cancelled)
        self._job.failed.connect(self._on_failed)
        self._job.crashed.connect(self._on_crashed)
        self._job.start()
        self.changed.emit()

    def _writing(self, order: Order) -> Iterator[Progress]:
        from engine.export.case import CaseExport

        footage = (
            order.document.as_opened or order.document.footage
        )  # the order's state has the start
        analysis = order.document.analysis
        if footage is None or analysis is None:
            return
        case = CaseExport(footage, analysis, order.state, order.track.score, order.segments,
                          order.folder, order.kinds, order.operator)  # fmt: skip
        yield from case.run()
        said = [
            tr_count(
                len(order.segments),
                "{count} segment written to {folder}.",
                "{count} segments written to {folder}.",
                folder=order.folder,
            )
        ]
        if case.records:
            same = all(record.packets_identical for record in case.records)
            said.append(
                tr("Every packet is identical to the source.")
                if same
                else tr("Packets were re-framed.")
            )
        if case.failures:
            said.append(
                tr_count(
                    len(case.failures),
                    "{count} was not written: {reason}",
                    "{count} were not written: {reason}",
                    reason=case.failures[0][1],
                )
            )
        self._outcome = " ".join(said)

    def _end(self, number: int, state: LineState, said: str) -> None:
        self._orders.pop(number, None)
        row = replace(self._rows[number], state=state, said=said, eta=None)
        self._rows[number] = row
        if number == self._running and self._job is not None:
            self._job.deleteLater()
            self._job, self._running = None, 0
        self.changed.emit()
        self.ended.emit(row)
        self._next()

    @Slot(object)
    def _on_progress(self, report: Progress) -> None:
        row = self._rows[self._running]
        phase = tr(report.phase)
        said = f"{phase}, {report.note}" if report.note else phase
        self._rows[self._running] = replace(
            row, said=said, fraction=report.fraction, eta=report.eta
        )
        self.changed.emit()

    @Slot()
    def _on_finished(self) -> None:
        self._end(self._running, "done", self._outcome)

    @Slot()
    def _on_cancelled(self) -> None:
        self._end(self._running, "stopped", tr("Stopped; nothing of it is left."))

    @Slot(object)
    def _on_failed(self, error: EngineError) -> None:
        self._end(self._running, "failed", fault(error))

    @Slot(object)
    def _on_crashed(self, error: Exception) -> None:
        self._end(self._running, "failed", tr("Stopped by an error of the program."))
        self.crashed.emit(error)
