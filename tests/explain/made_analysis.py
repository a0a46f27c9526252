"""Small analyses with known parts, maps and normal, and what `attributes` learned of a square."""

from __future__ import annotations

import functools

import numpy as np
from walked_square import HEIGHT, WIDTH, normal

from engine.analysis.analysis import Analysis, AnalysisHead, FootageReference
from engine.detectors.attributes_normal import Normal
from engine.detectors.base import Calibration, DetectorFacts, FrameScore, PartSpec, PatchRule
from engine.learning.attributes_fit import Learner, background_of
from engine.scoring.calibrating import calibrate

GRID = (24, 36)
TWO = (
    PartSpec("patch_psnr", "dB", "appearance", "down", "error", "A", "patch", "psnr"),
    PartSpec("patch_distance", "", "memory", "up", "distance", "B", "patch"),
)
SPEED = (PartSpec("patch_speed", "pixel/frame", "motion", "up", "speed", "B", "patch"),)


def calibration(parts: tuple[PartSpec, ...], frames: int = 4000) -> Calibration:
    """Normal: every part and every cell is uniform in 0..1, turned as it is stored."""
    values = np.linspace(0, 1, frames)
    return calibrate(
        {p.name: values for p in parts},
        parts,
        {p.map_name: values for p in parts},
        origin="uniform",
    )


def analysis(
    parts: tuple[PartSpec, ...], values: dict[str, float], maps: dict[str, np.ndarray]
) -> Analysis:
    """Three frames, of which the second has these parts and maps, and the first has no score."""
    facts = DetectorFacts(
        "speed" if parts is SPEED else "mnad-prediction",
        parts,
        0.5,
        False,
        10.0,
        PatchRule(4, 3),
        calibration(parts),
    )
    head = AnalysisHead(
        FootageReference("yard.mp4", 1, "f"),
        facts,
        3,
        (1, 10),
        None,
        False,
        "cpu",
        "fp32",
        (WIDTH, HEIGHT),
    )
    made = Analysis.empty(head, np.arange(3, dtype=np.int64))
    for index in (1, 2):
        made.put(FrameScore(index, values, maps))
    made.frames_done = 3
    made.complete = True
    return made


def spot(value: float, top: int, left: int, around: float = 0.1) -> np.ndarray:
    """A map with a patch of 4 x 4 cells that stands out."""
    plane = np.full(GRID, around, np.float32)
    plane[top : top + 4, left : left + 4] = value
    return plane


@functools.cache
def square() -> Normal:
    """What is normal on the walked square."""
    frames = np.stack([normal(at)[..., 0] for at in range(105)])
    learner = Learner(background_of(frames, [(0, len(frames))]), seed=1)
    assert list(learner.learn(frames, [(0, len(frames))]))
    return learner.normal()
