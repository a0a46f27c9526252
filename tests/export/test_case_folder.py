"""A case folder: what is in it, and what its verification says."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from footage_maker import make_images, make_video
from tiny_engine import finished, new_run

from engine.analysis.analysis import Analysis
from engine.detectors.speed import SpeedDetector
from engine.errors import DiskFull, ExportFailed
from engine.export.case import CaseExport
from engine.export.excerpt import write_excerpt
from engine.export.tables import write_csv
from engine.export.verify import verify
from engine.footage import open_footage
from engine.progress import Progress
from engine.review.defaults import default_state
from engine.review.scoring import track
from engine.review.state import ReviewSegment, ReviewState, Verdict
from engine.timebase import FrameSpan


@pytest.fixture(scope="module")
def analysis(walk: Path, tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return finished(new_run(walk, SpeedDetector(), tmp_path_factory.mktemp("run") / "walk.h5"))


def case_of(
    analysis: Analysis,
    folder: Path,
    *extra: ReviewSegment,
    kinds: tuple[str, ...] = ("original",),
) -> CaseExport:
    state: ReviewState = default_state(analysis)
    for segment in extra:
        state = state.with_segment(segment)
    scored = track(analysis, state, analysis.calibration)
    footage = open_footage(analysis.head.footage.path)
    return CaseExport(footage, analysis, state, scored.score, scored.segments, folder, kinds, "Kim")


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
    tags=("=1+1", "gate 2"),
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
        "audit.jsonl",
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
    assert rows[0]["peak"] == pytest.approx(float(table[0]["peak"]), abs=1e-3)
    assert table[0]["note"] == rows[0]["note"] == MADE.note
    assert rows[0]["tags"] == ["=1+1", "gate 2"]
    assert table[0]["tags"] == "'=1+1; gate 2"
    assert table[1]["tags"] == ""
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


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("=cmd|'/c calc'!A0", "'=cmd|'/c calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("-a dash, then words", "'-a dash, then words"),
        ("-0.5", "-0.5"),
        (-0.5, "-0.5"),
        ("2 = 2", "2 = 2"),
        (None, ""),
    ],
)
def test_a_cell_never_begins_like_a_formula(tmp_path: Path, written: object, read: str) -> None:
    write_csv(tmp_path / "a.csv", [{"note": written, "next": 1}])
    with open(tmp_path / "a.csv", encoding="utf-8", newline="") as stream:
        assert next(csv.DictReader(stream))["note"] == read


def test_an_interrupted_export_leaves_nothing_at_all(analysis: Analysis, tmp_path: Path) -> None:
    kinds = ("original", "exact", "annotated", "stills", "report")
    phases = [p.phase for p in case_of(analysis, tmp_path / "whole", MADE, kinds=kinds).run()]
    drawing = next(at for at, phase in enumerate(phases) if phase.startswith("drawing"))
    for reports in (1, drawing + 2, len(phases) - 1):
        folder = tmp_path / "cut"
        work = case_of(analysis, folder, MADE, kinds=kinds).run()
        for _ in range(reports):
            next(work)
        assert not folder.exists()
        work.close()  # type: ignore[attr-defined]
        assert sorted(p.name for p in tmp_path.iterdir() if "home" not in p.name) == ["whole"]


def test_a_kill_within_an_excerpt_leaves_nothing_under_its_name(
    walk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.export import excerpt

    def interrupted(path: Path, kind: str) -> list[bytes]:
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


def test_a_folder_of_images_is_exported_as_its_files(tmp_path: Path) -> None:
    images = make_images(tmp_path / "images", [f"{n:02d}.png" for n in range(12)])
    analysis = finished(new_run(images, SpeedDetector(), tmp_path / "a.h5"))
    segment = replace(MADE, id="s1", stored=True)
    state = replace(default_state(analysis), stored=(segment,))
    scored = track(analysis, state, analysis.calibration)
    folder = tmp_path / "case"
    kinds = ("original", "exact", "annotated", "stills", "report")
    drive(CaseExport(open_footage(images), analysis, state, scored.score, [segment], folder, kinds))
    copied = sorted((folder / "excerpts" / "001_original").iterdir())
    assert [p.name for p in copied] == ["03.png", "04.png", "05.png", "06.png", "07.png"]
    assert all(p.read_bytes() == (images / p.name).read_bytes() for p in copied)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert [e["kind"] for e in manifest["excerpts"]] == ["original", "exact", "annotated"]
    assert manifest["excerpts"][0]["files_identical"] is True
    assert len(open_footage(folder / "excerpts" / "001_exact.mp4")) == 5
    assert verify(folder)["result"] == "pass"
    (images / "09.png").write_bytes((images / "08.png").read_bytes())
    assert verify(folder)["result"] == "fail"


def test_a_recording_without_usable_times_gets_all_but_the_original(tmp_path: Path) -> None:
    raw = make_video(tmp_path / "raw.h264", 30)
    analysis = finished(new_run(raw, SpeedDetector(), tmp_path / "a.h5"))
    segment = replace(MADE, id="s1", stored=True)
    state = replace(default_state(analysis), stored=(segment,))
    scored = track(analysis, state, analysis.calibration)
    footage = open_footage(raw)
    assert footage.counted
    rest = (footage, analysis, state, scored.score, [segment])
    with pytest.raises(ExportFailed, match="no usable times"):
        drive(CaseExport(*rest, tmp_path / "one"))
    assert not (tmp_path / "one").exists()
    case = CaseExport(*rest, tmp_path / "case", ("original", "exact", "stills", "report"))
    drive(case)
    assert [kind for kind, _ in case.failures] == ["original"]
    manifest = json.loads((tmp_path / "case" / "manifest.json").read_text(encoding="utf-8"))
    assert "no usable times" in manifest["not_written"][0]["reason"]
    assert len(open_footage(tmp_path / "case" / "excerpts" / "001_exact.mp4")) == 5
    assert verify(tmp_path / "case")["result"] == "pass"


def test_the_manifest_tells_where_everything_came_from(analysis: Analysis, tmp_path: Path) -> None:
    drive(case_of(analysis, tmp_path / "case", MADE, kinds=("original", "exact")))
    manifest = json.loads((tmp_path / "case" / "manifest.json").read_text(encoding="utf-8"))
    exact = next(e for e in manifest["excerpts"] if e["kind"] == "exact")
    assert exact["requested"] == exact["actual"] == [3, 8]
    assert exact["actual_in"]["timecode"] == "0:00:00.300"
    assert exact["actual_out"]["frame"] == 7
    assert exact["actual_in"]["pts"] == int(analysis.pts[3])
    assert "no sound" in exact["how"]
    source = manifest["source"]
    assert (source["codec"], source["width"], source["frames"]) == ("h264", 96, 48)
    assert manifest["operator"] == "Kim"
    assert manifest["settings"]["normalise"] == "calibrated"
    assert {"lambda", "gamma", "segment_settings"} <= set(manifest["settings"])
    assert {"device", "precision", "weights", "weights_sha256"} <= set(manifest["detector"])
    assert {"normscope", "python", "torch", "av"} <= set(manifest["versions"])
    first = manifest["segments"][0]
    assert (first["verdict_by"], first["note"]) == ("Kim", MADE.note)
    assert first["verdict_time"] == "2026-01-02T03:04:05+01:00"
    assert "unchanged since export" in manifest["note"]
    assert "a lead, not a finding" in manifest["note"]


def test_too_little_room_is_said_before_anything_is_written(
    analysis: Analysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.export import space

    monkeypatch.setattr(space, "free_bytes", lambda folder: 1 << 20)
    with pytest.raises(DiskFull, match=r"needs about .* only 1\.0 MB are free"):
        drive(case_of(analysis, tmp_path / "case"))
    assert not (tmp_path / "case").exists()


@pytest.mark.parametrize("room", [2_000, 9_000, 40_000])
def test_a_disk_that_fills_up_leaves_nothing_and_says_so(
    analysis: Analysis, tmp_path: Path, room: int
) -> None:
    resource = pytest.importorskip("resource", reason="file size limits are POSIX")
    kinds = ("original", "exact", "annotated", "stills", "report")
    work = case_of(analysis, tmp_path / "case", MADE, kinds=kinds)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        with pytest.raises(DiskFull, match="disk is full"):
            drive(work)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [p.name for p in tmp_path.iterdir() if "home" not in p.name] == []


def test_a_folder_that_holds_something_is_left_alone(analysis: Analysis, tmp_path: Path) -> None:
    (tmp_path / "case").mkdir()
    (tmp_path / "case" / "mine.txt").write_text("mine")
    with pytest.raises(ExportFailed, match="already holds something"):
        drive(case_of(analysis, tmp_path / "case"))
    assert (tmp_path / "case" / "mine.txt").read_text() == "mine"
    (tmp_path / "empty").mkdir()
    drive(case_of(analysis, tmp_path / "empty"))
    assert verify(tmp_path / "empty")["result"] == "pass"
