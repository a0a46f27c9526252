"""Which weights know a footage's camera: looked up in the background, one footage at a time."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, Signal, Slot

from app.controllers.document import Document
from app.jobs import Job
from engine import api
from engine.errors import EngineError
from engine.progress import Progress


class Recognising(QObject):
    """recognised: a document's `matches` are known."""

    recognised = Signal(object)
    crashed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self._waiting: list[Document] = []
        self._present: Document | None = None

    def want(self, document: Document) -> None:
        """Look a footage's camera up."""
        if document.footage is not None and document not in self._waiting:
            self._waiting.append(document)
            self._next()

    def _next(self) -> None:
        if self._job is not None or not self._waiting:
            return
        document = self._present = self._waiting.pop(0)
        self._job = Job(lambda: self._work(document), "recognising the camera", self)
        self._job.finished.connect(self._on_finished)
        self._job.crashed.connect(self._on_crashed)
        self._job.start()

    def _work(self, document: Document) -> Iterator[Progress]:
        footage = document.footage
        if footage is None:
            return
        yield Progress("recognising the camera", 0, 0)
        try:
            document.matches = api.recognise(footage)
        except EngineError:  # what cannot be decoded is told by whoever shows it
            document.matches = ()

    def _end(self) -> Document | None:
        if self._job is not None:
            self._job.deleteLater()
        document, self._job, self._present = self._present, None, None
        return document

    @Slot()
    def _on_finished(self) -> None:
        document = self._end()
        if document is not None:
            self.recognised.emit(document)
        self._next()

    @Slot(object)
    def _on_crashed(self, error: Exception) -> None:
        self._end()
        self.crashed.emit(error)
        self._next()

    def stop(self) -> None:
        """End the thread."""
        self._waiting.clear()
        if self._job is not None:
            self._job.stop()
