"""Playback: the right frame at the right time, at the price of one decode, and never in the way."""

from __future__ import annotations

import pytest
from footage_maker import make_video

from app.controllers.playback import Playback
from engine.footage import open_footage
from engine.footage.video_decoder import VideoDecoder
from engine.timebase import FrameSpan


@pytest.fixture(scope="module")
def long_group(tmp_path_factory):
    """120 frames at 10 a second; only the first is a keyframe."""
    path = tmp_path_factory.mktemp("playback") / "long.mp4"
    one_group = {"x264-params": "keyint=500:min-keyint=500:scenecut=0:threads=1"}
    return open_footage(make_video(path, 120, options=one_group))


@pytest.fixture
def playback(qtbot, long_group):
    made = Playback()
    made.set_footage(long_group)
    qtbot.waitUntil(lambda: made.current is not None)
    yield made
    made.close()


def go(qtbot, playback: Playback, index: int) -> None:
    playback.seek(index)
    qtbot.waitUntil(lambda: playback.index == index)


def test_stepping_back_through_a_group_decodes_it_once(qtbot, playback):
    go(qtbot, playback, 100)
    before = playback.source.decoded
    seen = []
    playback.shown.connect(seen.append)
    for index in range(99, 39, -1):
        playback.step(-1)
        qtbot.waitUntil(lambda index=index: playback.index == index)
    assert seen == list(range(99, 39, -1))
    assert playback.source.decoded - before == 100  # frames 0 to 99, for all sixty steps


def test_a_drag_shows_the_keyframe_and_the_exact_frame_once_it_rests(qtbot, playback):
    go(qtbot, playback, 30)
    seen = []
    playback.shown.connect(seen.append)
    playback.seek(80, exact=False)
    qtbot.waitUntil(lambda: playback.index == 80)
    assert seen == [0, 80]


def test_another_jump_gives_up_the_long_decode_of_the_one_before(qtbot, playback, monkeypatch):
    passed = []
    forward = VideoDecoder._known

    def counted(self, frames):
        for item in forward(self, frames):
            passed.append(item[0])
            if len(passed) == 5:
                playback.seek(3)  # while frame 110 is on its way
            yield item

    monkeypatch.setattr(VideoDecoder, "_known", counted)
    go(qtbot, playback, 0)
    playback.source._seat.close()
    passed.clear()
    playback.seek(110)
    qtbot.waitUntil(lambda: playback.index == 3)
    assert max(passed) < 20


def test_closing_does_not_wait_for_a_long_decode(qtbot, long_group, monkeypatch):
    made = Playback()
    made.set_footage(long_group)
    qtbot.waitUntil(lambda: made.current is not None)
    passed = []
    forward = VideoDecoder._known

    def counted(self, frames):
        for item in forward(self, frames):
            passed.append(item[0])
            if len(passed) == 5:
                made._worker._stopping = True
            yield item

    monkeypatch.setattr(VideoDecoder, "_known", counted)
    made.source._seat.close()
    made.seek(110)
    qtbot.waitUntil(lambda: len(passed) >= 5)
    made.close()
    assert len(passed) == 5


def test_other_footage_does_not_wait_for_the_one_before(qtbot, playback, walk):
    playback.seek(110)
    playback.set_footage(open_footage(walk), 7)
    qtbot.waitUntil(lambda: playback.current is not None)
    assert playback.index == 7
    assert playback.current.picture.shape == (64, 96, 3)


@pytest.mark.parametrize("speed", [8.0, -8.0])
def test_a_loop_is_played_over_and_over_in_both_directions(qtbot, playback, speed):
    loop = FrameSpan(40, 60)
    go(qtbot, playback, 50)
    playback.set_loop(loop)
    turns = []
    last = [50]

    def follow(index: int) -> None:
        if (index - last[0]) * speed < 0:
            turns.append((last[0], index))
        last[0] = index

    playback.shown.connect(follow)
    playback.set_speed(speed)
    qtbot.waitUntil(lambda: len(turns) >= 2, timeout=10_000)
    playback.set_speed(0.0)
    ends = [turn[1] for turn in turns]
    assert all(40 <= index < 60 for turn in turns for index in turn)
    assert all(index < 50 for index in ends) if speed > 0 else all(index >= 50 for index in ends)


def test_playing_stops_at_the_end_and_tells_it(qtbot, playback):
    go(qtbot, playback, 110)
    with qtbot.waitSignal(playback.ran_out) as told:
        playback.set_speed(8.0)
    assert told.args == [8.0]
    qtbot.waitUntil(lambda: playback.index == 119)
    assert playback.speed == 0.0
