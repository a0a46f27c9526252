"""Recordings that follow each other on one timeline, each with its own analysis and review."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.controllers.beside import Beside, same_detector
from app.controllers.document import Document
from app.controllers.judging import Judging
from app.joined_rows import RowsBeside, line_of, parted_id, rows_on_line, seen_id
from app.joined_walk import JoinedWalk
from app.language import tr, tr_count
from app.models.segment_model import SegmentRow
from app.views.timeline_files import Line

if TYPE_CHECKING:
    from app.desk import Desk
    from engine.footage.joining import Joined
    from engine.review.state import ReviewState

LATER_MS = 60  # what files beside the current one yield is shown so often while they are read
GROWING_MS = 1000  # and so often while they are analysed


class JoinedPane(QObject):
    """Finds what can be joined, shows it on the timeline and in the list.

    refreshed: other files may be on the line, or lie elsewhere.
    """

    refreshed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._found: list[Joined] = []
        self._on = False
        self.joined: Joined | None = None
        self.beside = Beside(self)
        self.walk = JoinedWalk(desk, self)
        self._rows = RowsBeside()
        self._line: Line | None = None
        self._settings: tuple[Document, object] | None = None
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LATER_MS)
        self._later.timeout.connect(self._show_beside)
        self._growing = QTimer(self)
        self._growing.setSingleShot(True)
        self._growing.setInterval(GROWING_MS)
        self._growing.timeout.connect(self._take_in_grown)
        desk.window.footage.join_requested.connect(self.toggle)
        self.beside.changed.connect(self._on_beside)
        self.beside.failed.connect(desk.tell)
        desk.reviewing.state_changed.connect(self._on_state)
        for signal in (desk.analysing.changed, desk.analysing.finished, desk.analysing.grown):
            signal.connect(self._on_analysing)

    def commands(self) -> dict[str, Callable[[], object]]:
        """What each command does."""
        return {"file.join": self.toggle} | self.walk.commands()

    # --- which files ----------------------------------------------------------------------------

    @property
    def possible(self) -> bool:
        """Whether the current footage follows or precedes another one in the list."""
        return self._own() is not None

    def _own(self) -> Joined | None:
        document = self._desk.current
        if document is None:
            return None
        return next((j for j in self._found if j.seconds_of(document.path, 0.0) is not None), None)

    def documents(self) -> list[Document]:
        """The joined files in order of time; none where nothing is joined."""
        if self.joined is None:
            return []
        known = {document.path: document for document in self._desk.documents}
        return [known[piece.path] for piece in self.joined.pieces if piece.path in known]

    def recorder(self) -> list[Document]:
        """The current footage and those that follow or precede it, joined or not."""
        own, known = self._own(), {document.path: document for document in self._desk.documents}
        pieces = () if own is None else own.pieces
        return [known[piece.path] for piece in pieces if piece.path in known]

    def seconds_between(self, one: Document, other: Document) -> float:
        """From the start of a file to that of another one of its recorder."""
        own = self._own()
        starts = [None if own is None else own.seconds_of(d.path, 0.0) for d in (one, other)]
        return 0.0 if starts[0] is None or starts[1] is None else starts[1] - starts[0]

    def holds(self, document: Document | None) -> bool:
        """Whether a footage is one of the joined files."""
        return document is not None and document in self.documents()

    def line(self) -> Line | None:
        """The files as the timeline shows them."""
        return self._line

    def start_of(self, document: Document) -> float:
        """Where a footage begins on the timeline, in seconds."""
        found = None if self.joined is None else self.joined.seconds_of(document.path, 0.0)
        return 0.0 if found is None else found

    def refresh(self) -> None:
        """The list of footage, or the current one, changed."""
        opened = [d.footage for d in self._desk.documents if d.footage is not None]
        if len(opened) > 1:
            from engine.footage.joining import Recording, joinable

            self._found = joinable([Recording.of(footage) for footage in opened])
        else:
            self._found = []
        self._show()
        self.refreshed.emit()

    @Slot()
    def toggle(self) -> None:
        """Show the recordings on one line of time, or only the current one."""
        self._on = not self._on
        self._show()
        self._desk.review.show_rows()
        self._desk.near.refresh()
        self._desk.marks.show()
        if self._desk.current is not None:
            self._desk.scenes.show(self._desk.current)
        said = []
        if self.joined is not None and self.joined.assumed:
            said.append(tr("The recordings carry no times: they are laid end to end."))
        if self.other_detectors():
            said.append(
                tr(
                    "Another detector scored {names}: drawn so that its threshold lies on the "
                    "line, and tuned on its own.",
                    names=", ".join(self.other_detectors()[:3]),
                )
            )
        if said:
            self._desk.window.notice.show_notice(" ".join(said), warning=False)

    def _show(self) -> None:
        desk, own = self._desk, self._own()
        window = desk.window
        self.joined = own if self._on else None
        count = 0 if own is None else len(own.pieces)
        window.footage.set_joinable(count, self.joined is not None)
        window.actions_.check("file.join", self.joined is not None)
        current = desk.current
        self.beside.set_documents([d for d in self.documents() if d is not current])
        self._settings = None
        self._on_state()
        if self.joined is None or current is None:
            self._line = None
            window.timeline.set_line(None)
            window.timeline.set_beside([])
            desk.near.later()  # what it listed may be of joined files
            return
        self._show_beside()

    @Slot()
    def _show_beside(self) -> None:
        """The line, and what is drawn of the files beside the current one."""
        desk = self._desk
        if self.joined is None or desk.current is None:
            return
        known = {document.key: document for document in self.documents()}
        line = line_of(self.joined, known, desk.current.key)
        if line != self._line:
            self._line = line
        timeline, state = desk.window.timeline, desk.reviewing.state
        timeline.set_line(self._line)
        threshold = 0.0 if state is None else state.segments.threshold
        others = [document for document in known.values() if document is not desk.current]
        curves = [self._rows.curves(document, threshold) for document in others]
        timeline.set_beside([row for row in curves if row is not None])

    # --- rows -----------------------------------------------------------------------------------

    def all_rows(self, own: Sequence[SegmentRow]) -> list[SegmentRow]:
        """Segments of all joined files, the current one's given, in order of time."""
        line, current = self._line, self._desk.current
        if line is None or current is None:
            return list(own)
        known = {document.key: document for document in self.documents()}
        rows: list[SegmentRow] = []
        for file in line.files:
            document = known.get(file.key)
            if document is current:
                rows += rows_on_line(own, current, file, line)
            elif document is not None:
                rows += self._rows.segments(document, file, line)
        return rows

    def seen(self, segment_id: str | None, document: Document | None = None) -> str | None:
        """A segment's name in the views; of the current footage unless another one is given."""
        document = document or self._desk.current
        if segment_id is None or document is None or self.joined is None:
            return segment_id
        return seen_id(document, segment_id)

    def parted(self, seen: str) -> tuple[Document | None, str]:
        """The footage and the id of a segment that a view names."""
        own, key = parted_id(seen)
        if not key:
            return self._desk.current, own
        return next((d for d in self.documents() if d.key == key), None), own

    def judging_of(self, document: Document) -> Judging:
        """Edits of the segments of a joined file; its review stays its own."""
        if document is self._desk.current:
            return self._desk.judging
        judging = Judging(self.beside.review(document), self)
        judging.operator = self._desk.judging.operator
        return judging

    def sentence(self, own: str, segments: int) -> str:
        """What the settings mean for the current file, and how many segments there are in all."""
        files = len(self.documents())
        if not files:
            return own
        total = tr_count(segments, "{count} segment", "{count} segments")
        return tr("{total} in {files} files. This file: {own}", total=total, files=files, own=own)

    def by_file(self, seen: Sequence[str]) -> list[tuple[Document, list[str]]]:
        """Segments that views name, by their footage."""
        found: dict[str, tuple[Document, list[str]]] = {}
        for each in seen:
            document, own = self.parted(each)
            if document is not None:
                found.setdefault(document.key, (document, []))[1].append(own)
        return list(found.values())

    # --- what changes ---------------------------------------------------------------------------

    @Slot()
    def _on_state(self) -> None:
        """A setting that was changed in the current file holds for all of the same detector."""
        document, state = self._desk.current, self._desk.reviewing.state
        if document is None or state is None or document.analysis is None or self.joined is None:
            self._settings = None
            return
        settings = _shared(state)
        before, self._settings = self._settings, (document, settings)
        if before is None or before[0] is not document:
            self._later.start()  # where its threshold lies, the others are drawn to
        if before is None or before[0] is not document or before[1] == settings:
            return
        self.beside.share(state, document.analysis)
        if self._line is None:
            return
        start, stop = self._desk.window.timeline.visible_span()
        origin = self._line.origin
        line = self._line
        shown = {f.key for f in line.files if f.start < stop + origin and f.stop > start + origin}
        self.beside.first([d for d in self.documents() if d.key in shown])
        self._later.start()

    @Slot(object)
    def _on_beside(self, document: Document) -> None:
        if not self._later.isActive():
            self._later.start()
        self._desk.review.rows_later()
        self._desk.near.later()

    @Slot(object)
    def _on_analysing(self, document: Document) -> None:
        if self.joined is not None and not self._growing.isActive():
            self._growing.start()

    @Slot()
    def _take_in_grown(self) -> None:
        for document in self.documents():
            self.beside.refresh(document)
        self._later.start()

    def other_detectors(self) -> list[str]:
        """Names of joined files whose thresholds mean something else than the current one's."""
        current = self._desk.current
        if current is None or current.analysis is None:
            return []
        return [
            d.path.name
            for d in self.documents()
            if d.analysis is not None and not same_detector(d.analysis, current.analysis)
        ]

    def change_to(self, document: Document, frame: int | None = None) -> bool:
        """Make a joined file the current one; at a frame where one is given, the view stays."""
        desk = self._desk
        if document is not desk.current:
            if frame is not None:
                document.position = frame
            desk.choose(document.key)
            desk.window.timeline.redraw()
        elif frame is not None:
            desk.playback.seek(frame)
        return desk.current is document

    def seek(self, seconds: float, *, exact: bool = True) -> None:
        """Show a moment in seconds of the current footage; outside it that of another file."""
        self.walk.seek(seconds, exact=exact)

    def stop(self) -> None:
        """Save, and work nothing out any more."""
        self._later.stop()
        self._growing.stop()
        self.beside.stop()


def _shared(state: ReviewState) -> object:
    return (state.score, state.smooth_seconds, state.segments)
