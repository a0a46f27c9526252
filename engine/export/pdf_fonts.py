"""Fonts of the printable report: one that has every letter that is needed.

Bitstream Vera comes with reportlab and knows western letters.  For names and notes in other scripts
a wider font of the system is embedded, where there is one; letters that none has become boxes, as
they would on the screen.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from engine.export.lettering import BOLD, FONTS, REGULAR

_SYSTEM = {
    "linux": (
        ("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
         "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"),
        ("/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
         "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans-Bold.ttf"),
        ("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",) * 2,
        ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",) * 2,
    ),
    "darwin": (
        ("/System/Library/Fonts/Supplemental/Arial.ttf",
         "/System/Library/Fonts/Supplemental/Arial Bold.ttf"),
        ("/System/Library/Fonts/Supplemental/Arial Unicode.ttf",) * 2,
    ),
    "win32": (
        ("C:/Windows/Fonts/segoeui.ttf", "C:/Windows/Fonts/segoeuib.ttf"),
        ("C:/Windows/Fonts/msyh.ttc", "C:/Windows/Fonts/msyhbd.ttc"),
    ),
}  # fmt: skip


def register(words: str) -> tuple[str, str]:
    """Names, regular and bold, of the font that has the most of these letters."""
    letters = {ord(letter) for letter in words if letter.isprintable()} | {0x2026, 0xB7}
    best: tuple[int, tuple[Any, Any]] | None = None
    for pair in _candidates():
        lacking = len(letters - set(pair[0].face.charToGlyph))
        if best is None or lacking < best[0]:
            best = lacking, pair
        if not lacking:
            break
    if best is None:  # not even reportlab's own: the fonts that every PDF reader has
        return "Helvetica", "Helvetica-Bold"
    for font in best[1]:
        pdfmetrics.registerFont(font)
    return best[1][0].fontName, best[1][1].fontName


def _candidates() -> Iterator[tuple[Any, Any]]:
    pairs = [(str(FONTS / REGULAR), str(FONTS / BOLD)), *_SYSTEM.get(sys.platform, ())]
    for number, (regular, bold) in enumerate(pairs):
        if not (Path(regular).is_file() and Path(bold).is_file()):
            continue
        try:
            yield TTFont(f"report{number}", regular), TTFont(f"report{number}-bold", bold)
        except (TTFError, OSError):
            continue
