"""Open footage in the background: each path on its own, so that a broken one harms no other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from app.controllers.document import Document
from app.imaging import to_qimage
from app.jobs import Job
from engine import api
from engine.errors import EngineError, UnreadableFootage
from engine.progress import Progress

THUMBNAIL = 160


class Opener(QObject):
    """Opens paths one after the other; `opened` when a document is ready, in order."""

    opened = Signal(object)  # Document
    crashed = Signal(object)
    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self._waiting: list[Path] = []
        self._ready: list[Document] = []

    def open(self, paths: Sequence[Path]) -> None:
        """Queue paths; a folder of footage means each file in it, a folder of images is one
        footage.
        """
        self._waiting += paths
        self._next()

    def _next(self) -> None:
        if self._job is not None or not self._waiting:
            if self._job is None:
                self.idle.emit()
            return
        paths, self._waiting = self._waiting, []
        self._job = Job(lambda: self._work(paths), "opening", self)
        self._job.progressed.connect(self._deliver)
        self._job.finished.connect(self._done)
        self._job.cancelled.connect(self._done)
        self._job.failed.connect(self._done)
        self._job.crashed.connect(self._on_crash)
        self._job.start()

    def _work(self, paths: list[Path]) -> Iterator[Progress]:
        from engine.learning.takes import footage_paths

        done = 0
        for path in paths:
            try:
                found = footage_paths([path]) if path.is_dir() else [path]
            except (EngineError, OSError) as error:
                self._ready.append(Document(path, error=_told(path, error)))
                continue
            for each in found:
                try:
                    self._ready.append(_open(each))
                except OSError as error:  # no right to read it, or the disk is gone
                    self._ready.append(Document(each, error=_told(each, error)))
                done += 1
                yield Progress("opening", done, 0, "file")

    @Slot()
    def _deliver(self) -> None:
        while self._ready:
            self.opened.emit(self._ready.pop(0))

    @Slot()
    def _done(self) -> None:
        self._deliver()
        if self._job is not None:
            self._job.deleteLater()
        self._job = None
        self._next()

    @Slot(object)
    def _on_crash(self, error: Exception) -> None:
        self._done()
        self.crashed.emit(error)

    def stop(self) -> None:
        """End the running job."""
        self._waiting.clear()
        if self._job is not None:
            self._job.stop()


def _told(path: Path, error: EngineError | OSError) -> EngineError:
    if isinstance(error, EngineError):
        return error
    return UnreadableFootage(f"{path.name} cannot be read: {error.strerror or error}.")


def _open(path: Path) -> Document:
    """A document with its footage, its thumbnail and the analysis that was stored for it; or its
    error.
    """
    from engine.analysis.store import last_analysis

    document = Document(path)
    try:
        document.footage = api.open_footage(path)
        document.path = document.footage.path
        document.thumbnail = _thumbnail(document)
        document.analysis = last_analysis(document.path)
    except EngineError as error:
        document.error = error
        return document
    if document.analysis is not None:
        facts = document.analysis.facts
        document.choice = facts.weights_id.partition("@")[0] or facts.name
    return document


def _thumbnail(document: Document) -> QImage | None:
    from engine.footage import open_decoder

    footage = document.footage
    if footage is None:
        return None
    with open_decoder(footage, purpose="scrub") as decoder:
        picture = decoder.read(0)
    step = max(1, picture.shape[1] // THUMBNAIL)
    return to_qimage(np.ascontiguousarray(picture[::step, ::step]))
