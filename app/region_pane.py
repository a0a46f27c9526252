"""One abnormal region of the frame at rest, chosen by click or key, so that it can be explained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF, Signal, Slot

from app.language import tr

if TYPE_CHECKING:
    from app.desk import Desk
    from engine.scoring.regions import Region

Box = tuple[int, int, int, int]


class RegionPane(QObject):
    """Which region is chosen.  It stays chosen while the exact overlay takes the coarse one's
    place or a setting moves, as long as some region lies where it lay.
    """

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._canvas = desk.window.canvas
        self._index: int | None = None
        self._regions: list[Region] = []
        self._chosen: int | None = None
        desk.playback.shown.connect(self._on_shown)
        desk.picture.laid.connect(self._on_laid)
        self._canvas.clicked_at.connect(self._on_click)

    def commands(self) -> dict[str, Callable[[], object]]:
        """What each command does."""
        return {"view.region": self.next}

    @property
    def box(self) -> Box | None:
        """x, y, width, height of the chosen region in pixels of the shown picture."""
        return None if self._chosen is None else self._regions[self._chosen].box

    @property
    def words(self) -> str:
        """Which one is chosen; "" for none."""
        if self._chosen is None:
            return ""
        return tr("Region {number} of {count}", number=self._chosen + 1, count=len(self._regions))

    def next(self) -> None:
        """The next weaker region; after the last one the whole frame again."""
        if self._desk.playback.speed:
            self._say(tr("Pause first: a region is explained when the picture rests"))
        elif not self._regions:
            self._say(tr("No region of this frame stands out"))
        else:
            after = 0 if self._chosen is None else self._chosen + 1
            self._choose(after if after < len(self._regions) else None)

    @Slot(float, float)
    def _on_click(self, x: float, y: float) -> None:
        if self._regions and not self._desk.playback.speed:
            self._choose(self._canvas.region_at(x, y))

    @Slot(int)
    def _on_shown(self, index: int) -> None:
        if index != self._index:
            self._index, self._regions = index, []
            self._choose(None)

    @Slot(int, object)
    def _on_laid(self, index: int, regions: Sequence[Region]) -> None:
        before = self.box if index == self._index else None
        self._index, self._regions, self._chosen = index, list(regions), None
        if before is not None:
            overlaps = [_overlap(before, region.box) for region in self._regions]
            best = max(overlaps, default=0.0)
            self._chosen = overlaps.index(best) if best > 0 else None
        self._show()
        if before is not None and self.box != before:
            self.changed.emit()

    def _choose(self, number: int | None) -> None:
        if number != self._chosen:
            self._chosen = number
            self._show()
            self.changed.emit()

    def _show(self) -> None:
        """On the canvas, and beside it on what was there, expected and off."""
        self._canvas.choose_region(self._chosen)
        shown, box, framed = self._desk.playback.current, self.box, None
        if shown is not None and box is not None:
            width, height = shown.image.width(), shown.image.height()
            framed = QRectF(box[0] / width, box[1] / height, box[2] / width, box[3] / height)
        self._desk.window.sides.set_region(framed)

    def _say(self, text: str) -> None:
        self._desk.window.statusBar().showMessage(text, 5000)


def _overlap(one: Box, other: Box) -> float:
    """Shared area of two boxes over their joint one."""
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    shared = max(0, across) * max(0, down)
    return shared / max(1, one[2] * one[3] + other[2] * other[3] - shared)
