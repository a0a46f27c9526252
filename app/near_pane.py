"""Near misses: listed, marked on the timeline, gone to, and made into segments."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from app.controllers.document import Document
from app.language import tr
from app.views.near_list import NearRow
from app.views.timeline_files import FileRow, Line
from engine.timebase import FrameSpan

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from app.desk import Desk
    from engine.review.near_misses import NearMiss
    from engine.review.scoring import ScoreTrack

REST_MS = 150  # the list follows a dragged threshold a little later than the segments do
MOST = 20
AT_ONCE = 0.006  # seconds of searching between two looks at the event loop


class NearPane(QObject):
    """Joins the list of near misses with the review."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._rows: list[NearRow] = []
        self._known: dict[str, tuple[ScoreTrack, Line | None, list[NearRow]]] = {}
        self._taken = ("", 0)  # the file and the place of the one that was made a segment last
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._look)
        near = desk.window.near
        near.activated.connect(self.go_to)
        near.take_requested.connect(self.take)
        near.unfolded.connect(self.later)
        desk.window.side.currentChanged.connect(self.later)
        desk.reviewing.track_changed.connect(self.later)

    def commands(self) -> dict[str, Callable[[], object]]:
        """What each command does."""
        return {"segments.near_next": self.next, "segments.near_take": self.take_chosen}

    @Slot()
    def later(self) -> None:
        """A track changed: look again soon."""
        if not self._timer.isActive():
            self._timer.start(REST_MS)

    def _files(self) -> list[Document]:
        current = self._desk.current
        return self._desk.joined.documents() or ([] if current is None else [current])

    @Slot()
    def _look(self) -> None:
        """Bring files up to date a few milliseconds at a time, then show what was found."""
        began = time.perf_counter()
        for document in self._files():
            if time.perf_counter() - began > AT_ONCE:
                self._timer.start(0)
                return
            self._near(document)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Find the near misses under the present settings; of all files where some are joined."""
        window, line = self._desk.window, self._desk.joined.line()
        found: list[tuple[float, NearRow]] = []
        for document in self._files():
            found += [(self._share(document, row), row) for row in self._near(document)]
        found.sort(key=lambda pair: -pair[0])
        self._rows = [row for _, row in found[:MOST]]
        window.near.set_rows(self._rows)
        starts = {} if line is None else {file.key: file.start for file in line.files}
        window.timeline.set_near([row.peak_time + starts.get(row.key, 0.0) for row in self._rows])

    def _share(self, document: Document, row: NearRow) -> float:
        """How near it comes to its file's threshold."""
        threshold = document.session.state.segments.threshold if document.session else 0.0
        return row.level / threshold if threshold > 0 else row.level - threshold

    def _near(self, document: Document) -> list[NearRow]:
        """The near misses of one file, kept as long as its track is the same."""
        here = document is self._desk.current
        track = self._desk.reviewing.track if here else document.track
        analysis, session = document.analysis, document.session
        if analysis is None or track is None or session is None:
            return []
        line = self._desk.joined.line()
        known = self._known.get(document.key)
        if known is None or known[0] is not track or known[1] is not line:
            from engine.review.near_misses import near_misses
            from engine.scoring.segments import leaving_times

            seconds, settings = analysis.seconds, session.state.segments
            away = [kept for kept in session.state.binned if kept.origin == "found"]
            taken = [segment.span for segment in (*track.segments, *away)]
            found = near_misses(track.score, seconds, settings, taken, MOST)
            ends = leaving_times(seconds) if found else seconds
            files = {} if line is None else {file.key: file for file in line.files}
            known = (
                track,
                line,
                [
                    _row(m, seconds, ends, document.key, files.get(document.key), line)
                    for m in found
                ],
            )
            self._known[document.key] = known
        return known[2]

    def peak_at(self, document: Document, seconds: float, reach: float) -> float | None:
        """How high the listed near miss rises that peaks within so many seconds of a moment."""
        line = self._desk.joined.line()
        near = [
            (abs(row.peak_time - seconds), row.peak)
            for row in self._rows
            if (row.key == document.key or line is None) and abs(row.peak_time - seconds) <= reach
        ]
        return min(near)[1] if near else None

    @Slot(int)
    def go_to(self, row: int) -> None:
        """Show a near miss at its peak, its frames tinted on the timeline."""
        if 0 <= row < len(self._rows):
            miss, desk = self._rows[row], self._desk
            desk.playback.set_speed(0.0)
            if self._change_to(miss):
                desk.review.select_segments([])  # it is not on the screen any more
                desk.playback.seek(miss.peak_frame)
                desk.time.tint_span(FrameSpan(miss.start, miss.stop))

    def _change_to(self, miss: NearRow) -> bool:
        document = next((d for d in self._files() if d.key == miss.key), None)
        return document is not None and self._desk.joined.change_to(document, miss.peak_frame)

    def next(self) -> None:
        """The next lower one; after the last the first."""
        near = self._desk.window.near
        if not self._rows or not near.isVisible():
            self._desk.window.side.setCurrentWidget(self._desk.window.found)
            self.refresh()
        if not self._rows:
            self._desk.window.statusBar().showMessage(
                tr("Nothing comes close to the threshold"), 4000
            )
            return
        chosen = near.chosen()
        row = self._gap() if chosen is None else (chosen + 1) % len(self._rows)
        near.choose(row)
        self.go_to(row)

    def _gap(self) -> int:
        """Where the walk goes on when the chosen one was taken: with the next lower one."""
        document, (key, row) = self._desk.current, self._taken
        here = document is not None and document.key == key
        return row if here and row < len(self._rows) else 0

    def take_chosen(self) -> None:
        """Make a segment of the chosen near miss."""
        near = self._desk.window.near
        chosen, listed = near.chosen(), {document.key for document in self._files()}
        if chosen is None or self._rows[chosen].key not in listed:
            # another recording was chosen, and its own near misses are not listed yet
            self._desk.window.statusBar().showMessage(tr("Choose a near miss first"), 4000)
        else:
            self.take(chosen)

    @Slot(int)
    def take(self, row: int) -> None:
        """Make a segment of a near miss."""
        if not 0 <= row < len(self._rows):
            return
        miss = self._rows[row]
        if not self._change_to(miss):
            return
        made = self._desk.judging.make(FrameSpan(miss.start, miss.stop))
        if made is not None:
            self._taken = (miss.key, row)
            self._desk.window.timeline.set_brush(None)
            self._desk.playback.seek(miss.peak_frame)
            self._desk.review.select_segment(made)


def _row(
    miss: NearMiss,
    seconds: NDArray[np.float64],
    ends: NDArray[np.float64],
    key: str,
    file: FileRow | None,
    line: Line | None,
) -> NearRow:
    peak = float(seconds[miss.peak_frame])
    row = NearRow(
        miss.span.start,
        miss.span.stop,
        miss.peak_frame,
        peak,
        float(ends[miss.span.stop - 1] - seconds[miss.span.start]),
        miss.peak,
        key,
        level=miss.level,
    )
    if file is None or line is None:
        return row
    return replace(row, file=file.name, clock=line.clock(file.start + peak, 1))
