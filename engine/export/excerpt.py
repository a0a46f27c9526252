"""The untouched excerpt: packets copied as they are, from the keyframe at or before the in-point.

Where the cut really starts and stops is known before anything is written, and checked afterwards.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av

from engine.errors import ExportFailed
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
    """What was written: frames, and whether every packet equals the source's, byte by byte."""

    path: Path
    plan: ExcerptPlan
    frames: int
    packets_identical: bool


def write_excerpt(footage: Footage, span: FrameSpan, folder: Path, stem: str) -> ExcerptRecord:
    """Copy the packets of `span` into folder/stem.EXT, then re-open and check.  Raises
    ExportFailed.
    """
    plan = plan_excerpt(footage, span)
    try:
        with open_container(footage.path) as source:
            names = source.format.name.split(",")
            ending, family = next(
                (FAMILIES[name] for name in names if name in FAMILIES), (".mkv", "matroska")
            )
            path = folder / f"{stem}{ending}"
            copied: list[bytes] = []
            with replacing(path) as temporary:
                with av.open(str(temporary), "w", format=family) as target:
                    _copy(source, target, footage, plan.actual, copied)
                written = _payloads(temporary)
                if len(written) != len(copied):
                    raise ExportFailed(
                        f"The excerpt {path.name} holds {len(written)} of {len(copied)} frames."
                    )
    except (av.FFmpegError, OSError) as error:
        raise ExportFailed(f"The excerpt {stem} could not be written: {error}.") from error
    return ExcerptRecord(path, plan, len(written), written == copied)


def _copy(source: Any, target: Any, footage: Footage, span: FrameSpan, copied: list[bytes]) -> None:
    out = target.add_stream_from_template(first_video(source, footage.path))
    offset: int | None = None
    for packet in _packets(footage, span):
        copied.append(hashlib.sha256(bytes(packet)).digest())
        if offset is None:  # one offset for both clocks keeps their difference
            offset = packet.dts if packet.dts is not None else packet.pts
        if packet.pts is not None:
            packet.pts -= offset
        if packet.dts is not None:
            packet.dts -= offset
        packet.stream = out
        target.mux_one(packet)


def _payloads(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [
            hashlib.sha256(bytes(packet)).digest()
            for packet in container.demux(container.streams.video[0])
            if packet.size
        ]
