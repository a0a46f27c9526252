"""How a long run shares the machine with the window."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator


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
