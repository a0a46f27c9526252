"""Footage in which frames are found only by counting: a working copy beside it, that jumps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.jobs import Job
from app.language import tr
from app.numerals import percent_done
from engine import api
from engine.errors import EngineError
from engine.progress import Progress

if TYPE_CHECKING:
    from app.desk import Desk

COMMAND = "file.working_copy"


class CopyPane(QObject):
    """Offers the copy, makes it and opens it; the same command gives it up."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._job: Job | None = None
        self._target = Path()

    @property
    def running(self) -> bool:
        """Whether a copy is being written."""
        return self._job is not None

    def offer(self) -> tuple[str, str] | None:
        """The button that a notice on the present footage has; None where a copy is no use."""
        document = self._desk.current
        counted = document is not None and document.footage is not None and document.footage.counted
        return (tr("Make a working copy"), COMMAND) if counted else None

    def start(self) -> None:
        """Copy the present footage, or stop doing so."""
        if self._job is not None:
            self._job.cancel()
            return
        document = self._desk.current
        if document is None or document.footage is None or not document.footage.counted:
            return
        footage = document.footage
        target = self._target = api.working_copy_path(footage)

        def work() -> Iterator[Progress]:
            yield from api.working_copy(footage, target)

        job = self._job = Job(work, "working copy", self)
        job.progressed.connect(self._on_progress)
        job.finished.connect(self._on_finished)
        job.cancelled.connect(self._on_cancelled)
        job.failed.connect(self._on_failed)
        job.crashed.connect(self._on_crashed)
        job.start()
        self._desk.window.notice.show_notice(
            tr("{name} is being written beside the footage.", name=target.name),
            tr("Nothing is encoded again, and the footage stays as it is."),
            warning=False,
            action=(tr("Cancel"), COMMAND),
        )

    def stop(self) -> None:
        """End the job."""
        if self._job is not None:
            self._job.stop()

    def _end(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None
        self._desk.window.notice.dismiss()  # what waits behind it is still to be seen
        self._desk.window.statusBar().clearMessage()

    @Slot(object)
    def _on_progress(self, report: Progress) -> None:
        if self._job is not None:
            share = percent_done(report.fraction)
            told = tr("{name}: {share}", name=self._target.name, share=share)
            self._desk.window.statusBar().showMessage(told)

    @Slot()
    def _on_finished(self) -> None:
        self._end()
        self._desk.open([self._target])

    @Slot()
    def _on_cancelled(self) -> None:
        self._end()

    @Slot(object)
    def _on_failed(self, error: EngineError) -> None:
        self._end()
        self._desk.tell(error)

    @Slot(object)
    def _on_crashed(self, error: Exception) -> None:
        self._end()
        self._desk.crashed.emit(error)
