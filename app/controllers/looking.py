"""What lies over the picture: coarse maps at once, the exact prediction on demand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.controllers.at_rest import AtRest
from app.controllers.document import Document
from app.imaging import to_qimage

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.analysis.analysis import Analysis
    from engine.detectors.base import Calibration, Detector, Look
    from engine.footage import Footage
    from engine.review.state import ReviewState
    from engine.scoring.regions import Region

SETTLE_MS = 120


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """Which frame of which analysis to look at."""

    footage: Footage
    analysis: Analysis
    index: int


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """The answer: what was asked, frame that was scored, expected image, fine maps."""

    question: Question
    index: int
    expected: QImage | None
    maps: dict[str, NDArray[np.float32]]


def coarse_maps(analysis: Analysis, index: int) -> dict[str, NDArray[np.float32]]:
    """Stored maps of the scored frame that stands for `index`; empty where there is none."""
    from engine.review.overlaying import stored_maps

    return stored_maps(analysis, index)


def fine_maps(analysis: Analysis, index: int) -> dict[str, NDArray[np.float32]]:
    """The same at the detector's own resolution; empty where that is not stored."""
    from engine.review.overlaying import stored_fine_maps

    return stored_fine_maps(analysis, index)


def overlay_of(
    maps: dict[str, NDArray[np.float32]],
    analysis: Analysis,
    state: ReviewState,
    calibration: Calibration | None,
) -> tuple[NDArray[np.float32], list[Region]]:
    """The overlay (h, w) and its regions in pixels of the shown picture; ignored areas are
    cleared.
    """
    from engine.review.overlaying import overlay_of as laid

    return laid(maps, analysis, state, calibration)


class Looking(AtRest["Question", "Picture | None"]):
    """Closer looks at the shown frame."""

    looked = Signal()
    waiting = Signal(bool)

    def __init__(self, load: Callable[[Analysis], Detector], parent: QObject | None = None) -> None:
        super().__init__(load, "looking", SETTLE_MS, parent)
        self.picture: Picture | None = None

    def look_at(self, document: Document, index: int) -> None:
        """Look at a frame as soon as the picture has come to rest."""
        if document.footage is not None and document.analysis is not None:
            self.want(Question(document.footage, document.analysis, index))

    def wanted(self, analysis: Analysis, index: int) -> bool:
        """Whether a look at this frame of this analysis is under way or there."""
        question = self._question
        if question is None:
            return False
        return question.analysis is analysis and question.index == index

    def forget(self) -> None:
        """The picture moved on."""
        super().forget()
        self.picture = None

    def _answer(self, question: Question) -> Picture | None:
        from engine.analysis.looking import Looker
        from engine.detectors.running import budget

        decoder = self._seat.of(question.footage)
        detector = self._load(question.analysis)
        with budget():
            look: Look | None = Looker(question.footage, detector, question.analysis).look(
                decoder, question.index
            )
        if look is None:
            return None
        expected = None if look.expected is None else to_qimage(look.expected)
        return Picture(question, look.index, expected, dict(look.maps))

    def _take(self, answer: Picture | None) -> None:
        if answer is not None:
            self.picture = answer
            self.looked.emit()

    def _busy(self, now: bool) -> None:
        self.waiting.emit(now)
