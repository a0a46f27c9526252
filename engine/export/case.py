"""A case folder: excerpts, tables, a manifest and checksums; and its verification.

A checksum proves "unchanged since export", not that a recording is authentic.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

import engine
from engine.analysis.analysis import Analysis
from engine.errors import ExportFailed
from engine.export.excerpt import ExcerptRecord, write_excerpt
from engine.export.tables import segment_rows, write_scores, write_segments
from engine.files import sha256, write_json, write_text
from engine.footage import Footage
from engine.progress import Progress
from engine.review.state import ReviewSegment, ReviewState

SUMS = "SHA256SUMS"


@dataclass(slots=True)
class CaseExport:
    """One export; iterate `run()`, then read `records`.

    Excerpts are written to temporary names and renamed when whole: an interrupted export leaves no
    half file.
    """

    footage: Footage
    analysis: Analysis
    state: ReviewState
    score: NDArray[np.float32]
    segments: Sequence[ReviewSegment]
    folder: Path
    records: list[ExcerptRecord] = field(default_factory=list)

    def run(self) -> Iterator[Progress]:
        """Write excerpts, tables, manifest, sums; yields after each excerpt.  Raises
        ExportFailed."""
        if not self.segments:
            raise ExportFailed(
                "There is no segment to export.", hint="Lower the threshold, or mark a segment."
            )
        if (self.folder / SUMS).exists():
            raise ExportFailed(
                f"{self.folder} already holds an export.", hint="Choose a new folder for this one."
            )
        excerpts = self.folder / "excerpts"
        try:
            excerpts.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ExportFailed(f"The folder {self.folder} cannot be made.") from error
        total = len(self.segments)
        for at, segment in enumerate(self.segments):
            yield Progress("writing excerpts", at, total, "excerpt")
            stem = f"{at + 1:03d}_original"
            self.records.append(write_excerpt(self.footage, segment.span, excerpts, stem))
        yield Progress("writing tables", total, total, "excerpt")
        try:
            rows = segment_rows(self.segments, self.analysis.seconds, self.analysis.pts)
            written = write_segments(self.folder, rows)
            scores = self.folder / "scores.csv"
            write_scores(scores, self.analysis, self.score)
            yield Progress("hashing", total, total, "excerpt")
            manifest = self.folder / "manifest.json"
            write_json(manifest, self._manifest(rows))
            self._write_sums([*(r.path for r in self.records), *written, scores, manifest])
        except OSError as error:
            raise ExportFailed(f"The export could not be finished: {error}.") from error
        yield Progress("done", total, total, "excerpt")

    def _manifest(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        head, state = self.analysis.head, self.state
        source = self.footage
        excerpts = [
            {
                "file": record.path.relative_to(self.folder).as_posix(),
                "segment": row["id"],
                "requested": [record.plan.requested.start, record.plan.requested.stop],
                "actual": [record.plan.actual.start, record.plan.actual.stop],
                "actual_pts": [
                    int(source.table.pts[record.plan.actual.start]),
                    int(source.table.pts[record.plan.actual.stop - 1]),
                ],
                "starts_early_seconds": round(record.plan.early_seconds, 6),
                "ends_late_seconds": round(record.plan.late_seconds, 6),
                "frames": record.frames,
                "packets_identical": record.packets_identical,
            }
            for record, row in zip(self.records, rows, strict=True)
        ]
        return {
            "format": "normscope-case",
            "version": 1,
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "program": f"normscope {engine.__version__}",
            "note": "Checksums show that files are unchanged since export. "
            "A score is a lead, not a finding.",
            "source": {
                "path": str(source.path),
                "sha256": sha256(source.path),
                "codec": source.codec,
                "width": source.width,
                "height": source.height,
                "frames": len(source.table),
                "time_base": str(source.table.time_base),
            },
            "detector": {
                "name": head.facts.name,
                "weights": head.facts.weights_id,
                "weights_sha256": head.facts.weights_sha256,
                "gamma": head.gamma,
                "update": head.update,
                "device": head.device,
                "precision": head.precision,
            },
            "settings": {k: v for k, v in state.as_dict().items() if k != "segments"},
            "segments": rows,
            "excerpts": excerpts,
        }

    def _write_sums(self, files: Sequence[Path]) -> None:
        lines = [f"{sha256(f)}  {f.relative_to(self.folder).as_posix()}\n" for f in files]
        write_text(self.folder / SUMS, "".join(lines))


def verify(folder: Path) -> dict[str, Any]:
    """Compare a case folder with its SHA256SUMS.  Raises ExportFailed where there are none.

    pass: all files as exported.  partial: some are missing, the rest unchanged.  fail: one has
    changed, or lies there without being listed, or the list itself is damaged or leads out of the
    folder (such a name is not followed).
    """
    sums = folder / SUMS
    if not sums.is_file():
        raise ExportFailed(
            f"{folder} holds no {SUMS}.", hint="Name the folder that an export wrote."
        )
    files, listed = [], {SUMS}
    lines = sums.read_text(encoding="utf-8", errors="replace").splitlines()
    if not lines:
        files.append({"path": SUMS, "result": "fail", "reason": "it lists no file"})
    for line in lines:
        digest, _, name = line.partition("  ")
        path = folder / name
        if not _is_inside(name) or path.is_symlink():
            reason = "it is not the name of a file of an export"
            files.append({"path": name, "result": "fail", "reason": reason})
            continue
        listed.add(name)
        if not path.is_file():
            files.append({"path": name, "result": "missing", "reason": "the file is not there"})
        elif sha256(path) != digest:
            reason = "its contents differ from what was exported"
            files.append({"path": name, "result": "fail", "reason": reason})
        else:
            files.append({"path": name, "result": "pass", "reason": ""})
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        if name not in listed:
            reason = "it was not part of the export"
            files.append({"path": name, "result": "fail", "reason": reason})
    results = {entry["result"] for entry in files}
    outcome = "fail" if "fail" in results else "partial" if "missing" in results else "pass"
    return {"result": outcome, "files": files}


def _is_inside(name: str) -> bool:
    """Whether a name stays in its folder, read as POSIX or as Windows would."""
    return bool(name) and not any(
        path.is_absolute() or path.drive or path.root or ".." in path.parts
        for path in (PurePosixPath(name), PureWindowsPath(name))
    )
