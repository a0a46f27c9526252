"""Opening footage: what is said about whole, odd and broken recordings."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from footage_maker import X264, make_images, make_video, picture

from engine.errors import BadSetting, FootageNotFound, UnreadableFootage
from engine.footage import open_footage, opening
from engine.footage.start_time import parse_name


def test_a_plain_video_is_described_without_complaint(tmp_path: Path) -> None:
    footage = open_footage(make_video(tmp_path / "a.mp4"))
    assert (footage.kind, len(footage), footage.width, footage.height) == ("video", 40, 64, 48)
    assert (footage.codec, footage.pixel_format, footage.rotation) == ("h264", "yuv420p", 0)
    assert footage.duration == 4
    assert footage.table.rate == 10
    assert np.flatnonzero(footage.table.keyframe).tolist() == [0, 10, 20, 30]
    assert footage.problems == ()
    assert not footage.grey
    assert not footage.has_audio
    assert not footage.counted


def test_variable_rate_is_kept_and_is_no_problem(tmp_path: Path) -> None:
    path = make_video(tmp_path / "v.mkv", pts=lambda i: i * i, time_base=Fraction(1, 1000))
    footage = open_footage(path)
    assert footage.table.pts.tolist() == [i * i for i in range(40)]
    assert footage.table.variable_rate
    assert footage.problems == ()


def test_a_late_start_is_said_and_does_not_shift_the_frames(tmp_path: Path) -> None:
    path = make_video(tmp_path / "late.ts", pts=lambda i: 885_740 + i)
    footage = open_footage(path)
    assert len(footage) == 40
    assert footage.table.seconds()[10] == pytest.approx(1.0)
    assert "start at 88,57" in footage.problems[0]


def test_rotation_swaps_the_sides(tmp_path: Path) -> None:
    footage = open_footage(make_video(tmp_path / "r.mp4", rotation=90))
    assert (footage.width, footage.height, footage.rotation) == (48, 64, 90)


def test_grey_ten_bit_and_odd_sizes_open(tmp_path: Path) -> None:
    grey = make_video(
        tmp_path / "g.mkv", codec="ffv1", pixel_format="gray", size=(59, 41), b_frames=None
    )
    assert open_footage(grey).grey
    assert (open_footage(grey).width, open_footage(grey).height) == (59, 41)
    ten = make_video(tmp_path / "ten.mp4", codec="libx265", pixel_format="yuv420p10le")
    assert open_footage(ten).pixel_format == "yuv420p10le"


def test_a_single_keyframe_in_a_long_video_is_said(tmp_path: Path) -> None:
    path = make_video(tmp_path / "one.mp4", 320, options={"x264-params": "keyint=999:scenecut=0"})
    assert "Only the first frame is a keyframe" in open_footage(path).problems[0]


def test_the_start_comes_from_the_container_or_else_from_the_name(tmp_path: Path) -> None:
    path = make_video(tmp_path / "b.mp4", metadata={"creation_time": "2024-01-31T14:22:33Z"})
    told = open_footage(path)
    assert told.start_time == datetime(2024, 1, 31, 14, 22, 33, tzinfo=UTC)
    assert told.start_time_origin == "container creation_time"
    named = open_footage(
        make_video(tmp_path / "cam3_20240131_142233.avi", codec="mpeg4", b_frames=0)
    )
    assert named.start_time == datetime(2024, 1, 31, 14, 22, 33)
    assert named.start_time_origin == "file name"


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("2024-01-31T14-22-33", True),
        ("cam_2024_01_31_14_22_33_x", True),
        ("NVR20240131142233", True),
        ("20240231_142233", False),
        ("9920240131142233", False),
        ("clip 20240131", False),
    ],
)
def test_times_in_names_are_read_and_not_imagined(name: str, known: bool) -> None:
    assert parse_name(name) == (datetime(2024, 1, 31, 14, 22, 33) if known else None)


def test_a_video_cut_short_gives_what_is_there_and_names_the_last_frame(tmp_path: Path) -> None:
    whole = make_video(tmp_path / "w.mkv", 60)
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    footage = open_footage(cut)
    assert 5 < len(footage) < 60
    assert f"cut off after frame {len(footage) - 1}" in footage.problems[0]


def test_an_mp4_cut_short_behind_its_index_says_how_many_frames_are_left(tmp_path: Path) -> None:
    whole = make_video(tmp_path / "w.mp4", 60, container_options={"movflags": "faststart"})
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    footage = open_footage(cut)
    assert 5 < len(footage) < 60
    assert "ends early" in footage.problems[0]


def test_an_avi_without_its_index_is_not_believed_about_keyframes(tmp_path: Path) -> None:
    whole = make_video(tmp_path / "w.avi", 60, codec="mpeg4", b_frames=0, size=(128, 96))
    cut = tmp_path / "cut.avi"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    footage = open_footage(cut)
    assert 10 < len(footage) < 60
    assert int(footage.table.keyframe.sum()) < len(footage) // 4


def test_frames_before_the_first_keyframe_are_left_out_and_said(tmp_path: Path) -> None:
    # As if the recorder had switched to a new file in the middle of a picture group.
    whole = make_video(tmp_path / "w.ts", options={"x264-params": X264 + ":repeat-headers=1"})
    cut = tmp_path / "cut.ts"
    cut.write_bytes(whole.read_bytes()[188 * 20 :])
    footage = open_footage(cut)
    assert bool(footage.table.keyframe[0])
    assert len(footage) < 40


def test_times_that_run_backwards_make_the_frames_numbered(tmp_path: Path) -> None:
    one = make_video(tmp_path / "one.ts").read_bytes()
    joined = tmp_path / "joined.ts"
    joined.write_bytes(one + one)
    footage = open_footage(joined)
    assert footage.counted
    assert len(footage) == 80
    assert "numbered" in footage.problems[0]


def test_each_kind_of_broken_file_gets_its_own_sentence_and_hint(tmp_path: Path) -> None:
    empty = tmp_path / "empty.mp4"
    empty.touch()
    text = tmp_path / "text.mp4"
    text.write_text("this is no video, and it is long enough to be looked at" * 20)
    no_index = tmp_path / "no-index.mp4"
    no_index.write_bytes(make_video(tmp_path / "w.mp4").read_bytes()[:2000])
    bare = tmp_path / "folder"
    bare.mkdir()
    told: dict[str, str] = {}
    for path in (empty, text, no_index, bare, tmp_path / "gone.mp4"):
        with pytest.raises(UnreadableFootage) as caught:
            open_footage(path)
        told[path.name] = str(caught.value)
        assert caught.value.hint
    assert len(set(told.values())) == len(told)
    assert "0 bytes" in told["empty.mp4"]
    assert "index is missing" in told["no-index.mp4"]


def test_a_missing_path_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(FootageNotFound):
        open_footage(tmp_path / "gone.mp4")


def test_a_play_list_is_not_footage(tmp_path: Path) -> None:
    make_video(tmp_path / "a.ts")
    play_list = tmp_path / "list.m3u8"
    play_list.write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\na.ts\n#EXT-X-ENDLIST\n", encoding="utf-8"
    )
    with pytest.raises(UnreadableFootage):
        open_footage(play_list)


def test_images_come_in_natural_order_at_the_given_rate(tmp_path: Path) -> None:
    folder = make_images(tmp_path / "seq", ["f10.png", "f2.png", "f1.png"])
    (folder / "notes.txt").write_text("not an image")
    footage = open_footage(folder, Fraction(25))
    assert [path.name for path in footage.images] == ["f1.png", "f2.png", "f10.png"]
    assert (footage.kind, footage.table.rate, footage.table.time(2)) == (
        "images",
        25,
        Fraction(2, 25),
    )
    assert bool(footage.table.keyframe.all())


def test_bad_images_are_named_and_leave_their_place_empty(tmp_path: Path) -> None:
    folder = make_images(tmp_path / "seq", [f"{i}.jpg" for i in range(6)])
    torn = folder / "2.jpg"
    torn.write_bytes(torn.read_bytes()[:-100])
    assert cv2.imwrite(str(folder / "4.jpg"), picture(1, 32, 32))
    footage = open_footage(folder)
    assert footage.table.pts.tolist() == [0, 1, 3, 5]
    assert "2.jpg" in footage.problems[0]
    assert "4.jpg" in footage.problems[1]


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp", ".tif"])
def test_grey_images_are_known_to_be_grey(tmp_path: Path, suffix: str) -> None:
    assert cv2.imwrite(str(tmp_path / f"a{suffix}"), picture(1)[:, :, 0])
    footage = open_footage(tmp_path)
    assert footage.grey
    assert (footage.width, footage.height) == (64, 48)


def test_an_impossible_image_rate_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting):
        open_footage(make_images(tmp_path / "seq", ["1.png"]), Fraction(0))


def test_footage_that_is_decoded_as_a_whole_tells_how_far_it_is(tmp_path):
    path = make_video(tmp_path / "counted.avi", 40)  # AVI stores no times for B-frames
    steps = opening(path)
    reports = []
    while True:
        try:
            reports.append(next(steps))
        except StopIteration as end:
            footage = end.value
            break
    counting = [r for r in reports if r.phase == "counting frames" and r.total == 40]
    assert [r.done for r in counting] == list(range(1, 41))
    assert footage.counted
    assert len(footage) == 40
