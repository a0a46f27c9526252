"""Adapting weights to the first frames of the current footage, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.language import tr
from engine.detectors.adapted import CLIPS

if TYPE_CHECKING:
    from app.controllers.document import Document
    from app.desk import Desk

UNADAPT = "unadapt"


class AdaptPane(QObject):
    """Joins the tick beside the detector with the footage that it is about."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._box = desk.window.detector.adapt
        self._said = ""
        self._box.changed.connect(self._on_changed)
        desk.analysing.finished.connect(self.tell)
        desk.window.notice.command.connect(self._on_notice)

    def commands(self) -> dict[str, Callable[[], object]]:
        """What each command does."""
        return {"analysis.adapt": self.toggle}

    @property
    def possible(self) -> bool:
        """Whether the chosen weights can be adapted."""
        return self._before(self._desk.current) > 0

    def toggle(self) -> None:
        """Adapt at the next analysis, or no more."""
        document = self._desk.current
        if document is None or not self.possible:
            return
        self._on_changed(0 if document.adapt else self._box.count.value() or CLIPS)

    def show(self, document: Document) -> None:
        """The setting of a footage; hidden where its weights cannot be adapted."""
        before = self._before(document)
        if not before:
            document.adapt = 0
        self._desk.window.detector.show_adapting(before > 0)
        self._box.set_adapted(document.adapt, before)
        self._desk.window.actions_.check("analysis.adapt", document.adapt > 0)

    def words(self, document: Document) -> str:
        """What whoever reads the scores must know, or what adapting would bring; "" for nothing."""
        from engine import api

        analysis = document.analysis
        done = None if analysis is None else api.adaptation_of(analysis)
        if document.adapt and (done is None or done.clips != document.adapt):
            return tr(
                "Analyse learns the first {frames} frames as normal: an anomaly in them will not be"
                " found, nor others like it.",
                frames=self._box.frames(),
            )
        if analysis is None or done is None:
            return analysis.facts.warning if analysis is not None else ""
        if not document.adapt:
            return tr(
                "Adapted: {warning} Analyse goes back to '{name}' as it was learned.",
                warning=analysis.facts.warning,
                name=done.parent,
            )
        return tr("Adapted: {warning}", warning=analysis.facts.warning)

    @Slot(int)
    def _on_changed(self, clips: int) -> None:
        document = self._desk.current
        if document is not None:
            document.adapt = clips
            self.show(document)
            self._desk.detectors.on_changed(document)
            if clips:
                self._said = self.words(document)
                self._desk.window.notice.show_notice(self._said)
            else:
                self._desk.window.notice.clear()

    @Slot(object)
    def tell(self, document: Document) -> None:
        """Above the desk, where the bar has no room: what the weights took for normal."""
        from engine import api

        analysis, notice = document.analysis, self._desk.window.notice
        if document is not self._desk.current or analysis is None:
            return
        done = api.adaptation_of(analysis)
        if done is not None and done.clips == document.adapt:
            self._said = self.words(document)
            notice.show_notice(self._said, action=(tr("Analyse as learned"), UNADAPT))
        elif self._said and notice.text().endswith(self._said):
            notice.clear()  # another detector scored it

    @Slot(str)
    def _on_notice(self, command: str) -> None:
        document = self._desk.current
        if command == UNADAPT and document is not None:
            self._on_changed(0)
            self._desk.analysing.start(document)
            self._desk.allow()

    def _before(self, document: Document | None) -> int:
        if document is None:
            return 0
        return self._desk.window.detector.frames_before(document.choice)
