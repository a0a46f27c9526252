"""What is named as normal, and what is noticed about it before anything is learned."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from footage_maker import make_video
from tiny_engine import HEIGHT, WIDTH, paint

from engine.errors import BadSetting, UnusableDataset
from engine.learning.check import NormalCheck, NormalWatch, check_normal, watched_takes
from engine.learning.normal import NormalFootage, joined, parse_normal
from engine.timebase import FrameSpan


def checked(*normal: NormalFootage, clip_rate: float | None = 10.0) -> NormalCheck:
    watch = NormalWatch()
    for _ in check_normal(normal, clip_rate, watch):
        pass
    return watch.check()


def kinds(check: NormalCheck) -> list[str]:
    return [finding.kind for finding in check.findings if finding.kind != "short"]


def test_ranges_are_named_after_a_colon():
    assert parse_normal("yard.mp4") == NormalFootage(Path("yard.mp4"))
    assert parse_normal("yard.mp4:0-500,900-1400") == NormalFootage(
        Path("yard.mp4"), (FrameSpan(0, 500), FrameSpan(900, 1400))
    )
    assert parse_normal(r"C:\cams\yard.mp4:3-9").spans == (FrameSpan(3, 9),)
    assert parse_normal(r"C:\cams\yard.mp4").spans == ()


def test_a_file_that_is_called_like_a_range_is_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("noon:1-2").write_bytes(b"")
    assert parse_normal("noon:1-2").spans == ()


def test_an_empty_range_is_refused():
    with pytest.raises(BadSetting, match="9-9 is empty"):
        parse_normal("yard.mp4:9-9")


def test_ranges_that_overlap_or_touch_become_one():
    spans = [FrameSpan(10, 20), FrameSpan(0, 5), FrameSpan(15, 30), FrameSpan(5, 7)]
    assert joined(spans) == (FrameSpan(0, 7), FrameSpan(10, 30))


def test_a_range_outside_the_footage_is_refused(walk):
    with pytest.raises(BadSetting, match=r"40-49 does not lie within walk\.mp4, which has 48"):
        checked(NormalFootage(walk, (FrameSpan(40, 49),)))


def test_a_range_of_a_folder_of_footage_is_refused(tmp_path, walk):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "walk.mp4").write_bytes(walk.read_bytes())
    with pytest.raises(BadSetting, match="several footages"):
        checked(NormalFootage(tmp_path / "a", (FrameSpan(0, 5),)))
    assert checked(NormalFootage(tmp_path / "a")).frames == 48
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnusableDataset):
        checked(NormalFootage(tmp_path / "empty"))


def test_only_the_frames_of_the_ranges_are_learned_from(walk):
    normal = NormalFootage(walk, (FrameSpan(2, 6), FrameSpan(20, 23)))
    takes = watched_takes([normal], None, NormalWatch())
    assert [take.frames for take in takes] == [4, 3]
    got = [[breaks for _, breaks in take.pictures()] for take in takes]
    assert got == [[True, False, False, False], [True, False, False]]
    first = next(iter(takes[1].pictures()))[0]
    assert np.abs(first.astype(int) - paint(20)).mean() < 8
    assert np.abs(first.astype(int) - paint(2)).mean() > 8


def test_ranges_are_sampled_at_the_clip_rate(fast_walk):
    takes = watched_takes([NormalFootage(fast_walk, (FrameSpan(10, 35),))], 10.0, NormalWatch())
    assert sum(1 for _ in takes[0].pictures()) == 10


def test_cuts_and_gaps_are_told_apart_and_counted(broken_walk):
    check = checked(NormalFootage(broken_walk), clip_rate=None)
    assert sorted(kinds(check)) == ["cut", "gap", "other-scene"]
    said = {finding.kind: finding.sentence for finding in check.findings}
    assert said["cut"].startswith("broken.mp4 has 1 cut, where the picture jumps: at 0:00:02.0.")
    assert said["gap"].startswith("broken.mp4 has 1 gap, where frames are missing: at 0:00:07.0.")
    assert check.runs == 3
    assert check.summary == "9.0 s in 1 range, 3 unbroken runs"


def test_quiet_footage_has_nothing_to_say_but_that_it_is_short(walk):
    check = checked(NormalFootage(walk))
    assert kinds(check) == []
    assert [finding.kind for finding in check.findings] == ["short"]
    assert "4.8 s" in check.findings[0].sentence
    assert check.background is not None
    assert (check.background.width, check.background.height) == (WIDTH, HEIGHT)


def test_two_ranges_of_one_scene_are_fine_and_of_two_scenes_are_not(broken_walk):
    one, two, other = FrameSpan(0, 9), FrameSpan(10, 19), FrameSpan(22, 38)
    assert kinds(checked(NormalFootage(broken_walk, (one, two)))) == []
    assert kinds(checked(NormalFootage(broken_walk, (one, other)))) == ["other-scene"]


def wide(shift: int, gain: float = 1.0):
    """The left or a shifted part of a large still scene, with somebody walking."""
    noise = np.random.default_rng(5).integers(0, 255, (96, 192, 3), dtype=np.uint8)
    scene = np.clip((cv2.GaussianBlur(noise, (13, 13), 0).astype(float) - 127) * 5 + 127, 0, 255)

    def look(number: int, width: int, height: int) -> np.ndarray:
        picture = scene[:, shift : shift + 128].copy()
        picture[40:60, 3 * number % 110 : 3 * number % 110 + 10] = 20
        return (picture * gain).astype(np.uint8)

    return look


def test_a_moved_camera_is_told_with_how_far_and_which_way(tmp_path):
    still = make_video(tmp_path / "a.mp4", 30, size=(128, 96), look=wide(20))
    moved = make_video(tmp_path / "b.mp4", 30, size=(128, 96), look=wide(26))
    check = checked(NormalFootage(still), NormalFootage(moved))
    assert kinds(check) == ["moved"]
    said = check.findings[0].sentence
    assert said.startswith("Between a.mp4 and b.mp4 the camera moved: the picture lies ")
    assert said.endswith(" pixels left.")
    assert 5 <= int(said.split(" lies ")[1].split()[0]) <= 7


def test_other_light_is_told_and_is_no_moved_camera(tmp_path):
    day = make_video(tmp_path / "a.mp4", 30, size=(128, 96), look=wide(20))
    dusk = make_video(tmp_path / "b.mp4", 30, size=(128, 96), look=wide(20, 0.4))
    check = checked(NormalFootage(day), NormalFootage(dusk))
    assert kinds(check) == ["light"]
    assert "times darker" in check.findings[0].sentence


@pytest.mark.shared
def test_the_jumps_of_real_clips_in_a_row_are_noticed(shared):
    spans = (FrameSpan(100, 140), FrameSpan(400, 440))
    check = checked(NormalFootage(shared / "footage" / "ped2-normal.mp4", spans))
    assert kinds(check) == ["cut", "cut"]
    assert check.runs == 4
