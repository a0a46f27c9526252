"""Scores of normal footage as they followed one another, so that segments of normal can be counted.

Quantiles say how rare a single frame is; how often a threshold would flag normal footage depends
on how high scores stand together, and that only the order tells.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROWS = 36_000  # at most: an hour at 10 frames a second, 70 kB a part
STRETCHES = 400


@dataclass(frozen=True, slots=True, eq=False)
class NormalSeries:
    """Parts of normal frames, stretch after stretch.

    rate: rows a second.  lengths: rows of each stretch.  halves: part name -> float16 (N,), the
    value over two to the power of `exponents`; NaN where there is no value.
    """

    rate: float
    lengths: tuple[int, ...]
    halves: Mapping[str, NDArray[np.float16]]
    exponents: Mapping[str, int]

    def __len__(self) -> int:
        return sum(self.lengths)

    @property
    def seconds(self) -> float:
        """How much normal footage it covers."""
        return len(self) / self.rate

    def stretches(self) -> Iterator[dict[str, NDArray[np.float32]]]:
        """Parts of each stretch, name -> float32 (rows,)."""
        whole = {
            name: np.ldexp(half.astype(np.float32), self.exponents[name])
            for name, half in self.halves.items()
        }
        start = 0
        for length in self.lengths:
            yield {name: values[start : start + length] for name, values in whole.items()}
            start += length

    def as_dict(self) -> dict[str, Any]:
        """For cards and files."""
        return {
            "rate": self.rate,
            "lengths": list(self.lengths),
            "exponents": dict(self.exponents),
            "halves": {
                name: base64.b64encode(half.astype("<f2").tobytes()).decode()
                for name, half in self.halves.items()
            },
        }

    @staticmethod
    def from_dict(document: Mapping[str, Any]) -> NormalSeries:
        """The inverse of `as_dict`.  Raises KeyError, TypeError, ValueError on damage."""
        halves = {
            name: np.frombuffer(base64.b64decode(text, validate=True), "<f2").astype(np.float16)
            for name, text in document["halves"].items()
        }
        lengths = tuple(int(length) for length in document["lengths"])
        rate = float(document["rate"])
        if rate <= 0 or any(len(half) != sum(lengths) for half in halves.values()):
            raise ValueError("a series whose lengths do not fit")
        exponents = {name: int(document["exponents"][name]) for name in halves}
        return NormalSeries(rate, lengths, halves, exponents)


def normal_series(
    parts: Mapping[str, NDArray[np.floating]],
    lengths: Sequence[int],
    rate: float,
    *,
    limit: int = ROWS,
) -> NormalSeries:
    """Keep parts (N,) of stretches that lie one after another.

    More than `limit` rows or STRETCHES are thinned by leaving out whole stretches, evenly; a single
    stretch that is too long loses its end.
    """
    starts = np.concatenate(([0], np.cumsum(lengths)))[:-1].astype(int)
    kept = _thinned([int(length) for length in lengths], limit)
    shown = [(int(starts[at]), min(int(lengths[at]), limit)) for at in kept]
    rows = np.concatenate([np.arange(s, s + n) for s, n in shown] or [np.zeros(0, int)])
    halves, exponents = {}, {}
    for name, values in parts.items():
        picked = np.asarray(values, np.float64)[rows]
        finite = picked[np.isfinite(picked)]
        peak = float(np.abs(finite).max()) if len(finite) else 0.0
        exponents[name] = math.frexp(peak)[1] if peak > 0 else 0  # so that the peak lies below 1
        halves[name] = np.ldexp(picked, -exponents[name]).astype(np.float16)
    return NormalSeries(float(rate), tuple(n for _, n in shown), halves, exponents)


def _thinned(lengths: list[int], limit: int) -> list[int]:
    """Which stretches fit."""
    count = min(STRETCHES, len(lengths))
    while count:
        at = np.unique(np.linspace(0, len(lengths) - 1, count).astype(int)).tolist()
        if sum(min(lengths[i], limit) for i in at) <= limit:
            return [i for i in at if lengths[i] > 0]
        count -= max(1, count // 20)
    return []
