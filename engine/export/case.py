"""A case folder: excerpts, copies, stills, tables, report, audit log, manifest and checksums.

It is put together in a hidden folder beside the final one and gets its name at the end, so that it
is there as a whole or not at all.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.analysis.analysis import Analysis
from engine.errors import BadSetting, DiskFull, EngineError, ExportFailed
from engine.export.audit import AuditLog
from engine.export.excerpt import ExcerptRecord
from engine.export.failing import exporting
from engine.export.ledger import HASH, REPORT, Ledger
from engine.export.manifest import CaseFacts, Exported, FileEntry, manifest_document, now
from engine.export.report import ReportContent, report_content
from engine.export.report_html import writing_html
from engine.export.report_pdf import writing_pdf
from engine.export.segment_work import SegmentWork
from engine.export.source import hashing, hashing_source, source_bytes
from engine.export.space import needed_bytes, require_room
from engine.export.staging import Staging
from engine.export.tables import segment_rows, write_scores, write_segments
from engine.export.verify import AUDIT, MANIFEST, SUMS, seal_of, verify
from engine.export.viewpoint import Viewpoint
from engine.files import write_json, write_text
from engine.footage import Footage
from engine.progress import Progress
from engine.review.state import ReviewSegment, ReviewState

__all__ = ["KINDS", "CaseExport", "parse_kinds", "verify"]

KINDS = ("original", "exact", "annotated", "stills", "report")


def parse_kinds(text: str) -> tuple[str, ...]:
    """`original,exact` or `all`, in the order of KINDS.  Raises BadSetting."""
    asked = {kind.strip() for kind in text.split(",")}
    if asked == {"all"}:
        return KINDS
    unknown = sorted(asked - set(KINDS))
    if unknown:
        raise BadSetting(
            f"There are no '{unknown[0]}' copies.", hint=f"Use all, or some of {','.join(KINDS)}."
        )
    return tuple(kind for kind in KINDS if kind in asked)


def user_name() -> str:
    """Who is at the machine, as far as it knows."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


