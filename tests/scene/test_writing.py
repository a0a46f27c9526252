"""The files of a rendered recording: what a player, a detector and an evaluation find in them."""

from __future__ import annotations

import json
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from engine.scene import SceneEvent, ScenePaths, SceneSpec, render, write_scene
from engine.scene.writing import events_of

SPEC = SceneSpec(
    seed=4, seconds=4.5, width=240, height=160, anomalies=(("runner", 1.0), ("cart", 3.2))
)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> ScenePaths:
    return write_scene(SPEC, tmp_path_factory.mktemp("scene"), name="square")


def test_the_video_holds_every_frame_close_to_how_it_was_rendered(written: ScenePaths) -> None:
    with av.open(str(written.video)) as container:
        stream = container.streams.video[0]
        decoded = list(container.decode(stream))
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
    assert [round(frame.time * 10) for frame in decoded] == list(range(SPEC.frames))
    for picture, frame in zip(decoded, render(SPEC), strict=True):
        error = picture.to_ndarray(format="rgb24").astype(float) - frame.picture
        assert 10 * np.log10(255**2 / (error**2).mean()) > 30


def test_keyframes_come_every_two_seconds_with_b_frames_between(written: ScenePaths) -> None:
    with av.open(str(written.video)) as container:
        packets = [(p.pts, p.is_keyframe) for p in container.demux(video=0) if p.pts is not None]
    times = [pts for pts, _ in packets]  # in decoding order
    shown = sorted(times)
    assert sorted(shown.index(pts) for pts, is_key in packets if is_key) == [0, 20, 40]
    assert times != shown


def test_the_index_lies_before_the_pictures(written: ScenePaths) -> None:
    content = written.video.read_bytes()
    assert 0 <= content.find(b"moov") < content.find(b"mdat")


def test_the_same_spec_gives_the_same_bytes(tmp_path: Path) -> None:
    spec = SceneSpec(7, 3.0, width=96, height=64, anomalies=(("runner", 0.5),))
    files = [write_scene(spec, tmp_path / str(n), with_masks=False).video for n in range(4)]
    assert len({file.read_bytes() for file in files}) == 1


def test_labels_masks_and_events_agree(written: ScenePaths) -> None:
    document = json.loads(written.labels.read_text(encoding="utf-8"))
    files = sorted(written.masks.iterdir())
    assert document["frames"] == len(document["labels"]) == len(files) == SPEC.frames
    masks = [np.asarray(cv2.imread(str(file), cv2.IMREAD_UNCHANGED)) for file in files]
    assert {value for mask in masks for value in np.unique(mask).tolist()} == {0, 255}
    assert [int(mask.any()) for mask in masks] == document["labels"]
    assert [event["kind"] for event in document["events"]] == ["runner", "cart"]
    within = np.zeros(SPEC.frames, bool)
    for event in document["events"]:
        within[event["start"] : event["stop"]] = True
    assert not np.any(np.array(document["labels"], bool) & ~within)


def test_writing_again_without_masks_leaves_one_video_and_tells_how_far_it_is(
    tmp_path: Path,
) -> None:
    told: list[tuple[int, int]] = []
    spec = SceneSpec(seed=1, seconds=0.5, width=96, height=64)
    for _ in range(2):
        told.clear()
        write_scene(spec, tmp_path, with_masks=False, progress=lambda *now: told.append(now))
    assert told == [(k, 5) for k in range(1, 6)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["scene.json", "scene.mp4"]


def test_masks_of_a_longer_recording_do_not_remain(tmp_path: Path) -> None:
    for seconds in (0.6, 0.3):
        spec = SceneSpec(seed=1, seconds=seconds, width=96, height=64)
        paths = write_scene(spec, tmp_path)
    assert len(list(paths.masks.iterdir())) == 3


def test_a_moment_of_occlusion_does_not_end_an_event() -> None:
    assert events_of({"bag": [5, 6, 7, 12, 13, 40], "cart": [1]}, rate=10) == [
        SceneEvent("cart", 1, 2),
        SceneEvent("bag", 5, 14),
        SceneEvent("bag", 40, 41),
    ]
