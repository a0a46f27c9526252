"""When a recording began, as far as its metadata or its name says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

FROM_CONTAINER = "container creation_time"
FROM_NAME = "file name"
FROM_ANALYST = "analyst"

_DATE = r"(?P<year>20\d\d|19[89]\d)[-_.]?(?P<month>[01]\d)[-_.]?(?P<day>[0-3]\d)"
_TIME = r"(?P<hour>[0-2]\d)[-_.:h]?(?P<minute>[0-5]\d)[-_.:m]?(?P<second>[0-5]\d)"
# Digits on either side would make it part of a longer number, such as a serial number.
_PARTS = ("year", "month", "day", "hour", "minute", "second")
STAMP = re.compile(rf"(?<!\d){_DATE}[-_. T]?{_TIME}(?!\d)")


def start_time(metadata: Mapping[str, str], name: str) -> tuple[datetime | None, str]:
    """The start and its origin ("" where unknown).

    The container's creation_time is in UTC and comes first; a time in the file's name is the
    recorder's own clock without a zone, so that datetime is naive.  Neither is proof: writers set
    both as they like.
    """
    stamp = _parse_container(metadata.get("creation_time", ""))
    if stamp is not None:
        return stamp, FROM_CONTAINER
    stamp = parse_name(name)
    return (stamp, FROM_NAME) if stamp is not None else (None, "")


def _parse_container(text: str) -> datetime | None:
    try:
        stamp = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if stamp.year < 1980:  # 1904 and 1970 are the zeros of clocks that were never set
        return None
    return stamp if stamp.tzinfo is not None else stamp.replace(tzinfo=UTC)


def parse_name(name: str) -> datetime | None:
    """A naive datetime from names such as cam3_20240131_142233.mkv or 2024-01-31T14-22-33.ts, or
    None.
    """
    for match in STAMP.finditer(name):
        try:
            year, month, day, hour, minute, second = (int(match[part]) for part in _PARTS)
            return datetime(year, month, day, hour, minute, second)
        except ValueError:  # the 31st of February, or hour 27: digits that only look like a time
            continue
    return None
