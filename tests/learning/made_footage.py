"""Folders of PNG frames with squares that walk, and plans for tiny networks."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from engine.detectors.mnad import MnadConfig
from engine.learning.clips import ClipSet
from engine.learning.plan import MemoryCare, TrainingPlan

SIDE = 64


@functools.cache
def still(seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(0, 255, (SIDE, SIDE, 3), dtype=np.uint8)
    return cv2.GaussianBlur(noise, (0, 0), 6)


def frame(at: int, seed: int = 0) -> np.ndarray:
    """BGR (64, 64, 3): a square walks one pixel a frame over a still scene."""
    picture = still(seed).copy()
    left = at % (SIDE - 12)
    picture[20 + 5 * seed : 34 + 5 * seed, left : left + 12] = (40, 200, 90 + 20 * seed)
    return picture


def folder(root: Path, count: int = 40, seed: int = 0) -> Path:
    root.mkdir(parents=True)
    for at in range(count):
        cv2.imwrite(str(root / f"{at:03d}.png"), frame(at, seed))
    return root


def config(**changes: Any) -> MnadConfig:
    return MnadConfig(**({"channels": 1, "width": 2, "size": 32, "items": 4} | changes))


def plan(**changes: Any) -> TrainingPlan:
    usual: dict[str, Any] = {
        "config": config(),
        "epochs": 2,
        "batch": 2,
        "device": "cpu",
        "precision": "fp32",
        "care": MemoryCare(),
    }
    return TrainingPlan(**(usual | changes))


def clips(count: int = 13, clip_frames: int = 5, size: int = 32) -> ClipSet:
    """Grey prepared frames of one stretch."""
    frames = [cv2.resize(cv2.cvtColor(frame(at), cv2.COLOR_BGR2GRAY), (size, size))[None]
              for at in range(count)]  # fmt: skip
    return ClipSet(np.stack(frames), [(0, count)], clip_frames)
