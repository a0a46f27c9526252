"""The side of the desk that says why: which frame is explained, and what is shown meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.controllers.explaining import Explaining, Question
from app.language import tr

if TYPE_CHECKING:
    from app.desk import Desk
    from engine.errors import EngineError
    from engine.explain import Explanation


class WhyPane(QObject):
    """Joins the explaining controller with the line below the picture."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._line = desk.window.why
        self.explaining = Explaining(desk.detectors.detector_of, self)
        self.explaining.explained.connect(self._on_explained)
        self.explaining.failed.connect(self._on_failed)
        desk.playback.shown.connect(self._on_moved)
        desk.playback.speed_changed.connect(self._on_moved)
        desk.reviewing.track_changed.connect(self._on_moved)
        desk.regions.changed.connect(self._on_moved)
        desk.window.keys_shown.connect(self._show_key)
        self._show_key()
        self._line.hide()

    def stop(self) -> None:
        """End the worker."""
        self.explaining.stop()

    @Slot()
    def _show_key(self) -> None:
        self._line.set_key(self._desk.window.actions_.hints().get("view.region", ""))

    @Slot()
    def _on_moved(self) -> None:
        """Another frame, other settings: the old reason is no longer true."""
        desk, document = self._desk, self._desk.current
        shown, track, state = desk.playback.current, desk.reviewing.track, desk.reviewing.state
        self.explaining.forget()
        known = document is not None and document.analysis is not None and track is not None
        self._line.setVisible(known)
        if document is None or document.analysis is None or track is None or state is None:
            return
        if desk.playback.speed:
            self._line.clear(tr("Said when the picture rests."))
            return
        if shown is None or document.footage is None:
            return
        if shown.index >= track.done:
            self._line.clear(tr("Not analysed yet."))
            return
        self._line.clear("…")
        self.explaining.want(
            Question(
                document.footage,
                document.analysis,
                shown.index,
                state,
                desk.reviewing.calibration,
                desk.regions.box,
            )
        )

    @Slot(object)
    def _on_explained(self, explanation: Explanation | None) -> None:
        about = self._desk.regions.words
        if explanation is None:
            self._line.clear(tr("This frame has no score."))
            return
        if about:
            self._desk.window.canvas.set_worst(explanation.worst)
        if explanation.sentence:
            self._line.set_reason(explanation.sentence, explanation.shares_text, about)
        else:
            self._line.clear(tr("Nothing stands out here that could be measured."))

    @Slot(object)
    def _on_failed(self, error: EngineError) -> None:
        self._line.clear(tr(str(error)))
