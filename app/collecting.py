"""Cyclic garbage is collected on the GUI thread alone.

Python collects cycles in whichever thread happens to allocate, and at any moment.  A cycle that
holds widgets or graphics items must neither be taken apart in a worker's thread nor while Qt is in
the middle of building something, or the process dies without a word.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

EVERY = 250  # ms: what a quarter of a second leaves behind is taken away within a frame
WHOLE_EVERY = 240  # turns: a minute
YOUNG, MIDDLE, WHOLE = 0, 1, 2  # generations


class GuiCollector(QObject):
    """Turns automatic collection off, and collects from the event loop, where nothing is half
    built.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._turns = 0
        self._automatic = gc.isenabled()
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY)
        self._timer.timeout.connect(self._collect)

    def start(self) -> None:
        """From now on cycles are collected here."""
        self._automatic = gc.isenabled()
        gc.disable()
        self._timer.start()

    def stop(self) -> None:
        """Back to what was before."""
        self._timer.stop()
        if self._automatic:
            gc.enable()

    @Slot()
    def _collect(self) -> None:
        """The young often, all now and then; neither oftener than Python would."""
        thresholds, counts = gc.get_threshold(), gc.get_count()
        if counts[YOUNG] < thresholds[YOUNG]:
            return
        self._turns += 1
        gc.collect(WHOLE if self._turns % WHOLE_EVERY == 0 else MIDDLE)
