"""The way back to another analysis of a footage: each has a review, with its own decisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.compare_pane import title_of
from app.controllers.document import Document
from app.controllers.returning import decisions_of, put_in_place
from app.controllers.sessions import unsaved
from app.language import tr, tr_count

if TYPE_CHECKING:
    from app.desk import Desk
    from engine.analysis.analysis import Analysis
    from engine.errors import EngineError

BACK = "return"


@dataclass(frozen=True, slots=True, eq=False)
class Left:
    """An analysis whose review holds so many decisions; once: the name of the notice of it."""

    analysis: Analysis
    decisions: int
    once: str


class ReturnPane(QObject):
    """Says where decisions went when another detector looks at a footage, and leads back there."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._left: dict[str, Left] = {}
        self._notices = 0
        self._wanted: tuple[Document, Analysis] | None = None  # as soon as what runs has stopped
        desk.analysing.replaced.connect(self._on_replaced)
        desk.analysing.finished.connect(self._on_stopped)
        desk.analysing.failed.connect(self._on_failed)
        desk.window.notice.command.connect(self._on_notice)
        desk.window.compare.review_requested.connect(self._on_requested)

    @Slot(object, object)
    def _on_replaced(self, document: Document, analysis: Analysis) -> None:
        decisions = decisions_of(document)
        if decisions and document.carried is None:  # a review from elsewhere comes along
            self._notices += 1
            self._left[document.key] = Left(analysis, decisions, f"left:{self._notices}")
            if document is self._desk.current:
                self.tell(document)

    def tell(self, document: Document) -> None:
        """Where the decisions on a footage are, unless it was said."""
        left = self._left.get(document.key)
        if left is None:
            return
        name = title_of(left.analysis.head)
        self._desk.window.notice.show_notice(
            tr_count(
                left.decisions,
                "{count} decision stays with the analysis by {name}.",
                "{count} decisions stay with the analysis by {name}.",
                name=name,
            ),
            tr("Each analysis has a review of its own; Compare lists them."),
            action=(tr("Back to {name}", name=name), BACK),
            warning=False,
            once=left.once,
        )

    @Slot(str)
    def _on_notice(self, command: str) -> None:
        document = self._desk.current
        left = None if document is None else self._left.get(document.key)
        if command == BACK and document is not None and left is not None:
            self.show(document, left.analysis)

    @Slot()
    def _on_requested(self) -> None:
        document, other = self._desk.current, self._desk.compare.other
        if document is not None and other is not None:
            self.show(document, other)

    def show(self, document: Document, analysis: Analysis) -> None:
        """Put an analysis on the desk, with its review; what is being analysed stops first."""
        desk = self._desk
        if document.running:
            self._wanted = (document, analysis)
            desk.analysing.cancel(document)
            return
        if document.progress:  # it waits for its turn
            desk.analysing.cancel(document)
        try:
            if document.session is not None:
                document.session.save_if_changed()
        except OSError as error:
            desk.tell(unsaved(error))
            return
        put_in_place(document, analysis)
        left = self._left.pop(document.key, None)
        if left is not None:
            desk.window.notice.withdraw(left.once)
        desk.analysing.finished.emit(document)
        name = title_of(analysis.head)
        desk.window.statusBar().showMessage(
            tr("On the desk: the analysis by {name}, with its review", name=name), 5000
        )

    @Slot(object)
    def _on_stopped(self, document: Document) -> None:
        if self._wanted is not None and self._wanted[0] is document:
            analysis, self._wanted = self._wanted[1], None
            self.show(document, analysis)

    @Slot(object, object)
    def _on_failed(self, document: Document, error: EngineError) -> None:
        self._on_stopped(document)
