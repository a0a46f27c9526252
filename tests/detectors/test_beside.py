"""Work in another thread: its result, its error, and that it goes on meanwhile."""

from __future__ import annotations

import threading

import pytest

from engine.beside import Beside


def test_the_work_goes_on_while_this_thread_does_something_else() -> None:
    here, there = threading.Event(), threading.Event()

    def work() -> str:
        there.set()
        assert here.wait(5)
        return threading.current_thread().name

    beside = Beside(work)
    assert there.wait(5)
    here.set()
    assert beside.result() == "beside"
    assert beside.result() == "beside", "it can be asked again"


def test_what_the_work_raises_is_raised_where_its_result_is_asked_for() -> None:
    beside = Beside(lambda: 1 // 0)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            beside.result()
