"""report.pdf: the report for paper, A4, page by page."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from reportlab.lib.colors import HexColor, white
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth

from engine.export.pdf_page import BOTTOM, FAINT, LEFT, LINE, RIGHT, TEXT, TOP, Page
from engine.export.report import Curve, Picture, ReportContent, ReportSegment
from engine.files import replacing

ACCENT, ALERT = HexColor("#0b5c96"), HexColor("#a85400")
PANEL, FLAG = HexColor("#f4f5f7"), HexColor("#f6e6d3")


def writing_pdf(content: ReportContent, path: Path) -> Iterator[None]:
    """Write the report; yields after every segment.  OSError."""
    with replacing(path) as temporary:
        page = Page(temporary, content.title, content.operator, _foot(content), _all_words(content))
        _front(page, content)
        yield
        for segment in content.segments:
            _segment(page, segment)
            yield
        _end(page, content)
        page.close()


def _front(page: Page, content: ReportContent) -> None:
    page.text(content.title, 20, bold=True, lead=1.25)
    page.y -= 1 * mm
    page.text(f"{content.footage} · {content.summary}", 9.5, colour=FAINT)
    by = f" by {content.operator}" if content.operator else ""
    page.text(f"Exported {content.made}{by} with {content.program}", 9.5, colour=FAINT)
    page.y -= 4 * mm
    _cautions(page, content.cautions)
    page.heading("The footage and its score")
    _curve(page, content.curve)
    for heading, pairs in content.groups:
        page.heading(heading)
        page.pairs(pairs)
    page.heading("Segments")
    _table(page, content.segments)


def _cautions(page: Page, cautions: tuple[str, ...]) -> None:
    room = RIGHT - LEFT - 10 * mm
    count = sum(len(page.lines(text, 8.5, room)) for text in cautions)
    height = count * 8.5 * 1.38 + 5 * mm + 1.5 * mm * (len(cautions) - 1)
    page.need(height)
    canvas = page.canvas
    canvas.setFillColor(PANEL)
    canvas.rect(LEFT, page.y - height, RIGHT - LEFT, height, stroke=0, fill=1)
    canvas.setFillColor(ALERT)
    canvas.rect(LEFT, page.y - height, 1.1 * mm, height, stroke=0, fill=1)
    bottom = page.y - height
    page.y -= 2.2 * mm
    for text in cautions:
        page.text(text, 8.5, x=LEFT + 5 * mm, room=room)
        page.y -= 1.5 * mm
    page.y = bottom


def _curve(page: Page, curve: Curve) -> None:
    tall, head, axis = 30 * mm, 4 * mm, 5 * mm
    page.need(tall + head + axis + 6 * mm)
    canvas, wide = page.canvas, RIGHT - LEFT
    base = page.y - head - tall
    taken = -100.0
    for start, stop, number, _ in curve.spans:
        x, length = LEFT + start * wide, max(1.0, (stop - start) * wide)
        canvas.setFillColor(FLAG)
        canvas.rect(x, base, length, tall, stroke=0, fill=1)
        if x + length / 2 - taken > 12:
            taken = x + length / 2
            canvas.setFont(page.regular, 7)
            canvas.setFillColor(FAINT)
            canvas.drawCentredString(taken, base + tall + 1.5 * mm, str(number))
    canvas.setStrokeColor(ACCENT)
    canvas.setLineWidth(0.8)
    canvas.setLineJoin(1)
    path, drawing = canvas.beginPath(), False
    for at, high in enumerate(curve.highs.tolist()):
        if np.isfinite(high):
            x, y = LEFT + (at + 0.5) / len(curve.highs) * wide, base + high * tall
            (path.lineTo if drawing else path.moveTo)(x, y)
        drawing = bool(np.isfinite(high))
    canvas.drawPath(path)
    canvas.setStrokeColor(ALERT)
    canvas.setDash(3, 2.4)
    level = base + curve.threshold * tall
    canvas.line(LEFT, level, RIGHT, level)
    canvas.setDash()
    canvas.setFont(page.regular, 7)
    words = f"threshold {curve.threshold * curve.top:.3g}"
    canvas.setFillColor(white)  # the words are read on the curve, too
    plate = stringWidth(words, page.regular, 7) + 1.5
    canvas.rect(RIGHT - plate, level + 1, plate, 7.5, stroke=0, fill=1)
    canvas.setFillColor(ALERT)
    canvas.drawRightString(RIGHT, level + 2.5, words)
    canvas.setStrokeColor(LINE)
    canvas.line(LEFT, base, RIGHT, base)
    canvas.setFillColor(FAINT)
    for place, label in curve.ticks:
        x = LEFT + place * wide
        (canvas.drawString if place < 0.02 else canvas.drawCentredString)(x, base - 3.6 * mm, label)
    page.y = base - axis
    page.text("Anomaly score; dashed: the threshold; shaded and numbered: the exported segments.",
              7.5, colour=FAINT)  # fmt: skip


def _table(page: Page, segments: tuple[ReportSegment, ...]) -> None:
    columns = (
        ("No.", 10),
        ("Start", 26),
        ("Length", 22),
        ("Peak", 18),
        ("Verdict", 26),
        ("Tags and note", 0),
    )
    places, x = [], LEFT
    for _, wide in columns:
        places.append(x)
        x += wide * mm
    size = 8.5

    def head() -> None:
        page.canvas.setFont(page.bold, 8)
        page.canvas.setFillColor(FAINT)
        for place, (name, _) in zip(places, columns, strict=True):
            page.canvas.drawString(place, page.y - 8, name)
        page.y -= 12
        page.rule()

    page.need(16 * mm)
    head()
    for segment in segments:
        told = " · ".join(words for words in (segment.tags, segment.note) if words)
        note = page.lines(told, size, RIGHT - places[-1])
        before = page.y
        page.need(size * 1.42 * len(note) + 5)
        if page.y > before:
            head()
        page.canvas.setFont(page.regular, size)
        page.canvas.setFillColor(TEXT)
        cells = (str(segment.number), segment.start, segment.length, segment.peak, segment.verdict)
        line = page.y - size - 2.5
        for place, cell in zip(places, cells, strict=False):
            page.canvas.drawString(place, line, cell)
        for text in note:
            page.canvas.drawString(places[-1], line, text)
            line -= size * 1.42
        page.y -= size * 1.42 * len(note) + 5
        page.rule()


def _segment(page: Page, segment: ReportSegment) -> None:
    pictures = _pictures_height(segment.pictures)
    page.need(min(TOP - BOTTOM - 20 * mm, 42 * mm + pictures))
    page.y -= 8 * mm
    page.text(f"{segment.title}    {segment.start}, {segment.length}", 12, bold=True)
    colour = ALERT if segment.verdict == "confirmed" else FAINT
    page.text(segment.judged, 9, colour=colour)
    page.y -= 1 * mm
    page.rule()
    page.y -= 2.5 * mm
    page.pairs(segment.facts)
    if segment.tags:
        page.pairs((("Tags", segment.tags),))
    if segment.note:
        page.pairs((("Note", segment.note),))
    if segment.pictures:
        page.y -= 2 * mm
        _pictures(page, segment.pictures)
    for name, what, digest in segment.files:
        page.need(12 * mm)
        page.y -= 1.6 * mm
        page.text(name, 8.5, bold=True)
        page.text(what, 8)
        if digest:
            page.text(f"SHA-256 {digest}", 7, colour=FAINT)


def _shape(pictures: tuple[Picture, ...]) -> tuple[float, float, float]:
    """Width and height of a picture on the page, and the gap between two."""
    gap = 4 * mm
    columns = max(2, len(pictures))
    wide = (RIGHT - LEFT - gap * (columns - 1)) / columns
    pixels = ImageReader(io.BytesIO(pictures[0].raw)).getSize()
    return wide, min(wide * pixels[1] / pixels[0], 75 * mm), gap


def _pictures_height(pictures: tuple[Picture, ...]) -> float:
    return 2 * _shape(pictures)[1] + 14 * mm if pictures else 0.0


def _pictures(page: Page, pictures: tuple[Picture, ...]) -> None:
    wide, tall, gap = _shape(pictures)
    page.need(2 * tall + 14 * mm)
    canvas, top = page.canvas, page.y
    for at, picture in enumerate(pictures):
        x = LEFT + at * (wide + gap)
        for row, jpeg in enumerate((picture.raw, picture.overlaid)):
            y = top - (row + 1) * tall - row * 1.5 * mm
            canvas.drawImage(ImageReader(io.BytesIO(jpeg)), x, y, wide, tall,
                             preserveAspectRatio=True, anchor="nw")  # fmt: skip
        y = top - 2 * tall - 1.5 * mm
        canvas.setFont(page.bold, 7.5)
        canvas.setFillColor(TEXT)
        canvas.drawString(x, y - 3.6 * mm, picture.title)
        canvas.setFont(page.regular, 7)
        canvas.setFillColor(FAINT)
        canvas.drawString(x, y - 7 * mm, page.fitting(picture.caption, 7, wide))
    page.y = top - 2 * tall - 10.5 * mm


def _end(page: Page, content: ReportContent) -> None:
    if content.failures:
        page.heading("Not written")
        for failure in content.failures:
            page.text(failure, 8.5)
    page.heading("Files")
    for entry in content.files:
        page.need(9 * mm)
        page.text(entry.path, 8)
        page.text(entry.sha256, 7, colour=FAINT)
        page.y -= 0.8 * mm
    page.y -= 3 * mm
    page.text("This report, manifest.json and audit.jsonl are listed in SHA256SUMS. To check the "
              "folder later: normscope verify FOLDER", 8, colour=FAINT)  # fmt: skip


def _foot(content: ReportContent) -> str:
    return f"{content.title} · {content.program} · {content.made}"


def _all_words(content: ReportContent) -> str:
    """Every letter that may come from outside, to choose a font that has it."""
    pieces = [content.title, content.footage, content.operator, *content.failures]
    for segment in content.segments:
        pieces += [segment.note, segment.tags, segment.judged]
    pieces += [value for _, pairs in content.groups for _, value in pairs]
    return "".join(pieces)
