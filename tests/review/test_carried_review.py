"""A review moved to another computer finds its footage, or says which one is missing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tiny_engine import finished, new_run

from engine.analysis.file import read_analysis
from engine.analysis.locating import search
from engine.detectors.speed import SpeedDetector
from engine.errors import BadSetting, FootageNotFound
from engine.review.portable import CarriedReview, is_review, read_carried, write_carried
from engine.review.session import ReviewSession, UnreadableReview, open_review, review_path
from engine.review.state import ReviewSegment, ReviewState
from engine.timebase import FrameSpan


@pytest.fixture
def case(walk: Path, tmp_path: Path) -> tuple[ReviewSession, Path, Path]:
    """A review with one segment, its analysis, and the footage, in one folder."""
    footage = tmp_path / "here" / "media" / "walk.mp4"
    footage.parent.mkdir(parents=True)
    shutil.copyfile(walk, footage)
    path = tmp_path / "home" / "speed.h5"
    analysis = finished(new_run(footage, SpeedDetector(), path))
    session = open_review(review_path(path), analysis.head.footage, ReviewState(), path.name)
    mark = ReviewSegment("f", FrameSpan(3, 9), 2.0, 4, note="a dog")
    session.change("note", session.state.with_segment(mark))
    return session, path, footage


def carried_to(case: tuple[ReviewSession, Path, Path], folder: Path) -> CarriedReview:
    session, path, _ = case
    return read_carried(write_carried(session, path, folder, "walk"))


def test_a_copy_holds_review_history_and_analysis(case, tmp_path: Path) -> None:
    found = carried_to(case, tmp_path / "stick")
    assert is_review(found.path)
    assert found.analysis is not None
    assert read_analysis(found.analysis).complete
    opened = open_review(found.path, found.footage, ReviewState())
    assert opened.state == case[0].state
    assert opened.history == ["note"]
    assert found.locate() == case[2]


@pytest.mark.parametrize("name", ["walk.review.json", "walk.h5", "walk.h5.journal"])
def test_a_copy_takes_the_place_of_another_copy_only(case, tmp_path: Path, name: str) -> None:
    for _ in range(2):
        carried_to(case, tmp_path / "stick")
    (tmp_path / "stick" / name).write_bytes(b"precious")
    before = {path: path.read_bytes() for path in (tmp_path / "stick").iterdir()}
    with pytest.raises(BadSetting, match="is there already and is not"):
        carried_to(case, tmp_path / "stick")
    assert {path: path.read_bytes() for path in (tmp_path / "stick").iterdir()} == before


def test_footage_is_found_relative_to_the_review_on_another_computer(case, tmp_path: Path) -> None:
    carried_to(case, tmp_path / "here")
    there = (tmp_path / "here").rename(tmp_path / "there")
    found = read_carried(there / "walk.review.json")
    assert not Path(found.footage.path).exists()
    assert found.locate() == there / "media" / "walk.mp4"


def test_footage_is_found_beside_the_review(case, tmp_path: Path) -> None:
    found = carried_to(case, tmp_path / "stick")
    case[2].rename(tmp_path / "stick" / "walk.mp4")
    assert found.locate() == tmp_path / "stick" / "walk.mp4"


def test_paths_of_another_system_are_understood(case, tmp_path: Path) -> None:
    found = carried_to(case, tmp_path / "stick")
    document = json.loads(found.path.read_text(encoding="utf-8"))
    document["footage"]["path"] = "D:\\case 7\\walk.mp4"
    document["footage"]["relative_path"] = "..\\moved\\walk.mp4"
    found.path.write_text(json.dumps(document), encoding="utf-8")
    (tmp_path / "moved").mkdir()
    case[2].rename(tmp_path / "moved" / "walk.mp4")
    again = read_carried(found.path)
    assert again.name == "walk.mp4"
    assert again.locate().resolve() == tmp_path / "moved" / "walk.mp4"


def test_other_footage_of_the_same_name_is_refused(case, tmp_path: Path) -> None:
    found = carried_to(case, tmp_path / "stick")
    case[2].unlink()
    with pytest.raises(FootageNotFound, match="not there any more"):
        found.locate()
    (tmp_path / "stick" / "walk.mp4").write_bytes(b"something else")
    with pytest.raises(FootageNotFound, match="contents differ"):
        found.locate()


def test_a_folder_is_searched_for_footage_that_was_renamed(case, tmp_path: Path) -> None:
    found = carried_to(case, tmp_path / "stick")
    deep = tmp_path / "archive" / "2026" / "gate"
    deep.mkdir(parents=True)
    (tmp_path / "archive" / "walk.mp4").write_bytes(b"another walk")
    case[2].rename(deep / "renamed.mp4")
    places: list[Path] = []
    reports = list(search(found.footage, tmp_path / "archive", places))
    assert places == [deep / "renamed.mp4"]
    assert reports
    places.clear()
    list(search(found.footage, tmp_path / "home", places))
    assert places == []


def test_a_damaged_review_file_is_said_so(case, tmp_path: Path) -> None:
    found = carried_to(case, tmp_path / "stick")
    document = json.loads(found.path.read_text(encoding="utf-8"))
    document["footage"] = 3
    found.path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(UnreadableReview):
        read_carried(found.path)
    with pytest.raises(UnreadableReview):
        read_carried(tmp_path / "nothing.review.json")
