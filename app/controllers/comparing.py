"""Other analyses of a footage: which ones are stored, and one of them read in the background."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.jobs import LatestWorker
from engine.errors import EngineError, FootageNotFound

if TYPE_CHECKING:
    from engine.analysis.analysis import Analysis
    from engine.analysis.file import StoredHead


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """Which footage's analyses to list, and which one to read."""

    footage: Path
    chosen: Path | None


@dataclass(frozen=True, slots=True, eq=False)
class Others:
    """What is stored for a footage; the chosen analysis, where it could be read."""

    wish: Wish
    heads: list[StoredHead]
    chosen: Analysis | None


class Comparing(QObject):
    """`ready` when the answer to the last wish lies in `others`."""

    ready = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.others: Others | None = None
        self._worker: LatestWorker[Wish, Others] = LatestWorker(_read, "comparing")
        self._worker.answered.connect(self._on_answer)
        self._worker.failed.connect(self._on_failure)
        self._worker.start()

    def want(self, footage: Path, chosen: Path | None) -> None:
        """List the analyses of a footage, and read one of them."""
        self._worker.ask(Wish(footage, chosen))

    def forget(self) -> None:
        """Another footage is on the desk."""
        self.others = None

    def stop(self) -> None:
        """End the worker."""
        self._worker.stop()

    @Slot(int)
    def _on_answer(self, generation: int) -> None:
        given = self._worker.take()
        if given is not None and given[0] == generation == self._worker.generation:
            self.others = given[1]
            self.ready.emit()

    @Slot(int, object)
    def _on_failure(self, generation: int, error: Exception) -> None:
        if not isinstance(error, EngineError):
            raise error
        self.failed.emit(error)


def _read(wish: Wish) -> Others:
    from engine.analysis.file import read_analysis
    from engine.analysis.store import stored_heads

    try:
        heads = stored_heads(wish.footage)
    except FootageNotFound:  # playback says so
        return Others(wish, [], None)
    chosen = None
    if wish.chosen is not None and any(head.path == wish.chosen for head in heads):
        chosen = read_analysis(wish.chosen)
    return Others(wish, heads, chosen)
