"""Reviews from elsewhere, and footage that is no longer where it was: found again, or asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.jobs import Job
from app.language import tr
from engine.errors import EngineError, FootageNotFound
from engine.progress import Progress

if TYPE_CHECKING:
    from engine.analysis.analysis import FootageReference
    from engine.review.portable import CarriedReview


class Relinking(QObject):
    """One question at a time.

    located: (footage path, the CarriedReview or None).  missing: (FootageReference, the
    CarriedReview or None, the error).  searched: files looked at.  not_found: a folder does not
    hold it.
    """

    located = Signal(object, object)
    missing = Signal(object, object, object)
    searched = Signal(int)
    not_found = Signal()
    failed = Signal(object)
    crashed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self._carried: CarriedReview | None = None
        self._reference: FootageReference | None = None
        self._path: Path | None = None
        self._gone: FootageNotFound | None = None

    def open_review(self, path: Path) -> None:
        """Read a review file and find its footage."""
        self._carried = self._reference = self._path = self._gone = None
        self._begin(lambda: self._locating(path), "reading a review", self._on_located)

    def _locating(self, path: Path) -> Iterator[Progress]:
        from engine.review.portable import read_carried

        self._carried = read_carried(path)
        self._reference = self._carried.footage
        yield Progress("looking for the footage", 0, 0, "file")
        try:
            self._path = self._carried.locate()
        except FootageNotFound as error:
            self._gone = error

    @Slot()
    def _on_located(self) -> None:
        if self._path is not None:
            self.located.emit(self._path, self._carried)
        elif self._gone is not None:
            self.missing.emit(self._reference, self._carried, self._gone)

    def ask_for(self, path: str, fingerprint: str) -> None:
        """Footage of the recent list is gone: ask where it is now."""
        from engine.analysis.analysis import FootageReference

        self._carried, self._path = None, None
        self._reference = FootageReference(path, 0, fingerprint)
        gone = FootageNotFound(tr("The footage {path} is not there any more.", path=path))
        self.missing.emit(self._reference, None, gone)

    def try_path(self, path: Path) -> bool:
        """Whether this is the footage that is missing; if so it is `located`."""
        from engine.analysis.locating import is_same

        if self._reference is None:
            return False
        if self._reference.fingerprint and not is_same(path, self._reference):
            return False
        self.located.emit(path, self._carried)
        return True

    def search(self, folder: Path) -> None:
        """Look through a folder and all below it."""
        self._path = None
        self._begin(lambda: self._searching(folder), "searching", self._on_searched)

    def _searching(self, folder: Path) -> Iterator[Progress]:
        from engine.analysis.locating import search

        if self._reference is None:
            return
        found: list[Path] = []
        yield from search(self._reference, folder, found)
        self._path = found[0] if found else None

    @Slot()
    def _on_searched(self) -> None:
        if self._path is not None:
            self.located.emit(self._path, self._carried)
        else:
            self.not_found.emit()

    def stop(self) -> None:
        """End a search."""
        if self._job is not None:
            self._job.stop()
            self._job.deleteLater()
            self._job = None

    def _begin(self, work: object, title: str, finished: object) -> None:
        self.stop()
        self._job = Job(work, title, self)  # type: ignore[arg-type]
        self._job.progressed.connect(self._on_progress)
        self._job.finished.connect(finished)
        self._job.failed.connect(self._on_failed)
        self._job.crashed.connect(self.crashed)
        self._job.start()

    @Slot(object)
    def _on_progress(self, report: Progress) -> None:
        self.searched.emit(report.done)

    @Slot(object)
    def _on_failed(self, error: EngineError) -> None:
        self.failed.emit(error)
