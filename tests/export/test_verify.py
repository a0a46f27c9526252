"""What verification says of a case folder that was tampered with, one way after another."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tiny_engine import finished, new_run, write_walk

from engine.detectors.speed import SpeedDetector
from engine.errors import ExportFailed
from engine.export.audit import AuditLog, broken_chain, entry_hash
from engine.export.case import CaseExport
from engine.export.verify import seal_of, verify
from engine.footage import open_footage
from engine.review.defaults import default_state
from engine.review.scoring import track
from engine.review.state import ReviewSegment, Verdict
from engine.timebase import FrameSpan


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a recording and a case of two excerpts."""
    home = tmp_path_factory.mktemp("verify")
    walk = write_walk(home / "walk.mp4")
    analysis = finished(new_run(walk, SpeedDetector(), home / "walk.h5"))
    verdict = Verdict("confirmed", "2026-01-02T03:04:05+01:00", "Kim")
    marked = ReviewSegment("m", FrameSpan(3, 8), 1.0, 3, "made", verdict, tags=("gate 2",))
    state = default_state(analysis).with_segment(marked)
    scored = track(analysis, state, analysis.calibration)
    assert len(scored.segments) == 2
    case = CaseExport(
        open_footage(walk), analysis, state, scored.score, scored.segments, home / "case"
    )
    for _ in case.run():
        pass
    return home


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy to tamper with; the source lies where it was."""
    shutil.copytree(made / "case", tmp_path / "case")
    return tmp_path / "case"


def result_of(document: dict[str, Any], name: str) -> str:
    return next(f["result"] for f in document["files"] if f["path"].endswith(name))


def rewritten_sums(folder: Path) -> None:
    """What somebody who knows how the list is made would do."""
    names = [line.split("  ")[1] for line in (folder / "SHA256SUMS").read_text().splitlines()]
    (folder / "SHA256SUMS").write_text(
        "".join(f"{hashlib.sha256((folder / n).read_bytes()).hexdigest()}  {n}\n" for n in names)
    )


def test_an_untouched_case_passes_with_its_source(folder: Path) -> None:
    document = verify(folder)
    assert document["result"] == "pass"
    assert {f["result"] for f in document["files"]} == {"pass"}
    assert result_of(document, "walk.mp4") == "pass"
    assert verify(folder, seal=document["seal"])["result"] == "pass"


def test_a_changed_file_fails(folder: Path) -> None:
    path = folder / "excerpts" / "001_original.mp4"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    document = verify(folder)
    assert document["result"] == "fail"
    assert result_of(document, "001_original.mp4") == "fail"
    assert result_of(document, "manifest.json") == "pass"


def test_a_changed_file_with_a_rewritten_list_fails_by_the_manifest(folder: Path) -> None:
    (folder / "scores.csv").write_text("frame,score\n0,0\n")
    rewritten_sums(folder)
    document = verify(folder)
    assert document["result"] == "fail"
    assert result_of(document, "scores.csv") == "fail"


def test_a_changed_manifest_fails(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace("Kim", "Lee"))
    document = verify(folder)
    assert document["result"] == "fail"
    assert result_of(document, "manifest.json") == "fail"


def test_a_folder_rewritten_as_a_whole_is_told_by_its_seal(folder: Path) -> None:
    seal = seal_of(folder)
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace("Kim", "Lee"))
    rewritten_sums(folder)
    assert verify(folder)["result"] == "pass"
    assert verify(folder, seal=seal)["result"] == "fail"


def test_an_added_file_fails(folder: Path) -> None:
    (folder / "excerpts" / "003_original.mp4").write_bytes(b"from elsewhere")
    document = verify(folder)
    assert document["result"] == "fail"
    assert result_of(document, "003_original.mp4") == "fail"


def test_an_added_empty_folder_fails_and_an_emptied_one_does_not(folder: Path) -> None:
    for path in (folder / "excerpts").iterdir():
        path.unlink()
    assert verify(folder)["result"] == "partial"
    (folder / "excerpts" / "more").mkdir()
    document = verify(folder)
    assert document["result"] == "fail"
    assert result_of(document, "excerpts/more") == "fail"


def test_an_emptied_list_is_told_as_such_and_blames_no_file(folder: Path) -> None:
    (folder / "SHA256SUMS").write_text("\n")
    document = verify(folder)
    assert document["result"] == "fail"
    (row,) = document["files"]
    assert row["path"] == "SHA256SUMS"
    assert "lists no file" in row["reason"]


def test_a_missing_excerpt_is_partial_and_a_change_beside_it_fails(folder: Path) -> None:
    (folder / "excerpts" / "002_original.mp4").unlink()
    document = verify(folder)
    assert document["result"] == "partial"
    assert result_of(document, "002_original.mp4") == "missing"
    (folder / "scores.csv").write_text("other")
    assert verify(folder)["result"] == "fail"


def test_an_excerpt_that_is_struck_off_the_list_fails(folder: Path) -> None:
    (folder / "excerpts" / "002_original.mp4").unlink()
    sums = (folder / "SHA256SUMS").read_text().splitlines(keepends=True)
    (folder / "SHA256SUMS").write_text("".join(s for s in sums if "002_original" not in s))
    assert result_of(verify(folder), "002_original.mp4") == "fail"


@pytest.mark.parametrize("name", ["manifest.json", "audit.jsonl"])
def test_without_manifest_or_audit_log_it_fails(folder: Path, name: str) -> None:
    (folder / name).unlink()
    document = verify(folder)
    assert document["result"] == "fail"
    assert result_of(document, name) == "fail"


def edited(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    lines[2] = {**lines[2], "time": "2020-01-01T00:00:00+00:00"}
    return lines


def edited_with_its_hash(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    changed = edited(lines)
    changed[2]["hash"] = entry_hash(changed[2])
    return changed


def without_one(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return lines[:2] + lines[3:]


def cut_off(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return lines[:-1]


def lengthened(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    log = AuditLog(lines)
    log.note("something else")
    return log.entries


def made_anew(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    log = AuditLog()
    for number in range(len(lines)):
        log.note("invented", number_of=number)
    return log.entries


@pytest.mark.parametrize(
    "change", [edited, edited_with_its_hash, without_one, cut_off, lengthened, made_anew]
)
def test_an_audit_log_that_was_touched_fails_even_with_a_rewritten_list(
    folder: Path, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
) -> None:
    path = folder / "audit.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    pin = json.loads((folder / "manifest.json").read_text())["audit"]
    assert pin["entries"] == len(lines)
    assert broken_chain(path.read_text(), pin) == ""
    path.write_text("".join(json.dumps(e) + "\n" for e in change(lines)))
    rewritten_sums(folder)
    document = verify(folder)
    assert document["result"] == "fail"
    assert result_of(document, "audit.jsonl") == "fail"


def test_the_audit_log_tells_who_judged_what_and_which_files_were_written(folder: Path) -> None:
    entries = [json.loads(line) for line in (folder / "audit.jsonl").read_text().splitlines()]
    actions = [entry["action"] for entry in entries]
    assert actions[0] == "export begun"
    assert actions[-1] == "export finished"
    judged = next(e for e in entries if e["action"] == "segment" and e["id"] == "s1")
    assert judged["tags"] == ["gate 2"]
    assert (judged["verdict"], judged["verdict_by"]) == ("confirmed", "Kim")
    written = {e["path"]: e["sha256"] for e in entries if e["action"] == "file written"}
    path = folder / "excerpts" / "001_original.mp4"
    assert written["excerpts/001_original.mp4"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_without_its_source_a_case_is_partial_and_with_another_one_it_fails(
    folder: Path, made: Path, tmp_path: Path
) -> None:
    kept = (made / "walk.mp4").read_bytes()
    (made / "walk.mp4").unlink()
    try:
        document = verify(folder)
        assert document["result"] == "partial"
        assert result_of(document, "walk.mp4") == "unchecked"
        beside = tmp_path / "walk.mp4"
        beside.write_bytes(kept)
        assert verify(folder)["result"] == "pass"
        beside.write_bytes(kept + b"more")
        assert verify(folder)["result"] == "fail"
    finally:
        (made / "walk.mp4").write_bytes(kept)


@pytest.mark.parametrize(
    "name",
    ["../outside.txt", "excerpts/../../outside.txt", "/etc/hostname", "C:\\outside.txt",
     "..\\outside.txt", ""],
)  # fmt: skip
def test_a_name_that_leads_out_of_the_folder_is_not_followed(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.export import verify as verifying

    outside = folder.parent / "outside.txt"
    outside.write_text("secret")
    digest = hashlib.sha256(b"secret").hexdigest()
    with open(folder / "SHA256SUMS", "a", encoding="utf-8") as stream:
        stream.write(f"{digest}  {name}\n")
    read: list[Path] = []
    hashed = verifying.sha256

    def noted(path: Path) -> str:
        read.append(path.resolve())
        return hashed(path)

    monkeypatch.setattr(verifying, "sha256", noted)
    document = verify(folder)
    assert document["result"] == "fail"
    assert next(f["result"] for f in document["files"] if f["path"] == name) == "fail"
    assert all(path.is_relative_to(folder.resolve()) for path in read)


def test_a_link_is_not_followed(folder: Path) -> None:
    outside = folder.parent / "outside.json"
    outside.write_bytes((folder / "segments.json").read_bytes())
    (folder / "segments.json").unlink()
    try:
        (folder / "segments.json").symlink_to(outside)
    except OSError:
        pytest.skip("this system does not let us make links")
    assert verify(folder)["result"] == "fail"


@pytest.mark.parametrize("sums", [b"", b"\xff\xfe\x00", b"not a sum\n"])
def test_a_damaged_list_never_passes(tmp_path: Path, sums: bytes) -> None:
    (tmp_path / "SHA256SUMS").write_bytes(sums)
    assert verify(tmp_path)["result"] == "fail"


def test_a_folder_without_sums_is_no_case(tmp_path: Path) -> None:
    with pytest.raises(ExportFailed, match="SHA256SUMS"):
        verify(tmp_path)
