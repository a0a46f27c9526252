"""Quitting: exports that are not written yet are asked about, for nobody would look for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from app.language import tr
from app.models.export_line import QueueRow
from app.views.quit_dialog import QuitDialog

if TYPE_CHECKING:
    from app.desk import Desk

STAY = "quit.stay"


class QuitPane(QObject):
    """Says whether the window may close, and closes it once the queue is empty if asked to."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._agreed = self._leaving = False
        self.dialog: QuitDialog | None = None
        desk.window.may_close = self.may_close
        desk.window.notice.command.connect(self._on_notice)
        desk.exporting.changed.connect(self._on_queue)
        desk.exporting.ended.connect(self._on_ended)

    def may_close(self) -> bool:
        """Whether nothing would be dropped, or the analyst said so; asks where it would."""
        unfinished = self._unfinished()
        if self._agreed or not unfinished:
            return True
        if self.dialog is None:
            self.dialog = QuitDialog(unfinished, self._desk.window)
            self.dialog.wait_chosen.connect(self._wait)
            self.dialog.stop_chosen.connect(self.leave)
            self.dialog.finished.connect(self._on_closed)
            self.dialog.open()
        return False

    @Slot()
    def leave(self) -> None:
        """Close without asking: the analyst said so, or the system ends."""
        self._agreed = True
        # a dialog that is still closing must not keep its window
        QTimer.singleShot(0, self._desk.window.close)

    def _unfinished(self) -> int:
        return sum(not row.over for row in self._desk.exporting.rows())

    @Slot()
    def _wait(self) -> None:
        if not self._unfinished():  # the last one ended while the question stood
            self.leave()
            return
        self._leaving = True
        self._desk.window.notice.show_notice(
            tr("Normscope closes as soon as the exports are written."),
            warning=False,
            action=(tr("Stay"), STAY),
        )

    @Slot(str)
    def _on_notice(self, command: str) -> None:
        if command == STAY:
            self._leaving = False
            self._desk.window.notice.dismiss()

    @Slot()
    def _on_queue(self) -> None:
        if self.dialog is not None:
            self.dialog.set_exports(self._unfinished())

    @Slot(object)
    def _on_ended(self, row: QueueRow) -> None:
        if row.state == "failed":
            self._leaving = False  # what went wrong is to be read
        elif self._leaving and not self._unfinished():
            self.leave()

    @Slot(int)
    def _on_closed(self, code: int) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
        self.dialog = None
