"""Export: the dialog over the current footage, and the queue behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices

from app.controllers.document import Document
from app.controllers.exporting import Cut, Order
from app.joined_rows import seen_id
from app.language import tr, tr_count
from app.models.export_line import QueueRow
from app.numerals import decimal, duration, size
from app.views.export_dialog import ExportDialog, ExportRow
from engine.timebase import timecode

if TYPE_CHECKING:
    from app.desk import Desk
    from engine.review.scoring import ScoreTrack
    from engine.review.state import ReviewSegment, ReviewState


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """A file as the dialog shows it: what is decided later does not change its lines."""

    document: Document
    state: ReviewState
    track: ScoreTrack


class ExportPane(QObject):
    """Shows what would be written, puts it into the queue, tells what became of it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._dialog: ExportDialog | None = None
        self._shown: list[_Shown] = []
        self._proposed = ""
        self._cuts: dict[str, Cut] = {}
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
        document = desk.current
        files = self._files()
        if document is None or not files:
            return
        if not any(file.track.segments for file in files):
            text = tr("There is no segment to export; lower the threshold or mark one")
            desk.window.statusBar().showMessage(text, 4000)
            return
        if self._dialog is not None:
            self._dialog.close()
        by_file = desk.joined.by_file(desk.window.segments.checked_ids())
        ticked = {(owner.key, each) for owner, ids in by_file for each in ids}
        self._shown, self._cuts, rows = files, {}, []
        for file in files:
            for segment in file.track.segments:
                cut = Cut(seen_id(file.document, segment.id), file.document, segment)
                self._cuts[cut.id] = cut
                rows.append(_row(cut, ticked, named=len(files) > 1))
        first = files[0].document.path.stem
        folder = self._free(Path.home() / "Normscope" / f"{first}-{_stamp()}")
        dialog = ExportDialog(rows, str(folder), desk.settings.operator, desk.window)
        dialog.export_requested.connect(self._on_export)
        dialog.choice_changed.connect(self._on_choice)
        dialog.finished.connect(self._on_closed)
        dialog.queue.cancel_requested.connect(desk.exporting.cancel)
        dialog.queue.away_requested.connect(desk.exporting.put_away)
        dialog.queue.open_requested.connect(self._on_open)
        dialog.queue.set_rows(desk.exporting.rows())
        self._dialog = dialog
        missing = len(desk.joined.documents()) - len(files)
        if missing > 0:
            dialog.say(
                tr_count(
                    missing,
                    "{count} of the joined files is not analysed: nothing of it is listed.",
                    "{count} of the joined files are not analysed: nothing of them is listed.",
                )
            )
        self._on_choice()
        desk.exporting.plan(list(self._cuts.values()))
        dialog.show()

    def _files(self) -> list[_Shown]:
        """The current footage, or all joined files, as far as they are analysed."""
        desk, found = self._desk, []
        for document in desk.joined.documents() or [d for d in (desk.current,) if d is not None]:
            if document is desk.current:
                track = desk.reviewing.track
            else:
                track = desk.joined.beside.track(document)
            if document.analysis is not None and document.session is not None and track is not None:
                found.append(_Shown(document, document.session.state, track))
        return found

    def _chosen(self, ids: list[str]) -> list[tuple[_Shown, tuple[ReviewSegment, ...]]]:
        """What is ticked, by file, as the dialog showed it."""
        cuts = [self._cuts[each] for each in ids if each in self._cuts]
        by_file = [
            (file, tuple(cut.segment for cut in cuts if cut.document is file.document))
            for file in self._shown
        ]
        return [(file, segments) for file, segments in by_file if segments]

    @Slot(list, tuple, str, str)
    def _on_export(
        self, ids: list[str], kinds: tuple[str, ...], folder: str, operator: str
    ) -> None:
        if not self._shown or self._dialog is None:
            return
        try:
            path = Path(folder).expanduser()
            objection = self._objection(path)
        except (OSError, ValueError, RuntimeError) as error:  # too long, forbidden, nobody's home
            reason = getattr(error, "strerror", None) or error
            objection = tr("{path} cannot be used: {reason}.", path=folder, reason=reason)
        self._dialog.say(objection)
        if objection:
            return
        chosen = self._chosen(ids)
        taken: set[Path] = set()
        for file, segments in chosen:  # each recording is evidence of its own
            own = path if len(chosen) == 1 else _apart(path / file.document.path.stem, taken)
            taken.add(own)
            order = Order(file.document, file.state, file.track, segments, own, kinds, operator)
            self._desk.exporting.put(order)
        self._proposed = str(self._free(path))
        self._dialog.set_folder(self._proposed)

    def _objection(self, path: Path) -> str:
        """Why nothing can be exported to a folder; "" where it can.  Raises OSError, ValueError."""
        if not path.is_absolute():
            return tr("Name the folder with its whole path.")
        if self._is_queued(path) or (path.exists() and not _is_empty(path)):
            return tr("{path} is taken; choose a new folder.", path=path)
        return ""

    def _is_queued(self, path: Path) -> bool:
        """Whether an export that is not over yet writes to a folder."""
        waiting = [Path(row.folder) for row in self._desk.exporting.rows() if not row.over]
        return any(path == each or path in each.parents for each in waiting)

    def _free(self, folder: Path) -> Path:
        """This folder, or one with a number behind its name, that is neither there nor queued."""
        base, number = re.sub(r" \(\d+\)$", "", folder.name), 1
        while folder.exists() or self._is_queued(folder):
            number += 1
            folder = folder.with_name(f"{base} ({number})")
        return folder

    @Slot()
    def _on_choice(self) -> None:
        """The room that is needed, and the room that there is."""
        from engine.export.space import SPARE, free_bytes, needed_bytes

        dialog = self._dialog
        if dialog is None:
            return
        chosen = self._chosen(dialog.chosen())
        if not chosen:
            dialog.set_room("", enough=True)
            return
        kinds = dialog.kinds.chosen()
        needed = sum(
            needed_bytes(file.document.footage, segments, kinds)
            for file, segments in chosen
            if file.document.footage is not None
        )
        try:
            free = free_bytes(Path(dialog.folder() or ".").expanduser())
        except RuntimeError:  # the home of somebody who does not exist; the button says so
            free = None
        if free is None:
            dialog.set_room(tr("Needs about {size}", size=size(needed)), enough=True)
            return
        sizes = {"size": size(needed), "free": size(free), "spare": size(SPARE)}
        if free < needed + SPARE:
            text = tr("Needs about {size} and {spare} to spare, but only {free} are free", **sizes)
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
            if row.state == "failed" and self._dialog.folder() == self._proposed:
                self._dialog.set_folder(row.folder)  # nothing was written there
        elif row.state == "failed":
            self._desk.window.notice.show_notice(
                tr("{title} was not exported.", title=row.title), row.said
            )
        else:
            self._desk.window.statusBar().showMessage(row.said, 8000)

    @Slot(str)
    def _on_open(self, folder: str) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(folder))


