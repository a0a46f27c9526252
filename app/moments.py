"""Moments of the day as text: read from what was typed, written with their zone."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from engine.timebase import offset_of

EARLIEST, LATEST = 1900, 2199  # years; what lies outside is a slip of the hand
# Offsets that are in use, in minutes from UTC: whole hours, and those that are not.
OFFSETS = sorted(
    {*range(-720, 841, 60), -570, -210, 210, 270, 330, 345, 390, 525, 570, 630, 765}
)  # fmt: skip


def zone_words(moment: datetime) -> str:
    """`UTC+01:00`, `UTC`, or "" where no zone is known."""
    offset = offset_of(moment)
    return offset and ("UTC" if offset == "+00:00" else f"UTC{offset}")


def clock_words(moment: datetime) -> str:
    """`14:22:33 UTC+01:00`, without a zone where none is known."""
    return f"{moment:%H:%M:%S} {zone_words(moment)}".rstrip()


def moment_words(moment: datetime) -> str:
    """`2024-01-31 14:22:33`, with a fraction where there is one; the zone is not told."""
    text = moment.replace(tzinfo=None).isoformat(sep=" ")
    return text.rstrip("0") if moment.microsecond else text


def read_moment(text: str) -> datetime | None:
    """A date with a time from what was typed, without a zone; None where it is none."""
    try:
        moment = datetime.fromisoformat(text.strip().replace(",", "."))
    except ValueError:
        return None
    timed = ":" in text and moment.tzinfo is None
    return moment if timed and EARLIEST <= moment.year <= LATEST else None


def in_zone(moment: datetime, minutes: int | None) -> datetime:
    """A moment with an offset from UTC; None leaves it without a zone."""
    return (
        moment if minutes is None else moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    )


def minutes_of(moment: datetime | None) -> int | None:
    """The offset from UTC; None without a zone."""
    offset = None if moment is None else moment.utcoffset()
    return None if offset is None else round(offset.total_seconds() / 60)


def moved_along(moment: datetime, before: datetime, after: datetime) -> datetime:
    """A moment of a clock that was set from `before` to `after`, in the zone that is known now."""
    if None not in (moment.tzinfo, before.tzinfo, after.tzinfo):
        return (moment + (after - before)).astimezone(after.tzinfo)
    by = after.replace(tzinfo=None) - before.replace(tzinfo=None)
    return (moment.replace(tzinfo=None) + by).replace(tzinfo=after.tzinfo)
