"""From pictures to what networks take in, and back to pictures."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.detectors.base import Picture


def prepared(picture: Picture, side: int, channels: int) -> NDArray[np.uint8]:
    """RGB uint8 (H, W, 3) -> uint8 (C, side, side), BGR or grey, cv2's bilinear, aspect ignored.

    It stays uint8 so that clips in training and in the stream go through the same bytes.
    """
    if channels == 1:
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        return np.asarray(cv2.resize(grey, (side, side)), np.uint8)[None]
    resized = np.asarray(cv2.resize(picture, (side, side)), np.uint8)
    return np.ascontiguousarray(resized[:, :, ::-1].transpose(2, 0, 1))


def picture_of(predicted: Tensor) -> Picture:
    """A prediction in [-1, 1], (C, h, w), BGR or grey -> RGB uint8 (h, w, 3)."""
    levels = ((predicted.float() + 1) * 127.5).round().clamp(0, 255)
    shown = levels.to(torch.uint8).permute(1, 2, 0).cpu().numpy()
    if shown.shape[2] == 1:
        return np.repeat(shown, 3, axis=2)
    return np.ascontiguousarray(shown[:, :, ::-1])
