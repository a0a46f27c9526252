"""Cycles are collected from the event loop and nowhere else."""

from __future__ import annotations

import gc
import threading
import weakref

from pytestqt.qtbot import QtBot

from app.collecting import GuiCollector


class _Cycle:
    def __init__(self) -> None:
        self.itself = self


def test_a_cycle_made_in_a_worker_is_collected_on_the_gui_thread(qtbot: QtBot) -> None:
    gc.enable()
    collector = GuiCollector()
    collector.start()
    try:
        assert not gc.isenabled()
        collected_in: list[int] = []
        made: list[weakref.ref[_Cycle]] = []

        def work() -> None:
            for _ in range(gc.get_threshold()[0] + 100):  # Python itself would collect by now
                cycle = _Cycle()
                weakref.finalize(cycle, lambda: collected_in.append(threading.get_ident()))
                made.append(weakref.ref(cycle))

        worker = threading.Thread(target=work)
        worker.start()
        worker.join()
        assert collected_in == []
        qtbot.waitUntil(lambda: len(collected_in) == len(made))
        assert set(collected_in) == {threading.get_ident()}
    finally:
        collector.stop()
    assert gc.isenabled()
