"""A crew of processes on this machine.

Each worker has its own pipe, so that the parent knows which task a worker held when it died (out
of memory, a decoder that crashed): that task has failed, a new worker takes the next one.  Nothing
else is shared: a worker that is killed while it holds a shared lock would block all others.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import cast

from engine.batch.crew import Ended, Step
from engine.batch.scoring import FootageTask, Outcome, score_footage

REPORT_SECONDS = 0.2
PATIENCE = 20.0  # seconds that a stopped worker has to write what it scored


def serve(pipe: Connection) -> None:
    """A worker's life: take a task, tell how far it is, answer; until told to leave or left."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's to handle
    told = 0.0

    def report(done: int, total: int) -> bool:
        nonlocal told
        if time.monotonic() - told >= REPORT_SECONDS:
            told = time.monotonic()
            pipe.send((done, total))
        return not pipe.poll()  # whatever comes during work means that it shall end

    with contextlib.suppress(EOFError, BrokenPipeError):  # the parent is gone
        while (task := pipe.recv()) is not None:
            pipe.send(score_footage(task, report))


@dataclass(slots=True)
class _Worker:
    process: SpawnProcess
    pipe: Connection
    position: int | None = None  # of the task it holds


class Processes:
    """`count` workers, started afresh (no state is inherited, on any system)."""

    def __init__(self, count: int) -> None:
        self._count = max(1, count)
        self._context = multiprocessing.get_context("spawn")

    def work(self, tasks: Sequence[FootageTask]) -> Iterator[Step | Ended]:
        """See Crew."""
        waiting = deque(range(len(tasks)))
        crew: list[_Worker] = []
        try:
            while waiting or any(worker.position is not None for worker in crew):
                self._hand_out(tasks, waiting, crew)
                for pipe in wait([worker.pipe for worker in crew]):
                    worker = next(w for w in crew if w.pipe is pipe)
                    yield from self._heard(worker, crew, tasks)
        finally:
            self._dismiss(crew)

    def _hand_out(
        self, tasks: Sequence[FootageTask], waiting: deque[int], crew: list[_Worker]
    ) -> None:
        while waiting and len(crew) < self._count:
            ours, theirs = self._context.Pipe()
            process = self._context.Process(target=serve, args=(theirs,), daemon=True)
            process.start()
            theirs.close()  # so that a dead worker reads as the end of the pipe
            crew.append(_Worker(process, ours))
        for worker in crew:
            if worker.position is None and waiting:
                worker.position = waiting.popleft()
                with contextlib.suppress(BrokenPipeError):  # it died idle; `_heard` will see
                    worker.pipe.send(tasks[worker.position])

    def _heard(
        self, worker: _Worker, crew: list[_Worker], tasks: Sequence[FootageTask]
    ) -> Iterator[Step | Ended]:
        position = worker.position
        try:
            message = worker.pipe.recv()
        except (EOFError, ConnectionResetError):
            crew.remove(worker)
            worker.pipe.close()
            worker.process.join()
            if position is not None:
                yield Ended(position, _lost(tasks[position], worker.process.exitcode))
            return
        if position is None:
            return
        if isinstance(message, Outcome):
            worker.position = None
            yield Ended(position, message)
        else:
            done, total = cast(tuple[int, int], message)
            yield Step(position, done, total)

    def _dismiss(self, crew: list[_Worker]) -> None:
        for worker in crew:
            with contextlib.suppress(BrokenPipeError, OSError):
                worker.pipe.send(None)
        limit = time.monotonic() + PATIENCE
        for worker in crew:
            worker.process.join(max(0.0, limit - time.monotonic()))
            if worker.process.is_alive():
                worker.process.kill()  # the journal still keeps all but the last second
                worker.process.join()
            worker.pipe.close()
            worker.process.close()


def _lost(task: FootageTask, code: int | None) -> Outcome:
    return Outcome(
        str(task.footage),
        str(task.out),
        "failed",
        error=f"The process that scored {task.footage.name} ended unexpectedly (code {code}).",
        hint="Try fewer --workers; what was scored is kept, and the next batch goes on from there.",
    )
