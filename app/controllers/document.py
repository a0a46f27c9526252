"""One footage in the list, with everything that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from engine.analysis.analysis import Analysis
    from engine.errors import EngineError
    from engine.footage import Footage
    from engine.review.portable import CarriedReview
    from engine.review.session import ReviewSession


@dataclass(slots=True, eq=False)
class Document:
    """key: its path as text.  error: why it cannot be opened, on its own row.  choice: detector or
    weights.  opening: how far opening it is, in words.
    """

    path: Path
    footage: Footage | None = None
    error: EngineError | None = None
    analysis: Analysis | None = None
    session: ReviewSession | None = None
    carried: CarriedReview | None = None
    thumbnail: QImage | None = None
    choice: str = "speed"
    position: int = 0
    in_point: int | None = None
    selected: str | None = None
    opening: str = ""
    chosen: list[str] = field(default_factory=list)
    progress: str = ""
    fraction: float | None = None
    running: bool = False
    peak: float | None = None
    thumbnails: dict[str, QImage] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Identity in lists."""
        return str(self.path)
