"""What can be learned, in words; importing this costs nothing (no torch)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Learnable:
    """A detector that can be learned.  quick: it takes seconds, from normal footage alone."""

    name: str
    title: str
    says: str
    quick: bool = False


LEARNABLE: tuple[Learnable, ...] = (
    Learnable(
        "attributes",
        "Attributes (attributes), in seconds",
        "Speed, direction, size, place and form of what moves, or stands, as usual at each place.",
        quick=True,
    ),
    Learnable(
        "mnad-prediction",
        "Prediction (mnad-prediction)",
        "Predicts each frame from the four before it; what it cannot predict is unusual.",
    ),
    Learnable(
        "mnad-reconstruction",
        "Reconstruction (mnad-reconstruction)",
        "Rebuilds each frame from what it remembers; sees how things look, not how they move.",
    ),
    Learnable(
        "comemory",
        "Motion and appearance (comemory)",
        "Predicts movement and picture with a memory of each; slower, and stronger on movement.",
    ),
    Learnable(
        "apn",
        "Prototypes (apn)",
        "Predicts each frame through prototypes that are drawn from the frame itself.",
    ),
)
