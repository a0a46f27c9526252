"""A stream copy starts at the keyframe, says so, and holds the source's frames to the pixel."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from footage_maker import make_images, make_video

from engine.errors import DiskFull, ExportFailed
from engine.export.excerpt import plan_excerpt, write_excerpt
from engine.footage import Footage, open_decoder, open_footage
from engine.timebase import FrameSpan

OPEN_GOP = {"x264-params": "keyint=10:min-keyint=10:scenecut=0:threads=1:open-gop=1"}
PYRAMID = {"x264-params": "keyint=20:min-keyint=20:scenecut=0:threads=1:b-pyramid=normal"}
KINDS: dict[str, dict[str, Any]] = {
    "b-frames.mp4": {},
    "pyramid.mp4": {"options": PYRAMID, "b_frames": 5},
    "open-gop.mp4": {"options": OPEN_GOP},
    "hevc.mp4": {"codec": "libx265"},
    "turned.mp4": {"rotation": 90},
    "b-frames.mkv": {},
    "pyramid.mkv": {"options": PYRAMID, "b_frames": 5},
    "lossless.mkv": {"codec": "ffv1", "b_frames": None},
    "vp9.webm": {"codec": "libvpx-vp9", "b_frames": None},
    "mpeg4.avi": {"codec": "mpeg4", "b_frames": 0},
    "mpeg4-b-frames.avi": {"codec": "mpeg4"},
    "late.ts": {"pts": lambda n: n + 88570},
    "mpeg2.mpg": {"codec": "mpeg2video"},
    "flash.flv": {},
    "variable.mkv": {"pts": lambda n: n * 40 + (n % 3) * 13, "time_base": Fraction(1, 1000)},
}


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Footage]:
    folder = tmp_path_factory.mktemp("recordings")
    made = {}
    for name, settings in KINDS.items():
        made[name] = open_footage(make_video(folder / name, 40, **settings))
    return made


def digests(footage: Footage, span: FrameSpan) -> list[str]:
    """One digest a decoded frame."""
    with open_decoder(footage) as decoder:
        return [hashlib.sha256(picture).hexdigest() for _, picture in decoder.frames(span)]


def payloads(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(p) for p in container.demux(container.streams.video[0]) if p.size]


def check(footage: Footage, span: FrameSpan, folder: Path) -> None:
    """Everything that is promised of one excerpt."""
    table = footage.table
    plan = plan_excerpt(footage, span)
    assert plan.requested == span
    assert plan.actual.start == table.keyframe_at_or_before(span.start)
    assert plan.actual.stop >= span.stop
    seconds = table.seconds()
    early = seconds[span.start] - seconds[plan.actual.start]
    assert plan.early_seconds == pytest.approx(early)
    assert ("early, at the keyframe" in plan.sentence) == (early > 0)
    assert ("late" in plan.sentence) == (plan.actual.stop > span.stop)
    record = write_excerpt(footage, span, folder, f"{span.start}-{span.stop}")
    assert record.plan == plan
    assert record.packets_identical
    excerpt = open_footage(record.path)
    assert len(excerpt) == len(plan.actual) == record.frames
    whole = FrameSpan(0, len(excerpt))
    assert digests(excerpt, whole) == digests(footage, plan.actual)
    source = set(payloads(footage.path))
    assert all(payload in source for payload in payloads(record.path))
    excerpt_seconds = excerpt.table.seconds()
    expected = seconds[plan.actual.start : plan.actual.stop] - seconds[plan.actual.start]
    np.testing.assert_allclose(excerpt_seconds, expected, atol=0.002)
    assert [p.name for p in folder.iterdir() if p.name.startswith(".")] == []


@pytest.mark.parametrize("name", KINDS)
def test_an_excerpt_holds_what_its_plan_says(
    recordings: dict[str, Footage], name: str, tmp_path: Path
) -> None:
    footage = recordings[name]
    # from within a GOP, to the end, one frame, across keyframes, out-points all over a mini-GOP
    spans = [(13, 18), (24, len(footage)), (15, 16), (8, 33), (0, 6), (0, 7), (20, 29)]
    for start, stop in spans:
        check(footage, FrameSpan(start, stop), tmp_path)


def test_an_excerpt_never_runs_on_by_more_than_a_mini_gop(
    recordings: dict[str, Footage],
) -> None:
    for name in ("b-frames.mp4", "b-frames.mkv", "late.ts"):
        for stop in range(1, 41):
            plan = plan_excerpt(recordings[name], FrameSpan(0, stop))
            assert stop <= plan.actual.stop <= stop + 4, name


def test_an_exact_cut_is_called_exact(recordings: dict[str, Footage]) -> None:
    plan = plan_excerpt(recordings["b-frames.mp4"], FrameSpan(10, 20))
    assert plan.actual == FrameSpan(10, 20)
    assert plan.sentence == "exact"


def test_a_plan_says_how_early_and_late_a_cut_is(recordings: dict[str, Footage]) -> None:
    plan = plan_excerpt(recordings["mpeg4.avi"], FrameSpan(14, 18))
    assert plan.sentence == "starts 0.4 s early, at the keyframe"


def test_images_are_refused_with_a_hint(tmp_path: Path) -> None:
    folder = make_images(tmp_path / "images", [f"{n}.png" for n in range(4)])
    with pytest.raises(ExportFailed, match="no stream to copy") as caught:
        write_excerpt(open_footage(folder), FrameSpan(0, 2), tmp_path, "a")
    assert "stills" in caught.value.hint


@pytest.mark.parametrize("name", ["raw.h264", "b-frames.avi"])
def test_a_recording_without_usable_times_is_refused_with_a_hint(tmp_path: Path, name: str) -> None:
    footage = open_footage(make_video(tmp_path / name, 30))
    assert footage.counted
    with pytest.raises(ExportFailed, match="no usable times") as caught:
        plan_excerpt(footage, FrameSpan(3, 9))
    assert "MP4" in caught.value.hint


def test_frames_that_do_not_exist_are_refused(recordings: dict[str, Footage]) -> None:
    for span in (FrameSpan(3, 3), FrameSpan(30, 41)):
        with pytest.raises(ExportFailed, match="no frames"):
            plan_excerpt(recordings["b-frames.mp4"], span)


def test_a_failed_copy_leaves_no_half_file(
    recordings: dict[str, Footage], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.export import excerpt

    def disk_full(packet: object) -> int:
        raise OSError(28, "No space left on device")

    plan = plan_excerpt(recordings["b-frames.mp4"], FrameSpan(3, 9))
    monkeypatch.setattr(excerpt, "plan_excerpt", lambda footage, span: plan)
    monkeypatch.setattr(excerpt, "clock", disk_full)
    with pytest.raises(DiskFull, match="could not be written"):
        write_excerpt(recordings["b-frames.mp4"], FrameSpan(3, 9), tmp_path, "a")
    assert list(tmp_path.glob("*a*.mp4")) == []


@pytest.mark.shared
def test_the_sound_of_an_excerpt_is_copied_too(shared: Path, tmp_path: Path) -> None:
    footage = open_footage(shared / "footage" / "with-audio.mp4")
    record = write_excerpt(footage, FrameSpan(37, 45), tmp_path, "a")
    assert record.sound == "copied, every packet identical"

    def sound(path: Path) -> list[bytes]:
        with av.open(str(path)) as container:
            return [bytes(p) for p in container.demux(container.streams.audio[0]) if p.size]

    source, copied = sound(footage.path), sound(record.path)
    at = source.index(copied[0])
    assert copied == source[at : at + len(copied)]
    with av.open(str(record.path)) as container:
        lengths = [float(s.duration * s.time_base) for s in container.streams]
    assert lengths[1] == pytest.approx(lengths[0], abs=0.12)


SHARED_SPANS = {
    "late-start.ts": [(65, 80), (150, 200)],
    "odd-size-gray.mkv": [(5, 9)],
    "one-keyframe.mp4": [(30, 41)],
    "open-gop-hevc.mp4": [(45, 62), (85, 90)],
    "ped2-test-09.mp4": [(53, 71)],
    "plaza.avi": [(260, 270)],
    "rotated.mp4": [(3, 20)],
    "truncated.mkv": [(4, 30)],
    "variable-rate.mkv": [(41, 60)],
    "with-audio.mp4": [(37, 45)],
}


@pytest.mark.shared
@pytest.mark.parametrize("name", SHARED_SPANS)
def test_real_recordings_are_cut_as_planned(shared: Path, name: str, tmp_path: Path) -> None:
    footage = open_footage(shared / "footage" / name)
    for start, stop in SHARED_SPANS[name]:
        check(footage, FrameSpan(start, stop), tmp_path)
