"""What a camera sees when nobody is there: enough of it to know the camera again.

A BackgroundSignature is the median of pictures spread over a recording, small and grey. Two are
compared by the correlation of their gradients, each gradient divided by how strong gradients are
around it, so that neither the light nor its colour nor the people who stood about matter.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.footage.decoder import open_decoder
from engine.footage.footage import Footage
from engine.timebase import FrameSpan

WIDTH, HEIGHT = 64, 48
PICTURES = 15  # enough for a median that people who walk do not leave a trace in
SHIFT = 2  # cells that a camera may have moved and still be the same
SAME = 0.55  # see tests/footage/test_background.py for what was measured on either side
_BLUR = 6.0  # cells over which gradients are compared with their neighbours
_WEAK = 1.5  # grey levels a cell below which a gradient is noise

Small = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class BackgroundSignature:
    """picture: grey uint8 (48, 64), the aspect not kept.  width, height: of the pictures it was
    taken from.
    """

    picture: Small
    width: int
    height: int

    def as_dict(self) -> dict[str, Any]:
        """For cards."""
        text = base64.b64encode(self.picture.tobytes()).decode("ascii")
        return {"width": self.width, "height": self.height, "picture": text}

    @staticmethod
    def from_dict(document: Mapping[str, Any]) -> BackgroundSignature:
        """The inverse of `as_dict`.  Raises KeyError, ValueError on a damaged document."""
        raw = np.frombuffer(base64.b64decode(str(document["picture"])), np.uint8)
        picture = raw.reshape(HEIGHT, WIDTH)
        return BackgroundSignature(picture, int(document["width"]), int(document["height"]))

    @property
    def light(self) -> float:
        """Mean grey level, 0..255."""
        return float(self.picture.mean())


def small_grey(picture: NDArray[np.uint8]) -> Small:
    """RGB uint8 (H, W, 3) or grey (H, W) -> grey uint8 (48, 64)."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) if picture.ndim == 3 else picture
    return np.asarray(cv2.resize(grey, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)


class BackgroundGatherer:
    """Takes pictures in order, of any number, and keeps a few that are spread evenly."""

    def __init__(self, pictures: int = PICTURES) -> None:
        self._most = 2 * pictures
        self._kept: list[Small] = []
        self._seen, self._step = 0, 1
        self._size = (0, 0)

    def push(self, picture: NDArray[np.uint8]) -> None:
        """RGB uint8 (H, W, 3) or grey (H, W)."""
        if self._seen % self._step == 0:
            self._size = (picture.shape[1], picture.shape[0])
            self._kept.append(small_grey(picture))
            if len(self._kept) == self._most:  # every other one goes, and half as many come
                self._kept = self._kept[::2]
                self._step *= 2
        self._seen += 1

    def signature(self) -> BackgroundSignature | None:
        """The median of what was kept; None before the first picture."""
        if not self._kept:
            return None
        middle = np.median(np.stack(self._kept), axis=0)
        return BackgroundSignature(np.asarray(middle, np.uint8), *self._size)


def frames_spread(
    footage: Footage, pictures: int = PICTURES, span: FrameSpan | None = None
) -> Iterator[NDArray[np.uint8]]:
    """A few pictures spread evenly over a footage or a span of it; one seek each.

    Raises UnreadableFootage.
    """
    span = span or FrameSpan(0, len(footage.table))
    if not len(span):
        return
    wanted = np.unique(np.linspace(span.start, span.stop - 1, pictures).round().astype(int))
    with open_decoder(footage, purpose="scrub") as decoder:
        for index in wanted.tolist():
            yield decoder.read(index)


def background_of(
    footage: Footage, span: FrameSpan | None = None, pictures: int = PICTURES
) -> BackgroundSignature | None:
    """The signature of a footage or a span of it; None where it holds no frame.

    Raises UnreadableFootage.
    """
    gatherer = BackgroundGatherer(pictures)
    for picture in frames_spread(footage, pictures, span):
        gatherer.push(picture)
    return gatherer.signature()


def likeness(one: BackgroundSignature, other: BackgroundSignature, shift: int = SHIFT) -> float:
    """How alike two backgrounds are, -1..1: gradient correlation, the best of all shifts of at
    most `shift` cells each way.
    """
    first, second = np.stack(_gradients(one.picture)), np.stack(_gradients(other.picture))
    steps = range(-shift, shift + 1)
    return max(_correlation(first, second, right, down) for down in steps for right in steps)


def shift_between(one: BackgroundSignature, other: BackgroundSignature) -> tuple[float, float]:
    """By how much the second picture is shifted against the first: right and down, as shares of
    width and height.  Phase correlation of gradients, to a fraction of a cell.
    """
    window = cv2.createHanningWindow((WIDTH, HEIGHT), cv2.CV_32F)
    shifts = []
    for a, b in zip(_gradients(one.picture), _gradients(other.picture), strict=True):
        (right, down), response = cv2.phaseCorrelate(a, b, window)
        shifts.append((response, right, down))
    total = sum(max(response, 1e-6) for response, _, _ in shifts)
    right = sum(max(response, 1e-6) * x for response, x, _ in shifts) / total
    down = sum(max(response, 1e-6) * y for response, _, y in shifts) / total
    return right / WIDTH, down / HEIGHT


def _gradients(picture: Small) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Gradients to the right and down, divided by the strength of those around, (48, 64) each."""
    grey = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 1.0)
    right, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(grey, cv2.CV_32F, 0, 1) / 8
    strength = cv2.GaussianBlur(right * right + down * down, (0, 0), _BLUR)
    around = np.sqrt(strength + _WEAK**2)
    return np.asarray(right / around, np.float32), np.asarray(down / around, np.float32)


def _correlation(
    first: NDArray[np.float32], second: NDArray[np.float32], right: int, down: int
) -> float:
    a = first[:, max(0, -down) : HEIGHT - max(0, down), max(0, -right) : WIDTH - max(0, right)]
    b = second[:, max(0, down) : HEIGHT - max(0, -down), max(0, right) : WIDTH - max(0, -right)]
    size = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / size if size > 0 else 0.0
