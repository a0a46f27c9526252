"""What lies under the mouse on the timeline: its picture, its time, its score and its marks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QPoint, QPointF, Slot
from PySide6.QtGui import QImage

from app.controllers.document import Document
from app.language import tr
from app.moments import clock_words
from app.numerals import decimal, whole
from engine.timebase import timecode

if TYPE_CHECKING:
    from app.desk import Desk

NEAR_KEYFRAME = 3  # pixels by which a preview may be off where a keyframe spares a long decode
REACH = 5  # pixels from a mark within which the mouse means it


class HoverPane(QObject):
    """Joins the timeline's mouse with thumbnails."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._hovered: tuple[Document, float, int] | None = None
        self._place = QPoint()
        self._marks: tuple[str, ...] = ()
        timeline = desk.window.timeline
        timeline.hover_moved.connect(self._on_hover)
        timeline.hover_left.connect(self.leave)
        timeline.scrub_moved.connect(self.leave)
        desk.thumbnails.glanced.connect(self._on_glanced)

    @Slot()
    def leave(self) -> None:
        """Nothing is under the mouse any more."""
        self._hovered = None
        self._desk.thumbnails.stop_glancing()
        self._desk.window.hover.hide()

    @Slot(float, QPointF)
    def _on_hover(self, seconds: float, place: QPointF) -> None:
        current, timeline = self._desk.current, self._desk.window.timeline
        viewport = timeline.view.viewport()
        self._place = viewport.mapTo(self._desk.window, QPoint(round(place.x()), 0))
        document, line = current, timeline.line()
        if line is not None and current is not None:
            file = line.file_at(line.origin + seconds)
            if file is None:
                self.leave()
                words = (line.clock(line.origin + seconds), tr("nothing was recorded"))
                self._show_card(words, None, pictured=False)
                return
            document = next((d for d in self._desk.joined.documents() if d.key == file.key), None)
            seconds += line.origin - file.start
        if document is None or document.footage is None:
            return
        table = document.footage.table
        frame = table.index_at(seconds)
        start, stop = timeline.visible_span()
        pixel = (stop - start) / max(1, timeline.view.width())
        key = table.keyframe_at_or_before(frame)
        if seconds - float(table.seconds()[key]) <= NEAR_KEYFRAME * pixel:
            frame = key
        self._hovered = (document, seconds, frame)
        self._marks = tuple(self._marks_at(document, seconds, REACH * pixel, place))
        self._show()

    def _show(self) -> None:
        if self._hovered is None:
            return
        document, seconds, frame = self._hovered
        if document.footage is None:
            return
        image = self._desk.thumbnails.glance(document, frame)
        first = timecode(seconds, digits=1)
        if document.footage.start_time is not None:
            moment = document.footage.start_time + timedelta(seconds=seconds)
            first += f"  ·  {clock_words(moment)}"
        at = document.footage.table.index_at(seconds)
        lines = [first, tr("frame {number}", number=whole(at)), self._score_at(document, at)]
        if document is not self._desk.current:
            lines.insert(0, document.path.name)
        self._show_card((*lines, *self._marks), image)

    def _show_card(
        self, lines: tuple[str, ...], image: QImage | None, *, pictured: bool = True
    ) -> None:
        window = self._desk.window
        window.hover.show_at(self._place, lines, image, pictured=pictured, over=window.picture)

    def _score_at(self, document: Document, frame: int) -> str:
        here = document is self._desk.current
        track = self._desk.reviewing.track if here else document.track
        if track is None or frame >= track.done:
            return tr("not analysed yet")
        score = float(track.score[frame])
        return (
            tr("score {score}", score=decimal(score, 2)) if np.isfinite(score) else tr("no score")
        )

    def _marks_at(
        self, document: Document, seconds: float, reach: float, place: QPointF
    ) -> list[str]:
        """What is marked there: a change of the scene, a segment, a near miss, normal footage."""
        words = self._desk.scenes.words_at(document, seconds, reach)
        segment = self._desk.window.timeline.segment_across(place)
        if segment is not None:
            verdict, peak = tr(segment.verdict), decimal(segment.peak, 2)
            words.append(tr("segment, {verdict}, peak {peak}", verdict=verdict, peak=peak))
        missed = self._desk.near.peak_at(document, seconds, reach)
        if missed is not None:
            words.append(tr("near miss, peak {peak}", peak=decimal(missed, 2)))
        if document.footage is not None:
            frame = document.footage.table.index_at(seconds)
            if any(frame in span for span in document.normal):
                words.append(tr("marked as normal"))
        return words

    @Slot(object, int)
    def _on_glanced(self, document: Document, frame: int) -> None:
        if self._hovered is not None and document is self._hovered[0]:
            self._show()
