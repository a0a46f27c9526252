"""Decoding: a frame has the same pixels however it is reached."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from footage_maker import X264, X265, make_images, make_video, picture

from engine.errors import Abandoned, FootageNotFound, FrameOutOfRange, UnreadableFootage
from engine.footage import open_decoder, open_footage
from engine.footage.video_decoder import VideoDecoder
from engine.timebase import FrameSpan

KINDS: dict[str, dict[str, Any]] = {
    "b-frames.mp4": {},
    "b-frames.avi": {},  # AVI has no PTS: frames are counted
    "pyramid.mkv": {"options": {"x264-params": X264 + ":bframes=5:b-adapt=0:ref=4"}},
    "open-gop.ts": {"options": {"x264-params": X264 + ":open-gop=1:bframes=3"}},
    "refresh.ts": {"options": {"x264-params": X264 + ":intra-refresh=1"}, "b_frames": 0},
    "open-gop-hevc.mp4": {"codec": "libx265", "options": {"x265-params": X265 + ":open-gop=1"}},
    "open-gop-hevc.ts": {"codec": "libx265", "options": {"x265-params": X265 + ":open-gop=1"}},
    "ten-bit.mp4": {"codec": "libx265", "pixel_format": "yuv420p10le"},
    "grey.mkv": {"codec": "ffv1", "pixel_format": "gray", "size": (59, 41), "b_frames": None},
    "variable.mp4": {"pts": lambda i: i * i + 9, "time_base": Fraction(1, 1000)},
    "late.ts": {"pts": lambda i: 885_740 + i},
    "rotated.mp4": {"rotation": 270},
    "mpeg4.avi": {"codec": "mpeg4"},
    "raw.h264": {"container": "h264"},
    "invisible.webm": {"codec": "libvpx", "b_frames": None, "options": {"auto-alt-ref": "1"}},
    "fragments.mp4": {"container_options": {"movflags": "frag_keyframe+empty_moov"}},
}


@pytest.mark.parametrize("purpose", ["scrub", "scan"])
@pytest.mark.parametrize("kind", KINDS)
def test_random_access_equals_sequential_decoding(
    tmp_path: Path, kind: str, purpose: Literal["scrub", "scan"]
) -> None:
    footage = open_footage(make_video(tmp_path / kind, **KINDS[kind]))
    with open_decoder(footage) as decoder:
        sequential = dict(decoder.frames())
    assert list(sequential) == list(range(40))
    order = list(range(40)) * 2
    random.Random(3).shuffle(order)
    with open_decoder(footage, purpose=purpose) as decoder:
        for index in order:
            frame = decoder.read(index)
            assert frame.dtype == np.uint8
            assert frame.flags.c_contiguous
            assert frame.shape == (footage.height, footage.width, 3)
            np.testing.assert_array_equal(frame, sequential[index], err_msg=f"frame {index}")


def test_a_frame_shows_what_was_recorded_at_its_time(tmp_path: Path) -> None:
    footage = open_footage(make_video(tmp_path / "a.mp4"))
    with open_decoder(footage) as decoder:
        for index in (39, 0, 17, 16):
            errors = [
                np.abs(decoder.read(index).astype(int) - picture(other)).mean()
                for other in range(40)
            ]
            assert int(np.argmin(errors)) == index


def test_rotated_footage_is_shown_upright(tmp_path: Path) -> None:
    plain = open_footage(make_video(tmp_path / "p.mp4"))
    turned = open_footage(make_video(tmp_path / "r.mp4", rotation=90))
    with open_decoder(plain) as one, open_decoder(turned) as other:
        np.testing.assert_array_equal(np.rot90(one.read(7)), other.read(7))


def test_grey_footage_has_three_equal_channels(tmp_path: Path) -> None:
    path = make_video(tmp_path / "g.mkv", codec="ffv1", pixel_format="gray", b_frames=None)
    with open_decoder(open_footage(path)) as decoder:
        frame = decoder.read(5)
    np.testing.assert_array_equal(frame[..., 0], frame[..., 1])
    np.testing.assert_array_equal(frame[..., 0], frame[..., 2])


def test_a_span_is_decoded_in_order(tmp_path: Path) -> None:
    with open_decoder(open_footage(make_video(tmp_path / "a.mp4"))) as decoder:
        assert [index for index, _ in decoder.frames(FrameSpan(13, 22))] == list(range(13, 22))
        assert list(decoder.frames(FrameSpan(5, 5))) == []


def test_a_gop_runs_from_its_keyframe_to_the_asked_frame(tmp_path: Path) -> None:
    with open_decoder(open_footage(make_video(tmp_path / "a.mp4"))) as decoder:
        assert [index for index, _ in decoder.gop(24)] == [20, 21, 22, 23, 24]
        assert [index for index, _ in decoder.gop(20)] == [20]


def test_reading_on_does_not_seek_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    footage = open_footage(make_video(tmp_path / "a.mp4"))
    jumps: list[int] = []
    jump = VideoDecoder._jump

    def counting(self: VideoDecoder, index: int, key: int) -> Any:
        jumps.append(index)
        return jump(self, index, key)

    monkeypatch.setattr(VideoDecoder, "_jump", counting)
    with open_decoder(footage) as decoder:
        for index in range(12, 40):
            decoder.read(index)
    assert jumps == [12]


@pytest.mark.parametrize("index", [-1, 40])
def test_frames_outside_are_refused(tmp_path: Path, index: int) -> None:
    footage = open_footage(make_video(tmp_path / "a.mp4"))
    with open_decoder(footage) as decoder, pytest.raises(FrameOutOfRange):
        decoder.read(index)


def test_a_decoder_can_be_used_after_it_was_closed(tmp_path: Path) -> None:
    decoder = open_decoder(open_footage(make_video(tmp_path / "a.mp4")))
    before = decoder.read(11)
    decoder.close()
    np.testing.assert_array_equal(decoder.read(11), before)
    decoder.close()


def test_footage_that_is_gone_is_not_found(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4")
    footage = open_footage(path)
    path.unlink()
    with pytest.raises(FootageNotFound):
        open_decoder(footage)


def test_damage_in_the_middle_names_the_frame_and_spares_the_others(tmp_path: Path) -> None:
    path = make_video(tmp_path / "d.mp4", 60, codec="mpeg4", b_frames=0)
    stored = bytearray(path.read_bytes())
    footage = open_footage(path)
    with open_decoder(footage) as decoder:
        whole = dict(decoder.frames())
    middle = len(stored) // 2
    stored[middle : middle + 400] = bytes(400)
    path.write_bytes(stored)
    damaged = open_footage(path)
    lost = []
    with open_decoder(damaged) as decoder:
        for index in range(len(damaged)):
            try:
                decoder.read(index)
            except UnreadableFootage as error:
                lost.append((index, str(error)))
        np.testing.assert_array_equal(decoder.read(2), whole[2])
        np.testing.assert_array_equal(decoder.read(58), whole[58])
    assert lost
    assert all(f"Frame {index} " in sentence for index, sentence in lost)


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_images_are_read_by_the_same_interface(tmp_path: Path, suffix: str) -> None:
    folder = make_images(tmp_path / "bilder-ü", [f"{i}{suffix}" for i in range(5)])
    with open_decoder(open_footage(folder)) as decoder:
        assert [index for index, _ in decoder.frames(FrameSpan(1, 4))] == [1, 2, 3]
        assert [index for index, _ in decoder.gop(3)] == [3]
        frame = decoder.read(3)
        with pytest.raises(FrameOutOfRange):
            decoder.read(5)
    assert frame.flags.c_contiguous
    assert np.abs(frame.astype(int) - picture(3)).mean() < (1e-9 if suffix == ".png" else 12)


def test_an_image_that_changed_since_is_named(tmp_path: Path) -> None:
    folder = make_images(tmp_path / "seq", ["0.png", "1.png"])
    footage = open_footage(folder)
    (folder / "1.png").write_bytes(b"gone bad")
    with open_decoder(footage) as decoder, pytest.raises(UnreadableFootage, match=r"1\.png"):
        decoder.read(1)


def test_a_read_that_is_given_up_goes_on_later_with_the_same_pixels(tmp_path):
    one_group = {"x264-params": "keyint=200:min-keyint=200:scenecut=0:threads=1"}
    path = make_video(tmp_path / "long.mp4", 60, options=one_group)
    footage = open_footage(path)
    asked = []

    def after_twenty() -> bool:
        asked.append(None)
        return len(asked) == 20

    with open_decoder(footage, purpose="scrub", given_up=after_twenty) as decoder:
        with pytest.raises(Abandoned):
            decoder.read(50)
        found = decoder.read(50)
    assert len(asked) == 50  # pictures on the way, none decoded twice
    with open_decoder(footage) as plain:
        np.testing.assert_array_equal(found, plain.read(50))
