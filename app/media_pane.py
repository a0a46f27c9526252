"""Reviews that travel and footage that was moved, on the desk: open, save a copy, relink."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from app.controllers.document import plain_path
from app.controllers.relinking import Relinking
from app.language import tr, tr_count
from app.views.relink_dialog import RelinkDialog
from engine.errors import EngineError

if TYPE_CHECKING:
    from app.desk import Desk
    from engine.analysis.analysis import FootageReference
    from engine.review.portable import CarriedReview

SUFFIX = ".review.json"


class MediaPane(QObject):
    """Joins the relinking controller with its dialog and the list of documents."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self.relinking = Relinking(self)
        self.dialog: RelinkDialog | None = None
        self._recent = self._moved = ""
        self.relinking.located.connect(self._on_located)
        self.relinking.missing.connect(self._on_missing)
        self.relinking.searched.connect(self._on_searched)
        self.relinking.not_found.connect(self._on_not_found)
        self.relinking.failed.connect(desk.tell)
        self.relinking.crashed.connect(desk.crashed)

    def ask_for_review(self) -> None:
        """Ask for a review file and open it with its footage."""
        name, _ = QFileDialog.getOpenFileName(
            self._desk.window, tr("Open a review"), "", tr("Reviews (*{suffix})", suffix=SUFFIX)
        )
        if name:
            self.open_review(Path(name))

    def open_review(self, path: Path) -> None:
        """Open a review file with its footage."""
        self._recent = self._moved = ""
        self.relinking.open_review(path)

    def open_recent(self, path: str) -> None:
        """Open footage of the recent list; ask where it is if it is gone."""
        if os.path.exists(path):
            self._desk.open([Path(path)])
            return
        rows = {row.path: row for row in self._desk.settings.recent_reviews}
        self._recent, self._moved = path, ""
        self.relinking.ask_for(path, rows[path].fingerprint if path in rows else "")

    def offer(self) -> tuple[str, str] | None:
        """The button of a notice while the present footage is not where it was; None else."""
        document = self._desk.current
        gone = document is not None and not os.path.exists(document.path)
        return (tr("Find it…"), "file.find") if gone else None

    def find_current(self) -> None:
        """Ask where the present footage is now, if it is not where it was."""
        document = self._desk.current
        if document is None or document.footage is None:
            return
        if self.offer() is None:
            self._desk.window.statusBar().showMessage(tr("The footage is where it was"), 4000)
            return
        head = None if document.analysis is None else document.analysis.head
        self._moved = document.key
        self.relinking.ask_for(document.key, "" if head is None else head.footage.fingerprint)

    def save_copy(self) -> None:
        """Ask where the review is to be copied to, with its analysis."""
        document = self._desk.current
        if document is None or document.session is None or document.analysis is None:
            return
        folder = QFileDialog.getExistingDirectory(
            self._desk.window, tr("Save a copy of the review in"), str(document.path.parent)
        )
        if folder:
            self.copy_to(Path(folder))

    def copy_to(self, folder: Path) -> None:
        """Write review and analysis into a folder."""
        from engine.review.portable import write_carried

        document = self._desk.current
        if document is None or document.session is None or document.analysis is None:
            return
        if document.analysis.path is None:
            return
        self._desk.reviewing.save()
        try:
            written = write_carried(
                document.session, document.analysis.path, folder, document.path.stem
            )
        except EngineError as error:
            self._desk.tell(error)
            return
        text = tr("The review is copied to {path}; the footage is not.", path=str(written))
        self._desk.window.notice.show_notice(text, warning=False)

    @Slot(object, object)
    def _on_located(self, path: Path, carried: CarriedReview | None) -> None:
        moved = self._moved  # closing the dialog forgets it
        if self.dialog is not None:
            self.dialog.accept()
        if self._recent:
            self._desk.settings.forget(self._recent)
            self._recent = ""
        if moved:
            self._desk.remove(moved)
            self._desk.settings.forget(moved)
        if carried is not None:
            known = self._desk.document_at(path)
            if known is not None:
                self._desk.remove(known.key)
            self._desk.opener.carry(str(plain_path(path)), carried)
        self._desk.open([path])

    @Slot(object, object, object)
    def _on_missing(
        self, reference: FootageReference, carried: CarriedReview | None, error: EngineError
    ) -> None:
        from engine.analysis.locating import file_name

        name = file_name(reference.path)
        self.dialog = RelinkDialog(
            name,
            str(error),
            fingerprinted=bool(reference.fingerprint),
            parent=self._desk.window,
        )
        self.dialog.file_chosen.connect(self._try)
        self.dialog.folder_chosen.connect(self._search)
        self.dialog.finished.connect(self._on_closed)
        self.dialog.open()

    @Slot(str)
    def _try(self, path: str) -> None:
        if not self.relinking.try_path(Path(path)) and self.dialog is not None:
            self.dialog.say(
                tr("{name} is other footage: its contents differ.", name=Path(path).name)
            )

    @Slot(str)
    def _search(self, folder: str) -> None:
        if self.dialog is not None:
            self.dialog.say(tr("Searching…"), searching=True)
        self.relinking.search(Path(folder))

    @Slot(int)
    def _on_searched(self, files: int) -> None:
        if self.dialog is not None and files:
            self.dialog.say(
                tr_count(files, "{count} file looked at…", "{count} files looked at…"),
                searching=True,
            )

    @Slot()
    def _on_not_found(self) -> None:
        if self.dialog is not None:
            self.dialog.say(tr("It is not in that folder."))

    @Slot(int)
    def _on_closed(self, code: int) -> None:
        self.relinking.stop()
        if self.dialog is not None:
            self.dialog.deleteLater()
        self.dialog, self._moved = None, ""
