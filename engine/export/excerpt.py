"""The untouched excerpt: packets copied as they are, from the keyframe at or before the in-point.

Where the cut really starts and stops is known before anything is written, and checked afterwards.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from fractions import Fraction
from heapq import merge
from pathlib import Path
from typing import Any, cast

import av

from engine.errors import ExportFailed
from engine.export.failing import export_error
from engine.export.sound import clock, sound_packets, sound_stream
from engine.files import replacing
from engine.footage import Footage
from engine.footage.container import first_video, open_container
from engine.timebase import FrameSpan, spoken_duration

# The container family stays, so that no packet needs another framing; others go into Matroska.
FAMILIES = {
    "mov": (".mp4", "mp4"),
    "matroska": (".mkv", "matroska"),
    "avi": (".avi", "avi"),
    "mpegts": (".ts", "mpegts"),
}


@dataclass(frozen=True, slots=True)
class ExcerptPlan:
    """Where a cut starts and stops: as asked for, and as a stream copy can."""

    requested: FrameSpan
    actual: FrameSpan
    early_seconds: float
    late_seconds: float

    @property
    def sentence(self) -> str:
        """For the dialog, before anything is written."""
        said = []
        if self.early_seconds > 0:
            said.append(f"starts {spoken_duration(self.early_seconds)} early, at the keyframe")
        if self.late_seconds > 0:
            said.append(f"ends {spoken_duration(self.late_seconds)} late")
        return ", ".join(said) or "exact"


def plan_excerpt(footage: Footage, span: FrameSpan) -> ExcerptPlan:
    """Where a stream copy of `span` starts and stops.  Raises ExportFailed where there is no
    stream to copy, or none whose packets can be told apart.

    The end may run on by the frames that the last wanted ones are predicted from.
    """
    if footage.kind != "video":
        raise ExportFailed(
            "A folder of images has no stream to copy.", hint="Export its frames as stills."
        )
    if footage.counted:
        raise ExportFailed(
            f"{footage.path.name} stores no usable times, so it cannot be cut out untouched.",
            hint="Convert it to MP4 or MKV without re-encoding, and analyse that copy.",
        )
    if not len(span) or span.stop > len(footage.table):
        raise ExportFailed(f"There are no frames {span.start} to {span.stop - 1} to export.")
    table = footage.table
    start = table.keyframe_at_or_before(span.start)
    try:
        shown = {_shown_at(packet) for packet in _packets(footage, FrameSpan(start, span.stop))}
    except av.FFmpegError as error:
        raise ExportFailed(f"{footage.path.name} cannot be read there: {error}.") from error
    stop = int(table.pts.searchsorted(max(shown, default=0), side="right"))
    if stop < span.stop or not shown.issuperset(table.pts[start:stop].tolist()):
        raise ExportFailed(
            f"{footage.path.name} lacks packets of frames {span.start} to {span.stop - 1}.",
            hint="Check that the copy is complete.",
        )
    seconds = table.seconds()
    late = float(seconds[stop - 1] - seconds[span.stop - 1]) if stop > span.stop else 0.0
    early = float(seconds[span.start] - seconds[start])
    return ExcerptPlan(span, FrameSpan(start, stop), early, late)


def _shown_at(packet: Any) -> int:
    """When a packet's frame is shown; containers without PTS store frames in order of
    presentation.
    """
    return int(packet.pts if packet.pts is not None else packet.dts)


def _packets(footage: Footage, span: FrameSpan) -> Iterator[Any]:
    """Packets of the cut in decode order, from the keyframe span.start on.

    They end when every frame from there to the last wanted one is among them, and every frame
    before any that came ahead of its turn, so that the excerpt has no holes.  Leading pictures of
    an open GOP, shown before the keyframe, are left out: what they are predicted from is not
    there.
    """
    pts = footage.table.pts
    first, last, count = int(pts[span.start]), span.start, 0
    for packet in _packets_from(footage, first):
        shown = _shown_at(packet)
        if shown < first:
            continue
        yield packet
        at = int(pts.searchsorted(shown))
        if at < len(pts) and int(pts[at]) == shown:  # not what an edit list hides
            last, count = max(last, at), count + 1
        if last >= span.stop - 1 and count == last - span.start + 1:
            return


def _packets_from(footage: Footage, first: int) -> Iterator[Any]:
    """Packets in decode order from the keyframe that is shown at `first`: by a seek, or, where
    that lands behind it, from the start of the file.
    """
    for seeking in (True, False):
        with open_container(footage.path) as source:
            stream = first_video(source, footage.path)
            if seeking:
                source.seek(first, stream=stream, backward=True, any_frame=False)
            begun = False
            for packet in source.demux(stream):
                if packet.size == 0 or (packet.pts is None and packet.dts is None):
                    continue
                if not begun and seeking and _shown_at(packet) > first:
                    break
                begun = begun or (_shown_at(packet) == first and packet.is_keyframe)
                if begun:
                    yield packet
            if begun:
                return


@dataclass(frozen=True, slots=True)
class ExcerptRecord:
    """What was written: frames, and whether every packet equals the source's, byte by byte.

    sound: what became of the sound track, "" where there is none.
    """

    path: Path
    plan: ExcerptPlan
    frames: int
    packets_identical: bool
    sound: str = ""


def write_excerpt(footage: Footage, span: FrameSpan, folder: Path, stem: str) -> ExcerptRecord:
    """As `writing_excerpt`, at once."""
    work = writing_excerpt(footage, span, folder, stem)
    while True:
        try:
            next(work)
        except StopIteration as ended:
            return cast(ExcerptRecord, ended.value)


def writing_excerpt(
    footage: Footage, span: FrameSpan, folder: Path, stem: str
) -> Generator[int, None, ExcerptRecord]:
    """Copy the packets of `span` into folder/stem.EXT, then re-open and check; yields the frames
    copied.  DiskFull, ExportFailed.
    """
    plan = plan_excerpt(footage, span)
    try:
        with open_container(footage.path) as source:
            names = source.format.name.split(",")
            ending, family = next(
                (FAMILIES[name] for name in names if name in FAMILIES), (".mkv", "matroska")
            )
            path = folder / f"{stem}{ending}"
            copied: dict[str, list[bytes]] = {"video": [], "audio": []}
            with replacing(path) as temporary:
                with av.open(str(temporary), "w", format=family) as target:
                    lacking = yield from _copying(source, target, footage, plan.actual, copied)
                written = {kind: _payloads(temporary, kind) for kind in copied}
                if len(written["video"]) != len(copied["video"]):
                    raise ExportFailed(
                        f"The excerpt {path.name} holds {len(written['video'])} of "
                        f"{len(copied['video'])} frames."
                    )
    except (av.FFmpegError, OSError) as error:
        raise export_error(error, f"the excerpt {stem}") from error
    sound = ""
    if footage.has_audio:
        same = written["audio"] == copied["audio"]
        sound = lacking or ("copied, every packet identical" if same else "copied, re-framed")
    return ExcerptRecord(
        path, plan, len(written["video"]), written["video"] == copied["video"], sound
    )


def _copying(
    source: Any, target: Any, footage: Footage, span: FrameSpan, copied: dict[str, list[bytes]]
) -> Generator[int, None, str]:
    """Mux the packets of the cut in the order of their clocks; returns why there is no sound."""
    video = target.add_stream_from_template(first_video(source, footage.path))
    sound = sound_stream(source, target)
    tracks = [_packets(footage, span)]
    if sound is not None:
        tracks.append(sound_packets(footage, span))
    start: Fraction | None = None
    for packet in merge(*tracks, key=clock):
        moving = packet.stream.type == "video"
        if start is None and not moving:
            continue  # the first picture sets the clock
        copied["video" if moving else "audio"].append(hashlib.sha256(bytes(packet)).digest())
        start = clock(packet) if start is None else start  # one offset keeps all differences
        offset = round(start / Fraction(packet.time_base))
        if packet.pts is not None:
            packet.pts -= offset
        if packet.dts is not None:
            packet.dts -= offset
        packet.stream = video if moving else sound
        target.mux_one(packet)
        if moving:
            yield len(copied["video"])
    return "" if sound is not None else "left out: the container cannot hold it"


def _payloads(path: Path, kind: str) -> list[bytes]:
    with av.open(str(path)) as container:
        streams = container.streams.video if kind == "video" else container.streams.audio
        if not streams:
            return []
        return [
            hashlib.sha256(bytes(packet)).digest()
            for packet in container.demux(streams[0])
            if packet.size
        ]
