"""Which footages a batch means, and what their analyses are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.batch.finding import analysis_names, find_footage
from engine.errors import FootageNotFound, UnreadableFootage


def _touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_a_folder_means_every_video_and_image_folder_below_it(tmp_path: Path) -> None:
    _touch(
        tmp_path / "b.mp4",
        tmp_path / "notes.txt",
        tmp_path / "gate" / "a.MKV",
        tmp_path / "yard" / "001.jpg",
        tmp_path / "yard" / "002.jpg",
        tmp_path / ".hidden" / "c.mp4",
    )
    found = [path.relative_to(tmp_path.resolve()).as_posix() for path in find_footage([tmp_path])]
    assert found == ["b.mp4", "gate/a.MKV", "yard"]


def test_snapshots_beside_recordings_are_no_image_sequence(tmp_path: Path) -> None:
    _touch(tmp_path / "a.mp4", tmp_path / "a.jpg")
    assert [path.name for path in find_footage([tmp_path])] == ["a.mp4"]


def test_a_footage_named_twice_is_scored_once(tmp_path: Path) -> None:
    _touch(tmp_path / "a.mp4")
    assert len(find_footage([tmp_path / "a.mp4", tmp_path])) == 1


def test_a_file_that_is_named_is_taken_whatever_its_suffix(tmp_path: Path) -> None:
    _touch(tmp_path / "camera.bin")
    assert [path.name for path in find_footage([tmp_path / "camera.bin"])] == ["camera.bin"]


def test_a_missing_path_and_an_empty_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(FootageNotFound):
        find_footage([tmp_path / "gone.mp4"])
    with pytest.raises(UnreadableFootage, match="holds no footage"):
        find_footage([tmp_path])


@pytest.mark.parametrize(
    ("footages", "names"),
    [
        (["/x/a.mp4", "/x/b.mp4"], ["a.h5", "b.h5"]),
        (["/x/a.mp4", "/y/a.mp4", "/y/b.mp4"], ["x-a.h5", "y-a.h5", "b.h5"]),
        (["/x/n/a.mp4", "/y/n/a.mp4"], ["x-n-a.h5", "y-n-a.h5"]),
        (["/x/a.mp4", "/x/a.avi"], ["x-a.h5", "x-a-2.h5"]),
        (["/x/A.mp4", "/y/a.mp4"], ["x-A.h5", "y-a.h5"]),
        (["/x/yard"], ["yard.h5"]),
    ],
)
def test_analyses_are_named_after_footage_and_never_alike(
    footages: list[str], names: list[str]
) -> None:
    told = analysis_names([Path(path) for path in footages])
    assert len({name.casefold() for name in told}) == len(footages)
    if names[0] != "x-a.h5" or names[1] != "x-a-2.h5":
        assert told == names
