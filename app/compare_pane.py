"""Two analyses of the same footage on one timeline, and what only one of them found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import inf, isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Slot

from app.controllers.comparing import Comparing, Others
from app.controllers.document import Document
from app.language import mark, tr, tr_count
from app.numerals import significant, whole
from app.views.compare_panel import CompareRow, OtherAnalysis

if TYPE_CHECKING:
    from app.desk import Desk
    from engine.analysis.analysis import Analysis, AnalysisHead
    from engine.analysis.file import StoredHead
    from engine.review.scoring import ScoreTrack
    from engine.review.state import ReviewSegment, ReviewState

SHARED = mark("B follows the settings of A.")
SCALED = mark("B has its own settings; its curve is scaled so that both thresholds are one line.")


def title_of(head: AnalysisHead) -> str:
    """An analysis by its detector and, with a memory, by its gamma."""
    name = head.facts.weights_id.partition("@")[0] or head.facts.name
    if not head.facts.has_memory:
        return name
    if not head.update:
        return tr("{name} · no updates", name=name)
    if head.gamma is None:
        return name
    return tr("{name} · gamma {gamma}", name=name, gamma=significant(head.gamma))


def _stored_title(stored: StoredHead) -> str:
    title = title_of(stored.head)
    return title if stored.complete else tr("{name} · not complete", name=title)


class ComparePane(QObject):
    """Joins the compare panel, the second curve and the row of matches."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._comparing = Comparing(self)
        self._comparing.ready.connect(self._on_ready)
        self._comparing.failed.connect(desk.tell)
        self._rows: list[CompareRow] = []
        self._shown = False
        self._waiting: Document | None = None  # compared as soon as its analyses are listed
        self._made: tuple[Analysis, object, ScoreTrack] | None = None
        window = desk.window
        window.compare.other_chosen.connect(self.choose)
        window.compare.activated.connect(self.go_to)
        window.timeline.match_clicked.connect(self.go_to)
        window.side.currentChanged.connect(self._on_tab)
        desk.reviewing.track_changed.connect(self.refresh)
        desk.analysing.finished.connect(self._on_analysed)

    def commands(self) -> dict[str, Callable[[], object]]:
        """What each command does."""
        return {"timeline.compare": self.toggle}

    @property
    def other(self) -> Analysis | None:
        """The analysis that the one on the desk is compared with."""
        document, others = self._desk.current, self._comparing.others
        if document is None or others is None or others.wish.footage != document.path:
            return None
        chosen = others.chosen
        return chosen if chosen is not None and chosen.path == document.compared else None

    def stop(self) -> None:
        """End the worker."""
        self._comparing.stop()

    def set_document(self, document: Document | None) -> None:
        """Another footage: what it was compared with is compared again."""
        self._comparing.forget()
        self._made = self._waiting = None
        if document is None:
            self._desk.window.compare.set_others("", [], "")
        else:
            self._ask(document)
        self.refresh()

    def _ask(self, document: Document) -> None:
        visible = self._desk.window.compare.isVisible()
        if document.footage is not None and (visible or document.compared is not None):
            self._comparing.want(document.path, document.compared)

    @Slot()
    def _on_tab(self) -> None:
        if self._desk.current is not None:
            self._ask(self._desk.current)

    @Slot(object)
    def _on_analysed(self, document: Document) -> None:
        if document is self._desk.current:
            self._ask(document)

    def toggle(self) -> None:
        """Compare with the analysis before this one; or stop comparing."""
        window, document = self._desk.window, self._desk.current
        self._waiting = None
        window.side.setCurrentWidget(window.compare)
        if document is not None and document.compared is not None:
            self.choose("")
            return
        window.actions_.check("timeline.compare", False)
        others = self._comparing.others
        if document is None:
            return
        if others is None or others.wish.footage != document.path:
            self._waiting = document
            self._comparing.want(document.path, None)
            return
        self._choose_first(document, others)

    def _choose_first(self, document: Document, others: Others) -> None:
        rest = [h for h in others.heads if h.path != self._own(document)]
        if rest:
            self.choose(str(rest[0].path))

    @staticmethod
    def _own(document: Document) -> Path | None:
        return document.analysis.path if document.analysis is not None else None

    @Slot(str)
    def choose(self, key: str) -> None:
        """Compare with the analysis at a path; an empty one ends it."""
        document = self._desk.current
        if document is not None:
            document.compared = Path(key) if key else None
            self._made = None
            self._comparing.want(document.path, document.compared)
            self.refresh()

    @Slot()
    def _on_ready(self) -> None:
        others, document = self._comparing.others, self._desk.current
        if others is None or document is None or others.wish.footage != document.path:
            return
        if others.chosen is None or others.chosen.path == self._own(document):
            document.compared = None
        own = self._own(document)
        listed = [
            OtherAnalysis(
                str(head.path),
                _stored_title(head),
                tr_count(
                    head.frames_done,
                    "{count} frame, {device}, {precision}",
                    "{count} frames, {device}, {precision}",
                    device=head.head.device,
                    precision=head.head.precision,
                ),
            )
            for head in others.heads
            if head.path != own
        ]
        mine = "" if document.analysis is None else title_of(document.analysis.head)
        chosen = "" if document.compared is None else str(document.compared)
        self._desk.window.compare.set_others(mine, listed, chosen)
        self.refresh()
        if self._waiting is document:
            self._waiting = None
            self._choose_first(document, others)

    @Slot()
    def refresh(self) -> None:
        """Match the segments of both under the present settings."""
        window, document = self._desk.window, self._desk.current
        other, reviewing = self.other, self._desk.reviewing
        track, state = reviewing.track, reviewing.state
        window.actions_.check("timeline.compare", other is not None)
        mine = None if document is None else document.analysis
        if other is None or mine is None or track is None or state is None:
            self._clear()
            return
        self._show(mine, track, state, other)

    def _clear(self) -> None:
        window = self._desk.window
        if not self._shown:
            return
        self._rows, self._shown = [], False
        window.timeline.set_compared(None)
        window.timeline.set_matches(None)
        window.compare.set_matches([], "", "")

    def _show(self, mine: Analysis, track: ScoreTrack, state: ReviewState, other: Analysis) -> None:
        from engine.review.compare import agreement, compare
        from engine.scoring.segments import leaving_times

        if len(other.pts) != len(mine.pts):
            self._clear()
            return
        theirs, settings, shared = self._track_of(other, mine, state)
        seconds = mine.seconds
        ours, found = track.segments, theirs.segments
        matches = compare([s.span for s in ours], [s.span for s in found])
        ends = leaving_times(seconds)
        self._rows = [
            CompareRow(
                match.found_by,
                match.span.start,
                match.span.stop,
                float(seconds[match.span.start]),
                float(ends[match.span.stop - 1]),
                _highest(ours, match.firsts, found, match.seconds),
                _peak(ours, match.firsts),
                _peak(found, match.seconds),
            )
            for match in matches
        ]
        count = agreement(matches)
        words = tr(
            "{both} in both, {first} only in A, {second} only in B",
            both=whole(count.both),
            first=whole(count.first),
            second=whole(count.second),
        )
        scale = _scale(state.segments.threshold, settings.segments.threshold)
        window, self._shown = self._desk.window, True
        window.timeline.set_compared(theirs.score * np.float32(scale))
        window.timeline.set_matches([(r.found_by, r.start_time, r.stop_time) for r in self._rows])
        window.compare.set_matches(self._rows, words, tr(SHARED if shared else SCALED))

    def _track_of(
        self, other: Analysis, mine: Analysis, state: ReviewState
    ) -> tuple[ScoreTrack, ReviewState, bool]:
        """The other one's track: under the same settings where the detector is the same, else under
        its own review's.
        """
        from engine.review.scoring import calibration_in_force, track
        from engine.review.stored import stored_state

        a, b = mine.facts, other.facts
        shared = (a.name, a.weights_sha256) == (b.name, b.weights_sha256)
        own = state if shared else stored_state(other)
        settings = replace(own, stored=())
        made = self._made
        if made is None or made[0] is not other or made[1] != settings:
            normal = calibration_in_force(other, settings)
            made = (other, settings, track(other, settings, normal))
            self._made = made
        return made[2], settings, shared

    @Slot(int)
    def go_to(self, row: int) -> None:
        """Show a match at its peak."""
        if 0 <= row < len(self._rows):
            self._desk.playback.set_speed(0.0)
            self._desk.playback.seek(self._rows[row].peak_frame)


def _scale(mine: float, theirs: float) -> float:
    return mine / theirs if mine > 0 and theirs > 0 else 1.0


def _peak(segments: list[ReviewSegment], which: tuple[int, ...]) -> float | None:
    peaks = [segments[at].peak for at in which if isfinite(segments[at].peak)]
    return max(peaks, default=None)


def _highest(
    ours: list[ReviewSegment],
    firsts: tuple[int, ...],
    theirs: list[ReviewSegment],
    seconds: tuple[int, ...],
) -> int:
    """Where to look: the peak of the desk's own analysis, else of the other one."""
    own = [ours[at] for at in firsts] or [theirs[at] for at in seconds]
    return max(own, key=lambda s: s.peak if isfinite(s.peak) else -inf).peak_frame
