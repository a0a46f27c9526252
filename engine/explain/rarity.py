"""Which share of normal may be spoken of, and how a value stands to it."""

from __future__ import annotations

from collections.abc import Callable

from engine.explain.explanation import Finding, Measurement

LEVELS = (0.999, 0.99, 0.95)


def sayable_level(count: float) -> float:
    """The highest level that `count` normal values support: at least two lie above it."""
    for level in LEVELS:
        if count * (1 - level) >= 2:
            return level
    return LEVELS[-1]


def compared(
    name: str,
    value: float,
    unit: str,
    count: float,
    limit_at: Callable[[float], float],
    above: str,
    below: str,
) -> tuple[Finding | None, tuple[Measurement, ...]]:
    """A value against the normal quantile that can be spoken of.

    above, below: the words for a ratio of 1.05 and more, and for less; {0} is the ratio and {1} the
    level in per cent.  No finding where normal is nothing.
    """
    level = sayable_level(count)
    limit = limit_at(level)
    digits = 2 if max(abs(value), abs(limit)) >= 0.1 else 6  # squared errors are small
    measured = (
        Measurement(name, value, unit, digits),
        Measurement(f"{name}_level", 100 * level, "%", 1 if level > 0.99 else 0),
        Measurement(f"{name}_limit", limit, unit, digits),
    )
    if limit <= 1e-9:
        return None, measured
    ratio = Measurement(f"{name}_ratio", value / limit, "", 1)
    words = above if ratio.value >= 1.05 else below
    return Finding(words, (ratio, measured[1])), (*measured, ratio)
