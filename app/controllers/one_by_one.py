"""Background work over footages: a list of them, and one job over one footage at a time."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, Signal, Slot

from app.controllers.document import Document
from app.jobs import Job
from engine.progress import Progress


class OneByOne(QObject):
    """done: the work over a document came to its end.

    A heir says what the work is (`_work`, in a thread, failing with nothing that is expected) and
    when the next one begins.
    """

    done = Signal(object)
    crashed = Signal(object)

    def __init__(self, title: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._job: Job | None = None
        self._present: Document | None = None
        self._waiting: list[Document] = []

    def want(self, document: Document) -> None:
        """Put a document on the list."""
        if document not in self._waiting:
            self._waiting.append(document)

    def begin(self) -> None:
        """Work on the next one, unless one is at work."""
        if self._job is None and self._waiting:
            document = self._present = self._waiting.pop(0)
            job = self._job = Job(lambda: self._work(document), self._title, self)
            job.finished.connect(self._on_finished)
            job.cancelled.connect(self._on_cancelled)
            job.crashed.connect(self._on_crashed)
            job.start()

    def stop(self) -> None:
        """End the thread."""
        self._waiting.clear()
        if self._job is not None:
            self._job.stop()

    def _work(self, document: Document) -> Iterator[Progress]:
        raise NotImplementedError

    def _ended(self) -> None:
        """Nothing is at work any more."""

    def _end(self) -> Document | None:
        if self._job is not None:
            self._job.deleteLater()
        document, self._job, self._present = self._present, None, None
        return document

    @Slot()
    def _on_finished(self) -> None:
        document = self._end()
        if document is not None:
            self.done.emit(document)
        self._ended()

    @Slot()
    def _on_cancelled(self) -> None:
        self._end()
        self._ended()

    @Slot(object)
    def _on_crashed(self, error: Exception) -> None:
        self._end()
        self.crashed.emit(error)
        self._ended()
