"""One footage in the list, with everything that belongs to it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from engine.analysis.analysis import Analysis
    from engine.detectors.recognising import CameraMatch
    from engine.errors import EngineError
    from engine.footage import Footage
    from engine.footage.changing import SceneChange
    from engine.review.portable import CarriedReview
    from engine.review.scoring import ScoreTrack
    from engine.review.session import ReviewSession
    from engine.review.stored import Summary
    from engine.timebase import FrameSpan


def plain_path(path: Path) -> Path:
    """A path from the root without `.` and `..`.  Links stay: their names are the analyst's."""
    absolute = path.absolute()
    short = Path(os.path.normpath(absolute))
    same = os.path.realpath(short) == os.path.realpath(absolute)
    return short if same else absolute  # `..` behind a link leads elsewhere


@dataclass(slots=True, eq=False)
class Document:
    """key: its path as text.  error: why it cannot be opened, on its own row.  choice: detector or
    weights.  opening: how far opening it is, in words.  normal: ranges marked as normal.  matches:
    which weights know its camera, as far as that is known.  track: score and segments, once the
    review was shown.  start_time: when it began as the analyst says, as in the review's state;
    as_opened: the footage with the start that its file tells.  changes: a moved camera and the
    like, None before anybody looked; notes: the same as sentences.
    """

    path: Path
    footage: Footage | None = None
    as_opened: Footage | None = None
    start_time: str = ""
    error: EngineError | None = None
    analysis: Analysis | None = None
    session: ReviewSession | None = None
    carried: CarriedReview | None = None
    thumbnail: QImage | None = None
    choice: str = "speed"
    adapt: int = 0  # clips that the weights get used to before they score it
    position: int = 0
    loop: FrameSpan | None = None
    seen: tuple[float, float] | None = None  # the part of the timeline; None for all of it
    look: tuple[float, float, float] | None = None  # zoom and place of the picture
    compared: Path | None = None  # another analysis of this footage
    summary: Summary | None = None
    track: ScoreTrack | None = None
    in_point: int | None = None
    selected: str | None = None
    opening: str = ""
    detail: str = ""
    rate: str = ""
    chosen: list[str] = field(default_factory=list)
    progress: str = ""
    shorter: tuple[str, ...] = ()  # the same in fewer words each
    fraction: float | None = None
    running: bool = False
    peak: float | None = None
    normal: tuple[FrameSpan, ...] = ()
    matches: tuple[CameraMatch, ...] = ()
    changes: tuple[SceneChange, ...] | None = None
    notes: tuple[str, ...] = ()
    thumbnails: dict[str, QImage] = field(default_factory=dict)
    leads_to: str = field(init=False)  # where its path ends, when all links are followed

    def __post_init__(self) -> None:
        self.leads_to = os.path.realpath(self.path)

    @property
    def key(self) -> str:
        """Identity in lists."""
        return str(self.path)

    def begin_at(self, start_time: str) -> None:
        """A start that the analyst gave, ISO 8601; "" for what the file says."""
        if self.as_opened is None:
            self.as_opened = self.footage
        self.start_time = start_time
        if self.as_opened is not None:
            moment = datetime.fromisoformat(start_time) if start_time else None
            self.footage = self.as_opened.started(moment)
