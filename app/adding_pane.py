"""Tells which footage was added to the list, where a long one would hide it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.controllers.document import Document
from app.language import tr_count

if TYPE_CHECKING:
    from app.desk import Desk

SAY_MS = 6000


class AddingPane(QObject):
    """Shows the first row of what is opened together, and says how many they are."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._added: list[Document] = []
        self._all_listed = False  # all rows of one opening come before the first is ready
        desk.opener.listed.connect(self._on_listed)
        desk.opener.opened.connect(self._on_opened)
        desk.opener.given_up.connect(self._on_opened)

    @Slot(object)
    def _on_listed(self, document: Document) -> None:
        """A row was put into the list, unless it is there already."""
        desk = self._desk
        if document not in desk.documents:
            return
        if self._all_listed:
            self._added, self._all_listed = [], False
        self._added.append(document)
        count = len(self._added)
        if count == len(desk.documents):
            return  # the list was empty
        desk.window.footage.show_row(self._added[0].key)
        text = tr_count(count, "{count} file added to the list", "{count} files added to the list")
        desk.window.statusBar().showMessage(text, SAY_MS)

    @Slot()
    def _on_opened(self) -> None:
        self._all_listed = True
