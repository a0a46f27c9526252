"""A network's layers reuse the memory of the layers before them."""

from __future__ import annotations

import resource
import sys

import pytest
import torch

from engine.detectors.allocation import keep_freed_memory

MEGABYTES = 8
PAGES = MEGABYTES * 256


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc is told, and only it")
def test_a_freed_block_is_used_again_without_faulting_its_pages_in_anew() -> None:
    assert keep_freed_memory()
    for _ in range(40):  # until the heap has grown as far as it does
        _fill()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        _fill()
    faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
    assert faults < 2 * PAGES  # each of the 20 would fault its 2048 pages


def _fill() -> None:
    torch.ones(MEGABYTES << 18)
