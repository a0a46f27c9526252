"""Learning what is normal, in the background: a look at the ranges, then one run at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.jobs import Job
from engine import api
from engine.errors import EngineError
from engine.progress import Progress

if TYPE_CHECKING:
    from engine.detectors.weights import WeightsCard
    from engine.footage import Footage
    from engine.learning.check import NormalCheck
    from engine.learning.normal import NormalFootage
    from engine.learning.orders import LearningOrder, LearningRun

CLIP_RATE = 10.0


class RangeCheck(QObject):
    """Looks at ranges for cuts, gaps and a moved camera.  The latest question counts."""

    progressed = Signal(object)
    checked = Signal(object)
    failed = Signal(object)
    crashed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self._found: NormalCheck | None = None
        self.footages: dict[Path, Footage] = {}

    def look(self, normal: Sequence[NormalFootage]) -> None:
        """Look at these ranges; an earlier look ends without an answer."""
        self.stop()
        if not normal:
            return
        chosen = tuple(normal)
        self._job = Job(lambda: self._work(chosen), "looking at ranges", self)
        self._job.progressed.connect(self.progressed)
        self._job.finished.connect(self._on_finished)
        self._job.failed.connect(self.failed)
        self._job.crashed.connect(self.crashed)
        self._job.start()

    def _work(self, normal: tuple[NormalFootage, ...]) -> Iterator[Progress]:
        from engine.learning.check import NormalWatch, check_normal

        for path in {one.path for one in normal} - set(self.footages):
            self.footages[path] = api.open_footage(path)
            yield Progress("opened", 0, 0)
        watch = NormalWatch()
        yield from check_normal(normal, CLIP_RATE, watch)
        self._found = watch.check()

    @Slot()
    def _on_finished(self) -> None:
        if self._found is not None:
            self.checked.emit(self._found)

    def stop(self) -> None:
        """End the look."""
        if self._job is not None:
            self._job.stop()
            self._job.deleteLater()
        self._job, self._found = None, None


class Learner(QObject):
    """Runs an order.  changed: phase, pause or progress is another; the outcome arrives once."""

    changed = Signal()
    finished = Signal(object)  # WeightsCard
    stopped = Signal(object)  # LearningOrder, kept for later
    failed = Signal(object)
    crashed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self._discard = False
        self.order: LearningOrder | None = None
        self.run: LearningRun | None = None
        self.report: Progress | None = None
        self.paused = False

    @property
    def running(self) -> bool:
        """Whether a run is going on, paused or not."""
        return self._job is not None

    def start(self, order: LearningOrder, *, resume: bool = False) -> None:
        """Begin, or go on with what an earlier run has done."""
        if self._job is not None:
            return
        self.order, self.run, self.report = order, None, Progress("starting", 0, 0)
        self.paused = self._discard = False
        self._job = Job(lambda: self._work(order, resume), "learning", self)
        self._job.progressed.connect(self._on_progress)
        self._job.finished.connect(self._on_finished)
        self._job.cancelled.connect(self._on_cancelled)
        self._job.failed.connect(self._on_failed)
        self._job.crashed.connect(self._on_crashed)
        self._job.start()
        self.changed.emit()

    def _work(self, order: LearningOrder, resume: bool) -> Iterator[Progress]:
        from engine.detectors.running import budget
        from engine.learning.orders import start

        yield Progress("loading what is needed", 0, 0)
        run = start(order, resume=resume)
        self.run = run
        with budget():
            yield from run.run()

    def pause(self, paused: bool) -> None:
        """Rest, or go on."""
        if self._job is not None:
            self.paused = paused
            self._job.pause(paused)
            self.changed.emit()

    def cancel(self, *, discard: bool = False) -> None:
        """Stop; what was learned is kept for later, or thrown away."""
        if self._job is not None:
            self._discard = discard
            self._job.cancel()

    def stop(self) -> None:
        """For the shutdown: cancel and wait; it is offered again at the next start."""
        if self._job is not None:
            self._job.stop()

    @Slot(object)
    def _on_progress(self, report: Progress) -> None:
        self.report = report
        self.changed.emit()

    def _end(self) -> WeightsCard | None:
        card = self.run.card if self.run is not None else None
        if self._job is not None:
            self._job.deleteLater()
        self._job, self.paused = None, False
        return card

    @Slot()
    def _on_finished(self) -> None:
        card = self._end()
        self.changed.emit()
        if card is not None:
            self.finished.emit(card)

    @Slot()
    def _on_cancelled(self) -> None:
        from engine.learning.orders import discard

        order = self.order
        self._end()
        if order is not None and self._discard:
            discard(order)
        self.changed.emit()
        self.stopped.emit(None if self._discard else order)

    @Slot(object)
    def _on_failed(self, error: EngineError) -> None:
        self._end()
        self.changed.emit()
        self.failed.emit(error)

    @Slot(object)
    def _on_crashed(self, error: Exception) -> None:
        self._end()
        self.changed.emit()
        self.crashed.emit(error)
