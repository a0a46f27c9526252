"""What lies over the shown frame, made beside the GUI thread.

While footage plays it comes along with the frame, from the thread that decodes, so that the two
appear together.  When settings move under a frame at rest, a worker of its own lays it anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from app.controllers.looking import coarse_maps, overlay_of
from app.imaging import heat_image
from app.jobs import LatestWorker

if TYPE_CHECKING:
    from engine.analysis.analysis import Analysis
    from engine.detectors.base import Calibration
    from engine.review.state import ReviewState
    from engine.scoring.regions import Region


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What an overlay is made from, apart from the frame."""

    analysis: Analysis
    state: ReviewState
    calibration: Calibration | None

    def same(self, other: Ground) -> bool:
        """Whether the other gives the same overlays: thresholds, say, do not move them."""
        return (
            self.analysis is other.analysis
            and self.calibration is other.calibration
            and self.state.score.lambda_ == other.state.score.lambda_
            and self.state.areas == other.state.areas
        )


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """An overlay that is wanted.  maps: part maps of the frame, stored ones or of a closer look."""

    ground: Ground
    index: int
    maps: dict[str, NDArray[np.float32]]

    def same(self, other: Wish) -> bool:
        """Whether the other asks for the same overlay."""
        return (
            self.index == other.index
            and self.ground.same(other.ground)
            and self.maps.keys() == other.maps.keys()
            and all(np.array_equal(self.maps[name], other.maps[name]) for name in self.maps)
        )


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """An overlay (h, w), its regions in pixels of the shown picture, and its heat at full
    strength.
    """

    wish: Wish
    overlay: NDArray[np.float32]
    regions: list[Region]
    heat: QImage


def lay(wish: Wish) -> Laid:
    """Make an overlay.  For any thread."""
    ground = wish.ground
    overlay, regions = overlay_of(wish.maps, ground.analysis, ground.state, ground.calibration)
    return Laid(wish, overlay, regions, heat_image(overlay, 1.0))


def lay_stored(ground: Ground, index: int) -> Laid | None:
    """The overlay of a frame from its stored maps; None where it has none.  For any thread."""
    maps = coarse_maps(ground.analysis, index)
    return lay(Wish(ground, index, maps)) if maps else None


class Laying(QObject):
    """Lays overlays that did not come with their frame; `laid` when the one wished for is there."""

    laid = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wish: Wish | None = None
        self._have: Laid | None = None
        self._worker: LatestWorker[Wish, Laid] = LatestWorker(lay, "overlay")
        self._worker.answered.connect(self._on_answer)
        self._worker.failed.connect(self._on_failure)
        self._worker.start()

    def get(self, wish: Wish) -> Laid | None:
        """The overlay wished for, or the last one of the same frame while that is being made."""
        have = self._have
        if have is not None and have.wish.same(wish):
            return have
        if self._wish is None or not self._wish.same(wish):
            self._wish = wish
            self._worker.ask(wish)
        near = have is not None and have.wish.ground.analysis is wish.ground.analysis
        return have if near and have is not None and have.wish.index == wish.index else None

    def know(self, laid: Laid) -> None:
        """One that came with its frame."""
        self._have, self._wish = laid, laid.wish

    def stop(self) -> None:
        """End the worker."""
        self._worker.stop()

    @Slot(int)
    def _on_answer(self, generation: int) -> None:
        given = self._worker.take()
        wish = self._wish
        if given is not None and wish is not None and given[1].wish.same(wish):
            self._have = given[1]
            self.laid.emit()

    @Slot(int, object)
    def _on_failure(self, generation: int, error: Exception) -> None:
        raise error
