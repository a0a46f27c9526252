"""A case folder: what is in it, and what its verification says."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from footage_maker import make_images
from tiny_engine import finished, new_run

from engine.analysis.analysis import Analysis
from engine.detectors.speed import SpeedDetector
from engine.errors import ExportFailed
from engine.export.case import CaseExport, verify
from engine.export.excerpt import write_excerpt
from engine.footage import open_footage
from engine.progress import Progress
from engine.review.defaults import default_state
from engine.review.scoring import track
from engine.review.state import ReviewSegment, ReviewState, Verdict
from engine.timebase import FrameSpan


@pytest.fixture(scope="module")
def analysis(walk: Path, tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return finished(new_run(walk, SpeedDetector(), tmp_path_factory.mktemp("run") / "walk.h5"))


def case_of(analysis: Analysis, folder: Path, *extra: ReviewSegment) -> CaseExport:
    state: ReviewState = default_state(analysis)
    for segment in extra:
        state = state.with_segment(segment)
    scored = track(analysis, state, analysis.calibration)
    footage = open_footage(analysis.head.footage.path)
    return CaseExport(footage, analysis, state, scored.score, scored.segments, folder)


def drive(case: CaseExport) -> list[Progress]:
    return list(case.run())


MADE = ReviewSegment(
    "m",
    FrameSpan(3, 8),
    float("nan"),
    3,
    "made",
    Verdict("confirmed", "2026-01-02T03:04:05+01:00", "Kim"),
    'a "note", with; ünïcode\nand a second line',
)


@pytest.fixture
def folder(analysis: Analysis, tmp_path: Path) -> Path:
    """A finished case folder with two excerpts."""
    drive(case_of(analysis, tmp_path / "case", MADE))
    return tmp_path / "case"


def test_a_case_folder_holds_excerpts_tables_manifest_and_sums(
    folder: Path, analysis: Analysis, walk: Path
) -> None:
    names = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert names == {
        "SHA256SUMS",
        "manifest.json",
        "segments.csv",
        "segments.json",
        "scores.csv",
        "excerpts/001_original.mp4",
        "excerpts/002_original.mp4",
    }
    sums = dict(
        reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines()
    )
    assert set(sums) == names - {"SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["source"]["sha256"] == hashlib.sha256(walk.read_bytes()).hexdigest()
    assert manifest["detector"]["name"] == "speed"
    first = manifest["excerpts"][0]
    assert first["requested"] == [3, 8]
    assert first["actual"][0] == 0
    assert first["actual"][1] >= 8
    assert first["packets_identical"] is True
    assert first["starts_early_seconds"] == pytest.approx(0.3)
    assert manifest["segments"][0]["verdict"] == "confirmed"


def test_the_tables_are_valid_csv_and_json(folder: Path, analysis: Analysis) -> None:
    def strict(text: str) -> Any:
        def refuse(name: str) -> None:
            raise AssertionError(f"{name} is not JSON")

        return json.loads(text, parse_constant=refuse)

    strict((folder / "manifest.json").read_text(encoding="utf-8"))
    rows = strict((folder / "segments.json").read_text(encoding="utf-8"))
    with open(folder / "segments.csv", encoding="utf-8", newline="") as stream:
        table = list(csv.DictReader(stream))
    assert len(rows) == len(table) == 2
    assert rows[0]["peak"] is None
    assert table[0]["note"] == rows[0]["note"] == MADE.note
    assert (rows[0]["start"], rows[0]["stop"]) == (3, 8)
    assert rows[0]["start_time"] == pytest.approx(0.3)
    assert rows[0]["stop_time"] == pytest.approx(0.8)
    with open(folder / "scores.csv", encoding="utf-8", newline="") as stream:
        scores = list(csv.DictReader(stream))
    assert len(scores) == 48
    assert scores[0]["patch_speed"] == ""
    assert float(scores[9]["patch_speed"]) == pytest.approx(
        float(analysis.parts["patch_speed"][9]), rel=1e-5
    )


def result_of(document: dict[str, Any], name: str) -> str:
    return next(f["result"] for f in document["files"] if f["path"] == name)


def test_an_untouched_case_passes(folder: Path) -> None:
    document = verify(folder)
    assert document["result"] == "pass"
    assert {f["result"] for f in document["files"]} == {"pass"}


def test_a_changed_file_fails(folder: Path) -> None:
    path = folder / "excerpts" / "001_original.mp4"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    document = verify(folder)
    assert document["result"] == "fail"
    assert result_of(document, "excerpts/001_original.mp4") == "fail"
    assert result_of(document, "manifest.json") == "pass"


def test_an_added_file_fails(folder: Path) -> None:
    (folder / "excerpts" / "003_original.mp4").write_bytes(b"from elsewhere")
    document = verify(folder)
    assert document["result"] == "fail"
    assert result_of(document, "excerpts/003_original.mp4") == "fail"


def test_a_missing_file_is_partial_and_a_change_beside_it_fails(folder: Path) -> None:
    (folder / "excerpts" / "002_original.mp4").unlink()
    document = verify(folder)
    assert document["result"] == "partial"
    assert result_of(document, "excerpts/002_original.mp4") == "missing"
    (folder / "scores.csv").write_text("other")
    assert verify(folder)["result"] == "fail"


@pytest.mark.parametrize(
    "name",
    ["../outside.txt", "excerpts/../../outside.txt", "/etc/hostname", "C:\\outside.txt",
     "..\\outside.txt", ""],
)  # fmt: skip
def test_a_name_that_leads_out_of_the_folder_is_not_followed(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.export import case

    outside = folder.parent / "outside.txt"
    outside.write_text("secret")
    digest = hashlib.sha256(b"secret").hexdigest()
    with open(folder / "SHA256SUMS", "a", encoding="utf-8") as stream:
        stream.write(f"{digest}  {name}\n")
    read: list[Path] = []
    hashed = case.sha256

    def noted(path: Path) -> str:
        read.append(path.resolve())
        return hashed(path)

    monkeypatch.setattr(case, "sha256", noted)
    document = verify(folder)
    assert document["result"] == "fail"
    assert result_of(document, name) == "fail"
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
    assert verify(tmp_path)["result"] != "pass"


def test_a_folder_without_sums_is_no_case(tmp_path: Path) -> None:
    with pytest.raises(ExportFailed, match="SHA256SUMS"):
        verify(tmp_path)


def test_an_interrupted_export_leaves_no_half_file(analysis: Analysis, tmp_path: Path) -> None:
    whole = drive(case_of(analysis, tmp_path / "whole", MADE))
    for reports in range(1, len(whole)):
        folder = tmp_path / f"cut{reports}"
        work = case_of(analysis, folder, MADE).run()
        for _ in range(reports):
            next(work)
        work.close()  # type: ignore[attr-defined]
        for path in folder.rglob("*"):
            if path.is_file():
                same = tmp_path / "whole" / path.relative_to(folder)
                assert path.suffix == ".json" or path.read_bytes() == same.read_bytes()
        if not (folder / "SHA256SUMS").exists():
            with pytest.raises(ExportFailed):
                verify(folder)


def test_a_kill_within_an_excerpt_leaves_nothing_under_its_name(
    walk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.export import excerpt

    def interrupted(path: Path) -> list[bytes]:
        raise KeyboardInterrupt

    monkeypatch.setattr(excerpt, "_payloads", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_excerpt(open_footage(walk), FrameSpan(2, 9), tmp_path, "001_original")
    assert list(tmp_path.glob("*.mp4")) == list(tmp_path.glob(".*")) == []


def test_nothing_to_export_says_so(analysis: Analysis, tmp_path: Path) -> None:
    case = case_of(analysis, tmp_path / "case")
    case.segments = []
    with pytest.raises(ExportFailed, match="no segment"):
        drive(case)


def test_a_folder_that_cannot_be_made_says_so(analysis: Analysis, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ExportFailed, match="cannot be made"):
        drive(case_of(analysis, tmp_path / "file" / "case"))


def test_images_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    images = make_images(tmp_path / "images", [f"{n:02d}.png" for n in range(12)])
    analysis = finished(new_run(images, SpeedDetector(), tmp_path / "a.h5"))
    segment = replace(MADE, id="s1", stored=True)
    state = replace(default_state(analysis), stored=(segment,))
    scored = track(analysis, state, analysis.calibration)
    case = CaseExport(
        open_footage(images), analysis, state, scored.score, [segment], tmp_path / "case"
    )
    with pytest.raises(ExportFailed, match="no stream to copy"):
        drive(case)
    assert [p for p in (tmp_path / "case").rglob("*") if p.is_file()] == []
