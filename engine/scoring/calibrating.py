"""Quantiles of normal, and what they make of a raw value: calibrated units and rarity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from engine.detectors.base import Calibration, PartSpec
from engine.detectors.series import NormalSeries

# Dense at the abnormal end, where thresholds lie.
LEVELS = np.unique(
    np.concatenate(
        (np.linspace(0, 1, 41), [0.01, 0.96, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9999])
    )
)

SAMPLES = 600


def turned_up(values: NDArray[np.floating], direction: str) -> NDArray[np.floating]:
    """Values of a part turned so that up is abnormal."""
    return -values if direction == "down" else values


def quantiles(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Values at LEVELS, NaN left out.  Needs at least one finite value, else all NaN."""
    finite = values[np.isfinite(values)]
    if len(finite) == 0:
        return np.full(len(LEVELS), np.nan)
    return np.asarray(np.quantile(finite, LEVELS), np.float64)


def calibrate(
    parts: Mapping[str, NDArray[np.floating]],
    specs: Iterable[PartSpec],
    maps: Mapping[str, NDArray[np.floating]] | None = None,
    regular_score: NDArray[np.floating] | None = None,
    origin: str = "",
    series: NormalSeries | None = None,
    usual: Mapping[str, NDArray[np.float32]] | None = None,
) -> Calibration:
    """Quantiles of normal of every part (turned up), of map cells, and of E_t; and sample rows.

    series: the same parts in order of time, where they are known to be normal.  usual: by what the
    parts were weighed.
    """
    specs = tuple(specs)
    frames = 0
    found = {}
    for spec in specs:
        values = turned_up(np.asarray(parts[spec.name], np.float64), spec.direction)
        frames = max(frames, int(np.isfinite(values).sum()))
        found[spec.name] = quantiles(values)
    return Calibration(
        LEVELS,
        found,
        {name: quantiles(np.asarray(cells).ravel()) for name, cells in (maps or {}).items()},
        None if regular_score is None else quantiles(np.asarray(regular_score, np.float64)),
        origin,
        frames,
        _samples(parts, specs),
        series,
        usual or {},
    )


def _samples(
    parts: Mapping[str, NDArray[np.floating]], specs: Iterable[PartSpec]
) -> dict[str, NDArray[np.float32]]:
    """Rows in which every part has a value, at most SAMPLES of them, evenly spread."""
    columns = {spec.name: np.asarray(parts[spec.name], np.float32) for spec in specs}
    whole = np.all([np.isfinite(values) for values in columns.values()], axis=0)
    rows = np.flatnonzero(whole)
    picked = rows[np.linspace(0, len(rows) - 1, min(len(rows), SAMPLES)).astype(int)]
    return {name: values[picked] for name, values in columns.items()}


def at_level(calibration: Calibration, values: NDArray[np.float64], level: float) -> float:
    """The quantile at a probability, interpolated."""
    return float(np.interp(level, calibration.levels, values))


def scale_of(calibration: Calibration, name: str) -> tuple[float, float]:
    """(q50, q99 - q50) of a part: the zero and the unit of the calibrated score.

    A part that never moved on normal footage has no unit; 1 keeps its scores finite.
    """
    values = calibration.parts[name]
    middle = at_level(calibration, values, 0.5)
    unit = at_level(calibration, values, 0.99) - middle
    return middle, unit if np.isfinite(unit) and unit > 1e-12 else 1.0


def map_scale(calibration: Calibration, name: str) -> tuple[float, float]:
    """(q50, q99.9 - q50) of a map's cells: 1 on the overlay is as rare as one normal cell in
    1,000.
    """
    values = calibration.maps.get(name)
    if values is None or not np.isfinite(values).all():
        return 0.0, 1.0
    middle = at_level(calibration, values, 0.5)
    unit = at_level(calibration, values, 0.999) - middle
    return middle, unit if unit > 1e-12 else 1.0


def suggested_gamma(calibration: Calibration, level: float = 0.95) -> float | None:
    """gamma for review: the 0.95 quantile of E_t on normal footage."""
    if calibration.regular_score is None or not np.isfinite(calibration.regular_score).all():
        return None
    return at_level(calibration, calibration.regular_score, level)
