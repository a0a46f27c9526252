"""From a video file to its frame table.

Demuxing is quick and right for nearly all files, so the packets name the frames.  Where they cannot
be trusted (no PTS, times that run backwards, B-frames in AVI, ...) the stream is decoded once and
the pictures that come out are the frames.  The last pictures are always checked, for that is where
recordings break.
"""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av.error
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from engine.errors import UnreadableFootage
from engine.footage.container import (
    first_video,
    open_container,
    packets_of,
    pictures,
    skip_to_keyframe,
)
from engine.footage.frame_table import FrameTable
from engine.footage.packets import PacketList, expected_seconds, read_packets
from engine.progress import Progress, RateMeter, outcome_of
from engine.timebase import spoken_duration, timecode

_PROBED = 12  # pictures decoded from the start, enough to see B-frames come out of order
_REORDER = 16  # frames by which B-frames may be out of order; more is a clock that was set back
_TAIL_PIXELS = 60e6  # what a check of an unsuspicious ending may cost, about 0.3 s
_MANY = 300  # frames in one GOP from which jumping is felt
_LATE = 10.0  # seconds: transport streams commonly start at 1.4 s, which is not worth a word


@dataclass(slots=True)
class Index:
    """The frame table of a file, what the pictures look like, and what is wrong.

    counted: times in the file cannot be used to find a frame; it must be counted from the start.
    """

    table: FrameTable
    width: int
    height: int
    rotation: int
    pixel_format: str
    counted: bool = False
    problems: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Shown:
    """Pictures that came out of the decoder, in that order."""

    pts: list[int | None] = field(default_factory=list)
    keyframe: list[bool] = field(default_factory=list)
    corrupt: list[bool] = field(default_factory=list)

    @classmethod
    def of(cls, frames: Iterable[VideoFrame], total: int) -> Generator[Progress, None, _Shown]:
        """Look at pictures as they come; about `total` of them."""
        shown, meter = cls(), RateMeter()
        for frame in frames:
            shown.pts.append(frame.pts)
            shown.keyframe.append(bool(frame.key_frame))
            shown.corrupt.append(bool(frame.is_corrupt))
            yield meter.progress("counting frames", len(shown.pts), max(total, len(shown.pts)))
        return shown

    def drop_torn_end(self) -> int:
        """Forget damaged pictures at the very end; returns how many.

        The first one always stays.
        """
        whole = next((i for i in range(len(self.pts), 1, -1) if not self.corrupt[i - 1]), 1)
        lost = max(0, len(self.pts) - whole)
        del self.pts[whole:], self.keyframe[whole:], self.corrupt[whole:]
        return lost


def build_index(path: Path) -> Generator[Progress, None, Index]:
    """Read a video file's frame table, telling how far it is: where all must be decoded, it takes
    a while.  FootageNotFound, UnreadableFootage.
    """
    with closing(open_container(path)) as container:
        stream = first_video(container, path)
        stream.thread_type = "AUTO"
        packets = yield from read_packets(container, stream)
        claimed = expected_seconds(container, stream)
        claimed_frames = stream.frames
        reordered = bool(stream.codec_context.has_b_frames)
        distrust = packets.distrust(stream.codec_context.name, container.format.name, reordered)
        time_base = stream.time_base or Fraction(1, 90_000)
        rate = stream.average_rate or stream.guessed_rate or Fraction(25)
    first, early = _probe(path)
    rotation = round(first.rotation / 90) * 90 % 360
    turned = rotation in (90, 270)
    size = (first.height, first.width) if turned else (first.width, first.height)
    problems: list[str] = []
    counted = False
    table: FrameTable | None = None
    if not distrust and not len(packets):
        distrust = "no keyframe"
    if not distrust:
        pts, keyframe = packets.shown()
        if _agrees(FrameTable(pts, keyframe, time_base), early):
            table = FrameTable(pts, keyframe, time_base)
            pixels = first.width * first.height
            table = yield from _check_tail(path, table, packets, pixels, problems)
    if table is None:
        problems.clear()
        table, counted = yield from _decode_all(path, packets, time_base, rate, problems)
    _note_ending(table, packets, claimed, claimed_frames, problems)
    _note_oddities(table, packets, problems)
    return Index(table, *size, rotation, first.format.name, counted, problems)


