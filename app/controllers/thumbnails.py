"""Small pictures of segments at their peak, decoded when the desk is at rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from app.controllers.document import Document
from app.imaging import to_qimage
from app.jobs import LatestWorker
from engine.errors import EngineError

if TYPE_CHECKING:
    from engine.footage import Decoder, Footage

REST_MS = 400
WIDTH = 96
MOST = 200  # segments; more nobody reads as pictures


@dataclass(frozen=True, slots=True, eq=False)
class _Request:
    document: Document
    footage: Footage
    frames: tuple[int, ...]


class Thumbnails(QObject):
    """`ready` when pictures of frames lie in document.thumbnails, by frame number as text."""

    ready = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker: LatestWorker[_Request, tuple[Document, dict[str, QImage]]] = LatestWorker(
            self._answer, "thumbnails", self._close
        )
        self._worker.answered.connect(self._on_answer)
        self._worker.failed.connect(self._on_failure)
        self._worker.start()
        self._decoder: Decoder | None = None
        self._decodes: Footage | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self._ask)
        self._wanted: tuple[Document, tuple[int, ...]] | None = None

    def want(self, document: Document, frames: Sequence[int]) -> None:
        """Pictures of these frames, once nothing has changed for a moment."""
        missing = tuple(f for f in frames[:MOST] if str(f) not in document.thumbnails)
        if missing and document.footage is not None:
            self._wanted = (document, missing)
            self._timer.start()

    def stop(self) -> None:
        """End the worker."""
        self._timer.stop()
        self._worker.stop()

    @Slot()
    def _ask(self) -> None:
        if self._wanted is not None and self._wanted[0].footage is not None:
            document, frames = self._wanted
            self._worker.ask(_Request(document, document.footage, frames))  # type: ignore[arg-type]

    def _answer(self, request: _Request) -> tuple[Document, dict[str, QImage]]:
        from engine.footage import open_decoder

        if self._decodes is not request.footage or self._decoder is None:
            self._close()
            self._decoder = open_decoder(request.footage, purpose="scrub")
            self._decodes = request.footage
        made = {}
        for frame in sorted(request.frames):
            picture = self._decoder.read(frame)
            step = max(1, picture.shape[1] // WIDTH)
            made[str(frame)] = to_qimage(np.ascontiguousarray(picture[::step, ::step]))
        return request.document, made

    def _close(self) -> None:
        if self._decoder is not None:
            self._decoder.close()
        self._decoder = self._decodes = None

    @Slot(int)
    def _on_answer(self, generation: int) -> None:
        given = self._worker.take()
        if given is not None and given[0] == generation:
            document, made = given[1]
            document.thumbnails.update(made)
            self.ready.emit(document)

    @Slot(int, object)
    def _on_failure(self, generation: int, error: Exception) -> None:
        # a picture that cannot be decoded is reported by the playback, where it is looked for
        if not isinstance(error, EngineError):
            raise error
