"""Numbers, shares, durations and sizes as the language in force writes them: the one place.

Times of the footage (0:01:05.200) are the same in every language, because they are typed too.
"""

from __future__ import annotations

from PySide6.QtCore import QLocale

from app.language import locale, tr


def whole(number: int) -> str:
    """`1,234`."""
    return locale().toString(int(number))


def decimal(value: float, digits: int) -> str:
    """`0.50`: a value with so many digits after the point; a rounded zero has no sign."""
    return _plain().toString(round(float(value), digits) + 0.0, "f", digits)


def significant(value: float, digits: int = 4) -> str:
    """`0.0205`: a value by its leading digits, as short as can be."""
    return _plain().toString(float(value), "g", digits)


def percent(share: float, digits: int = 0) -> str:
    """`99.7 %` of a share 0..1."""
    return tr("{number} %", number=decimal(100 * share, digits))


def percent_done(share: float) -> str:
    """`43 %` of work whose share 0..1 is done: 100 only when all is."""
    return tr("{number} %", number=decimal(int(100 * share), 0))


def duration(seconds: float) -> str:
    """A duration as a person says it: `3 min 40 s`, `1 h 02 min`, `0.8 s`."""
    if seconds < 9.95:
        return tr("{seconds} s", seconds=decimal(seconds, 1))
    rounded = round(seconds)
    if rounded < 60:
        return tr("{seconds} s", seconds=rounded)
    minutes, second = divmod(rounded, 60)
    if minutes < 60:
        return tr("{minutes} min {seconds} s", minutes=minutes, seconds=f"{second:02d}")
    hours, minute = divmod(minutes, 60)
    return tr("{hours} h {minutes} min", hours=whole(hours), minutes=f"{minute:02d}")


def size(count: int) -> str:
    """`3.4 GB`, `120 MB`, `8 kB` of a count of bytes."""
    for unit, least in ((tr("{number} GB"), 1e9), (tr("{number} MB"), 1e6)):
        if count >= least:
            share = count / least
            return unit.format(number=decimal(share, 1 if share < 10 else 0))
    return tr("{number} kB", number=whole(max(1, round(count / 1e3))))


def _plain() -> QLocale:
    plain = QLocale(locale())
    plain.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
    return plain
