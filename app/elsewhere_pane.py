"""The same review in another window: what was decided there is taken in, and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QApplication

from app.language import tr, tr_count

if TYPE_CHECKING:
    from app.desk import Desk
    from engine.review.joining import Joined


class ElsewherePane(QObject):
    """Looks at the review files whenever the analyst comes back to this window."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        desk.reviewing.joined.connect(self._tell)
        desk.joined.beside.joined.connect(self._tell)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.applicationStateChanged.connect(self._on_state)

    @Slot(Qt.ApplicationState)
    def _on_state(self, state: Qt.ApplicationState) -> None:
        if state is Qt.ApplicationState.ApplicationActive:
            self._desk.reviewing.catch_up()
            self._desk.joined.beside.catch_up()

    @Slot(object)
    def _tell(self, joined: Joined) -> None:
        if not joined.clashes:
            text = tr("Changes that another window made in this review were taken in")
            self._desk.window.statusBar().showMessage(text, 8000)
            return
        self._desk.window.notice.show_notice(
            tr_count(
                joined.clashes,
                "{count} thing was changed here and in another window: what this one says holds.",
                "{count} things were changed here and in another window: what this one says holds.",
            ),
            tr("The other state is kept under Edit > Older versions."),
        )
