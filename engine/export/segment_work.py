"""What is written of each segment, kind by kind: excerpt, exact cut, annotated copy, stills."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from engine.export.copies import writing_annotated, writing_exact
from engine.export.excerpt import writing_excerpt
from engine.export.failing import exporting
from engine.export.images import copying_images
from engine.export.ledger import Ledger
from engine.export.manifest import Exported
from engine.export.stills import (
    Picture,
    sheet_cell,
    write_contact_sheets,
    writing_stills,
)
from engine.export.viewpoint import Viewpoint
from engine.footage import Decoder, open_decoder
from engine.progress import Progress
from engine.review.state import ReviewSegment

Outcome = TypeVar("Outcome")
PHASES = {
    "original": "copying originals",
    "exact": "decoding and encoding exact cuts",
    "annotated": "drawing and encoding annotated copies",
    "stills": "decoding and drawing stills",
}


class SegmentWork:
    """Steps over the segments of one export, with one decoder for all of them."""

    def __init__(
        self, view: Viewpoint, root: Path, ledger: Ledger, kinds: Sequence[str], count: int
    ) -> None:
        """kinds: as asked for; a report needs stills, too, though not as files."""
        self._view, self._ledger, self._count = view, ledger, count
        self._excerpts = root / "excerpts"
        self._stills = root / "stills" if "stills" in kinds else None
        wanted = set(kinds) | ({"stills"} if "report" in kinds else set())
        self.steps = tuple(kind for kind in PHASES if kind in wanted)
        self._decoder: Decoder | None = None
        self._peaks: list[tuple[ReviewSegment, Picture]] = []
        with exporting("the case folder"):
            if wanted & {"original", "exact", "annotated"}:
                self._excerpts.mkdir()
            if self._stills is not None:
                self._stills.mkdir()

    def step(self, kind: str, one: Exported) -> Iterator[Progress]:
        """One kind of one segment.  DiskFull, ExportFailed, UnreadableFootage."""
        yield self._ledger.spend(0, PHASES[kind], self._told(one))
        if kind == "original":
            yield from self._original(one)
        elif kind == "exact":
            making = writing_exact(
                self._view, self._open(), one.segment.span, self._path(kind, one)
            )
            one.exact = yield from self._frames(making, kind, one)
        elif kind == "annotated":
            drawing = writing_annotated(
                self._view, self._open(), one.segment.span, self._path(kind, one)
            )
            one.annotated = yield from self._frames(drawing, kind, one)
        else:
            yield from self._moments(one)

    def discard(self, kind: str, one: Exported) -> None:
        """Remove what a failed step left."""
        if kind == "stills" and self._stills is not None:
            for path in self._stills.glob(f"{one.number:03d}_*"):
                path.unlink()
        elif kind == "original":
            shutil.rmtree(self._excerpts / f"{one.number:03d}_original", ignore_errors=True)
        else:
            self._path(kind, one).unlink(missing_ok=True)

    def write_contact_sheets(self) -> None:
        """All peaks on one sheet, or on several."""
        if self._stills is not None and self._peaks:
            write_contact_sheets(self._view, self._peaks, self._stills)

    def _original(self, one: Exported) -> Generator[Progress, None, None]:
        footage, span = self._view.footage, one.segment.span
        stem = f"{one.number:03d}_original"
        if footage.kind == "images":
            copying = copying_images(footage, span, self._excerpts, stem)
            one.original = yield from self._frames(copying, "original", one)
        else:
            excerpt = writing_excerpt(footage, span, self._excerpts, stem)
            one.original = yield from self._frames(excerpt, "original", one)

    def _moments(self, one: Exported) -> Generator[Progress, None, None]:
        view, decoder = self._view, self._open()
        making = writing_stills(view, decoder, one.segment, self._stills, f"{one.number:03d}")
        while True:
            try:
                next(making)
            except StopIteration as ended:
                one.stills = ended.value
                break
            yield self._ledger.spend(self._ledger.still_cost, PHASES["stills"], self._told(one))
        if self._stills is not None:
            peak = next((s for s in one.stills if s.role == "peak"), one.stills[0])
            shown = view.overlaid(decoder.read(peak.index), peak.index, alone=True)
            self._peaks.append((one.segment, sheet_cell(view, shown)))

    def _frames(
        self, work: Generator[int, None, Outcome], kind: str, one: Exported
    ) -> Generator[Progress, None, Outcome]:
        return self._ledger.frames(work, kind, PHASES[kind], self._told(one), len(one.segment.span))

    def _path(self, kind: str, one: Exported) -> Path:
        return self._excerpts / f"{one.number:03d}_{kind}.mp4"

    def _told(self, one: Exported) -> str:
        return f"{one.number} of {self._count}"

    def _open(self) -> Decoder:
        if self._decoder is None:
            self._decoder = open_decoder(self._view.footage)
        return self._decoder

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._decoder is not None:
            self._decoder.close()
