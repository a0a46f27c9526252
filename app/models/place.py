"""A place in a recording, from what was typed: a frame, a time since the start, a time of day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.language import tr
from app.moments import clock_words
from app.numerals import whole
from engine.timebase import timecode

_FRAME = re.compile(r"[0-9]+")
_SECONDS = re.compile(r"[0-9]+(\.[0-9]*)?s|[0-9]*\.[0-9]+|[0-9]+\.")
_COLONS = re.compile(r"([0-9]+:){1,2}[0-9]+(\.[0-9]*)?")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ground:
    """Where one can go.  frames: of the current file.  seconds: how long the recording lasts, all
    joined files and the gaps between them included.  began: when, where that is known.
    """

    frames: int
    seconds: float
    began: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A frame of the current file, or seconds after the recording began."""

    frame: int | None = None
    seconds: float = 0.0


def parse_place(text: str) -> tuple[str, float] | None:
    """("frame", n) or ("seconds", s) from what was typed; None where it is neither."""
    clean = text.strip().lower().replace(",", ".")
    if _FRAME.fullmatch(clean):
        return "frame", float(clean)
    if _SECONDS.fullmatch(clean):
        return "seconds", float(clean.removesuffix("s"))
    if not _COLONS.fullmatch(clean):
        return None
    seconds = 0.0
    for piece in clean.split(":"):
        seconds = seconds * 60 + float(piece)
    return "seconds", seconds


def place_in(ground: Ground, text: str) -> tuple[Place | None, str]:
    """The place and what is meant by it in words; or None and why it is none.

    Hours, minutes and seconds are a time of day where the recording was running then, else a time
    since its start; a time with seconds alone, or with minutes, is always one since the start.
    """
    parsed = parse_place(text)
    if parsed is None:
        if not text.strip():
            return None, tr("Type a frame or a time.")
        return None, tr("'{text}' is neither a frame nor a time.", text=text.strip())
    kind, value = parsed
    if kind == "frame":
        if value >= ground.frames:
            return None, tr("The last frame is {last}.", last=whole(ground.frames - 1))
        return Place(frame=int(value)), tr("Frame {number}", number=whole(int(value)))
    timed = text.count(":") == 2
    clock = _since_start(ground, value) if timed else None
    if clock is not None and ground.began is not None:
        moment = clock_words(ground.began + timedelta(seconds=clock))
        since = timecode(clock, digits=1)
        return Place(seconds=clock), tr(
            "{clock} by the clock, {time} after the start", clock=moment, time=since
        )
    if value <= ground.seconds:
        return Place(seconds=value), tr("{time} after the start", time=timecode(value, digits=1))
    return None, _too_late(ground, clock=timed)


def _since_start(ground: Ground, seconds_of_day: float) -> float | None:
    """Seconds after the start at which it was that time of day, on the first day that has it."""
    if ground.began is None or seconds_of_day >= _DAY.total_seconds():
        return None
    began = ground.began
    midnight = began.replace(hour=0, minute=0, second=0, microsecond=0)
    moment = midnight + timedelta(seconds=seconds_of_day)
    second = began.replace(microsecond=0)  # as clocks show it: 14:22:33 is when it began, too
    if moment < second:
        moment += _DAY
    since = max(0.0, (moment - began).total_seconds())
    return since if since <= ground.seconds else None


def _too_late(ground: Ground, *, clock: bool) -> str:
    end = timecode(ground.seconds, digits=1)
    if ground.began is None or not clock:
        return tr("The recording ends {time} after the start.", time=end)
    last = ground.began + timedelta(seconds=ground.seconds)
    return tr(
        "The recording goes from {start} to {stop}.",
        start=clock_words(ground.began),
        stop=clock_words(last),
    )
