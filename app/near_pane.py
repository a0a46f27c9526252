"""Near misses: listed while they can be seen, gone to, and made into segments."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from app.views.near_list import NearRow
from engine.timebase import FrameSpan

if TYPE_CHECKING:
    from app.desk import Desk

REST_MS = 150  # the list follows a dragged threshold a little later than the segments do
MOST = 20


class NearPane(QObject):
    """Joins the list of near misses with the review."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._rows: list[NearRow] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self.refresh)
        near = desk.window.near
        near.activated.connect(self.go_to)
        near.take_requested.connect(self.take)
        near.unfolded.connect(self._later)
        near.set_key(desk.window.actions_.hints()["segments.near_take"])
        desk.window.side.currentChanged.connect(self._later)
        desk.reviewing.track_changed.connect(self._later)

    def commands(self) -> dict[str, Callable[[], object]]:
        """What each command does."""
        return {"segments.near_next": self.next, "segments.near_take": self.take_chosen}

    @Slot()
    def _later(self) -> None:
        if self._desk.window.near.isVisible() and not self._timer.isActive():
            self._timer.start()

    @Slot()
    def refresh(self) -> None:
        """Find the near misses under the present settings."""
        from engine.review.near_misses import near_misses
        from engine.scoring.segments import leaving_times

        document, reviewing = self._desk.current, self._desk.reviewing
        track, state = reviewing.track, reviewing.state
        if document is None or document.analysis is None or track is None or state is None:
            self._rows = []
            self._desk.window.near.set_rows([])
            return
        seconds = document.analysis.seconds
        taken = [segment.span for segment in track.segments]
        found = near_misses(track.score, seconds, state.segments, taken, MOST)
        ends = leaving_times(seconds) if found else seconds
        self._rows = [
            NearRow(
                miss.span.start,
                miss.span.stop,
                miss.peak_frame,
                float(seconds[miss.peak_frame]),
                float(ends[miss.span.stop - 1] - seconds[miss.span.start]),
                miss.peak,
            )
            for miss in found
        ]
        self._desk.window.near.set_rows(self._rows)

    @Slot(int)
    def go_to(self, row: int) -> None:
        """Show a near miss at its peak, its frames tinted on the timeline."""
        if 0 <= row < len(self._rows):
            miss = self._rows[row]
            self._desk.playback.set_speed(0.0)
            self._desk.playback.seek(miss.peak_frame)
            self._desk.time.tint_span(FrameSpan(miss.start, miss.stop))

    def next(self) -> None:
        """The next lower one; after the last the first."""
        near = self._desk.window.near
        if not self._rows or not near.isVisible():
            self._desk.window.side.setCurrentWidget(self._desk.window.found)
            self.refresh()
        if not self._rows:
            self._desk.window.statusBar().showMessage("Nothing comes close to the threshold", 4000)
            return
        chosen = near.chosen()
        row = 0 if chosen is None else (chosen + 1) % len(self._rows)
        near.choose(row)
        self.go_to(row)

    def take_chosen(self) -> None:
        """Make a segment of the chosen near miss."""
        chosen = self._desk.window.near.chosen()
        if chosen is None:
            self._desk.window.statusBar().showMessage("Choose a near miss first", 4000)
        else:
            self.take(chosen)

    @Slot(int)
    def take(self, row: int) -> None:
        """Make a segment of a near miss."""
        if not 0 <= row < len(self._rows):
            return
        miss = self._rows[row]
        made = self._desk.judging.make(FrameSpan(miss.start, miss.stop))
        if made is not None:
            self._desk.window.timeline.set_brush(None)
            self._desk.playback.seek(miss.peak_frame)
            self._desk.review.select_segment(made)
