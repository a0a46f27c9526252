"""Tiny labelled clips: squares that walk, and fast ones that are abnormal."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np

HEIGHT, WIDTH = 48, 64
SCENE = cv2.GaussianBlur(
    np.random.default_rng(1).integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8), (0, 0), 3
)
THING = 255 - cv2.GaussianBlur(
    np.random.default_rng(2).integers(0, 120, (16, 14, 3), dtype=np.uint8), (0, 0), 1
)


def clip(
    count: int, fast: range, step: float = 5
) -> tuple[list[np.ndarray], list[np.ndarray], list[int]]:
    """Frames BGR, masks and labels; the square is abnormal while it is fast (`step` pixels)."""
    frames, masks, labels = [], [], []
    left = 0.0
    for at in range(count):
        left = (left + (step if at in fast else 0.5)) % (WIDTH - 14)
        picture, mask = SCENE.copy(), np.zeros((HEIGHT, WIDTH), np.uint8)
        x = int(left)
        picture[14:30, x : x + 14] = THING
        if at in fast:
            mask[14:30, x : x + 14] = 255
        frames.append(picture)
        masks.append(mask)
        labels.append(int(at in fast))
    return frames, masks, labels


def write(folder: Path, pictures: list[np.ndarray], suffix: str = "png", first: int = 0) -> None:
    folder.mkdir(parents=True)
    for at, picture in enumerate(pictures, first):
        assert cv2.imwrite(str(folder / f"{at:03d}.{suffix}"), picture)


def own_layout(root: Path, *, masks: bool = True, count: int = 24) -> Path:
    """testing/frames, testing/labels.json, testing/masks."""
    labels = {}
    for name, fast in (("01", range(10, 16)), ("02", range(0)), ("03", range(4, 20))):
        frames, areas, labels[name] = clip(count, fast)
        write(root / "testing" / "frames" / name, frames)
        if masks:
            write(root / "testing" / "masks" / name, areas)
    (root / "testing" / "labels.json").write_text(json.dumps(labels))
    return root
