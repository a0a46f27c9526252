"""Everything that a copy shows of a frame: its names in time, its score, its overlay.

Overlays come from stored maps: an export never runs the detector.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from engine.analysis.analysis import Analysis
from engine.detectors.base import Calibration
from engine.export.painting import heated, outlined, struck_out
from engine.footage import Footage
from engine.review.overlaying import overlay_of, stored_fine_maps, stored_maps
from engine.review.scoring import calibration_in_force
from engine.review.state import ReviewState
from engine.scoring.segments import leaving_times
from engine.timebase import FrameSpan, timecode

Picture = NDArray[np.uint8]


@dataclass(slots=True)
class Viewpoint:
    """A footage, what was found in it, and the settings under which it is looked at.

    score: S_t of every frame (N,), NaN where there is none.
    """

    footage: Footage
    analysis: Analysis
    state: ReviewState
    score: NDArray[np.float32]
    _calibration: Calibration | None = field(init=False)
    _ends: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        self._calibration = calibration_in_force(self.analysis, self.state)
        self._ends = leaving_times(self.footage.table.seconds())

    @property
    def calibration(self) -> Calibration | None:
        """What normal means here."""
        return self._calibration

    @property
    def threshold(self) -> float:
        """From which score on a frame is flagged."""
        return self.state.segments.threshold

    def seconds(self, index: int) -> float:
        """Time of a frame from the first one."""
        return float(self.footage.table.seconds()[index])

    def ends(self, index: int) -> float:
        """When a frame leaves the screen, from the first one's time."""
        return float(self._ends[index])

    def length(self, span: FrameSpan) -> float:
        """Seconds that a span lasts."""
        return self.ends(span.stop - 1) - self.seconds(span.start) if len(span) else 0.0

    def ticks(self, index: int) -> int:
        """How long a frame is shown, in ticks of the time base."""
        table = self.footage.table
        if index + 1 < len(table):
            return int(table.pts[index + 1] - table.pts[index])
        interval = table.interval
        return 1 if interval is None else max(1, round(interval / table.time_base))

    def wall_clock(self, index: int) -> str:
        """The recording's own clock at a frame, as far as it is known; "" where it is not."""
        start = self.footage.start_time
        if start is None:
            return ""
        moment = start + timedelta(seconds=self.seconds(index))
        return moment.isoformat(sep=" ", timespec="milliseconds")

    def place(self, index: int) -> dict[str, object]:
        """All names of a frame, for the manifest."""
        table = self.footage.table
        named: dict[str, object] = {
            "frame": index,
            "pts": int(table.pts[index]),
            "time_base": f"{table.time_base.numerator}/{table.time_base.denominator}",
            "seconds": round(self.seconds(index), 6),
            "timecode": timecode(self.seconds(index)),
        }
        wall = self.wall_clock(index)
        return {**named, "wall_clock": wall} if wall else named

    def overlaid(self, picture: Picture, index: int, *, alone: bool = False) -> Picture:
        """A copy of a frame, RGB uint8 (H, W, 3), with what the screen lays over it; alone: as over
        a frame at rest, in all detail that is stored.
        """
        maps = stored_fine_maps(self.analysis, index) if alone else {}
        maps = maps or stored_maps(self.analysis, index)
        painted = picture.copy()
        if maps:
            overlay, regions = overlay_of(maps, self.analysis, self.state, self._calibration)
            painted = heated(picture, overlay)
            outlined(painted, regions, picture.shape[1] / self.analysis.head.picture_size[0])
        struck_out(painted, self.state.areas)
        return painted

    def score_words(self, index: int) -> str:
        """`3.41`, or why there is none."""
        value = float(self.score[index])
        if np.isfinite(value):
            return f"{value:.2f}"
        return "not analysed" if index >= self.analysis.frames_done else "not scored"
