"""export and verify: what they take, and what they refuse."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from command_driver import Run, document, fails

from engine.analysis.file import read_analysis


def test_export_and_verify_make_a_case_that_passes(run: Run, scored: Path) -> None:
    written = document(run("export", scored, "--out", "case", "--json"))
    assert len(written["excerpts"]) == 1
    assert written["excerpts"][0]["packets_identical"] is True
    checked = document(run("verify", "case", "--json"))
    assert checked["result"] == "pass"
    assert set(checked["files"][0]) == {"path", "result", "reason"}
    (Path("case") / "scores.csv").unlink()
    assert document(run("verify", "case", "--json"), code=1)["result"] == "partial"
    (Path("case") / "more.txt").write_text("x")
    assert document(run("verify", "case", "--json"), code=1)["result"] == "fail"
    assert run("verify", "case")[0] == 1


def test_export_takes_numbers_confirmed_or_all(run: Run, scored: Path) -> None:
    assert document(run("export", scored, "--out", "a", "--segments", "1", "--json"))
    fails(run("export", scored, "--out", "b", "--segments", "2"), "no segment 2")
    fails(run("export", scored, "--out", "b", "--segments", "x"), "names no segments")
    fails(run("export", scored, "--out", "b", "--segments", "confirmed"), "no segment to export")
    fails(run("export", scored, "--out", "b", "--kind", "poster"), "no 'poster' copies")
    fails(run("export", scored, "--out", "a"), "already holds something")
    assert not Path("b").exists()


def test_export_takes_a_review(run: Run, scored: Path, walk: Path) -> None:
    from engine.review.defaults import default_state
    from engine.review.session import open_review
    from engine.review.state import ReviewSegment, Verdict
    from engine.timebase import FrameSpan

    analysis = read_analysis(scored)
    review = open_review(Path("r.review.json"), analysis.head.footage, default_state(analysis))
    made = ReviewSegment("m", FrameSpan(4, 9), float("nan"), 4, "made", Verdict("confirmed"))
    review.change("made", review.state.with_segment(made))
    answer = run(
        "export", scored, "--out", "c", "--review", review.path, "--segments", "confirmed", "--json"
    )
    assert [e["requested"] for e in document(answer)["excerpts"]] == [[4, 9]]
    longer = replace(made, span=FrameSpan(4, 900))
    review.change("wrong", review.state.with_segment(longer))
    fails(run("export", scored, "--out", "d", "--review", review.path), "longer footage")


def test_an_export_mentions_the_review_that_it_leaves_out(run: Run, scored: Path) -> None:
    from engine.review.defaults import default_state
    from engine.review.session import open_review, review_path

    own = Path("own.h5").resolve()
    shutil.copyfile(scored, own)
    assert "a review lies beside" not in run("export", own, "--out", "a")[2]
    analysis = read_analysis(own)
    beside = review_path(own)
    open_review(beside, analysis.head.footage, default_state(analysis)).save()
    assert f"--review {beside}" in run("export", own, "--out", "b")[2]
    assert "left out" not in run("export", own, "--out", "c", "--review", beside)[2]


def test_an_export_finds_out_that_the_footage_is_gone(run: Run, walk: Path, tmp_path: Path) -> None:
    here = tmp_path / "here.mp4"
    shutil.copyfile(walk, here)
    assert run("analyse", here)[0] == 0
    here.unlink()
    fails(run("export", "here.h5", "--out", "case"), "not there any more")


@pytest.mark.parametrize("changed", [{"fingerprint": "0" * 32}, {"size": 1}, "nothing"])
def test_a_review_of_another_footage_is_no_evidence(
    run: Run, scored: Path, changed: dict[str, object] | str
) -> None:
    from engine.review.defaults import default_state
    from engine.review.session import open_review

    analysis = read_analysis(scored)
    review = open_review(Path("r.review.json"), analysis.head.footage, default_state(analysis))
    review.save()
    assert document(run("export", scored, "--out", "own", "--review", review.path, "--json"))
    told = json.loads(review.path.read_text(encoding="utf-8"))
    told["footage"] = told["footage"] | changed if isinstance(changed, dict) else changed
    review.path.write_text(json.dumps(told), encoding="utf-8")
    answer = run("export", scored, "--out", "foreign", "--review", review.path)
    fails(answer, "belongs to another footage")
    assert not Path("foreign").exists()


def test_export_takes_segments_by_the_ids_and_numbers_that_are_listed(
    run: Run, scored: Path
) -> None:
    code, listed, _ = run("segments", scored)
    assert code == 0
    assert listed.splitlines()[1].split()[:2] == ["number", "id"]
    number, first = listed.splitlines()[2].split()[:2]
    assert number == "1"
    assert first.startswith("f")
    for at, wanted in enumerate((first, "1", f"1, {first}")):
        written = document(run("export", scored, "--out", f"c{at}", "--segments", wanted, "--json"))
        assert len(written["excerpts"]) == 1
    fails(run("export", scored, "--out", "d", "--segments", "f9999"), "no segment f9999")
    fails(run("export", scored, "--out", "d", "--segments", "1,,2"), "names no segments")
