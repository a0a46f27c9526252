"""As in the program, cyclic garbage is collected where nothing of Qt is half built."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _garbage_waits_for_the_end_of_a_test() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()
    gc.collect()
