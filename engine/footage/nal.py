"""Kinds of keyframe in H.264 and HEVC packets.

A packet marked as a keyframe need not be a clean start.  An H.264 recovery point may still let
later frames refer to older ones; an HEVC BLA picture makes the decoder drop the pictures that lead
up to it.
"""

from __future__ import annotations

from collections.abc import Iterator

_H264_IDR = 5
_HEVC_BLA = frozenset((16, 17, 18))


def is_clean_start(codec: str, packet: bytes, extradata: bytes | None) -> bool:
    """Whether everything shown after this keyframe packet depends on nothing before it.

    True for all codecs but H.264, whose keyframe must hold an IDR slice (ITU-T H.264, 7.4.1.2.4).
    HEVC guarantees it for the trailing pictures of every random access picture.
    """
    if codec != "h264":
        return True
    return any(
        unit[0] & 0x1F == _H264_IDR for unit in _units(packet, _length_size(codec, extradata))
    )


def breaks_the_link(codec: str, packet: bytes, extradata: bytes | None) -> bool:
    """Whether an HEVC packet holds a BLA picture: leading pictures after it are never shown."""
    if codec != "hevc":
        return False
    units = _units(packet, _length_size(codec, extradata))
    return any((unit[0] >> 1) & 0x3F in _HEVC_BLA for unit in units)


def _length_size(codec: str, extradata: bytes | None) -> int:
    """Bytes of the length before each unit (avcC, hvcC), or 0 for start codes (Annex B)."""
    if not extradata or extradata[0] != 1:
        return 0
    position = 4 if codec == "h264" else 21
    return (extradata[position] & 3) + 1 if len(extradata) > position else 0


def _units(packet: bytes, length_size: int) -> Iterator[bytes]:
    """The first byte of every NAL unit in a packet."""
    if length_size:
        offset = 0
        while offset + length_size < len(packet):
            length = int.from_bytes(packet[offset : offset + length_size], "big")
            offset += length_size
            yield packet[offset : offset + 1]
            offset += max(length, 1)
        return
    offset = packet.find(b"\0\0\1")
    while offset >= 0 and offset + 3 < len(packet):
        yield packet[offset + 3 : offset + 4]
        offset = packet.find(b"\0\0\1", offset + 3)