def _row(cut: Cut, ticked: set[tuple[str, str]], *, named: bool) -> ExportRow:
    """One line of the dialog.  named: several files are listed, so it tells its own."""
    document, segment = cut.document, cut.segment
    assert document.analysis is not None
    from engine.scoring.segments import leaving_times

    seconds = document.analysis.seconds
    ends = leaving_times(seconds)
    begins = float(seconds[segment.span.start])
    length = float(ends[segment.span.stop - 1]) - begins
    verdict = segment.verdict.value
    peak = decimal(segment.peak, 2) if segment.peak == segment.peak else "–"
    chosen = (document.key, segment.id) in ticked if ticked else verdict != "dismissed"
    start = timecode(begins)
    if named:  # one file's seconds say little on a line of several; its clock does
        began = document.footage.start_time if document.footage is not None else None
        clock = "" if began is None else f"{began + timedelta(seconds=begins):%H:%M:%S} · "
        start = f"{clock}{start}\n{document.path.name}"
    return ExportRow(cut.id, start, duration(length), peak, verdict, chosen)


def _stamp() -> str:
    return datetime.now().strftime("%Y%m%d-%H%M%S")


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and next(folder.iterdir(), None) is None


def _apart(folder: Path, taken: set[Path]) -> Path:
    """This folder, or one with a number behind its name, that is not taken."""
    base, number = folder.name, 1
    while folder in taken:
        number += 1
        folder = folder.with_name(f"{base} ({number})")
    return folder
