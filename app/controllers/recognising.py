"""Which weights know a footage's camera: looked up in the background, one footage at a time."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject

from app.controllers.document import Document
from app.controllers.one_by_one import OneByOne
from engine import api
from engine.errors import EngineError
from engine.progress import Progress


class Recognising(OneByOne):
    """done: a document's `matches` are known."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__("recognising", parent)

    def want(self, document: Document) -> None:
        """Look a footage's camera up; once more where that is going on, for weights may be new."""
        if document.footage is not None:
            super().want(document)
            self.begin()

    def _work(self, document: Document) -> Iterator[Progress]:
        footage = document.footage
        if footage is None:
            return
        yield Progress("recognising the camera", 0, 0)
        try:
            document.matches = api.recognise(footage)
        except EngineError:  # what cannot be decoded is told by whoever shows it
            document.matches = ()

    def _ended(self) -> None:
        self.begin()
