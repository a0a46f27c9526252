"""The untouched excerpt: packets copied as they are, from the keyframe at or before the in-point.

Where the cut really starts and stops is known before anything is written, and checked afterwards.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av

from engine.errors import ExportFailed
from engine.files import replacing
from engine.footage import Footage
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
    """Where a stream copy of `span` starts and stops.  Raises ExportFailed for image sequences.

    The end may run on by the frames that the last wanted ones are predicted from; how many is known only
    from the packets, so it is stated after writing.
    """
    if footage.kind != "video":
        raise ExportFailed(
            "A folder of images has no stream to copy.", hint="Export its frames as stills."
        )
    if not len(span) or span.stop > len(footage.table):
        raise ExportFailed(f"There are no frames {span.start} to {span.stop - 1} to export.")
    table = footage.table
    start = table.keyframe_at_or_before(span.start)
    stop = _stop_of(footage, FrameSpan(start, span.stop))
    seconds = table.seconds()
    late = 0.0
    if stop > span.stop:
        late = float(seconds[stop - 1] - seconds[span.stop - 1])
    return ExcerptPlan(
        span, FrameSpan(start, stop), float(seconds[span.start] - seconds[start]), late
    )


def _stop_of(footage: Footage, span: FrameSpan) -> int:
    """The first frame after the copied packets, from a pass over the packets of the last GOP."""
    table = footage.table
    last = int(table.pts[span.start])
    with av.open(str(footage.path)) as source:
        for packet in _packets(source, footage, span):
            last = max(last, _shown_at(packet))
    stop = int(table.pts.searchsorted(last, side="right"))
    return max(span.stop, stop)


def _shown_at(packet: Any) -> int:
    """When a packet's frame is shown; containers without PTS store frames in order of presentation."""
    when = packet.pts if packet.pts is not None else packet.dts
    return int(when) if when is not None else 0


def _packets(source: Any, footage: Footage, span: FrameSpan) -> Any:
    """Packets of the cut in decode order.

    From the packet of frame span.start until the decode time passes the last wanted frame.  Leading pictures
    of an open GOP, shown before the keyframe, are left out: what they are predicted from is not there.
    """
    stream = source.streams.video[0]
    first = int(footage.table.pts[span.start])
    end = int(footage.table.pts[span.stop - 1])
    source.seek(first, stream=stream, backward=True, any_frame=False)
    packets = source.demux(stream)
    begun = False
    for packet in packets:
        if packet.size == 0 or (packet.pts is None and packet.dts is None):
            continue
        shown = _shown_at(packet)
        if not begun:
            if shown > first:  # the seek overshot: begin at the start of the file
                source.seek(
                    int(footage.table.pts[0]), stream=stream, backward=True, any_frame=False
                )
                packets = source.demux(stream)
                yield from _from_start(packets, first, end)
                return
            if shown != first or not packet.is_keyframe:
                continue
            begun = True
        if (packet.dts if packet.dts is not None else shown) > end:
            return
        if shown >= first:
            yield packet


def _from_start(packets: Any, first: int, end: int) -> Any:
    begun = False
    for packet in packets:
        if packet.size == 0 or (packet.pts is None and packet.dts is None):
            continue
        shown = _shown_at(packet)
        begun = begun or (shown == first and packet.is_keyframe)
        if begun and (packet.dts if packet.dts is not None else shown) > end:
            return
        if begun and shown >= first:
            yield packet


@dataclass(frozen=True, slots=True)
class ExcerptRecord:
    """What was written: frames, and whether every packet equals the source's, byte by byte."""

    path: Path
    plan: ExcerptPlan
    frames: int
    packets_identical: bool


def write_excerpt(footage: Footage, span: FrameSpan, folder: Path, stem: str) -> ExcerptRecord:
    """Copy the packets of `span` into folder/stem.EXT, then re-open and check.  Raises ExportFailed."""
    plan = plan_excerpt(footage, span)
    try:
        with av.open(str(footage.path)) as source:
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
    stream = source.streams.video[0]
    out = target.add_stream_from_template(stream)
    offset: int | None = None
    for packet in _packets(source, footage, span):
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
