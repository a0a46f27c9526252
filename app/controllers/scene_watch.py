"""Looks over whole recordings for a moved camera and other light, one at a time, while nothing
else runs.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, Signal, Slot

from app.controllers.document import Document
from app.jobs import Job
from engine.errors import EngineError
from engine.progress import Progress


class SceneWatch(QObject):
    """looked: a document's `changes` are known, and kept with its footage."""

    looked = Signal(object)
    crashed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self._present: Document | None = None
        self._waiting: list[Document] = []

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
        if document is not self._present and document not in self._waiting:
            self._waiting.append(document)

    def begin(self) -> None:
        """Nothing else runs: look the next one over, or go on."""
        if self._job is not None:
            self._job.pause(False)
        elif self._waiting:
            document = self._present = self._waiting.pop(0)
            job = self._job = Job(lambda: self._work(document), "looking for changes", self)
            job.finished.connect(self._on_finished)
            job.cancelled.connect(self._on_cancelled)
            job.crashed.connect(self._on_crashed)
            job.start()

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

    def stop(self) -> None:
        """End the thread."""
        self._waiting.clear()
        if self._job is not None:
            self._job.stop()

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

    def _end(self) -> Document | None:
        if self._job is not None:
            self._job.deleteLater()
        document, self._job, self._present = self._present, None, None
        return document

    @Slot()
    def _on_finished(self) -> None:
        document = self._end()
        if document is not None:
            self.looked.emit(document)

    @Slot()
    def _on_cancelled(self) -> None:
        self._end()

    @Slot(object)
    def _on_crashed(self, error: Exception) -> None:
        self._end()
        self.crashed.emit(error)
