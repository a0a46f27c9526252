"""What the controls of the tuning panel are called, mean and span."""

from __future__ import annotations

from app.language import mark
from app.views.number_row import NumberSpec
from engine.detectors.base import Pooling
from engine.scoring.score import Normalise

NORMALISE: tuple[tuple[Normalise, str, str], ...] = (
    (
        "calibrated",
        mark("calibrated on normal"),
        mark("In units of normal footage: 1 is already rare there."),
    ),
    ("minmax", mark("per video (papers)"), mark("Each footage spans 0 to 1, even a quiet one.")),
    ("none", mark("none"), mark("The raw value of one part; lambda must be 0 or 1.")),
)
POOLING: dict[Pooling, str] = {"patch": mark("worst patch"), "frame": mark("whole frame")}
LAMBDA = NumberSpec(
    mark("Lambda"),
    mark("How much the first part of the score weighs against the second."),
    0,
    1,
    0.01,
    2,
)
SMOOTH = NumberSpec(
    mark("Smoothing"),
    mark("Width of the average over time (sigma). 0 switches it off."),
    0,
    5,
    0.1,
    1,
    mark(" s"),
    slider=False,
    box_high=60,
)
GAMMA = NumberSpec(
    mark("Gamma"),
    mark("The memory is not updated by frames whose regular score lies above gamma."),
    1e-4,
    1.0,
    1e-3,
    5,
    logarithmic=True,
    box_low=0.0,
    box_high=1e6,
)
THRESHOLD = NumberSpec(
    mark("Threshold"),
    mark("Frames with a score above it are flagged. Also a line on the timeline."),
    0,
    5,
    0.01,
    2,
    box_low=-1000,
    box_high=100000,
)
HYSTERESIS = NumberSpec(
    mark("Hysteresis"),
    mark(
        "A segment goes on while the score stays above this share of the threshold. "
        "1 switches it off."
    ),
    0,
    1,
    0.05,
    2,
    slider=False,
)
LENGTHS = {
    "min_length": NumberSpec(
        mark("Minimum length"),
        mark("Shorter segments are dropped."),
        0,
        60,
        0.1,
        1,
        mark(" s"),
        slider=False,
    ),
    "merge_gap": NumberSpec(
        mark("Merge gap"),
        mark("Segments closer than this become one."),
        0,
        600,
        0.1,
        1,
        mark(" s"),
        slider=False,
    ),
    "padding": NumberSpec(
        mark("Padding"),
        mark("Added before and after each segment."),
        0,
        600,
        0.1,
        1,
        mark(" s"),
        slider=False,
    ),
}
