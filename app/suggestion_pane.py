"""What the verdicts say about the threshold, under the histogram; a click takes it, undo takes it
back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

if TYPE_CHECKING:
    from app.desk import Desk

SETTLE_MS = 250  # after the last change; a drag must not wait for it


class SuggestionPane(QObject):
    """Joins the review with the tuning panel's suggestion."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._threshold: float | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._work_out)
        desk.reviewing.track_changed.connect(self._later)
        desk.window.tuning.suggestion_taken.connect(self._take)

    @Slot()
    def _later(self) -> None:
        self._timer.start()

    @Slot()
    def _work_out(self) -> None:
        from engine.review.suggesting import suggest_threshold

        track, state, document = (
            self._desk.reviewing.track,
            self._desk.reviewing.state,
            self._desk.current,
        )
        self._threshold, text = None, ""
        ready = track is not None and not track.provisional
        if ready and track and state is not None and document and document.analysis is not None:
            found = suggest_threshold(
                track.score, document.analysis.seconds, state.segments, track.segments
            )
            if found is not None:
                self._threshold, text = found.threshold, found.sentence
        self._desk.window.tuning.set_suggestion(text)

    @Slot()
    def _take(self) -> None:
        state = self._desk.reviewing.state
        if self._threshold is not None and state is not None:
            settings = replace(state.segments, threshold=self._threshold)
            self._desk.reviewing.take_threshold(settings)

    def stop(self) -> None:
        """Nothing is worked out any more."""
        self._timer.stop()
