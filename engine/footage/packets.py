"""What the packets of a video stream say, and where that is not to be trusted."""

from __future__ import annotations

import itertools
from collections.abc import Generator
from dataclasses import dataclass, field
from fractions import Fraction

import av.error
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from engine.footage.container import packets_of
from engine.footage.nal import breaks_the_link
from engine.progress import Progress

_REPORT = 256  # packets between two reports


@dataclass(slots=True)
class PacketList:
    """The packets of one stream in decode order, from the first keyframe on.

    pts, dts: in ticks of the stream's time base; None where the file has none.  discard: decoded
    but not shown (an MP4 edit list).  cut_off: demuxing ended in an error.
    """

    pts: list[int | None] = field(default_factory=list)
    dts: list[int | None] = field(default_factory=list)
    keyframe: list[bool] = field(default_factory=list)
    discard: list[bool] = field(default_factory=list)
    before_keyframe: int = 0
    damaged: bool = False
    cut_off: bool = False
    broken_link: bool = False

    def __len__(self) -> int:
        return len(self.pts)

    def distrust(self, codec: str, container: str, reordered: bool) -> str:
        """Why these packets cannot name the frames, as a word for the log, or "" if they can."""
        if any(stamp is None for stamp in self.pts):
            return "no pts"
        if len(set(self.pts)) < len(self.pts):
            return "duplicate pts"
        known = [stamp for stamp in self.dts if stamp is not None]
        if any(later < earlier for earlier, later in itertools.pairwise(known)):
            return "dts run backwards"
        if container == "avi" and reordered:
            # libav invents them in decode order, which is wrong for B-frames.
            return "AVI stores no pts"
        if codec == "vp8":
            return "vp8 has invisible frames"
        return "broken link" if self.broken_link else ""

    def shown(self) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """(pts, keyframe) of the frames that will be shown, in presentation order; needs every pts.

        Pictures before the first keyframe's, the leading ones of an open GOP, lack their
        references.
        """
        pts = np.array(self.pts, dtype=np.int64)
        keyframe = np.array(self.keyframe, dtype=np.bool_)
        keep = ~np.array(self.discard, dtype=np.bool_) & (pts >= pts[0])
        pts, keyframe = pts[keep], keyframe[keep]
        order = np.argsort(pts, kind="stable")
        return pts[order], keyframe[order]


def read_packets(
    container: InputContainer, stream: VideoStream
) -> Generator[Progress, None, PacketList]:
    """Demux a whole stream from its start, telling how many bytes of the file are passed.

    Errors end the list and are noted in it.
    """
    packets = PacketList()
    size = max(0, container.size)
    context = stream.codec_context
    codec, extradata = context.name, context.extradata
    try:
        for packet in packets_of(container, stream):
            packets.damaged |= packet.is_corrupt
            if not packets.pts and not packet.is_keyframe:
                packets.before_keyframe += 1
                continue
            if packet.is_keyframe and packets.pts and codec == "hevc":
                packets.broken_link |= breaks_the_link(codec, bytes(packet), extradata)
            packets.pts.append(packet.pts)
            packets.dts.append(packet.dts)
            packets.keyframe.append(packet.is_keyframe)
            packets.discard.append(packet.is_discard)
            if len(packets) % _REPORT == 0:
                yield Progress("reading the index", max(0, packet.pos or 0), size, "byte")
    except av.error.FFmpegError:
        packets.cut_off = True
    return packets


def expected_seconds(container: InputContainer, stream: VideoStream) -> Fraction | None:
    """How long the file claims to be, in seconds, or None.

    The container's own duration counts only without sound, which may well be longer than the
    picture.
    """
    if stream.duration and stream.time_base:
        return stream.duration * stream.time_base
    tag = stream.metadata.get("DURATION", "")  # Matroska: 00:00:20.000000000
    parts = tag.split(":")
    if len(parts) == 3:
        try:
            hours, minutes, seconds = (Fraction(part) for part in parts)
            return hours * 3600 + minutes * 60 + seconds
        except ValueError:
            pass
    if container.duration and not container.streams.audio:
        return Fraction(container.duration, 1_000_000)
    return None
