"""The demo: its scene is rendered once on this machine, then opened and analysed for real."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.commands import BY_ID
from app.jobs import Job
from app.language import tr
from app.numerals import percent_done
from engine.errors import EngineError
from engine.progress import Progress

if TYPE_CHECKING:
    from app.desk import Desk


class DemoPane(QObject):
    """Renders, and says on the empty canvas how far that is and what ends it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._job: Job | None = None

    @property
    def running(self) -> bool:
        """Whether the scene is being rendered."""
        return self._job is not None

    @Slot()
    def start(self) -> None:
        """Render the demo's footage if need be, open it and analyse it for real."""
        if self._job is not None:
            return
        from engine.demo import render_demo

        def work() -> Iterator[Progress]:
            yield from render_demo()

        self._desk.window.show_desk(True)
        self._say("")
        job = self._job = Job(work, "demo", self)
        job.progressed.connect(self._on_progress)
        job.finished.connect(self._on_finished)
        job.cancelled.connect(self._on_cancelled)
        job.failed.connect(self._on_failed)
        job.crashed.connect(self._on_crashed)
        job.start()
        self._desk.allow()

    def cancel(self) -> None:
        """Give the rendering up; nothing of it is left."""
        if self._job is not None:
            self._job.cancel()

    def stop(self) -> None:
        """End the job."""
        if self._job is not None:
            self._job.stop()

    def _say(self, far: str) -> None:
        once = tr("A scene is drawn on this machine, once.")
        key = self._desk.window.actions_.keys(BY_ID["file.cancel_opening"])
        cancel = tr("{key} cancels it.", key=key) if key else ""
        hint = " ".join(filter(None, (once, far, cancel)))
        self._desk.window.canvas.set_empty(tr("Rendering the demo"), hint)

    def _end(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None
        self._desk.picture.say_empty()
        self._desk.allow()

    @Slot(object)
    def _on_progress(self, report: Progress) -> None:
        if self._job is not None:
            self._say(percent_done(report.fraction))

    @Slot()
    def _on_finished(self) -> None:
        from engine.demo import DEMO_WEIGHTS, demo_clip

        self._end()
        known = DEMO_WEIGHTS in self._desk.detectors.known_choices()
        self._desk.analyse_with(demo_clip(), DEMO_WEIGHTS if known else "speed")

    @Slot()
    def _on_cancelled(self) -> None:
        self._end()
        if not self._desk.documents:
            self._desk.window.show_desk(False)

    @Slot(object)
    def _on_failed(self, error: EngineError) -> None:
        self._end()
        self._desk.tell(error)

    @Slot(object)
    def _on_crashed(self, error: Exception) -> None:
        self._end()
        self._desk.crashed.emit(error)
