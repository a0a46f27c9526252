"""The normal patches that are nearest to memory items, looked for in a job of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from app.jobs import Job
from engine.progress import Progress

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.analysis.analysis import Analysis
    from engine.analysis.nearest import Nearest
    from engine.analysis.portrait import Portrait
    from engine.detectors.base import Detector
    from engine.footage import Footage


class Nearing(QObject):
    """Looks again only where the items are others than last time."""

    found = Signal(object)  # a Nearest
    progressed = Signal(object)
    failed = Signal(object)

    def __init__(self, load: Callable[[Analysis], Detector], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._load = load
        self._job: Job | None = None
        self._of: tuple[Analysis, Portrait] | None = None
        self._into: list[Nearest] = []

    def want(
        self, footage: Footage, analysis: Analysis, portrait: Portrait, usual: NDArray[np.bool_]
    ) -> None:
        """Find the patches for a portrait's items; those of the same items are told at once."""
        if self._of is not None and self._of[0] is analysis and _same(self._of[1], portrait):
            if self._into:
                self.found.emit(self._into[-1])
            return
        self.stop()
        self._of, self._into = (analysis, portrait), []
        into = self._into
        self._job = Job(
            lambda: self._work(footage, analysis, portrait, usual, into), "normal patches", self
        )
        self._job.progressed.connect(self.progressed)
        self._job.finished.connect(self._on_finished)
        self._job.failed.connect(self.failed)
        self._job.start()

    def _work(
        self,
        footage: Footage,
        analysis: Analysis,
        portrait: Portrait,
        usual: NDArray[np.bool_],
        into: list[Nearest],
    ) -> Iterator[Progress]:
        from engine.analysis.nearest import find_nearest
        from engine.detectors.running import budget
        from engine.footage import open_decoder

        detector = self._load(analysis)
        with budget(), open_decoder(footage, purpose="scrub") as decoder:
            yield from find_nearest(
                footage, detector, analysis, decoder, portrait.answers, usual, into
            )

    @Slot()
    def _on_finished(self) -> None:
        if self._into:
            self.found.emit(self._into[-1])

    def stop(self) -> None:
        """Give up what is being looked for."""
        self._of = None
        if self._job is not None:
            self._job.stop()
            self._job.deleteLater()
            self._job = None


def _same(one: Portrait, other: Portrait) -> bool:
    return len(one.answers) == len(other.answers) and all(
        a.items.shape == b.items.shape and np.allclose(a.items, b.items, atol=1e-3)
        for a, b in zip(one.answers, other.answers, strict=True)
    )
