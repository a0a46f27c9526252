"""The only place in the application that starts threads.

A Job runs one long piece of work (a generator of Progress) and reports its outcome exactly once.  A
LatestWorker answers requests of which only the latest matters.  Signals carry numbers and small
frozen values, never arrays; receivers are slots of QObjects on the GUI side.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from PySide6.QtCore import QMutex, QMutexLocker, QObject, QThread, QWaitCondition, Signal, Slot

from engine.errors import Abandoned, EngineError
from engine.progress import Progress

REPORTS_PER_SECOND = 12
NICE = 5  # of long work, where threads have such a value: it gets a third of what the window gets
Work = Callable[[], Iterator[Progress]]
Request = TypeVar("Request")
Answer = TypeVar("Answer")


def _step_back() -> None:
    """Let the window go before this thread and those it starts.

    A low QThread priority does that everywhere but on Linux, whose usual scheduler knows none;
    there a thread has a nice value of its own.
    """
    if sys.platform.startswith("linux"):
        thread = threading.get_native_id()
        if os.getpriority(os.PRIO_PROCESS, thread) < NICE:
            os.setpriority(os.PRIO_PROCESS, thread, NICE)


class _JobThread(QThread):
    """Iterates the work; leaves at the next report once it is cancelled."""

    progressed = Signal(object)
    ended = Signal(str, object)

    def __init__(self, work: Work, title: str) -> None:
        super().__init__()
        self.setObjectName(title)
        self._work = work
        self._cancelled = False
        self._mutex, self._changed = QMutex(), QWaitCondition()
        self._paused = False

    def cancel(self) -> None:
        with QMutexLocker(self._mutex):
            self._cancelled = True
            self._changed.wakeAll()

    def pause(self, paused: bool) -> None:
        with QMutexLocker(self._mutex):
            self._paused = paused
            self._changed.wakeAll()

    def _wait_while_paused(self) -> None:
        with QMutexLocker(self._mutex):
            while self._paused and not self._cancelled:
                self._changed.wait(self._mutex)

    def run(self) -> None:
        _step_back()
        last, outcome = 0.0, "finished"
        error: Exception | None = None
        try:
            work = self._work()
            try:
                for report in work:
                    self._wait_while_paused()
                    if self._cancelled:
                        outcome = "cancelled"
                        break
                    now = time.monotonic()
                    if now - last >= 1 / REPORTS_PER_SECOND:
                        last = now
                        self.progressed.emit(report)
            finally:
                close = getattr(work, "close", None)
                if close is not None:
                    close()
        except EngineError as expected:
            outcome, error = "failed", expected
        except Exception as unexpected:  # noqa: BLE001 - a bug: handed to the crash dialog
            outcome, error = "crashed", unexpected
        self.ended.emit(outcome, error)


_parked: list[QThread] = []


class Job(QObject):
    """One long piece of work in the background.

    Exactly one of finished, cancelled, failed (an EngineError) or crashed (a bug) is emitted.
    """

    progressed = Signal(object)  # Progress
    finished = Signal()
    cancelled = Signal()
    failed = Signal(object)
    crashed = Signal(object)

    def __init__(self, work: Work, title: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self._thread = _JobThread(work, title)
        self._thread.progressed.connect(self._on_progress)
        self._thread.ended.connect(self._on_end)
        self._over = False

    def start(self) -> None:
        """Begin."""
        self._thread.start(QThread.Priority.LowPriority)

    def cancel(self) -> None:
        """Ask it to stop; what it has done is kept.  Answers at its next report."""
        self._thread.cancel()

    def pause(self, paused: bool) -> None:
        """Rest at the next report, or go on."""
        self._thread.pause(paused)

    @property
    def running(self) -> bool:
        """Whether its outcome is still to come."""
        return not self._over

    def stop(self, timeout_ms: int = 10_000) -> bool:
        """Cancel and wait; no outcome is emitted afterwards.

        A thread that does not end in time is parked until it does: a running QThread must not be
        destroyed.
        """
        self._over = True
        self._thread.cancel()
        if self._thread.wait(timeout_ms):
            return True
        _parked.append(self._thread)
        return False

    @Slot(object)
    def _on_progress(self, report: Progress) -> None:
        if not self._over:
            self.progressed.emit(report)

    @Slot(str, object)
    def _on_end(self, outcome: str, error: object) -> None:
        self._thread.wait()
        if self._over:
            return
        self._over = True
        if outcome == "finished":
            self.finished.emit()
        elif outcome == "cancelled":
            self.cancelled.emit()
        elif outcome == "failed":
            self.failed.emit(error)
        else:
            self.crashed.emit(error)


class LatestWorker(QThread, Generic[Request, Answer]):
    """Answers the latest request; older ones that wait are dropped.

    The answer lies in `take()` when `answered(generation)` arrives; a generation that is not the
    last asked for is stale.  `failed(generation, error)` carries an expected error or a bug.
    """

    answered = Signal(int)
    failed = Signal(int, object)

    def __init__(
        self,
        answer: Callable[[Request], Answer],
        title: str,
        closing: Callable[[], None] | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName(title)
        self._answer, self._closing = answer, closing
        self._mutex, self._wake = QMutex(), QWaitCondition()
        self._request: tuple[int, Request] | None = None
        self._given: tuple[int, Answer] | None = None
        self._generation = 0
        self._stopping = False

    @property
    def generation(self) -> int:
        """The last one asked for."""
        return self._generation

    @property
    def stopping(self) -> bool:
        """Whether the thread is to end: an answer that takes long looks at this now and then."""
        return self._stopping

    @property
    def waiting(self) -> Request | None:
        """The request that waits while another is being answered; for the answering side, which
        may raise Abandoned for its sake.
        """
        waiting = self._request
        return None if waiting is None else waiting[1]

    def ask(self, request: Request) -> int:
        """Replace the waiting request; returns its generation."""
        with QMutexLocker(self._mutex):
            self._generation += 1
            self._request = (self._generation, request)
            self._wake.wakeOne()
            return self._generation

    def take(self) -> tuple[int, Answer] | None:
        """The last answer and its generation."""
        with QMutexLocker(self._mutex):
            return self._given

    def stop(self) -> None:
        """End the thread and wait for it; an answer under way looks at `stopping`."""
        with QMutexLocker(self._mutex):
            self._stopping = True
            self._request = None
            self._wake.wakeOne()
        self.wait()

    def run(self) -> None:
        """Wait, answer, repeat."""
        while True:
            with QMutexLocker(self._mutex):
                while self._request is None and not self._stopping:
                    self._wake.wait(self._mutex)
                if self._stopping:
                    break
                generation, request = self._request  # type: ignore[misc]
                self._request = None
            try:
                answer = self._answer(request)
            except Abandoned:
                continue
            except Exception as error:  # noqa: BLE001 - expected or not, it is told on the GUI side
                self.failed.emit(generation, error)
                continue
            with QMutexLocker(self._mutex):
                self._given = (generation, answer)
            self.answered.emit(generation)
        if self._closing is not None:
            self._closing()
