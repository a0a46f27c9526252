"""Going over the ends of joined files: playing, stepping, seeking, walking the segments."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.controllers.document import Document
from app.language import tr
from app.numerals import duration
from app.views.timeline_files import LEAST_GAP

if TYPE_CHECKING:
    from app.desk import Desk
    from app.joined_pane import JoinedPane

END = 1 << 60
SAY_MS = 5000


class JoinedWalk(QObject):
    """Moves over the joined files; where nothing is joined it moves within the footage."""

    def __init__(self, desk: Desk, pane: JoinedPane) -> None:
        super().__init__(pane)
        self._desk, self._pane = desk, pane
        desk.playback.ran_out.connect(self._on_ran_out)

    def commands(self) -> dict[str, Callable[[], object]]:
        """What each command does."""
        return {
            "playback.start": partial(self.to_end, -1),
            "playback.end": partial(self.to_end, 1),
            "playback.frame_back": partial(self.step, -1),
            "playback.frame_forward": partial(self.step, 1),
            "playback.back": partial(self.skip, -1.0),
            "playback.forward": partial(self.skip, 1.0),
            "playback.far_back": partial(self.skip, -10.0),
            "playback.far_forward": partial(self.skip, 10.0),
            "playback.file_back": partial(self.to_file, -1),
            "playback.file_forward": partial(self.to_file, 1),
            "segments.next": partial(self.to_segment, 1),
            "segments.previous": partial(self.to_segment, -1),
        }

    def _files(self) -> tuple[list[Document], int]:
        """The joined files, and where the current one stands among them; alone without others."""
        files, current = self._pane.documents(), self._desk.current
        if current is None or current not in files:
            return ([], 0) if current is None else ([current], 0)
        return files, files.index(current)

    def _seconds(self) -> float:
        """The frame that was asked for last, in seconds of its footage."""
        playback = self._desk.playback
        if playback.footage is None:
            return 0.0
        return float(playback.footage.table.seconds()[playback.wanted])

    # --- to a moment ----------------------------------------------------------------------------

    def seek(self, seconds: float, *, exact: bool) -> None:
        """Show a moment in seconds of the current footage; outside it that of another file, and in
        a gap the nearer end of one.
        """
        joined, playback, current = self._pane.joined, self._desk.playback, self._desk.current
        if joined is None or current is None:
            playback.seek_seconds(seconds, exact=exact)
            return
        number, inside = joined.nearest(self._pane.start_of(current) + seconds)
        path = joined.pieces[number].path
        document = next((d for d in self._pane.documents() if d.path == path), None)
        if document is current:
            playback.seek_seconds(inside, exact=exact)
        elif document is not None and document.footage is not None:
            speed = playback.speed
            self._pane.change_to(document, document.footage.table.index_at(inside))
            playback.set_speed(speed)

    def skip(self, seconds: float) -> None:
        """Seconds forwards or back; time that nothing recorded does not count."""
        files, at = self._files()
        footage, playback = self._desk.playback.footage, self._desk.playback
        if footage is None:
            return
        target = self._seconds() + seconds
        other = at + (1 if seconds > 0 else -1)
        beyond = target >= float(footage.duration) if seconds > 0 else target < 0
        there = files[other].footage if beyond and 0 <= other < len(files) else None
        if there is None:
            playback.skip(seconds)
            return
        over = target - float(footage.duration) if seconds > 0 else float(there.duration) + target
        self._pane.change_to(files[other], there.table.index_at(max(0.0, over)))

    def step(self, frames: int) -> None:
        """One frame forwards or back."""
        files, at = self._files()
        playback, footage = self._desk.playback, self._desk.playback.footage
        if footage is None:
            return
        other = at + (1 if frames > 0 else -1)
        if 0 <= playback.wanted + frames < len(footage.table) or not 0 <= other < len(files):
            playback.step(frames)
            return
        self._go_on_in(files[other], frames)

    def to_end(self, direction: int) -> None:
        """To the first (-1) or last (1) frame of all."""
        files, _ = self._files()
        if files:
            document = files[0 if direction < 0 else -1]
            self._pane.change_to(document, 0 if direction < 0 else _last(document))

    def to_file(self, direction: int) -> None:
        """To the start of the next (1) file, or back to that of this one, then the one before;
        where nothing is joined, to the next or previous footage of the list, where one left it.
        """
        if self._pane.joined is None:
            self._to_listed(direction)
            return
        files, at = self._files()
        other = at + direction
        if direction < 0 and self._seconds() > 1.0:
            other = at
        if 0 <= other < len(files):
            self._pane.change_to(files[other], 0)

    def listed(self) -> list[Document]:
        """The footage of the list that can be looked at."""
        documents = self._desk.documents
        return [each for each in documents if each.footage is not None and not each.opening]

    def _to_listed(self, direction: int) -> None:
        listed, current = self.listed(), self._desk.current
        other = listed.index(current) + direction if current in listed else 0
        if 0 <= other < len(listed):
            self._desk.choose(listed[other].key)

    def _go_on_in(self, document: Document, direction: float) -> None:
        """Go on at the start of a file, or backwards from its end; say what was not recorded."""
        before = self._desk.current
        self._pane.change_to(document, 0 if direction > 0 else _last(document))
        if before is None or before.footage is None or document.footage is None:
            return
        first, second = (before, document) if direction > 0 else (document, before)
        assert first.footage is not None
        end = self._pane.start_of(first) + float(first.footage.duration)
        gap = self._pane.start_of(second) - end
        if gap > LEAST_GAP:
            text = tr(
                "Nothing was recorded for {length}; on with {name}",
                length=duration(gap),
                name=document.path.name,
            )
            self._desk.window.statusBar().showMessage(text, SAY_MS)

    @Slot(float)
    def _on_ran_out(self, speed: float) -> None:
        """Go on with the recording that follows, at the same speed."""
        files, at = self._files()
        other = at + (1 if speed > 0 else -1)
        if 0 <= other < len(files):
            self._go_on_in(files[other], speed)
            self._desk.playback.set_speed(speed)

    # --- to a segment ---------------------------------------------------------------------------

    def to_segment(self, direction: int) -> None:
        """To the next or previous flagged segment, over the ends of files; first to the one on the
        screen, where none is chosen.
        """
        files, at = self._files()
        review = self._desk.review
        shown = None if review.chosen_seen() else review.under_playhead()
        if shown is not None:
            review.go_to_segment(shown)
            return
        here = self._desk.reviewing.neighbour(self._desk.playback.wanted, direction)
        if here is not None:
            review.go_to_segment(here.id)
            return
        others = files[at + 1 :] if direction > 0 else reversed(files[:at])
        for document in others:
            track = self._pane.beside.track(document)
            if track is not None and track.segments:
                segment = track.segments[0 if direction > 0 else -1]
                self._pane.change_to(document, segment.peak_frame)
                review.go_to_segment(segment.id)
                return
        self._desk.window.statusBar().showMessage(
            tr("No flagged segment after this one")
            if direction > 0
            else tr("No flagged segment before this one"),
            SAY_MS,
        )


def _last(document: Document) -> int:
    return len(document.footage.table) - 1 if document.footage is not None else END
