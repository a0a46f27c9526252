"""One piece of work in another thread, while this one does something else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Beside(Generic[T]):
    """Starts the work at once; `result()` waits for it and raises what it raised.

    For work of some milliseconds that releases the interpreter's lock (OpenCV, numpy): to start a
    thread costs a tenth of one, and none is left to be ended.
    """

    def __init__(self, work: Callable[[], T]) -> None:
        self._work: Callable[[], T] | None = work
        self._found: T | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="beside", daemon=True)
        self._thread.start()

    def result(self) -> T:
        """What the work returned."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._found  # type: ignore[return-value]  # it ran, and raised nothing

    def _run(self) -> None:
        try:
            if self._work is not None:
                self._found = self._work()
        except BaseException as error:  # noqa: BLE001 - handed over to whoever asks
            self._error = error
        finally:
            self._work = None  # and with it what it holds
