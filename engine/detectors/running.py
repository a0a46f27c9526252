"""How a long run shares the machine with the window."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

# libgomp's name, and that of the LLVM and Intel runtimes (macOS, Windows); and numpy's library,
# whose threads have no such switch: the products that are made in numpy are small
_PATIENT = {"OMP_WAIT_POLICY": "PASSIVE", "KMP_BLOCKTIME": "0", "OPENBLAS_NUM_THREADS": "1"}


def patient_threads() -> None:
    """Threads that wait for each other sleep instead of turning in circles.

    Call it before numpy and torch are imported: their runtimes read this once.  A layer ends when
    its last thread does; where another program holds a core, the others would burn the very time
    that the last one waits for.  Scoring beside one busy core took 59 s without this and 7 s with
    it.  What the user has set stays.
    """
    for name, value in _PATIENT.items():
        os.environ.setdefault(name, value)


@contextlib.contextmanager
def budget(threads: int | None = None) -> Iterator[None]:
    """A thread budget while a run goes on: all cores but one, which belongs to the window.

    Threads that wait for a preempted one cost more than they bring: with a window that plays on
    two cores, one thread scored as fast as two and delayed the window less.  Detectors without
    torch (`speed`) do not import it for this.
    """
    if "torch" not in sys.modules:
        yield
        return
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(threads or max(1, (os.cpu_count() or 2) - 1))
    try:
        yield
    finally:
        torch.set_num_threads(before)
