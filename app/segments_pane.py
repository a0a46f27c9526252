"""Segments on the timeline and in the list: shown, chosen, walked and edited; where files are
joined, those of all of them, each in its own review.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QTimer, Slot

from app.commands import BY_ID
from app.controllers.document import Document
from app.controllers.judging import Judging, VerdictName
from app.language import tr
from app.models.place import parse_place
from app.presenting import nothing_found, segment_rows
from engine.timebase import FrameSpan

if TYPE_CHECKING:
    from app.desk import Desk
    from engine.review.scoring import ScoreTrack

Outcome = TypeVar("Outcome")
ROWS_MS = 120  # segments of files beside the current one are listed a little later


class SegmentsPane(QObject):
    """Joins the segments of the review with the views that show them.

    Ids are those of the current footage's review; `seen` are the names that views have for
    segments, which tell files apart.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        w = desk.window
        desk.thumbnails.ready.connect(self._show_thumbnails)
        w.timeline.segment_clicked.connect(self._on_block)
        w.timeline.segment_edges_moved.connect(self._on_edges)
        w.segments.segment_activated.connect(self._on_activated)
        w.segments.selection_changed.connect(self._on_selection)
        w.segments.verdict_requested.connect(self.judge)
        w.segments.note_edited.connect(self._on_note)
        w.segments.inspector.note_typed.connect(self._on_note_typed)
        w.segments.inspector.tags_edited.connect(self._on_tags)
        w.segments.inspector.edge_typed.connect(self._on_edge_typed)
        for signal in (desk.analysing.changed, desk.analysing.finished):
            signal.connect(self._on_analysing)
        self._rows_timer = QTimer(self)
        self._rows_timer.setSingleShot(True)
        self._rows_timer.setInterval(ROWS_MS)
        self._rows_timer.timeout.connect(self.show_rows)

    def rows_later(self) -> None:
        """Files beside the current one have other segments: list them soon, together."""
        if not self._rows_timer.isActive():
            self._rows_timer.start()

    @Slot()
    def show_rows(self) -> None:
        """The segments on the timeline and in the list; where files are joined, of all of them."""
        document, track, w = self._desk.current, self._desk.reviewing.track, self._desk.window
        own = []
        if document is not None and document.analysis is not None and track is not None:
            own = segment_rows(track, document.analysis)
        rows = self._desk.joined.all_rows(own)
        self._say_empty()
        w.timeline.set_segments(rows)
        w.segments.set_segments(rows)
        if document is None:
            return
        if track is not None:
            w.sentence.setText(self._desk.joined.sentence(track.sentence, len(rows)))
        self._show_selected(document)
        files = self._desk.joined.documents() or [document]
        for each in files:
            self._show_thumbnails(each)
        tracks = [(each, self._track_of(each)) for each in files]
        self._desk.thumbnails.want_all(
            [(d, [s.peak_frame for s in made.segments]) for d, made in tracks if made is not None]
        )

    @Slot(object)
    def _on_analysing(self, document: Document) -> None:
        if document is self._desk.current:
            self._say_empty()

    def _say_empty(self) -> None:
        """Why the list is empty, and what fills it."""
        document, window = self._desk.current, self._desk.window
        if document is not None:
            key = window.actions_.keys(BY_ID["analysis.start"])
            window.segments.set_empty_text(nothing_found(document, key))

    def _track_of(self, document: Document) -> ScoreTrack | None:
        here = document is self._desk.current
        return self._desk.reviewing.track if here else document.track

    def _show_selected(self, document: Document) -> None:
        seen, w = self._desk.joined.seen, self._desk.window
        w.timeline.set_selected(seen(document.selected))
        w.segments.set_selected(seen(document.selected), self.chosen_seen())

    @Slot(object)
    def _show_thumbnails(self, document: Document) -> None:
        track = self._track_of(document)
        joined = document is self._desk.current or self._desk.joined.holds(document)
        if joined and track is not None:
            for segment in track.segments:
                image = document.thumbnails.get(str(segment.peak_frame))
                name = self._desk.joined.seen(segment.id, document)
                if image is not None and name is not None:
                    self._desk.window.segments.set_thumbnail(name, image)

    # --- segments -------------------------------------------------------------------------------

    @Slot(str)
    def _on_block(self, seen: str) -> None:
        """A block on the timeline was clicked; one of another file is gone to."""
        document, segment_id = self._desk.joined.parted(seen)
        if document is self._desk.current:
            self.select_segment(segment_id)
        else:
            self._on_activated(seen)

    @Slot(str)
    def _on_activated(self, seen: str) -> None:
        document, segment_id = self._desk.joined.parted(seen)
        if document is None:
            return
        if document is not self._desk.current:
            segment = self._desk.joined.beside.review(document).segment(segment_id)
            if segment is None or not self._desk.joined.change_to(document, segment.peak_frame):
                return
        self.go_to_segment(segment_id)

    def select_segment(self, segment_id: str) -> None:
        """Choose a segment without moving the playhead."""
        self.select_segments([segment_id] if segment_id else [])

    def select_segments(self, ids: Sequence[str]) -> None:
        """Choose segments; the first is the current one."""
        document = self._desk.current
        if document is not None:
            document.chosen = list(ids)
            document.selected = ids[0] if ids else None
            for other in self._desk.joined.documents():
                if other is not document:
                    other.chosen, other.selected = [], None
            self._show_selected(document)
            self._desk.time.follow_selection()
            self._desk.allow()

    def chosen(self) -> list[str]:
        """The chosen segments that are still there."""
        document = self._desk.current
        if document is None:
            return []
        ids = document.chosen or ([document.selected] if document.selected else [])
        return [each for each in ids if self._desk.reviewing.segment(each) is not None]

    def chosen_seen(self) -> list[str]:
        """The chosen segments as the views name them, of all joined files."""
        joined, found = (
            self._desk.joined,
            [str(s) for s in map(self._desk.joined.seen, self.chosen())],
        )
        for document in joined.documents():
            if document is not self._desk.current:
                found += [str(joined.seen(each, document)) for each in document.chosen]
        return found

    @Slot(list)
    def _on_selection(self, seen: list[str]) -> None:
        document, joined = self._desk.current, self._desk.joined
        if document is not None:
            current = self._desk.window.segments.selected_id()
            by_file = {d.key: ids for d, ids in joined.by_file(seen)}
            for each in joined.documents() or [document]:
                ids = by_file.get(each.key, [])
                own = [i for i in ids if joined.seen(i, each) == current]
                each.chosen, each.selected = ids, next(iter(own or ids), None)
            self._desk.window.timeline.set_selected(joined.seen(document.selected))
            self._desk.time.follow_selection()
            self._desk.allow()

    @Slot(str)
    def go_to_segment(self, segment_id: str) -> None:
        """Choose a segment and show its peak."""
        segment = self._desk.reviewing.segment(segment_id)
        if segment is not None:
            self.select_segment(segment_id)
            self._desk.playback.set_speed(0.0)
            self._desk.playback.seek(segment.peak_frame)

    def under_playhead(self) -> str | None:
        """The segment that is on the screen."""
        track, index = self._desk.reviewing.track, self._desk.playback.wanted
        return next((s.id for s in track.segments if index in s.span), None) if track else None

    def keep_chosen(self, walk: Callable[[], Outcome]) -> Outcome:
        """Undo or the like, which may take chosen segments away: then the one on the screen is
        chosen, or one that lies where they did.
        """
        reviewing = self._desk.reviewing
        before = self._chosen_spans()
        outcome = walk()
        if not before:
            return outcome
        reviewing.settle()
        after, index = self._chosen_spans(), self._desk.playback.wanted
        if after != before and not any(index in span for span in after):
            found = reviewing.track.segments if reviewing.track is not None else []
            there = [s.id for s in found if any(s.span.overlaps(span) for span in before)]
            self.select_segment(self.under_playhead() or next(iter(there), ""))
        return outcome

    def _chosen_spans(self) -> list[FrameSpan]:
        found = map(self._desk.reviewing.segment, self.chosen())
        return [segment.span for segment in found if segment is not None]

    @Slot(list, str)
    def judge(self, seen: list[str], value: VerdictName) -> None:
        """Give a verdict; the segments stay chosen under their new ids."""
        self._edit(seen, lambda judging, ids: judging.judge(ids, value))

    def _edit(self, seen: Sequence[str], edit: Callable[[Judging, list[str]], list[str]]) -> None:
        """Edit segments as the views name them, each file's in its own review."""
        joined, document = self._desk.joined, self._desk.current
        current = self._desk.window.segments.selected_id()
        stored: list[str] = []
        elsewhere: list[tuple[Document, list[str]]] = []
        for owner, ids in joined.by_file(seen):
            kept = edit(joined.judging_of(owner), ids)
            if owner is document:
                stored = kept
            else:
                elsewhere.append((owner, kept))
        if stored:
            self.select_segments(sorted(stored, key=lambda each: joined.seen(each) != current))
        for owner, kept in elsewhere:
            owner.chosen, owner.selected = kept, kept[0] if kept else None
        if elsewhere:
            self.show_rows()

    @Slot(str, str)
    def _on_note(self, seen: str, text: str) -> None:
        self._edit([seen], lambda judging, ids: [judging.note(ids[0], text)])

    @Slot(str, str)
    def _on_note_typed(self, seen: str, text: str) -> None:
        self._edit([seen], lambda judging, ids: [judging.note(ids[0], text, typing=True)])

    @Slot(list, list, list)
    def _on_tags(self, seen: list[str], add: list[str], remove: list[str]) -> None:
        self._edit(seen, lambda judging, ids: judging.retag(ids, add, remove))

    def _move(self, segment_id: str, span: FrameSpan) -> None:
        self.select_segments([self._desk.judging.move_edges(segment_id, span)])

    @Slot(str, float, float)
    def _on_edges(self, seen: str, start: float, stop: float) -> None:
        document, segment_id = self._desk.joined.parted(seen)
        if document is not self._desk.current or document is None or document.footage is None:
            return
        segment, table = self._desk.reviewing.segment(segment_id), document.footage.table
        if segment is None:
            return
        seconds, span = table.seconds(), segment.span
        end = float(seconds[span.stop] if span.stop < len(table) else table.duration)
        # the edge that was not dragged is where it was, and stays there to the frame
        if abs(stop - end) < abs(start - float(seconds[span.start])):
            span = FrameSpan(min(table.index_at(start), span.stop - 1), span.stop)
        else:
            span = FrameSpan(span.start, max(table.stop_told(stop), span.start + 1))
        self._move(segment_id, span)

    @Slot(str, str, str)
    def _on_edge_typed(self, seen: str, edge: str, text: str) -> None:
        """A frame or a time for one edge; the frame of an end is the last one of the segment."""
        owner, segment_id = self._desk.joined.parted(seen)
        if owner is not None and owner is not self._desk.current:
            self._on_activated(seen)
        segment, inspector = self._desk.reviewing.segment(segment_id), self._desk.window.segments
        document, place = self._desk.current, parse_place(text)
        if segment is None or document is None or document.footage is None:
            return
        if place is None:
            wrong = tr("'{typed}' is neither a frame nor a time.", typed=text)
            inspector.inspector.say(wrong, edge)
            return
        table, (kind, value) = document.footage.table, place
        start, stop = segment.span.start, segment.span.stop
        if edge == "start":
            start = min(int(value), len(table) - 1) if kind == "frame" else table.index_told(value)
        else:
            stop = min(int(value) + 1, len(table)) if kind == "frame" else table.stop_told(value)
        if start >= stop:
            inspector.inspector.say(tr("A segment cannot end before it starts."), edge)
            return
        inspector.inspector.say("")
        self._move(segment_id, FrameSpan(start, stop))
