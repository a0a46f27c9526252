"""The manifest of a case folder: where everything came from, and how it was made."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import engine
from engine.export.copies import CopyRecord
from engine.export.excerpt import ExcerptRecord
from engine.export.images import ImagesRecord
from engine.export.stills import Still
from engine.export.viewpoint import Viewpoint
from engine.review.state import ReviewSegment
from engine.timebase import FrameSpan

NOTE = (
    "Checksums show that files are unchanged since export; they do not show that a recording is "
    "authentic. A score is a lead, not a finding."
)
PACKAGES = ("torch", "numpy", "av", "opencv-python-headless", "h5py", "reportlab")


@dataclass(slots=True)
class Exported:
    """What became of one segment.  failures: (kind, reason)."""

    number: int
    segment: ReviewSegment
    original: ExcerptRecord | ImagesRecord | None = None
    exact: CopyRecord | None = None
    annotated: CopyRecord | None = None
    stills: list[Still] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)

    @property
    def has_anything(self) -> bool:
        """Whether any excerpt or picture came out."""
        return bool(self.original or self.exact or self.annotated or self.stills)


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file of the case folder.  path: relative to it, with slashes."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What holds for the whole export."""

    view: Viewpoint
    kinds: Sequence[str]
    operator: str
    made: datetime
    source_sha256: str
    source_bytes: int

    def versions(self) -> dict[str, str]:
        """The program and what it stands on."""
        found = {"normscope": engine.__version__, "python": platform.python_version()}
        for name in PACKAGES:
            try:
                found[name] = version(name)
            except PackageNotFoundError:  # a frozen program carries no records of packages
                continue
        return {**found, "system": platform.platform(terse=True)}

    def source(self) -> dict[str, Any]:
        """The recording."""
        footage = self.view.footage
        table = footage.table
        started = footage.start_time
        return {
            "path": str(footage.path),
            "sha256": self.source_sha256,
            "sha256_of": "the file" if footage.kind == "video" else "lines `sha256  name`, sorted",
            "bytes": self.source_bytes,
            "kind": footage.kind,
            "codec": footage.codec,
            "pixel_format": footage.pixel_format,
            "width": footage.width,
            "height": footage.height,
            "rotation": footage.rotation,
            "frames": len(table),
            "time_base": f"{table.time_base.numerator}/{table.time_base.denominator}",
            "first_pts": int(table.pts[0]) if len(table) else None,
            "last_pts": int(table.pts[-1]) if len(table) else None,
            "rate": table.rate,
            "variable_rate": table.variable_rate,
            "times_usable": not footage.counted,
            "has_audio": footage.has_audio,
            "problems": list(footage.problems),
            "started": None if started is None else started.isoformat(),
            "started_origin": footage.start_time_origin,
        }

    def detector(self) -> dict[str, Any]:
        """What scored it."""
        analysis = self.view.analysis
        head, calibration = analysis.head, self.view.calibration
        return {
            "name": head.facts.name,
            "weights": head.facts.weights_id,
            "weights_sha256": head.facts.weights_sha256,
            "gamma": head.gamma,
            "update": head.update,
            "device": head.device,
            "precision": head.precision,
            "clip_rate": head.facts.clip_rate,
            "warning": head.facts.warning,
            "calibrated_on": calibration.origin if calibration else None,
            "frames_scored": int(analysis.scored.sum()),
            "complete": analysis.complete,
        }


def manifest_document(
    facts: CaseFacts,
    rows: Sequence[dict[str, Any]],
    exported: Sequence[Exported],
    files: Sequence[FileEntry],
    audit: dict[str, Any],
    root: Path,
) -> dict[str, Any]:
    """manifest.json: cli.md and product.md say what has to be in it."""
    state = facts.view.state
    excerpts = [entry for one in exported for entry in _excerpts(facts.view, one, root)]
    return {
        "format": "normscope-case",
        "version": 2,
        "made": facts.made.isoformat(timespec="seconds"),
        "operator": facts.operator,
        "program": f"normscope {engine.__version__}",
        "versions": facts.versions(),
        "note": NOTE,
        "kinds": list(facts.kinds),
        "source": facts.source(),
        "detector": facts.detector(),
        "settings": {k: v for k, v in state.as_dict().items() if k not in ("segments", "next_id")},
        "segments": list(rows),
        "excerpts": excerpts,
        "not_written": [
            {"segment": one.segment.id, "kind": kind, "reason": reason}
            for one in exported
            for kind, reason in one.failures
        ],
        "files": [{"path": f.path, "bytes": f.size, "sha256": f.sha256} for f in files],
        "audit": audit,
    }


def _excerpts(view: Viewpoint, one: Exported, root: Path) -> list[dict[str, Any]]:
    entries = []
    original = one.original
    if isinstance(original, ExcerptRecord):
        plan = original.plan
        entries.append(
            {
                **_cut(view, one, "original", original.path, root, plan.requested, plan.actual),
                "starts_early_seconds": round(plan.early_seconds, 6),
                "ends_late_seconds": round(plan.late_seconds, 6),
                "frames": original.frames,
                "packets_identical": original.packets_identical,
                "sound": original.sound or "the source has none",
            }
        )
    elif isinstance(original, ImagesRecord):
        entries.append(
            {
                **_cut(view, one, "original", original.path, root, original.span, original.span),
                "frames": original.frames,
                "files_identical": original.files_identical,
            }
        )
    for copy in (one.exact, one.annotated):
        if copy is not None:
            entries.append(
                {
                    **_cut(view, one, copy.kind, copy.path, root, one.segment.span, copy.span),
                    "frames": len(copy.span),
                    "width": copy.size[0],
                    "height": copy.size[1],
                    "how": copy.note,
                }
            )
    return entries


def _cut(
    view: Viewpoint,
    one: Exported,
    kind: str,
    path: Path,
    root: Path,
    requested: FrameSpan,
    actual: FrameSpan,
) -> dict[str, Any]:
    """Requested and actual ends; `out` names the last frame that is in it."""
    return {
        "file": path.relative_to(root).as_posix(),
        "kind": kind,
        "segment": one.segment.id,
        "requested": [requested.start, requested.stop],
        "actual": [actual.start, actual.stop],
        "requested_in": view.place(requested.start),
        "requested_out": view.place(requested.stop - 1),
        "actual_in": view.place(actual.start),
        "actual_out": view.place(actual.stop - 1),
    }


def now() -> datetime:
    """The moment of export."""
    return datetime.now(UTC)
