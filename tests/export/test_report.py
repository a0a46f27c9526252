"""The report: well-formed, needs nothing from elsewhere, and says what the case holds."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tiny_engine import finished, new_run, write_walk

from engine.detectors.speed import SpeedDetector
from engine.export.case import CaseExport
from engine.export.verify import verify
from engine.footage import open_footage
from engine.review.defaults import default_state
from engine.review.scoring import track
from engine.review.state import ReviewSegment, Verdict
from engine.scoring.ignoring import IgnoredArea
from engine.timebase import FrameSpan

NOTE = 'A "quoted" <b>note</b> & more\nwith a second line, Łódź, Привет'
TAGS = ("gate <2>", "cart")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case with everything; its footage's name tells when it began."""
    home = tmp_path_factory.mktemp("report")
    walk = write_walk(home / "cam3_20240131_142233.mp4")
    analysis = finished(new_run(walk, SpeedDetector(), home / "walk.h5"))
    verdict = Verdict("confirmed", "2026-01-02T03:04:05+01:00", "Kim")
    made = ReviewSegment("m", FrameSpan(3, 8), float("nan"), 3, "made", verdict, NOTE, tags=TAGS)
    single = ReviewSegment("n", FrameSpan(12, 13), float("nan"), 12, "made")
    state = default_state(analysis).with_segment(made).with_segment(single)
    corner = IgnoredArea(((0.0, 0.8), (0.2, 0.8), (0.2, 1.0), (0.0, 1.0)), "clock")
    state = replace(state, areas=(corner,))
    scored = track(analysis, state, analysis.calibration)
    kinds = ("original", "exact", "annotated", "stills", "report")
    folder = home / "case & 17"
    for _ in CaseExport(open_footage(walk), analysis, state, scored.score, scored.segments, folder,
                        kinds, "Kim & Co").run():  # fmt: skip
        pass
    return folder


def page(case: Path) -> str:
    return (case / "report.html").read_text(encoding="utf-8")


def test_the_html_is_well_formed_and_needs_nothing_from_elsewhere(case: Path) -> None:
    text = page(case)
    root = ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>\n").replace("&#160;", " "))
    assert root.tag == "html"
    pictures = [e.attrib["src"] for e in root.iter() if e.tag.endswith("img")]
    assert len(pictures) == 2 * (3 + 1 + 3)
    assert all(src.startswith("data:image/jpeg;base64,/9j/") for src in pictures)
    links = [e.attrib["href"] for e in root.iter() if "href" in e.attrib]
    assert links
    assert all(link.startswith("#") for link in links)
    assert not re.search(r"url\(|@import|<script|<link|<iframe", text)
    anchors = {e.attrib["id"] for e in root.iter() if "id" in e.attrib}
    assert {link[1:] for link in links} <= anchors


def test_the_html_tells_what_was_exported_and_how(case: Path) -> None:
    text = page(case)
    root = ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>\n").replace("&#160;", " "))
    said = " ".join(root.itertext())
    assert "a lead, not a finding" in said
    assert "do not show that a recording is authentic" in said
    assert "confirmed by Kim, 2026-01-02 03:04:05+01:00" in said
    assert NOTE in said
    assert said.count("gate <2>, cart") == 2  # in the list and in its own part
    assert "0:00:00.300 to 0:00:00.800" in said
    assert "2024-01-31 14:22:33.300" in said
    assert "starts 0.3 s early, at the keyframe" in said
    assert "every packet identical to the source" in said
    digest = next(line.split("  ")[0] for line in (case / "SHA256SUMS").read_text().splitlines()
                  if "001_exact" in line)  # fmt: skip
    assert digest in said
    assert "Kim & Co" in said


def test_the_html_follows_the_screen_and_the_paper(case: Path) -> None:
    text = page(case)
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text
    assert "<svg" in text


def test_the_pdf_opens_and_holds_every_picture(case: Path) -> None:
    content = (case / "report.pdf").read_bytes()
    assert content.startswith(b"%PDF-1.")
    assert content.rstrip().endswith(b"%%EOF")
    pages = len(re.findall(rb"/Type /Page\b", content))
    assert pages == int(re.search(rb"/Count (\d+)", content)[1])  # type: ignore[index]
    assert 2 <= pages <= 6
    distinct = 2 * (3 + 1 + 3) - 2  # the first segment's peak is its first frame, stored once
    assert content.count(b"/Subtype /Image") == distinct
    assert b"/Subtype /TrueType" in content  # its fonts come with it


def test_the_whole_case_passes(case: Path) -> None:
    assert verify(case)["result"] == "pass"
