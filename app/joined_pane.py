"""Recordings that follow each other: one strip of time over all, each with its own analysis and
review.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.commands import BY_ID
from app.controllers.document import Document
from app.views.joined_strip import PieceRow

if TYPE_CHECKING:
    from app.desk import Desk
    from engine.footage.joining import Joined

ASSUMED = "The recordings carry no times: they are laid end to end."


class JoinedPane(QObject):
    """Finds what can be joined, and goes from piece to piece."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._found: list[Joined] = []
        self._on = False
        self.joined: Joined | None = None
        window = desk.window
        window.joined.place_wanted.connect(self.go_to)
        window.footage.join_requested.connect(self.toggle)
        desk.playback.shown.connect(self._on_shown)
        desk.playback.ran_out.connect(self._on_ran_out)
        desk.reviewing.track_changed.connect(self._on_track)
        desk.analysing.changed.connect(self._show)
        desk.analysing.finished.connect(self._show)

    def commands(self) -> dict[str, Callable[[], object]]:
        """What each command does."""
        return {
            "file.join": self.toggle,
            "segments.next": partial(self.walk, 1),
            "segments.previous": partial(self.walk, -1),
        }

    @property
    def possible(self) -> bool:
        """Whether the current footage follows or precedes another one in the list."""
        return self._own() is not None

    def _own(self) -> Joined | None:
        document = self._desk.current
        if document is None:
            return None
        return next((j for j in self._found if j.seconds_of(document.path, 0.0) is not None), None)

    def refresh(self) -> None:
        """The list of footage, or the current one, changed."""
        opened = [d.footage for d in self._desk.documents if d.footage is not None]
        if len(opened) > 1:
            from engine.footage.joining import Recording, joinable

            self._found = joinable([Recording.of(footage) for footage in opened])
        else:
            self._found = []
        self._show()

    @Slot()
    def toggle(self) -> None:
        """Show the recordings on one line of time, or only the current one."""
        self._on = not self._on
        self._show()
        if self.joined is not None and self.joined.assumed:
            self._desk.window.notice.show_notice(ASSUMED, warning=False)

    @Slot()
    def _show(self) -> None:
        window, own = self._desk.window, self._own()
        self.joined = own if self._on else None
        count = 0 if own is None else len(own.pieces)
        key = window.actions_.keys(BY_ID["file.join"])  # while an analysis runs, often
        window.footage.set_joinable(count, self.joined is not None, key)
        window.actions_.check("file.join", self.joined is not None)
        window.joined.setVisible(self.joined is not None)
        if self.joined is None or self._desk.current is None:
            return
        window.joined.set_pieces(
            [self._row(number) for number in range(count)], self.joined.duration, self.joined.began
        )
        window.joined.set_current(self._desk.current.key)
        self._on_shown(self._desk.playback.index)

    def _row(self, number: int) -> PieceRow:
        assert self.joined is not None
        piece = self.joined.pieces[number]
        document = self._document(number)
        row = PieceRow(str(piece.path), piece.path.name, piece.start, piece.duration)
        if document is None:
            return row
        summary, state = document.summary, "not analysed"
        if document.progress:
            state = document.progress
        elif summary is not None:
            noun = "segment" if len(summary.segments) == 1 else "segments"
            state = f"{len(summary.segments)} {noun}"
        if summary is None:
            return PieceRow(row.key, row.name, row.start, row.duration, state)
        return PieceRow(
            row.key, row.name, row.start, row.duration, state, summary.heights, summary.segments
        )

    def _document(self, number: int) -> Document | None:
        if self.joined is None:
            return None
        path = self.joined.pieces[number].path
        return next((d for d in self._desk.documents if d.path == path), None)

    @Slot()
    def _on_track(self) -> None:
        """The current recording's score or segments changed."""
        from engine.review.stored import summary_of

        document, reviewing = self._desk.current, self._desk.reviewing
        track, state = reviewing.track, reviewing.state
        if self.joined is None or document is None or document.analysis is None:
            return
        if track is not None and state is not None:
            threshold = state.segments.threshold
            document.summary = summary_of(track, document.analysis, threshold)
            self._show()

    # --- from piece to piece --------------------------------------------------------------------

    @Slot(int)
    def _on_shown(self, index: int) -> None:
        document = self._desk.current
        if self.joined is not None and document is not None and document.footage is not None:
            seconds = float(document.footage.table.seconds()[index])
            self._desk.window.joined.set_playhead(self.joined.seconds_of(document.path, seconds))

    @Slot(float)
    def go_to(self, seconds: float) -> None:
        """Show a moment of the line; in a gap the nearer end of a recording."""
        if self.joined is None:
            return
        number, inside = self.joined.nearest(seconds)
        if self._change_to(number):
            self._desk.playback.set_speed(0.0)
            self._desk.playback.seek_seconds(inside)

    def _change_to(self, number: int) -> bool:
        document = self._document(number)
        if document is None:
            return False
        self._desk.choose(document.key)
        return self._desk.current is document

    def _number(self) -> int | None:
        document = self._desk.current
        if self.joined is None or document is None:
            return None
        paths = [piece.path for piece in self.joined.pieces]
        return paths.index(document.path) if document.path in paths else None

    @Slot(float)
    def _on_ran_out(self, speed: float) -> None:
        """Go on with the recording that follows, at the same speed."""
        number = self._number()
        if number is None or self.joined is None:
            return
        following = number + (1 if speed > 0 else -1)
        if 0 <= following < len(self.joined.pieces) and self._change_to(following):
            self._desk.playback.seek(0 if speed > 0 else 1 << 60)
            self._desk.playback.set_speed(speed)

    def walk(self, direction: int) -> None:
        """To the next or previous flagged segment, over the ends of recordings."""
        number = self._number()
        here = self._desk.reviewing.neighbour(self._desk.playback.wanted, direction)
        if number is None or here is not None or self.joined is None:
            self._desk.review.walk(direction)
            return
        following = number + direction
        while 0 <= following < len(self.joined.pieces):
            document = self._document(following)
            if document is not None and document.summary is not None and document.summary.segments:
                self._change_to(following)
                beyond = -1 if direction > 0 else 1 << 60
                segment = self._desk.reviewing.neighbour(beyond, direction)
                if segment is not None:
                    self._desk.review.go_to_segment(segment.id)
                    return
            following += direction
