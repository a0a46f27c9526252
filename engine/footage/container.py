"""A video file as libav sees it: opening it, its packets, its pictures.

Every failure to open becomes one sentence that says which kind of broken the file is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import av.error
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from engine.errors import FootageNotFound, UnreadableFootage

# A playlist or a reference inside a file must not make the program fetch something from the
# network.
_OPTIONS = {"protocol_whitelist": "file,crypto,data"}
# Demuxers that accept plain text or play lists: what they open is no recording.
_NOT_FOOTAGE = {"tty", "hls", "concat", "ffmetadata", "srt", "webvtt", "ass", "subviewer", "bin"}


def open_container(path: Path) -> InputContainer:
    """Open a file for demuxing; the caller closes it.  FootageNotFound, UnreadableFootage."""
    if not path.exists():
        raise FootageNotFound(f"There is no file {path}.")
    try:
        if path.stat().st_size == 0:
            raise UnreadableFootage(
                f"{path.name} is empty (0 bytes).",
                hint="Nothing was written into this file: copy it again from the recorder.",
            )
        container = av.open(str(path.absolute()), options=_OPTIONS)
    except (av.error.PermissionError, PermissionError) as error:
        raise UnreadableFootage(
            f"{path.name} may not be read by this user.",
            hint="Ask for permission to read the file, or copy it to a folder of your own.",
        ) from error
    except (av.error.FFmpegError, OSError) as error:
        raise _why_not(path, error) from error
    if container.format.name in _NOT_FOOTAGE:
        container.close()
        raise _no_video(path)
    return container


def first_video(container: InputContainer, path: Path) -> VideoStream:
    """The first video stream that is not a cover picture.  UnreadableFootage if there is none."""
    for stream in container.streams.video:
        if "attached_pic" in str(stream.disposition):
            continue
        try:
            context = stream.codec_context
        except RuntimeError as error:
            raise _no_decoder(path) from error
        if context is None:
            raise _no_decoder(path)
        return stream
    if container.streams.audio:
        raise UnreadableFootage(
            f"{path.name} holds sound but no picture.",
            hint="Choose the recording that goes with this sound track.",
        )
    raise _no_video(path)


def packets_of(container: InputContainer, stream: VideoStream) -> Iterator[Packet[VideoStream]]:
    """The non-empty packets of a stream from where the container stands.  FFmpegError on damage.

    Empty packets would tell the decoder to drain, and some recorders write them for dropped frames.
    """
    for packet in container.demux(stream):
        if packet.size:
            yield packet


def skip_to_keyframe(packets: Iterator[Packet[VideoStream]]) -> Packet[VideoStream] | None:
    """The first keyframe packet, or None.  Feeding a decoder anything earlier would give it
    pictures without references, and decoders differ in whether they show those.

    Demuxing that breaks here has nothing to offer either, so that is None too.
    """
    try:
        return next((packet for packet in packets if packet.is_keyframe), None)
    except av.error.FFmpegError:
        return None


def pictures(stream: VideoStream, packets: Iterable[Packet[VideoStream]]) -> Iterator[VideoFrame]:
    """Decode packets to the end and drain.  Packets that cannot be decoded give no picture.

    A demuxing error ends the packets: what the decoder still holds comes out first.
    """
    try:
        for packet in packets:
            try:
                batch = packet.decode()
            except av.error.FFmpegError:
                continue  # one damaged packet; the ones after it may be whole
            yield from batch
    except av.error.FFmpegError:
        pass
    try:
        rest = stream.codec_context.decode(None)
    except av.error.FFmpegError:
        return
    yield from rest


def _no_video(path: Path) -> UnreadableFootage:
    return UnreadableFootage(
        f"{path.name} is not a video that can be read.",
        hint="Choose a recording (MP4, MKV, AVI, TS, ...) or a folder of images.",
    )


def _no_decoder(path: Path) -> UnreadableFootage:
    return UnreadableFootage(
        f"{path.name} uses a video codec that is not known here.",
        hint="Convert it to MP4 with the recorder's own player.",
    )


def _why_not(path: Path, error: Exception) -> UnreadableFootage:
    if isinstance(error, av.error.DecoderNotFoundError):
        return _no_decoder(path)
    if isinstance(error, OSError) and not isinstance(error, av.error.FFmpegError):
        return UnreadableFootage(
            f"{path.name} could not be read from the disk: {error.strerror or error}.",
            hint="Check the disk or the network share, or copy the file to this computer.",
        )
    try:
        unfinished = _is_mp4_without_index(path)
    except OSError:
        unfinished = False
    if unfinished:
        return UnreadableFootage(
            f"{path.name} is an MP4 whose recording or copy was cut off: its index is missing.",
            hint="Copy it again from the recorder. If the original is like this too, a repair tool "
            "can rebuild the index from an intact recording of the same camera.",
        )
    return _no_video(path)


def _is_mp4_without_index(path: Path) -> bool:
    """Whether a file starts like MP4 or MOV but has no `moov` box (ISO/IEC 14496-12, 4.2)."""
    size = path.stat().st_size
    with open(path, "rb") as stream:
        start = stream.read(8)
        if start[4:8] not in (b"ftyp", b"mdat", b"wide", b"free", b"skip"):
            return False
        offset = 0
        while offset + 8 <= size:
            stream.seek(offset)
            header = stream.read(16)
            if header[4:8] in (b"moov", b"moof"):
                return False
            length = int.from_bytes(header[:4], "big")
            if length == 1:
                length = int.from_bytes(header[8:16], "big")
            if length < 8:  # 0: the box reaches to the end of the file
                break
            offset += length
    return True
