"""Ignored areas in the background: parts scored again without them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.jobs import LatestWorker

if TYPE_CHECKING:
    from engine.analysis.analysis import Analysis
    from engine.scoring.ignoring import IgnoredArea
    from engine.scoring.score import Values


@dataclass(frozen=True, slots=True, eq=False)
class AreaQuestion:
    """Which analysis, as far as `done`, is to be scored without which areas."""

    analysis: Analysis
    areas: tuple[IgnoredArea, ...]
    done: int

    def same(self, other: AreaQuestion | None) -> bool:
        """Whether the other asks for the same."""
        return (
            other is not None
            and self.analysis is other.analysis
            and (self.areas, self.done) == (other.areas, other.done)
        )


class AreaScoring(QObject):
    """Parts of an analysis without ignored areas; `ready` when newer ones can be had."""

    ready = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts: dict[str, Values] = {}
        self._have: AreaQuestion | None = None
        self._asked: AreaQuestion | None = None
        self._worker: LatestWorker[AreaQuestion, tuple[AreaQuestion, dict[str, Values]]]
        self._worker = LatestWorker(_score, "areas")
        self._worker.answered.connect(self._on_answer)
        self._worker.failed.connect(self._on_failure)
        self._worker.start()

    def parts(self, analysis: Analysis, areas: tuple[IgnoredArea, ...]) -> dict[str, Values]:
        """The newest parts for these areas; those with all of the picture while there are none."""
        if not areas:
            self._have = self._asked = None
            return analysis.parts
        wanted = AreaQuestion(analysis, areas, analysis.frames_done)
        if not wanted.same(self._have) and not wanted.same(self._asked):
            self._asked = wanted
            self._worker.ask(wanted)
        have = self._have
        return self._parts if have is not None and have.analysis is analysis else analysis.parts

    def stop(self) -> None:
        """End the worker."""
        self._worker.stop()

    @Slot(int)
    def _on_answer(self, generation: int) -> None:
        given = self._worker.take()
        if given is not None and self._asked is not None:
            self._have, self._parts = given[1]
            self.ready.emit()

    @Slot(int, object)
    def _on_failure(self, generation: int, error: Exception) -> None:
        raise error


def _score(wanted: AreaQuestion) -> tuple[AreaQuestion, dict[str, Values]]:
    from engine.review.scoring import kept_parts

    return wanted, kept_parts(wanted.analysis, wanted.areas)
