"""A working copy of footage in which frames cannot be found by time: the same packets, with times.

Nothing is encoded again.  Each packet is told apart by its number, which the decoder hands on to
the picture that comes of it, so that the order in which pictures are shown gives every packet its
time.  The copy holds the pictures only, is checked before it gets its name, and the source is never
written to.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

import av
import av.error
import numpy as np
from av.packet import Packet
from av.video.stream import VideoStream
from numpy.typing import NDArray

from engine.errors import BadSetting, UnreadableFootage
from engine.files import replacing, storing
from engine.footage.container import first_video, open_container, packets_of, skip_to_keyframe
from engine.footage.footage import Footage, open_footage
from engine.progress import Progress, RateMeter

MARK = ".seekable"


class NotCopied(UnreadableFootage):
    """The packets could not be given times."""

    hint = "The footage opens as it is; convert it with the recorder's own player to jump quickly."


def copy_path(source: Path) -> Path:
    """Where a working copy of a file goes: beside it, under a name that is free."""
    number, found = 1, source.with_name(f"{source.stem}{MARK}.mkv")
    while found.exists():
        number += 1
        found = source.with_name(f"{source.stem}{MARK}-{number}.mkv")
    return found


def remuxing(footage: Footage, target: Path) -> Iterator[Progress]:
    """Write a working copy of `footage` to `target` (.mkv), where nothing may lie.

    Raises BadSetting, NotCopied, UnreadableFootage, DiskFull, StorageFailed; whoever leaves gets
    no file.
    """
    if target.exists():
        raise BadSetting(f"{target} is there already.", hint="Choose another name for the copy.")
    if footage.kind != "video":
        raise BadSetting("A folder of images needs no copy: every frame is a file of its own.")
    total = len(footage.table)
    ranks = yield from _ranks(footage.path, total)
    times = _times(footage, len(ranks))
    with storing(f"the copy {target.name}"), replacing(target) as temporary:
        try:
            yield from _copying(footage, temporary, ranks, times)
        except av.error.FFmpegError as error:
            if isinstance(error, OSError):
                raise  # of the disk
            raise NotCopied(f"{footage.path.name} does not fit into a copy.") from error
        yield Progress("checking the copy", total, total)
        copy = open_footage(temporary)
        # frames that are damaged at the end may show in one container and not in the other
        if copy.counted or not total <= len(copy.table) <= len(ranks):
            raise NotCopied(f"{footage.path.name} cannot be copied so that frames are found.")


def _numbered(packets: Iterator[Packet[VideoStream]]) -> Iterator[Packet[VideoStream]]:
    """The packets from the first keyframe on, each with its number as its only time."""
    packet = skip_to_keyframe(packets)
    number = 0
    while packet is not None:
        packet.pts = packet.dts = number
        yield packet
        number += 1
        try:
            packet = next(packets, None)
        except av.error.FFmpegError:  # what is there is there
            return


def _ranks(path: Path, total: int) -> Generator[Progress, None, NDArray[np.int64]]:
    """For each packet, as which picture it is shown.  (P,)."""
    order: list[int] = []
    count, meter = 0, RateMeter()
    with closing(open_container(path)) as container:
        stream = first_video(container, path)
        for packet in _numbered(packets_of(container, stream)):
            count += 1
            try:
                order += [frame.pts for frame in packet.decode() if frame.pts is not None]
            except av.error.FFmpegError:
                continue
            yield meter.progress("ordering frames", count, max(total, count))
        order += [f.pts for f in stream.codec_context.decode(None) if f.pts is not None]
    if sorted(order) != list(range(count)):
        raise NotCopied(f"Not every packet of {path.name} is one picture.")
    return np.asarray(np.argsort(order, kind="stable"), np.int64)


def _times(footage: Footage, count: int) -> NDArray[np.int64]:
    """Time of each shown picture in ticks of the table from the first; of those that the table
    left out at the end, in the usual steps.
    """
    table = footage.table
    missing = np.arange(1, max(0, count - len(table)) + 1, dtype=np.int64) * _step(footage)
    ticks = np.concatenate((table.pts, table.pts[-1] + missing))[:count]
    return np.asarray(ticks - table.pts[0], np.int64)


def _step(footage: Footage) -> int:
    """Ticks from a picture to the next, as a rule."""
    interval = footage.table.interval
    return 1 if interval is None else max(1, round(interval / footage.table.time_base))


def _copying(
    footage: Footage, target: Path, ranks: NDArray[np.int64], times: NDArray[np.int64]
) -> Iterator[Progress]:
    path, base, meter = footage.path, footage.table.time_base, RateMeter()
    shown = times[ranks]  # of the packets, in their order
    late = int((times - shown).max(initial=0))  # no packet is decoded after it is shown
    with closing(open_container(path)) as container, av.open(str(target), "w", "matroska") as into:
        stream = first_video(container, path)
        written = into.add_stream_from_template(stream)
        for at, packet in enumerate(_numbered(packets_of(container, stream))):
            packet.pts, packet.dts = int(shown[at]), int(times[at]) - late
            packet.time_base, packet.duration = base, _step(footage)
            packet.stream = written
            into.mux(packet)
            yield meter.progress("copying", at + 1, len(ranks))
