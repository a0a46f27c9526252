"""A page of the printable report, filled from the top with texts, pairs and rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from engine.export.pdf_fonts import register

TEXT, FAINT, LINE = HexColor("#15191e"), HexColor("#56606b"), HexColor("#c9ced6")
WIDTH, HEIGHT = A4
LEFT, RIGHT, TOP, BOTTOM = 18 * mm, WIDTH - 18 * mm, HEIGHT - 17 * mm, 20 * mm
LABEL = 31 * mm  # of a column of labels


class Page:
    """A cursor on a page: what does not fit goes on the next one.  y counts upwards, in points."""

    def __init__(self, path: Path, title: str, author: str, foot: str, words: str) -> None:
        """words: every letter that may come from outside, to choose a font that has it."""
        self.canvas: Any = Canvas(str(path), pagesize=A4, pageCompression=1, invariant=1)
        self.canvas.setTitle(f"{title} - Normscope report")
        self.canvas.setAuthor(author)
        self.canvas.setSubject("A score is a lead, not a finding.")
        self.regular, self.bold = register(words)
        self._foot = foot
        self.y = TOP

    def close(self) -> None:
        """Finish the last page and the file."""
        self._footer()
        self.canvas.save()

    def need(self, height: float) -> None:
        """Begin a new page unless so much is left on this one."""
        if self.y - height < BOTTOM:
            self._footer()
            self.canvas.showPage()
            self.y = TOP

    def _footer(self) -> None:
        canvas = self.canvas
        canvas.setFont(self.regular, 7.5)
        canvas.setFillColor(FAINT)
        canvas.drawString(LEFT, 11 * mm, self.fitting(self._foot, 7.5, RIGHT - LEFT - 20 * mm))
        canvas.drawRightString(RIGHT, 11 * mm, f"page {canvas.getPageNumber()}")

    def width(self, text: str, size: float, font: str = "") -> float:
        """Points that a text takes."""
        return float(self.canvas.stringWidth(text, font or self.regular, size))

    def fitting(self, text: str, size: float, room: float) -> str:
        """A text cut to a width."""
        if self.width(text, size) <= room:
            return text
        while text and self.width(text + "…", size) > room:
            text = text[:-1]
        return text + "…"

    def lines(self, text: str, size: float, room: float) -> list[str]:
        """A text in lines; words longer than a line are cut where they must be."""
        lines: list[str] = []
        for paragraph in text.splitlines() or [""]:
            line = ""
            for word in paragraph.split(" "):
                longer = f"{line} {word}" if line else word
                if self.width(longer, size) <= room:
                    line = longer
                    continue
                if line:
                    lines.append(line)
                while self.width(word, size) > room:
                    cut = next((n for n in range(len(word), 1, -1)
                                if self.width(word[:n], size) <= room), 1)  # fmt: skip
                    lines.append(word[:cut])
                    word = word[cut:]
                line = word
            lines.append(line)
        return lines

    def text(self, text: str, size: float = 9, *, x: float = LEFT, room: float = 0.0,
             colour: Any = TEXT, bold: bool = False, lead: float = 1.38) -> None:  # fmt: skip
        """A paragraph at the cursor, over pages if need be."""
        font = self.bold if bold else self.regular
        for line in self.lines(text, size, room or RIGHT - x):
            self.need(size * lead)
            self.canvas.setFont(font, size)
            self.canvas.setFillColor(colour)
            self.y -= size * lead
            self.canvas.drawString(x, self.y + size * 0.28, line)

    def heading(self, text: str) -> None:
        """A section's title with a rule below."""
        self.need(30 * mm)
        self.y -= 7 * mm
        self.text(text, 12.5, bold=True)
        self.y -= 1.6 * mm
        self.rule()
        self.y -= 2.4 * mm

    def rule(self, left: float = LEFT) -> None:
        """A line across the page."""
        self.canvas.setStrokeColor(LINE)
        self.canvas.setLineWidth(0.6)
        self.canvas.line(left, self.y, RIGHT, self.y)

    def pairs(self, pairs: tuple[tuple[str, str], ...], size: float = 8.5) -> None:
        """Labels and values in two columns."""
        for label, value in pairs:
            lines = self.lines(value, size, RIGHT - LEFT - LABEL)
            self.need(size * 1.42 * len(lines))
            self.canvas.setFont(self.regular, size)
            self.canvas.setFillColor(FAINT)
            self.canvas.drawString(LEFT, self.y - size, label)
            self.canvas.setFillColor(TEXT)
            for line in lines:
                self.canvas.drawString(LEFT + LABEL, self.y - size, line)
                self.y -= size * 1.42
