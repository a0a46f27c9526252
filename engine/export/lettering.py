"""Letters for pictures: glyphs of one font as alpha masks, laid into RGB arrays.

The font is Bitstream Vera, which comes with reportlab: the same on every machine, with figures of
one width, so that a running timecode stands still.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import reportlab
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]
FONTS = Path(reportlab.__file__).parent / "fonts"
REGULAR, BOLD = "Vera.ttf", "VeraBd.ttf"


class Lettering:
    """One size of the font; `line` is the height of a line in pixels."""

    def __init__(self, pixels: int, *, bold: bool = False) -> None:
        self._font = ImageFont.truetype(str(FONTS / (BOLD if bold else REGULAR)), max(6, pixels))
        ascent, descent = self._font.getmetrics()
        self.ascent = ascent
        self.line = ascent + descent
        self._glyphs: dict[str, tuple[NDArray[np.float32], int]] = {}

    def width(self, text: str) -> int:
        """Pixels that a text takes."""
        return sum(self._glyph(letter)[1] for letter in text)

    def fitting(self, text: str, room: int) -> str:
        """The text, or as much of it as fits into `room` pixels with three dots behind it."""
        if self.width(text) <= room:
            return text
        while text and self.width(text + "...") > room:
            text = text[:-1]
        return text.rstrip() + "..." if text else ""

    def draw(self, picture: Picture, x: int, y: int, text: str, colour: Colour) -> int:
        """Lay a text into RGB uint8 (H, W, 3), in place; (x, y) is its upper left corner.

        What lies outside is cut off.  Returns where the text ends.
        """
        ink = np.array(colour, np.float32)
        height, width = picture.shape[:2]
        for letter in text:
            mask, advance = self._glyph(letter)
            rows, columns = mask.shape
            top, left = max(0, -y), max(0, -x)
            bottom, right = min(rows, height - y), min(columns, width - x)
            if top < bottom and left < right:
                under = picture[y + top : y + bottom, x + left : x + right]
                alpha = mask[top:bottom, left:right, None]
                under[:] = (under + (ink - under) * alpha + 0.5).astype(np.uint8)
            x += advance
        return x

    def _glyph(self, letter: str) -> tuple[NDArray[np.float32], int]:
        """Alpha (line, w) of a letter, and how far the next one stands from it."""
        if letter not in self._glyphs:
            advance = max(1, round(self._font.getlength(letter)))
            wide = max(advance, round(self._font.getbbox(letter)[2]))
            image = Image.new("L", (max(1, wide), self.line), 0)
            ImageDraw.Draw(image).text((0, 0), letter, fill=255, font=self._font)
            mask = np.asarray(image, np.float32) / np.float32(255)
            self._glyphs[letter] = (mask, advance)
        return self._glyphs[letter]


@lru_cache(maxsize=32)
def lettering(pixels: int, bold: bool = False) -> Lettering:
    """One size, made once."""
    return Lettering(pixels, bold=bold)