@dataclass(slots=True)
class CaseExport:
    """One export; iterate `run()`, then read `exported`, `records`, `seal`.

    What cannot be written of one segment (a damaged frame, a stream without times) is noted and
    does not stop the rest; a full disk does.
    """

    footage: Footage
    analysis: Analysis
    state: ReviewState
    score: NDArray[np.float32]
    segments: Sequence[ReviewSegment]
    folder: Path
    kinds: Sequence[str] = ("original",)
    operator: str = ""
    exported: list[Exported] = field(default_factory=list)
    seal: str = ""

    @property
    def records(self) -> list[ExcerptRecord]:
        """The excerpts by stream copy."""
        return [e.original for e in self.exported if isinstance(e.original, ExcerptRecord)]

    @property
    def failures(self) -> list[tuple[str, str]]:
        """What could not be written: (kind, reason)."""
        return [failure for one in self.exported for failure in one.failures]

    def run(self) -> Iterator[Progress]:
        """Write everything; yields at least every few frames.  DiskFull, ExportFailed.

        Whoever stops iterating gets no folder at all.
        """
        if not self.segments:
            raise ExportFailed(
                "There is no segment to export.", hint="Lower the threshold, or mark a segment."
            )
        self.kinds = parse_kinds(",".join(self.kinds))
        self.footage = self.footage.started(self.state.began)
        self.operator = self.operator.strip() or user_name()
        self.footage.require_there()
        require_room(self.folder, needed_bytes(self.footage, self.segments, self.kinds))
        self.exported = [Exported(n, s) for n, s in enumerate(self.segments, 1)]
        with Staging(self.folder) as staging:
            ledger = Ledger(self.footage, self.segments, self.kinds)
            yield from self._writing(staging.path, ledger)
            self.seal = seal_of(staging.path)
            staging.publish()
        self._rename(staging.path)
        yield Progress("done", round(ledger.total), round(ledger.total), "step")

    def _writing(self, root: Path, ledger: Ledger) -> Iterator[Progress]:
        view = Viewpoint(self.footage, self.analysis, self.state, self.score)
        audit = AuditLog()
        audit.note("export begun", operator=self.operator, kinds=list(self.kinds),
                   source=str(self.footage.path))  # fmt: skip
        with SegmentWork(view, root, ledger, self.kinds, len(self.segments)) as work:
            for kind in work.steps:
                for one in self.exported:
                    yield from self._isolated(one, kind, work)
            work.write_contact_sheets()
        if not any(one.has_anything for one in self.exported) and self.failures:
            raise ExportFailed(self.failures[0][1])
        yield ledger.spend(0, "writing tables")
        rows = segment_rows(self.segments, self.analysis.seconds, self.analysis.pts)
        with exporting("the tables"):
            write_segments(root, rows)
            write_scores(root / "scores.csv", self.analysis, self.score)
        source = yield from self._source(ledger)
        facts = CaseFacts(view, self.kinds, self.operator, now(), *source)
        files = yield from self._hashed(root, sorted(_files(root)), ledger)
        if "report" in self.kinds:
            content = report_content(self.folder.name, facts, self.exported, files, root)
            yield from self._report(content, root, ledger)
            fresh = [path for path in _files(root) if path.name.startswith("report.")]
            files += yield from self._hashed(root, sorted(fresh), ledger)
        with exporting("the manifest"):
            self._conclude(root, facts, rows, files, audit)

    def _isolated(self, one: Exported, kind: str, work: SegmentWork) -> Iterator[Progress]:
        """A step whose failure is noted and leaves the rest alone, but for a full disk."""
        try:
            yield from work.step(kind, one)
        except DiskFull:
            raise
        except EngineError as error:
            one.failures.append((kind, str(error)))
            work.discard(kind, one)
            if len(self.kinds) == 1 and len(self.segments) == 1:
                raise  # there is nothing else that could be of use

    def _source(self, ledger: Ledger) -> Generator[Progress, None, tuple[str, int]]:
        with exporting(self.footage.path.name):
            digest = yield from self._spent(
                hashing_source(self.footage.path), ledger, self.footage.path.name
            )
            return digest, source_bytes(self.footage.path)

    def _hashed(
        self, root: Path, paths: Sequence[Path], ledger: Ledger
    ) -> Generator[Progress, None, list[FileEntry]]:
        entries = []
        for path in paths:
            name = path.relative_to(root).as_posix()
            with exporting(name):
                with open(path, "rb") as written:
                    os.fsync(written.fileno())
                digest = yield from self._spent(hashing(path), ledger, name)
                entries.append(FileEntry(name, path.stat().st_size, digest))
        return entries

    @staticmethod
    def _spent(
        work: Generator[int, None, str], ledger: Ledger, name: str
    ) -> Generator[Progress, None, str]:
        while True:
            try:
                count = next(work)
            except StopIteration as ended:
                return str(ended.value)
            yield ledger.spend(HASH * count / 1e6, "hashing", name)

    def _report(self, content: ReportContent, root: Path, ledger: Ledger) -> Iterator[Progress]:
        for write, name in ((writing_html, "report.html"), (writing_pdf, "report.pdf")):
            with exporting(name):
                for _ in write(content, root / name):
                    yield ledger.spend(REPORT / 2, "writing the report", name)

    def _conclude(
        self,
        root: Path,
        facts: CaseFacts,
        rows: list[dict[str, Any]],
        files: list[FileEntry],
        audit: AuditLog,
    ) -> None:
        """Audit log, manifest, checksums: the last files, each of which covers those before."""
        audit.note("source hashed", sha256=facts.source_sha256, bytes=facts.source_bytes)
        audit.note("detector", **facts.detector())
        for row in rows:
            names = ("id", "start", "stop", "verdict", "verdict_time", "verdict_by", "note",
                     "tags")  # fmt: skip
            audit.note("segment", **{name: row[name] for name in names})
        for one in self.exported:
            for kind, reason in one.failures:
                audit.note("not written", segment=one.segment.id, kind=kind, reason=reason)
        for entry in files:
            audit.note("file written", path=entry.path, bytes=entry.size, sha256=entry.sha256)
        audit.note("export finished", files=len(files))
        audit.write(root / AUDIT)
        document = manifest_document(facts, rows, self.exported, files, audit.pin, root)
        write_json(root / MANIFEST, document)
        sums = [(f.path, f.sha256) for f in files]
        for name in (AUDIT, MANIFEST):
            digest = hashing(root / name)
            sums.append((name, _at_once(digest)))
        write_text(root / SUMS, "".join(f"{digest}  {path}\n" for path, digest in sums))

    def _rename(self, root: Path) -> None:
        """Records name files where they lie now."""
        for one in self.exported:
            for name in ("original", "exact", "annotated"):
                record: Any = getattr(one, name)
                if record is not None:
                    moved = self.folder / record.path.relative_to(root)
                    setattr(one, name, replace(record, path=moved))


def _at_once(work: Generator[int, None, str]) -> str:
    while True:
        try:
            next(work)
        except StopIteration as ended:
            return str(ended.value)


def _files(root: Path) -> list[Path]:
    """What has been written so far; the lock and temporary files start with a dot."""
    return [p for p in root.rglob("*") if p.is_file() and not p.name.startswith(".")]
