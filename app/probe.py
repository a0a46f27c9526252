"""Measures the event loop while the application works: for `normscope bench`."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication

from app.application import Application

INTERVAL_MS = 10
WARM_UP_SECONDS = 1.0  # the import of torch stalls once, and is told apart


class LoopProbe(QObject):
    """A precise timer that notes how late it comes."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._tick)
        self._last = 0.0
        self._delays: list[float] = []

    def start(self) -> None:
        """Begin to measure."""
        self._last = time.perf_counter()
        self._timer.start()

    def stop(self) -> None:
        """End."""
        self._timer.stop()

    def delays_ms(self) -> list[float]:
        """Delay of every tick in ms, 0 at least."""
        return self._delays or [0.0]

    @Slot()
    def _tick(self) -> None:
        now = time.perf_counter()
        self._delays.append(max(0.0, 1000 * (now - self._last) - INTERVAL_MS))
        self._last = now


@dataclass(frozen=True, slots=True)
class WindowRun:
    """What a driven window measured."""

    probe: LoopProbe
    frames: int
    seconds: float
    shown: int
    precision: str
    cancel_ms: float


def drive_window(footage: Path, weights: str, precision: str) -> WindowRun:
    """Open footage in a window, analyse it while it plays, then cancel a second run; no user is
    needed.  Ctrl+C closes the window and raises KeyboardInterrupt.
    """
    qt = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(qt, QApplication):
        raise TypeError("a Qt application without widgets is running")
    application = Application(qt)
    try:
        with _noted_interrupts():
            return _driven(application, footage, weights, precision)
    finally:
        application.window.close()
        application.stop()


def _driven(application: Application, footage: Path, weights: str, precision: str) -> WindowRun:
    desk = application.desk
    desk.analysing.precision = precision
    application.start()
    desk.analyse_with(footage, weights)
    _until(lambda: desk.current is not None and desk.analysing.frames_done() > 0)
    desk.playback.set_speed(1.0)
    _wait(WARM_UP_SECONDS)
    probe, shown = LoopProbe(), _Counter()
    desk.playback.shown.connect(shown.count)
    first, began = desk.analysing.frames_done(), time.perf_counter()
    probe.start()
    last, ended = first, began
    while desk.analysing.running is not None:
        _wait(0.05)
        done = desk.analysing.frames_done()
        if done:
            last, ended = done, time.perf_counter()
        if not desk.playback.speed:
            desk.playback.toggle()
    probe.stop()
    current = desk.current
    made = current.analysis.head.precision if current is not None and current.analysis else ""
    if current is not None and current.analysis is not None and current.analysis.path is not None:
        current.analysis.path.unlink(missing_ok=True)
    desk.detectors.analyse()
    _until(lambda: desk.analysing.frames_done() > 5)
    asked = time.perf_counter()
    desk.detectors.cancel()
    _until(lambda: desk.analysing.running is None)
    cancel = 1000 * (time.perf_counter() - asked)
    return WindowRun(probe, last - first, max(1e-6, ended - began), shown.total, made, cancel)


class _Counter(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.total = 0

    @Slot(int)
    def count(self, index: int) -> None:
        self.total += 1


_interrupted = False


@contextmanager
def _noted_interrupts() -> Iterator[None]:
    """Ctrl+C is noted, and raised by `_wait`: within a slot Qt would only print it."""
    global _interrupted

    def note(number: int, frame: object) -> None:
        global _interrupted
        _interrupted = True

    _interrupted = False
    before = signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _wait(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()
    if _interrupted:
        raise KeyboardInterrupt


def _until(holds: object, seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if callable(holds) and holds():
            return
        _wait(0.01)
    raise TimeoutError("the application did not get there")
