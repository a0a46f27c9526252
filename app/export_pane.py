"""Export: the dialog over the current footage, and the queue behind it."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices

from app.controllers.document import Document
from app.controllers.exporting import Order
from app.language import tr, tr_count
from app.models.export_line import QueueRow
from app.numerals import decimal, duration, size
from app.views.export_dialog import ExportDialog, ExportRow
from engine.timebase import timecode

if TYPE_CHECKING:
    from app.desk import Desk
    from engine.review.scoring import ScoreTrack
    from engine.review.state import ReviewSegment, ReviewState


class ExportPane(QObject):
    """Shows what would be written, puts it into the queue, tells what became of it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._dialog: ExportDialog | None = None
        self._shown: tuple[Document, ReviewState, ScoreTrack] | None = None
        desk.exporting.planned.connect(self._on_planned)
        desk.exporting.changed.connect(self._on_queue)
        desk.exporting.ended.connect(self._on_ended)

    @property
    def dialog(self) -> ExportDialog | None:
        """The export dialog while it is open."""
        return self._dialog

    @Slot()
    def show(self) -> None:
        """Show what would be written, and where each cut really starts."""
        desk = self._desk
        document, track, state = desk.current, desk.reviewing.track, desk.reviewing.state
        if document is None or track is None or state is None or document.analysis is None:
            return
        if not track.segments:
            text = tr("There is no segment to export; lower the threshold or mark one")
            desk.window.statusBar().showMessage(text, 4000)
            return
        if self._dialog is not None:
            self._dialog.close()
        files = desk.joined.by_file(desk.window.segments.checked_ids())
        ticked = {each for owner, ids in files if owner is document for each in ids}
        elsewhere = sum(len(ids) for owner, ids in files if owner is not document)
        rows = [_row(segment, document, ticked) for segment in track.segments]
        self._shown = (document, state, track)
        folder = _free(Path.home() / "Normscope" / f"{document.path.stem}-{_stamp()}")
        dialog = ExportDialog(rows, str(folder), desk.settings.operator, desk.window)
        dialog.export_requested.connect(self._on_export)
        dialog.choice_changed.connect(self._on_choice)
        dialog.finished.connect(self._on_closed)
        dialog.queue.cancel_requested.connect(desk.exporting.cancel)
        dialog.queue.away_requested.connect(desk.exporting.put_away)
        dialog.queue.open_requested.connect(self._on_open)
        dialog.queue.set_rows(desk.exporting.rows())
        self._dialog = dialog
        if elsewhere:
            dialog.say(
                tr_count(
                    elsewhere,
                    "{count} ticked segment lies in another file: go there to export it.",
                    "{count} ticked segments lie in other files: go there to export them.",
                )
            )
        self._on_choice()
        desk.exporting.plan(document, track.segments)
        dialog.show()

    def _chosen(self, ids: list[str]) -> tuple[ReviewSegment, ...]:
        if self._shown is None:
            return ()
        wanted = set(ids)
        return tuple(s for s in self._shown[2].segments if s.id in wanted)

    @Slot(list, tuple, str, str)
    def _on_export(
        self, ids: list[str], kinds: tuple[str, ...], folder: str, operator: str
    ) -> None:
        if self._shown is None or self._dialog is None:
            return
        path = Path(folder).expanduser()
        queued = {row.folder for row in self._desk.exporting.rows() if not row.over}
        if not path.is_absolute():
            self._dialog.say(tr("Name the folder with its whole path."))
            return
        if str(path) in queued or (path.exists() and not _is_empty(path)):
            self._dialog.say(tr("{path} is taken; choose a new folder.", path=path))
            return
        document, state, track = self._shown  # as the dialog showed them
        order = Order(document, state, track, self._chosen(ids), path, kinds, operator)
        self._dialog.say("")
        self._desk.exporting.put(order)
        self._dialog.set_folder(str(_free(path, taken=str(path))))

    @Slot()
    def _on_choice(self) -> None:
        """The room that is needed, and the room that there is."""
        from engine.export.space import SPARE, free_bytes, needed_bytes

        dialog = self._dialog
        if dialog is None or self._shown is None or self._shown[0].footage is None:
            return
        segments = self._chosen(dialog.chosen())
        if not segments:
            dialog.set_room("", enough=True)
            return
        needed = needed_bytes(self._shown[0].footage, segments, dialog.kinds.chosen())
        free = free_bytes(Path(dialog.folder() or "."))
        if free is None:
            dialog.set_room(tr("Needs about {size}", size=size(needed)), enough=True)
            return
        sizes = {"size": size(needed), "free": size(free)}
        if free < needed + SPARE:
            text = tr("Needs about {size}, but only {free} are free", **sizes)
        else:
            text = tr("Needs about {size}; {free} are free", **sizes)
        dialog.set_room(text, enough=free >= needed + SPARE)

    @Slot(int)
    def _on_closed(self, code: int) -> None:
        dialog = self.sender()
        if dialog is self._dialog or dialog is None:
            self._desk.exporting.forget_plan()
            self._dialog = None
        if isinstance(dialog, ExportDialog):
            dialog.deleteLater()

    @Slot(str, str)
    def _on_planned(self, segment_id: str, sentence: str) -> None:
        if self._dialog is not None:
            self._dialog.set_cut(segment_id, sentence)

    @Slot()
    def _on_queue(self) -> None:
        if self._dialog is not None:
            self._dialog.queue.set_rows(self._desk.exporting.rows())

    @Slot(object)
    def _on_ended(self, row: QueueRow) -> None:
        if self._dialog is not None:
            self._dialog.say(row.said)
        elif row.state == "failed":
            self._desk.window.notice.show_notice(
                tr("{title} was not exported.", title=row.title), row.said
            )
        else:
            self._desk.window.statusBar().showMessage(row.said, 8000)

    @Slot(str)
    def _on_open(self, folder: str) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(folder))


def _row(segment: ReviewSegment, document: Document, ticked: set[str]) -> ExportRow:
    assert document.analysis is not None
    from engine.scoring.segments import leaving_times

    seconds = document.analysis.seconds
    ends = leaving_times(seconds)
    start = float(seconds[segment.span.start])
    length = float(ends[segment.span.stop - 1]) - start
    verdict = segment.verdict.value
    peak = decimal(segment.peak, 2) if segment.peak == segment.peak else "–"
    chosen = segment.id in ticked if ticked else verdict != "dismissed"
    return ExportRow(segment.id, timecode(start), duration(length), peak, verdict, chosen)


def _stamp() -> str:
    return datetime.now().strftime("%Y%m%d-%H%M%S")


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and next(folder.iterdir(), None) is None


def _free(folder: Path, taken: str = "") -> Path:
    """This folder, or one with a number behind its name, that is neither there nor taken."""
    base, number = re.sub(r" \(\d+\)$", "", folder.name), 1
    while folder.exists() or str(folder) == taken:
        number += 1
        folder = folder.with_name(f"{base} ({number})")
    return folder