def _decoded(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """Pictures from the first keyframe that the container comes to."""
    packets = packets_of(container, stream)
    start = skip_to_keyframe(packets)
    if start is None:
        return iter(())
    return pictures(stream, itertools.chain([start], packets))


def _agrees(table: FrameTable, early: _Shown) -> bool:
    """Whether the first pictures are the table's first frames, and its keyframes are keyframes.

    An AVI that lost its index, for one, comes with every packet marked as a keyframe.
    """
    count = len(early.pts)
    return early.pts == table.pts[:count].tolist() and all(
        real or not claimed for claimed, real in zip(table.keyframe, early.keyframe, strict=False)
    )


def _probe(path: Path) -> tuple[VideoFrame, _Shown]:
    """The first picture, and what the decoder says of the first few."""
    with closing(open_container(path)) as container:
        stream = first_video(container, path)
        head = list(itertools.islice(_decoded(container, stream), _PROBED))
    if not head:
        raise UnreadableFootage(
            f"{path.name} opens, but no picture in it can be decoded.",
            hint="The recording may be encrypted or damaged: try the recorder's own player.",
        )
    return head[0], outcome_of(_Shown.of(head, len(head)))


def _check_tail(
    path: Path, table: FrameTable, packets: PacketList, pixels: int, problems: list[str]
) -> Generator[Progress, None, FrameTable | None]:
    """The table without damaged last frames; None if decoding disagrees in some other way."""
    keys = np.flatnonzero(table.keyframe)
    last_key = int(keys[-1]) if len(keys) else 0
    # Two keyframes back: after a gradual refresh (H.264 recovery point) the first pictures are
    # withheld.
    from_key = int(keys[-2]) if len(keys) > 1 else 0
    suspicious = packets.damaged or packets.cut_off
    if not suspicious and (len(table) - from_key) * pixels > _TAIL_PIXELS:
        return table
    with closing(open_container(path)) as container:
        stream = first_video(container, path)
        stream.thread_type = "AUTO"
        if from_key > 0:
            try:
                container.seek(int(table.pts[from_key]), backward=True, stream=stream)
            except av.error.FFmpegError:
                return None
        shown = yield from _Shown.of(_decoded(container, stream), len(table) - from_key)
    whole = {
        stamp
        for stamp, corrupt in zip(shown.pts, shown.corrupt, strict=True)
        if not corrupt and stamp is not None
    }
    tail = [int(stamp) in whole for stamp in table.pts[last_key:]]
    if all(tail):
        return table
    good = tail.index(False) + last_key
    if good <= last_key or (any(tail[good - last_key :]) and not suspicious):
        return None  # not a torn end: let a full decode say what there is
    keep = np.ones(len(table), dtype=np.bool_)
    keep[last_key:] = tail
    lost = int((~keep).sum())
    problems.append(_left_out(lost))
    return FrameTable(table.pts[keep], table.keyframe[keep], table.time_base)


def _left_out(lost: int) -> str:
    if lost == 1:
        return "The last frame is damaged and left out."
    return f"The last {lost} frames are damaged and left out."


def _decode_all(
    path: Path, packets: PacketList, time_base: Fraction, rate: Fraction, problems: list[str]
) -> Generator[Progress, None, tuple[FrameTable, bool]]:
    """(table, counted) from decoding the whole stream once."""
    with closing(open_container(path)) as container:
        stream = first_video(container, path)
        stream.thread_type = "AUTO"
        shown = yield from _Shown.of(_decoded(container, stream), len(packets))
    if not shown.pts:
        raise UnreadableFootage(
            f"{path.name} opens, but no picture in it can be decoded.",
            hint="The recording may be encrypted or damaged: try the recorder's own player.",
        )
    lost = shown.drop_torn_end()
    if lost:
        problems.append(_left_out(lost))
    if any(shown.corrupt):
        problems.append(
            f"Frames that are damaged and show only what could be saved: {sum(shown.corrupt)}."
        )
    keyframe = np.array(shown.keyframe, dtype=np.bool_)
    stamps = [stamp for stamp in shown.pts if stamp is not None]
    if len(stamps) == len(shown.pts):
        pts = np.array(stamps, dtype=np.int64)
        steps = np.diff(pts)
        if bool(np.all(steps >= 0)) and set(stamps) <= set(packets.pts):
            fresh = np.concatenate([[True], steps > 0])
            if not fresh.all():
                problems.append(f"{int((~fresh).sum())} frames repeat a time and are left out.")
            return FrameTable(pts[fresh], keyframe[fresh], time_base), False
        rank = np.argsort(np.argsort(pts, kind="stable"), kind="stable")
        in_order = np.sort(pts)
        local = int(np.abs(rank - np.arange(len(pts))).max()) <= _REORDER
        if local and bool(np.all(np.diff(in_order) > 0)):
            # The times are those of the frames, but handed out in decode order.
            problems.append(
                "The file stores no presentation times: frames are found by counting from the "
                "start, so jumping is slow. Converting it to MP4 or MKV without re-encoding helps."
            )
            return FrameTable(in_order, keyframe, time_base), True
    problems.append(
        f"The times in this file are missing or run backwards: the frames are numbered at "
        f"{float(rate):g} a second, so times are approximate and jumping is slow. "
        "Converting it to MP4 helps."
    )
    return FrameTable(np.arange(len(shown.pts)), keyframe, 1 / rate), True


def _note_ending(
    table: FrameTable,
    packets: PacketList,
    claimed: Fraction | None,
    claimed_frames: int,
    problems: list[str],
) -> None:
    duration = table.duration
    usual = table.interval or Fraction(0)
    missing = claimed is not None and claimed - duration > max(Fraction(1, 2), 5 * usual)
    fewer = claimed_frames > 0 and claimed_frames > len(packets) + packets.before_keyframe
    if not (packets.cut_off or missing or fewer):
        return
    last = len(table) - 1
    there = spoken_duration(float(duration))
    if missing and claimed is not None:
        there += f" of about {spoken_duration(float(claimed))}"
    elif fewer:
        there = f"{len(table)} of {claimed_frames} frames"
    problems.insert(
        0,
        f"The file ends early: it is cut off after frame {last} at "
        f"{timecode(table.time(last) - table.time(0))}; {there} are there.",
    )


def _note_oddities(table: FrameTable, packets: PacketList, problems: list[str]) -> None:
    start = float(table.time(0))
    if abs(start) >= _LATE:
        problems.append(f"The times in this file start at {start:,.0f} s; they are shown from 0.")
    if packets.before_keyframe:
        problems.append(
            f"The recording starts in the middle of a picture group: {packets.before_keyframe} "
            "frames before the first keyframe cannot be shown."
        )
    if int(table.keyframe.sum()) <= 1 and len(table) > _MANY:
        problems.append(
            "Only the first frame is a keyframe: jumping is slow, and an untouched excerpt can "
            "begin only there."
        )
