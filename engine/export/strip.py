"""The strip below an annotated picture: time, frame, score bar, and the curve of the segment.

It stands below the picture and not over it: nothing of the recording is hidden.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from engine.export.lettering import lettering
from engine.export.painting import ACCENT, ALERT, FAINT, LINE, STAGE, TEXT
from engine.export.viewpoint import Viewpoint
from engine.timebase import FrameSpan, timecode

Picture = NDArray[np.uint8]
SEPARATOR = " · "
DULL_ALERT = (120, 92, 66)  # flagged, but still to come
_NARROW = 0.52  # share of the width that the left column may take


class Strip:
    """Draws the strip of one segment for frames of a given width."""

    def __init__(self, view: Viewpoint, span: FrameSpan, width: int) -> None:
        self._view, self._span, self._width = view, span, width
        unit = max(11, round(width / 68))
        self._pad = unit
        self._big, self._small = lettering(round(unit * 1.55), True), lettering(unit)
        self._bold = lettering(unit, True)
        self._curve_rows = 2 * unit
        self._bar_rows = max(4, unit // 2)
        rows = self._pad + self._big.line + 2 + self._small.line + unit // 2 + self._curve_rows
        self.height = rows + self._pad - (rows + self._pad) % 2
        top = max(float(np.nanmax(self._shown(), initial=0.0)), 1.6 * view.threshold)
        self._top = top if top > 0 else 1.0
        self._passed = self._curve(ACCENT, ALERT)
        self._coming = self._curve(LINE, DULL_ALERT)

    def draw(self, index: int) -> Picture:
        """The strip while a frame is on the screen, RGB uint8 (height, width, 3)."""
        view, pad, width = self._view, self._pad, self._width
        strip = np.empty((self.height, width, 3), np.uint8)
        strip[:] = STAGE
        strip[:1] = LINE
        table = view.footage.table
        x = self._big.draw(strip, pad, pad, timecode(view.seconds(index)), TEXT)
        wall = view.wall_clock(index)
        tag = "viewing copy, not the original"
        line = pad + self._big.line + 2
        named = [f"frame {index}", f"PTS {int(table.pts[index])}", wall]
        room = width - 2 * pad
        left = SEPARATOR.join(piece for piece in named if piece)
        if self._small.width(left) + self._small.width(tag) + 3 * pad <= room:
            at = width - pad - self._small.width(tag)
            self._small.draw(strip, at, line, tag, FAINT)
        self._small.draw(strip, pad, line, self._small.fitting(left, room), FAINT)
        self._draw_score(strip, index, max(x + 2 * pad, round(_NARROW * width)))
        self._draw_curve(strip, index)
        return strip

    def _draw_score(self, strip: Picture, index: int, left: int) -> None:
        """The bar up to the score, with a tick at the threshold; the number in front of it."""
        view, pad = self._view, self._pad
        value = float(view.score[index])
        flagged = np.isfinite(value) and value >= view.threshold
        ink = ALERT if flagged else TEXT
        base = pad + self._big.ascent
        words = f"score {view.score_words(index)}"
        x = self._bold.draw(strip, left, base - self._bold.ascent, words, ink)
        bar, right = max(x, left + self._bold.width("score 00.00")) + pad, self._width - pad
        if right - bar < 4 * pad:
            return
        rows = slice(base - self._bar_rows - 1, base - 1)
        strip[rows, bar:right] = LINE
        if np.isfinite(value) and value > 0:
            share = min(1.0, value / self._top)
            strip[rows, bar : bar + round(share * (right - bar))] = ALERT if flagged else ACCENT
        tick = bar + round(min(1.0, view.threshold / self._top) * (right - bar))
        tall = slice(base - self._bar_rows - 5, base + 3)
        strip[tall, max(bar, tick - 1) : tick + 1] = TEXT

    def _draw_curve(self, strip: Picture, index: int) -> None:
        span, pad = self._span, self._pad
        bottom = self.height - pad
        room = strip[bottom - self._curve_rows : bottom, pad : self._width - pad]
        share = (index - span.start + 1) / max(1, len(span))
        head = round(share * room.shape[1])
        room[:, :head] = self._passed[:, :head]
        room[:, head:] = self._coming[:, head:]
        at = min(max(head - 1, 0), room.shape[1] - 2)
        room[:, at : at + 2] = TEXT

    def _shown(self) -> NDArray[np.float32]:
        return self._view.score[self._span.start : self._span.stop]

    def _curve(self, ink: tuple[int, ...], hot: tuple[int, ...]) -> Picture:
        """Columns as high as the score, one colour up to the threshold and another above it."""
        rows, columns = self._curve_rows, max(2, self._width - 2 * self._pad)
        picture = np.empty((rows, columns, 3), np.uint8)
        picture[:] = STAGE
        picture[-1:] = LINE
        values = self._shown()
        if not len(values):
            return picture
        edges = np.linspace(0, len(values), columns + 1)
        highs = [np.nanmax(part) if len(part) and np.isfinite(part).any() else 0.0
                 for part in (values[int(a) : max(int(a) + 1, int(np.ceil(b)))]
                              for a, b in itertools.pairwise(edges))]  # fmt: skip
        level = np.rint(np.clip(np.array(highs) / self._top, 0, 1) * rows)
        row = np.arange(rows, 0, -1)[:, None]
        filled = row <= level[None, :]
        line = round(min(1.0, self._view.threshold / self._top) * rows)
        picture[filled & (row <= line)] = ink
        picture[filled & (row > line)] = hot
        if 0 < line <= rows:
            picture[rows - line, ::6] = FAINT
            picture[rows - line, 1::6] = FAINT
        return picture
