"""Looks over whole recordings for a moved camera and other light, one at a time, while nothing
else runs.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject

from app.controllers.document import Document
from app.controllers.one_by_one import OneByOne
from engine.errors import EngineError
from engine.progress import Progress


class SceneWatch(OneByOne):
    """done: a document's `changes` are known, and kept with its footage."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__("scene-watch", parent)

    @property
    def running(self) -> bool:
        """Whether a recording is being looked over, paused or not."""
        return self._job is not None

    @property
    def busy(self) -> bool:
        """Whether something is looked over or waits for it."""
        return self._job is not None or bool(self._waiting)

    def want(self, document: Document) -> None:
        """Look a recording over as soon as `begin` is called."""
        if document is not self._present:
            super().want(document)

    def begin(self) -> None:
        """Nothing else runs: look the next one over, or go on."""
        if self._job is not None:
            self._job.pause(False)
        super().begin()

    def rest(self) -> None:
        """Something else needs the machine."""
        if self._job is not None:
            self._job.pause(True)

    def forget(self, document: Document) -> None:
        """It is not on the list any more."""
        if document in self._waiting:
            self._waiting.remove(document)
        if document is self._present and self._job is not None:
            self._job.cancel()

    def _work(self, document: Document) -> Iterator[Progress]:
        from engine.footage.changing import finding_changes, keep_changes

        footage, analysis = document.footage, document.analysis
        if footage is None or analysis is None:
            return
        try:
            document.changes = yield from finding_changes(footage)
            keep_changes(analysis.head.footage.fingerprint, document.changes)
        except (EngineError, OSError):  # what cannot be decoded is told by whoever shows it, and
            return  # what cannot be kept is looked for again at the next opening
