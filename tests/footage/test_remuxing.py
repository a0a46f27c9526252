"""A working copy of odd footage: the same pictures, found by their times."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from footage_maker import make_images, make_video

from engine.errors import BadSetting
from engine.files import sha256
from engine.footage import open_decoder, open_footage
from engine.footage.remuxing import copy_path, remuxing


def copied(source: Path) -> Path:
    target = copy_path(source)
    for _ in remuxing(open_footage(source), target):
        pass
    return target


ODD = [("b.avi", 2), ("b.h264", 2), ("plain.h264", 0)]


@pytest.mark.parametrize(("name", "b_frames"), ODD)
def test_frames_of_a_copy_are_found_and_are_those_of_the_source(
    tmp_path: Path, name: str, b_frames: int
) -> None:
    source = make_video(tmp_path / name, 34, b_frames=b_frames)
    before, odd = sha256(source), open_footage(source)
    assert odd.counted
    copy = open_footage(copied(source))
    assert sha256(source) == before
    assert not copy.counted
    assert copy.problems == ()
    assert len(copy.table) == len(odd.table) == 34
    np.testing.assert_allclose(copy.table.seconds(), odd.table.seconds(), atol=1e-3)
    with open_decoder(odd) as one, open_decoder(copy, purpose="scrub") as other:
        for at in (0, 33, 11, 12, 5):
            np.testing.assert_array_equal(one.read(at), other.read(at))


def test_a_copy_never_takes_a_name_that_is_taken(tmp_path: Path) -> None:
    source = make_video(tmp_path / "b.avi", 12)
    names = [copied(source).name for _ in range(3)]
    assert names == ["b.seekable.mkv", "b.seekable-2.mkv", "b.seekable-3.mkv"]
    with pytest.raises(BadSetting, match="there already"):
        next(iter(remuxing(open_footage(source), tmp_path / "b.seekable.mkv")))
    with pytest.raises(BadSetting, match="there already"):
        next(iter(remuxing(open_footage(source), source)))


def test_whoever_leaves_gets_no_file(tmp_path: Path) -> None:
    source = make_video(tmp_path / "b.avi", 34)
    work = remuxing(open_footage(source), copy_path(source))
    for report in work:
        if report.phase == "copying" and report.done == 10:
            work.close()  # type: ignore[attr-defined]
            break
    assert [path.name for path in tmp_path.iterdir()] == ["b.avi"]


def test_images_need_no_copy(tmp_path: Path) -> None:
    make_images(tmp_path / "yard", [f"{n:02d}.png" for n in range(4)])
    with pytest.raises(BadSetting, match="images needs no copy"):
        next(iter(remuxing(open_footage(tmp_path / "yard"), tmp_path / "x.mkv")))
