"""Small pictures: of segments at their peak while the desk is at rest, and of the moment under the
mouse at once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from app.controllers.decoder_seat import DecoderSeat
from app.controllers.document import Document
from app.imaging import to_qimage
from app.jobs import LatestWorker
from engine.errors import Abandoned, EngineError

if TYPE_CHECKING:
    from engine.footage import Footage

REST_MS = 400
WIDTH, GLANCE_WIDTH = 128, 352  # pixels: two a point, for dense screens
MOST = 200  # segments; more nobody reads as pictures
AT_ONCE = 4  # frames of one request, so that a stop or a glance never waits for many
KEPT = 100  # glances, about 28 MB


@dataclass(frozen=True, slots=True, eq=False)
class _Request:
    document: Document
    footage: Footage
    frames: tuple[int, ...]
    glance: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    """Pictures by frame; a frame that cannot be decoded has None."""

    request: _Request
    made: dict[int, QImage | None]


class Thumbnails(QObject):
    """`ready` when pictures of frames lie in document.thumbnails, by frame number as text.

    `glanced` when the picture that was glanced at last is there.
    """

    ready = Signal(object)
    glanced = Signal(object, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._seat = DecoderSeat(self._given_up)
        self._worker: LatestWorker[_Request, _Answer] = LatestWorker(
            self._answer, "thumbnails", self._seat.close
        )
        self._worker.answered.connect(self._on_answer)
        self._worker.failed.connect(self._on_failure)
        self._worker.start()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._next)
        self._wanted: list[tuple[Document, tuple[int, ...]]] = []
        self._glances: OrderedDict[tuple[str, int], QImage] = OrderedDict()
        self._glancing: tuple[Document, int] | None = None
        self._failed: set[tuple[str, int]] = set()

    def want(self, document: Document, frames: Sequence[int]) -> None:
        """Pictures of these frames, once nothing has changed for a moment."""
        self.want_all([(document, frames)])

    def want_all(self, wanted: Sequence[tuple[Document, Sequence[int]]]) -> None:
        """The same for several footages, one after the other."""
        self._wanted = [(document, tuple(frames[:MOST])) for document, frames in wanted]
        if self._missing():
            self._timer.start(REST_MS)

    def glance(self, document: Document, frame: int) -> QImage | None:
        """The picture of a frame where it is there; else `glanced` follows."""
        known = self._glances.get((document.key, frame))
        if known is not None:
            self._glances.move_to_end((document.key, frame))
            self._glancing = None
            return known
        asked = self._glancing
        if asked is not None and asked[0] is document and asked[1] == frame:
            return None  # on its way: asking once more would only begin it anew
        footage = document.footage
        if footage is not None and (document.key, frame) not in self._failed:
            self._glancing = (document, frame)
            self._worker.ask(_Request(document, footage, (frame,), glance=True))
        return None

    def stop_glancing(self) -> None:
        """The mouse has left."""
        self._glancing = None

    def stop(self) -> None:
        """End the worker."""
        self._timer.stop()
        self._worker.stop()

    def _missing(self) -> tuple[Document, tuple[int, ...]] | None:
        for document, frames in self._wanted:
            there = document.thumbnails
            missing = tuple(
                f for f in frames if str(f) not in there and (document.key, f) not in self._failed
            )
            if missing:
                return document, missing
        return None

    @Slot()
    def _next(self) -> None:
        missing = self._missing()
        if self._glancing is not None:
            self._timer.start(REST_MS)
        elif missing is not None:
            document = missing[0]
            if document.footage is not None:
                frames = tuple(sorted(missing[1][:AT_ONCE]))
                self._worker.ask(_Request(document, document.footage, frames))

    # --- in the worker --------------------------------------------------------------------------

    def _given_up(self) -> bool:
        waiting = self._worker.waiting
        return self._worker.stopping or (waiting is not None and waiting.glance)

    def _answer(self, request: _Request) -> _Answer:
        decoder = self._seat.of(request.footage)
        made: dict[int, QImage | None] = {}
        for frame in request.frames:
            try:
                picture = decoder.read(frame)
            except Abandoned:
                if self._worker.stopping or not made:
                    raise
                break
            except EngineError:  # the playback reports it, where the frame is looked for
                made[frame] = None
                continue
            width = GLANCE_WIDTH if request.glance else WIDTH
            step = max(1, picture.shape[1] // width)
            made[frame] = to_qimage(np.ascontiguousarray(picture[::step, ::step]))
        return _Answer(request, made)

    # --- back on the GUI side -------------------------------------------------------------------

    @Slot(int)
    def _on_answer(self, generation: int) -> None:
        given = self._worker.take()
        if given is None or given[0] != generation:
            return
        request, made = given[1].request, given[1].made
        document = request.document
        self._failed |= {(document.key, f) for f, image in made.items() if image is None}
        images = {frame: image for frame, image in made.items() if image is not None}
        if request.glance:
            self._keep(document, images)
        else:
            document.thumbnails.update({str(frame): image for frame, image in images.items()})
            self.ready.emit(document)
        if self._missing() and not self._timer.isActive():
            self._timer.start(REST_MS if request.glance else 0)

    def _keep(self, document: Document, images: dict[int, QImage]) -> None:
        for frame, image in images.items():
            self._glances[document.key, frame] = image
        while len(self._glances) > KEPT:
            self._glances.popitem(last=False)
        if self._glancing is not None and self._glancing[0] is document:
            frame = self._glancing[1]
            if (document.key, frame) in self._glances:
                self._glancing = None
                self.glanced.emit(document, frame)

    @Slot(int, object)
    def _on_failure(self, generation: int, error: Exception) -> None:
        # footage that is gone is reported by the playback, where it is looked for
        self._glancing = None
        if not isinstance(error, EngineError):
            raise error
