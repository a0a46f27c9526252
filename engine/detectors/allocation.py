"""Freed memory stays with the process while a network runs.

A layer's output is a few megabytes.  glibc gives such a block back to the system when it is freed
and asks for it again for the next layer, and every page of it is then faulted in anew: thousands
of faults a frame, about a third of the time of a narrow network on one core.
"""

from __future__ import annotations

import ctypes
import functools
import sys

# mallopt(3)
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD = -1, -2, -3
BLOCK = 128 << 20  # larger ones are mapped and given back at once
KEPT = 512 << 20  # free memory at the top of the heap that is not given back
GROWTH = 64 << 20


@functools.cache
def keep_freed_memory() -> bool:
    """Tell glibc once to keep blocks of up to 128 MiB for the next layer, 512 MiB in all.

    False where there is no glibc, which changes nothing.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:  # musl
        return False
    settings = ((M_MMAP_THRESHOLD, BLOCK), (M_TRIM_THRESHOLD, KEPT), (M_TOP_PAD, GROWTH))
    taken = [mallopt(name, value) == 1 for name, value in settings]  # each one helps by itself
    return all(taken)
