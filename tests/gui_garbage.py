"""As in the program, cyclic garbage is collected where nothing of Qt is half built."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Iterator

import pytest

_ended = itertools.count(1)
WHOLE_EVERY = 8  # a collection of everything takes longer than most tests


@pytest.fixture(autouse=True)
def garbage_waits_for_the_end_of_a_test() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()
    gc.collect(2 if next(_ended) % WHOLE_EVERY == 0 else 1)
