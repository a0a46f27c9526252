"""The sound that goes with an untouched excerpt: packets of the same stretch of time, copied."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av

from engine.footage import Footage
from engine.footage.container import open_container
from engine.timebase import FrameSpan


def sound_packets(footage: Footage, span: FrameSpan) -> Iterator[Any]:
    """Packets of the first sound track that begin while the frames of a span are on the screen.

    They overlap the cut's ends by less than one packet, and nothing is decoded.
    """
    if not footage.has_audio:
        return
    table = footage.table
    begin = table.time(span.start)
    end = table.time(span.stop - 1) + (table.interval or Fraction(0))
    if span.stop < len(table):
        end = min(end, table.time(span.stop))
    with open_container(footage.path) as source:
        stream = source.streams.audio[0]
        base = stream.time_base
        if base is None:
            return
        source.seek(int(begin / base), stream=stream, backward=True)
        try:
            for packet in source.demux(stream):
                if packet.pts is None or packet.dts is None or not packet.size:
                    continue
                if packet.pts * base >= end:
                    return
                if packet.pts * base >= begin:
                    yield packet
        except av.FFmpegError:
            return  # damage ends the sound; the picture is what counts


def sound_stream(source: Any, target: Any) -> Any:
    """A stream of `target` for the first sound track of `source`; None where there is none, or
    the container cannot hold it.
    """
    if not source.streams.audio:
        return None
    try:
        return target.add_stream_from_template(source.streams.audio[0])
    except (ValueError, av.FFmpegError):
        return None


def clock(packet: Any) -> Fraction:
    """When a packet is decoded, in seconds."""
    ticks = packet.dts if packet.dts is not None else packet.pts
    return Fraction(int(ticks)) * Fraction(packet.time_base)
