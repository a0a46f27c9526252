"""The real recordings beside the project: all open as they should, and decode the same in any
order.
"""

from __future__ import annotations

import random
import zlib
from pathlib import Path

import numpy as np
import pytest
from footage_maker import SHARED

from engine.errors import FootageNotFound, UnreadableFootage
from engine.footage import CutDetector, Footage, open_decoder, open_footage

FOOTAGE = SHARED / "footage"
PED2 = SHARED / "data" / "ped2" / "training" / "frames" / "01"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not FOOTAGE.is_dir(), reason=f"the shared footage {FOOTAGE} is not there"),
]

DEAR = 10e6  # pixels of a GOP from which a jump takes longer than a tenth of a second

# name: (frames, width, height)
WHOLE = {
    "late-start.ts": (200, 768, 576),
    "odd-size-gray.mkv": (60, 359, 239),
    "one-keyframe.mp4": (400, 768, 576),
    "open-gop-hevc.mp4": (150, 768, 576),
    "ped2-normal.mp4": (2550, 360, 240),
    "ped2-test-01.mp4": (180, 360, 240),
    "ped2-test-03.mp4": (150, 360, 240),
    "ped2-test-06.mp4": (180, 360, 240),
    "ped2-test-08.mp4": (180, 360, 240),
    "ped2-test-09.mp4": (120, 360, 240),
    "ped2-test-12.mp4": (180, 360, 240),
    "plaza.avi": (795, 768, 576),
    "rotated.mp4": (100, 576, 768),
    "truncated.mkv": (30, 768, 576),
    "variable-rate.mkv": (210, 768, 576),
    "with-audio.mp4": (200, 768, 576),
}
BROKEN = {
    "audio-only.mp4": "sound but no picture",
    "empty.mp4": "empty",
    "not-a-video.mp4": "not a video",
    "truncated-no-index.mp4": "index is missing",
}


def digest(frame: np.ndarray) -> int:
    return zlib.crc32(frame)


def places(footage: Footage) -> tuple[list[int], list[int]]:
    """(every frame within two GOPs of three places, 100 random ones), in the order of reading.

    Where one jump decodes hundreds of frames, the surroundings are bounded to a dozen frames and
    the hundred are read in four sorted runs, so that there are few long jumps back.
    """
    count = len(footage)
    keys = np.flatnonzero(footage.table.keyframe)
    longest = int(np.diff([*keys, count]).max())
    around: list[int] = []
    for place in (0, count // 2, count - 1):
        reach = 2 * longest if longest <= 60 else 12
        around += range(max(0, place - reach), min(count, place + reach + 1))
    rng = random.Random(count)
    anywhere = [rng.randrange(count) for _ in range(100)]
    if longest * footage.width * footage.height > DEAR:
        anywhere = [i for run in range(0, 100, 25) for i in sorted(anywhere[run : run + 25])]
    return list(dict.fromkeys(around)), anywhere


@pytest.mark.parametrize("name", WHOLE)
def test_it_opens_as_it_is(name: str) -> None:
    footage = open_footage(FOOTAGE / name)
    assert (len(footage), footage.width, footage.height) == WHOLE[name]
    assert footage.has_audio == (name == "with-audio.mp4")
    assert footage.table.variable_rate == (name == "variable-rate.mkv")
    assert footage.grey == (name == "odd-size-gray.mkv")
    assert footage.rotation == (90 if name == "rotated.mp4" else 0)
    said = {
        "late-start.ts": "start at 88,575 s",
        "one-keyframe.mp4": "Only the first frame is a keyframe",
        "truncated.mkv": "after frame 29 at 0:00:02.900",
    }
    if name in said:
        assert said[name] in footage.problems[0]
    else:
        assert footage.problems == ()


@pytest.mark.parametrize("name", BROKEN)
def test_it_is_refused_with_its_own_sentence(name: str) -> None:
    with pytest.raises(UnreadableFootage, match=BROKEN[name]) as caught:
        open_footage(FOOTAGE / name)
    assert caught.value.hint
    assert not isinstance(caught.value, FootageNotFound)


@pytest.mark.parametrize("name", WHOLE)
def test_random_access_equals_sequential_decoding_in_real_footage(name: str) -> None:
    footage = open_footage(FOOTAGE / name)
    with open_decoder(footage, purpose="scan") as decoder:
        sequential = [digest(frame) for _, frame in decoder.frames()]
    assert len(sequential) == len(footage)
    around, anywhere = places(footage)
    with open_decoder(footage, purpose="scrub") as decoder:
        for index in around:
            assert digest(decoder.read(index)) == sequential[index], f"frame {index}"
        for index in anywhere:
            assert digest(decoder.read(index)) == sequential[index], f"frame {index}"
        for index in sorted(around[:6], reverse=True):
            assert digest(decoder.read(index)) == sequential[index], f"frame {index}"


def test_the_footage_of_ped2_equals_its_image_sequence_in_length_and_scene() -> None:
    images = open_footage(PED2)
    assert (len(images), images.width, images.height, images.grey) == (120, 360, 240, True)
    with (
        open_decoder(images) as one,
        open_decoder(open_footage(FOOTAGE / "ped2-normal.mp4")) as two,
    ):
        for index in (0, 60, 119):
            assert np.abs(one.read(index).astype(int) - two.read(index)).mean() < 6


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # Its other ten joins go on with the next frame of the same recording: nothing jumps there.
        ("ped2-normal.mp4", [120, 420, 780, 1200, 1740]),
        *((name, []) for name in WHOLE if name.startswith(("ped2-test", "plaza"))),
    ],
)
def test_cuts_are_found_where_the_scene_jumps_and_nowhere_else(
    name: str, expected: list[int]
) -> None:
    detector = CutDetector()
    with open_decoder(open_footage(FOOTAGE / name)) as decoder:
        assert [index for index, frame in decoder.frames() if detector.push(frame)] == expected


def test_opening_a_long_recording_takes_no_full_decode(monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.footage import indexing

    def refuse(*_: object) -> None:
        raise AssertionError("the whole stream was decoded")

    monkeypatch.setattr(indexing, "_decode_all", refuse)
    for path in (FOOTAGE / "ped2-normal.mp4", FOOTAGE / "plaza.avi"):
        assert isinstance(path, Path)
        open_footage(path)
