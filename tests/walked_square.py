"""A square over which textured blocks walk to the right, and what normally does not happen there.

360 x 240, so that nothing is resized; a walker is 14 x 36 pixels and takes 2 pixels a frame.
"""

from __future__ import annotations

import functools

import cv2
import numpy as np

HEIGHT, WIDTH = 240, 360


def _texture(seed: int, height: int, width: int, blur: float) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(0, 255, (height, width), dtype=np.uint8)
    soft = cv2.GaussianBlur(noise, (0, 0), blur).astype(np.float32)
    return (soft - soft.mean()) / soft.std()


@functools.cache
def ground() -> np.ndarray:
    """The empty square, grey."""
    return np.clip(120 + 10 * _texture(1, HEIGHT, WIDTH, 3), 0, 255).astype(np.uint8)


@functools.cache
def thing(height: int, width: int) -> np.ndarray:
    """A dark block with a texture."""
    return np.clip(50 + 18 * _texture(2, height, width, 1.5), 0, 255).astype(np.uint8)


def put(picture: np.ndarray, left: float, foot: int, height: int = 36, width: int = 14) -> None:
    """Draw a block that stands on row `foot`."""
    x = round(left)
    a, b = max(0, x), min(WIDTH, x + width)
    if a < b:
        picture[foot - height : foot, a:b] = thing(height, width)[:, a - x : b - x]


def walked(at: int) -> np.ndarray:
    """The square with eight walkers in four lanes, on and on; grey."""
    picture = ground().copy()
    for lane, foot in enumerate((130, 155, 180, 205)):
        for half in (0, 210):
            put(picture, (2 * at + 97 * lane + half) % (WIDTH + 60) - 30, foot)
    return picture


def normal(at: int, light: float = 1.0) -> np.ndarray:
    """RGB (240, 360, 3): the walkers, with sensor noise."""
    return shown(walked(at), at, light)


def shown(picture: np.ndarray, at: int, light: float = 1.0) -> np.ndarray:
    """As the camera sees it."""
    noise = np.random.default_rng(at).normal(0, 1.2, picture.shape)
    grey = np.clip(picture.astype(np.float32) * light + noise, 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def with_thing(at: int, left: float, foot: int, height: int = 36, width: int = 14) -> np.ndarray:
    """A normal frame with one more block in it."""
    picture = walked(at)
    put(picture, left, foot, height, width)
    return shown(picture, at)
