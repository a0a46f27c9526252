"""Open footage in the background: each path on its own, so that a broken one harms no other.

Every path has its row from the start, tells how far it is, and can be given up: a file without
usable times is decoded as a whole, which may take minutes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from app.controllers.document import Document, plain_path
from app.controllers.returning import take_detector
from app.imaging import to_qimage
from app.jobs import Job
from app.language import mark, tr
from app.numerals import percent_done
from engine import api
from engine.errors import EngineError, UnreadableFootage
from engine.progress import Progress
from engine.timebase import timecode

if TYPE_CHECKING:
    from engine.review.portable import CarriedReview

THUMBNAIL = 192  # pixels; 96 points on dense screens
WAITING = mark("waiting to be opened")


class Opener(QObject):
    """Opens paths one after the other.

    listed: a path has its row.  changed: how far it is.  opened: it is ready, or failed.  given_up:
    it was cancelled.  Each carries the Document.
    """

    listed = Signal(object)
    changed = Signal(object)
    opened = Signal(object)
    given_up = Signal(object)
    crashed = Signal(object)
    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self._waiting: list[Path] = []
        self._told: deque[tuple[str, Document]] = deque()  # from the job's thread, in order
        self._present: Document | None = None
        self._unwanted: set[Document] = set()
        self._carried: dict[str, CarriedReview] = {}

    def open(self, paths: Sequence[Path]) -> None:
        """Queue paths; a folder of footage means each file in it, a folder of images is one
        footage.
        """
        self._waiting += paths
        self._next()

    def carry(self, key: str, review: CarriedReview) -> None:
        """The footage of that key comes with a review that lies elsewhere."""
        self._carried[key] = review

    def cancel(self, document: Document) -> None:
        """Give a path up that is being opened or waits for it."""
        self._unwanted.add(document)

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

    # --- in the job's thread --------------------------------------------------------------------

    def _work(self, paths: list[Path]) -> Iterator[Progress]:
        from engine.learning.takes import footage_paths

        documents: list[Document] = []
        for path in paths:
            try:
                found = footage_paths([path]) if path.is_dir() else [path]
            except (EngineError, OSError) as error:
                failed = Document(path, error=_as_told(path, error))
                self._told.append(("opened", failed))
                continue
            documents += [self._document(plain_path(each)) for each in found]
        for document in documents:
            self._told.append(("listed", document))
        yield Progress("opening", 0, len(documents), "file")
        for document in documents:
            yield from self._open(document)

    def _document(self, path: Path) -> Document:
        return Document(path, opening=tr(WAITING), carried=self._carried.pop(str(path), None))

    def _open(self, document: Document) -> Iterator[Progress]:
        steps, self._present = _opening(document), document
        try:
            while document not in self._unwanted:
                try:
                    report = next(steps)
                except StopIteration:
                    break
                document.opening = _words(report)
                document.fraction = report.fraction if report.total else None
                yield report
        except (EngineError, OSError) as error:  # OSError: no right to read it, the disk is gone
            document.error = _as_told(document.path, error)
        finally:
            steps.close()
        document.opening, document.fraction = "", None
        unwanted = document in self._unwanted
        self._unwanted.discard(document)
        self._told.append(("given_up" if unwanted else "opened", document))
        yield Progress("opening", 1, 1, "file")

    # --- back on the GUI side -------------------------------------------------------------------

    @Slot()
    def _deliver(self) -> None:
        signals = {"listed": self.listed, "opened": self.opened, "given_up": self.given_up}
        while self._told:
            name, document = self._told.popleft()
            signals[name].emit(document)
        if self._present is not None and self._present.opening:
            self.changed.emit(self._present)

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


def _words(report: Progress) -> str:
    if not report.total:
        return f"{tr(report.phase)}…"
    far = {"phase": tr(report.phase), "share": percent_done(report.fraction)}
    if report.eta is None or report.eta < 1:
        return tr("{phase} {share}", **far)
    eta = timecode(report.eta, digits=0).removeprefix("0:")
    return tr("{phase} {share}, ETA {eta}", **far, eta=eta)


def _as_told(path: Path, error: EngineError | OSError) -> EngineError:
    if isinstance(error, EngineError):
        return error
    return UnreadableFootage(
        tr("{name} cannot be read: {reason}.", name=path.name, reason=error.strerror or error)
    )


def _opening(document: Document) -> Generator[Progress, None, None]:
    """Fill a document: footage, thumbnail, the analysis that was stored for it and its peak."""
    from engine.analysis.store import last_analysis
    from engine.review.stored import stored_state, stored_summary

    document.footage = yield from api.opening_footage(document.path)
    document.path = document.footage.path
    document.thumbnail = _thumbnail(document)
    carried = document.carried
    if carried is not None and carried.analysis is not None:
        document.analysis = api.read_analysis(carried.analysis)
    else:
        document.analysis = last_analysis(document.path)
    if document.analysis is not None:
        take_detector(document, document.analysis)
        document.begin_at(stored_state(document.analysis).start_time)
        document.summary = stored_summary(document.analysis)
        document.peak = document.summary.peak


def _thumbnail(document: Document) -> QImage | None:
    from engine.footage import open_decoder

    footage = document.footage
    if footage is None:
        return None
    with open_decoder(footage, purpose="scrub") as decoder:
        picture = decoder.read(0)
    step = max(1, picture.shape[1] // THUMBNAIL)
    return to_qimage(np.ascontiguousarray(picture[::step, ::step]))
