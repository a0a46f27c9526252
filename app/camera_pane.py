"""Is this a camera that some weights know?  Proposes them, and tells foreign ones apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.controllers.document import Document
from app.controllers.recognising import Recognising
from app.language import tr

if TYPE_CHECKING:
    from app.desk import Desk

SPEED = "speed"


class CameraPane(QObject):
    """Recognises the camera of every footage that is opened."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self.recognising = Recognising(self)
        self.recognising.done.connect(self._on_recognised)
        self.recognising.crashed.connect(desk.crashed)
        desk.opener.opened.connect(self._on_opened)
        desk.analysing.changed.connect(self._on_analysing)
        desk.window.notice.command.connect(self._on_notice)

    @staticmethod
    def known_by(document: Document) -> str:
        """The weights that know this camera best, or ""."""
        return next((match.weights for match in document.matches if match.same), "")

    @staticmethod
    def is_foreign(document: Document) -> bool:
        """Whether the chosen weights learned another scene, as far as it can be told."""
        if document.choice == SPEED:
            return False
        match = next((m for m in document.matches if m.weights == document.choice), None)
        return match is None or not match.same

    def again(self) -> None:
        """There are other weights now: look all footage up again."""
        for document in self._desk.documents:
            self.recognising.want(document)

    @Slot(object)
    def _on_opened(self, document: Document) -> None:
        self.recognising.want(document)

    @Slot(object)
    def _on_recognised(self, document: Document) -> None:
        if document is self._desk.current:
            self._desk.detectors.on_changed(document)
            self.propose(document)

    @Slot(object)
    def _on_analysing(self, document: Document) -> None:
        """Whoever analyses with weights needs no proposal of any."""
        if document.analysis is not None and document.analysis.facts.weights_id:
            self._desk.window.notice.withdraw(_said_of(document))

    def propose(self, document: Document) -> None:
        """Say once for a footage which weights know its camera, or that none do."""
        if not document.matches:
            return
        notice, name = self._desk.window.notice, self.known_by(document)
        if any(notice.has_said(_said_of(other)) for other in self._desk.joined.documents()):
            return  # said for a file of the same camera already
        if name and document.choice == SPEED:
            notice.show_notice(
                tr("This is the camera that '{name}' learned.", name=name),
                action=(tr("Analyse with {name}", name=name), f"use {name}"),
                warning=False,
                once=_said_of(document),
            )
        elif not name:
            notice.show_notice(
                tr("No weights know this camera, so that 'speed' scores it: it sees motion only."),
                action=(tr("Learn normal..."), "learn.normal"),
                warning=False,
                once=_said_of(document),
            )

    @Slot(str)
    def _on_notice(self, command: str) -> None:
        use, _, name = command.partition(" ")
        document = self._desk.current
        if use == "use" and name and document is not None:
            document.choice = name
            self._desk.window.detector.set_current(name)
            self._desk.analysing.start_next(document)
            self._desk.window.notice.dismiss()
            self._desk.allow()

    def stop(self) -> None:
        """End the thread."""
        self.recognising.stop()


def _said_of(document: Document) -> str:
    return f"camera:{document.key}"
