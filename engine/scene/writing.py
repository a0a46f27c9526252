"""A recording on disk: H.264 video, one mask per frame, and the labels."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from engine.errors import BadSetting
from engine.files import refuse_foreign, replacing, write_json
from engine.scene.render import render
from engine.scene.spec import KINDS, SceneEvent, SceneFrame, SceneSpec

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.video.stream import VideoStream

_KEYFRAME_SECONDS = 2
_CRF = 20
_BRIDGED_SECONDS = 1.0
_MASK = re.compile(r"\d{4,}\.png")
# how a picture of one grey bit a pixel begins; width and height are left out
_BILEVEL = (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\x01\x00")


@dataclass(frozen=True)
class ScenePaths:
    """What `write_scene` wrote.  masks: a folder of NNNN.png, 255 where abnormal, if asked for."""

    video: Path
    masks: Path
    labels: Path


def write_scene(
    spec: SceneSpec,
    folder: Path,
    *,
    name: str = "scene",
    with_masks: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> ScenePaths:
    """Render a recording into `folder`: NAME.mp4, NAME.json and NAME_masks/.

    progress: called with (frames done, frames in all) after every frame.
    """
    for done in writing_scene(spec, folder, name=name, with_masks=with_masks):
        if progress is not None:
            progress(done, spec.frames)
    return scene_paths(folder, name)


def scene_paths(folder: Path, name: str) -> ScenePaths:
    """Where the files of a recording lie."""
    return ScenePaths(folder / f"{name}.mp4", folder / f"{name}_masks", folder / f"{name}.json")


def writing_scene(
    spec: SceneSpec, folder: Path, *, name: str = "scene", with_masks: bool = True
) -> Iterator[int]:
    """As `write_scene`, step by step: yields the number of frames done.

    A caller that leaves early leaves no video behind.  BadSetting where anything but a recording
    made here would be written over.
    """
    import av  # here, because whoever only renders should not wait for FFmpeg

    paths = scene_paths(folder, name)
    _check_targets(paths, name, with_masks)
    folder.mkdir(parents=True, exist_ok=True)
    seen: dict[str, list[int]] = {}
    labels: list[int] = []
    if with_masks:
        _empty_masks(paths.masks)
    with (
        replacing(paths.video) as temporary,
        av.open(str(temporary), "w", "mp4", options={"movflags": "+faststart"}) as container,
    ):
        stream = _stream(container, spec)
        for frame in render(spec):
            picture = av.VideoFrame.from_ndarray(frame.picture, format="rgb24")
            picture.pts = frame.index
            container.mux(stream.encode(picture))
            labels.append(int(frame.mask.any()))
            for kind in frame.kinds:
                seen.setdefault(kind, []).append(frame.index)
            if with_masks:
                _write_mask(paths.masks, frame)
            yield frame.index + 1
        container.mux(stream.encode(None))
    events = events_of(seen, spec.rate)
    document = {
        "frames": spec.frames,
        "labels": labels,
        "events": [{"kind": e.kind, "start": e.start, "stop": e.stop} for e in events],
    }
    write_json(paths.labels, document)


def events_of(seen: Mapping[str, Sequence[int]], rate: int) -> list[SceneEvent]:
    """The events of a recording in order of time, from the frames in which each kind is visible.

    Somebody passing in front hides a small thing for a moment: gaps of up to a second belong to
    the event.
    """
    events: list[SceneEvent] = []
    for kind in KINDS:
        frames = sorted(seen.get(kind, ()))
        for k, frame in enumerate(frames):
            if k and frame - frames[k - 1] <= _BRIDGED_SECONDS * rate:
                events[-1] = SceneEvent(kind, events[-1].start, frame + 1)
            else:
                events.append(SceneEvent(kind, frame, frame + 1))
    return sorted(events, key=lambda event: event.start)


def _stream(container: OutputContainer, spec: SceneSpec) -> VideoStream:
    stream = container.add_stream("libx264", rate=spec.rate)
    stream.width, stream.height = spec.width, spec.height
    stream.pix_fmt = "yuv420p"
    stream.time_base = stream.codec_context.time_base = Fraction(1, spec.rate)
    # The same spec gives the same bytes: x264's output depends on the thread count, and with its
    # macroblock tree it differs from run to run on processors with AVX-512.
    keyframe = str(_KEYFRAME_SECONDS * spec.rate)
    stream.options = {
        "crf": str(_CRF),
        "preset": "medium",
        "threads": "1",
        "x264-params": "mbtree=0",
        "bf": "3",
        "g": keyframe,
        "keyint_min": keyframe,
        "sc_threshold": "0",
    }
    return stream


def _check_targets(paths: ScenePaths, name: str, with_masks: bool) -> None:
    """BadSetting where video, labels or masks would take the place of something else."""
    if not name or Path(name).name != name:
        raise BadSetting(f"'{name}' cannot be the name of a file.", hint="Use letters and digits.")
    refuse_foreign(paths.labels, _is_truth, "the labels of a rendered scene")
    refuse_foreign(paths.video, lambda video: _is_truth(paths.labels), "a rendered scene")
    if with_masks and paths.masks.exists() and not all(map(_is_mask, _masks(paths.masks))):
        raise BadSetting(
            f"{paths.masks} is there already and is not the masks of a rendered scene.",
            hint="Choose another name for what is to be written.",
        )


def _is_truth(path: Path) -> bool:
    """Whether a file is the labels of a recording, which lie beside its video."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(document, dict) and document.keys() == {"frames", "labels", "events"}


def _masks(folder: Path) -> list[Path]:
    """What lies where masks are written; the folder itself where it is none."""
    if not folder.is_dir():
        return [folder]
    return [path for path in folder.iterdir() if _MASK.fullmatch(path.name)]


def _is_mask(path: Path) -> bool:
    """Whether a file begins as a mask does."""
    if not path.is_file():
        return False
    with open(path, "rb") as stream:
        begins = stream.read(26)
    return (begins[:16], begins[24:]) == _BILEVEL


def _empty_masks(folder: Path) -> None:
    """Make room for the masks: those of a longer, earlier recording must not remain beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in _masks(folder):
        old.unlink()


def _write_mask(folder: Path, frame: SceneFrame) -> None:
    """One bit per pixel; read back it is 0 or 255.  OSError where it cannot be written."""
    path = folder / f"{frame.index:04d}.png"
    grey = frame.mask.astype(np.uint8) * 255
    if not cv2.imwrite(str(path), grey, [cv2.IMWRITE_PNG_BILEVEL, 1]):
        raise OSError(f"cannot write {path}")
