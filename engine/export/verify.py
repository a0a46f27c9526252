"""Whether a case folder is still what was exported.

A checksum proves "unchanged since export", not that a recording is authentic; and a folder that was
rewritten as a whole, checksums and all, can only be told by the seal that was noted elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from engine.errors import ExportFailed
from engine.export.audit import broken_chain
from engine.export.source import source_sha256
from engine.files import sha256

SUMS, MANIFEST, AUDIT = "SHA256SUMS", "manifest.json", "audit.jsonl"
NEEDED = (MANIFEST, AUDIT)
FOLDERS = {"excerpts", "stills"}

Row = dict[str, str]


def seal_of(folder: Path) -> str:
    """One hash that stands for the whole folder: of its list of checksums."""
    return sha256(folder / SUMS)


def verify(folder: Path, *, seal: str = "") -> dict[str, Any]:
    """Compare a case folder with what it says of itself.  ExportFailed where it is none.

    pass: all as exported.  partial: nothing is changed, but something cannot be checked: excerpts
    or pictures that were not handed over, or a source that is not there.  fail: a file was changed,
    added or renamed, the manifest or the audit log is missing, damaged or of another export, or the
    source is another one.  seal: the hash that was noted when the folder was exported.
    """
    if not (folder / SUMS).is_file():
        raise ExportFailed(
            f"{folder} holds no {SUMS}.", hint="Name the folder that an export wrote."
        )
    if not (folder / SUMS).read_bytes().strip():
        empty = _row(SUMS, "fail", "it lists no file, so nothing can be compared")
        return {"result": "fail", "files": [empty], "seal": seal_of(folder)}
    listed, rows = _listed(folder)
    rows += _additions(folder, set(listed))
    manifest = _manifest(folder)
    if manifest is None:
        if not any(row["path"] == MANIFEST and row["result"] != "pass" for row in rows):
            rows.append(_row(MANIFEST, "fail", "it is missing, or no manifest of an export"))
    else:
        rows = _joined(rows, [*_against_manifest(manifest, listed), *_audit(folder, manifest)])
        rows.append(_source(folder, manifest))
    if seal and seal.strip().lower() != seal_of(folder):
        rows.append(_row(SUMS, "fail", "the seal that was noted belongs to other contents"))
    results = {row["result"] for row in rows}
    outcome = "fail" if "fail" in results else "pass" if results == {"pass"} else "partial"
    return {"result": outcome, "files": rows, "seal": seal_of(folder)}


def _row(path: str, result: str, reason: str = "") -> Row:
    return {"path": path, "result": result, "reason": reason}


def _listed(folder: Path) -> tuple[dict[str, str], list[Row]]:
    """Names and digests of the list, and what their files say to it."""
    text = (folder / SUMS).read_text(encoding="utf-8", errors="replace")
    listed: dict[str, str] = {}
    rows: list[Row] = []
    for line in text.splitlines():
        digest, _, name = line.partition("  ")
        path = folder / name
        if not _is_inside(name) or _linked(folder, name):
            rows.append(_row(name, "fail", "it is not the name of a file of an export"))
            continue
        listed[name] = digest
        if not path.is_file():
            if name in NEEDED:
                rows.append(_row(name, "fail", "it is missing; nothing can be told without it"))
            else:
                rows.append(_row(name, "missing", "the file is not there"))
        elif sha256(path) != digest:
            rows.append(_row(name, "fail", "its contents differ from what was exported"))
        else:
            rows.append(_row(name, "pass"))
    return listed, rows


def _additions(folder: Path, listed: set[str]) -> Iterator[Row]:
    for path in sorted(p for p in folder.rglob("*") if p.is_file() or p.is_symlink()):
        name = path.relative_to(folder).as_posix()
        if name not in listed and name != SUMS and not path.is_dir():
            yield _row(name, "fail", "it was not part of the export")
    # what was handed over without its excerpts still has their folder
    own = {str(parent) for name in listed for parent in PurePosixPath(name).parents} | FOLDERS
    for path in sorted(p for p in folder.rglob("*") if p.is_dir() and not any(p.iterdir())):
        name = path.relative_to(folder).as_posix()
        if name not in own:
            yield _row(name, "fail", "this empty folder was not part of the export")


def _manifest(folder: Path) -> dict[str, Any] | None:
    try:
        document = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    whole = isinstance(document, dict) and document.get("format") == "normscope-case"
    return document if whole else None


def _against_manifest(manifest: dict[str, Any], listed: dict[str, str]) -> Iterator[Row]:
    """The list and the manifest name the same files with the same contents."""
    try:
        stated = {str(f["path"]): str(f["sha256"]) for f in manifest["files"]}
    except (KeyError, TypeError):
        yield _row(MANIFEST, "fail", "it does not say which files were exported")
        return
    for name, digest in stated.items():
        if name not in listed:
            yield _row(name, "fail", f"the manifest names it, {SUMS} does not")
        elif listed[name] != digest:
            yield _row(name, "fail", f"{SUMS} and the manifest state different contents")
    for name in listed:
        if name not in stated and name not in NEEDED:
            yield _row(name, "fail", f"{SUMS} names it, the manifest does not")
    if MANIFEST not in listed:
        yield _row(MANIFEST, "fail", f"{SUMS} does not name it")


def _audit(folder: Path, manifest: dict[str, Any]) -> Iterator[Row]:
    path, pin = folder / AUDIT, manifest.get("audit")
    if not isinstance(pin, dict):
        yield _row(AUDIT, "fail", "the manifest does not pin it")
    elif not path.is_file():
        yield _row(AUDIT, "fail", "it is missing; nothing can be told without it")
    else:
        reason = broken_chain(path.read_text(encoding="utf-8", errors="replace"), pin)
        if reason:
            yield _row(AUDIT, "fail", reason)


def _source(folder: Path, manifest: dict[str, Any]) -> Row:
    """The recording itself, where it was or beside the case folder."""
    source = manifest.get("source")
    if not isinstance(source, dict) or "sha256" not in source or "path" not in source:
        return _row(MANIFEST, "fail", "it does not name its source")
    known = Path(str(source["path"]))
    for path in (known, folder.parent / known.name):
        if path.exists():
            try:
                same = source_sha256(path) == source["sha256"]
            except OSError:
                continue
            if same:
                return _row(str(path), "pass", "the source is the recording that was exported from")
            reason = "the source is not the recording that was exported from: its contents differ"
            return _row(str(path), "fail", reason)
    return _row(str(known), "unchecked", "the source is not there, so it cannot be compared")


def _joined(rows: list[Row], found: list[Row]) -> list[Row]:
    """One row a path: a failure found later replaces what was said before."""
    for row in found:
        at = next((i for i, known in enumerate(rows) if known["path"] == row["path"]), None)
        if at is None:
            rows.append(row)
        elif rows[at]["result"] != "fail":
            rows[at] = row
    return rows


def _linked(folder: Path, name: str) -> bool:
    """Whether a name leads over a link, in any of its parts."""
    path = folder
    for part in PurePosixPath(name).parts:
        path = path / part
        if path.is_symlink():
            return True
    return False


def _is_inside(name: str) -> bool:
    """Whether a name stays in its folder, read as POSIX or as Windows would."""
    return bool(name) and not any(
        path.is_absolute() or path.drive or path.root or ".." in path.parts
        for path in (PurePosixPath(name), PureWindowsPath(name))
    )
