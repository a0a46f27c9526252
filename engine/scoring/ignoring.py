"""Ignored areas: parts scored again from the stored maps, without the cells that an analyst struck
out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.detectors.base import DetectorFacts, PatchRule
from engine.scoring.pooling import frame_means, worst_patches
from engine.scoring.usual import weighed, weights_of

BLOCK = 512  # frames decoded at a time


@dataclass(frozen=True, slots=True)
class IgnoredArea:
    """A polygon on the picture; points in shares of its width and height, 0..1."""

    points: tuple[tuple[float, float], ...]
    name: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For the review file."""
        return {"points": [list(p) for p in self.points], "name": self.name}

    @staticmethod
    def from_dict(document: dict[str, Any]) -> IgnoredArea:
        """The inverse of `as_dict`."""
        return IgnoredArea(
            tuple((float(x), float(y)) for x, y in document["points"]), document.get("name", "")
        )


class MapReader(Protocol):
    """Stored maps of one part."""

    codes: NDArray[np.uint8]

    def get(self, start: int, stop: int) -> NDArray[np.float32]:
        """Maps of frames [start, stop), (T, h, w)."""


def kept_cells(areas: Sequence[IgnoredArea], grid: tuple[int, int]) -> NDArray[np.bool_]:
    """Cells of a grid (h, w) whose centre lies in no ignored area (even-odd rule)."""
    rows, columns = grid
    y, x = np.mgrid[0:rows, 0:columns]
    x, y = (x + 0.5) / columns, (y + 0.5) / rows
    kept = np.ones(grid, bool)
    for area in areas:
        inside = np.zeros(grid, bool)
        ring = area.points
        for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
            if y1 == y2:
                continue
            crosses = (y1 > y) != (y2 > y)
            inside ^= crosses & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
        kept &= ~inside
    return kept


def without_areas(
    parts: dict[str, NDArray[np.float32]],
    facts: DetectorFacts,
    maps: dict[str, Any],
    clip_start: NDArray[np.bool_],
    areas: Sequence[IgnoredArea],
    frames_done: int,
) -> dict[str, NDArray[np.float32]]:
    """Parts (N,) as they would be if the areas had not been looked at.

    The stored value is scaled by what the kept cells say against all cells, both from the 8-bit
    maps, so that without areas nothing changes and the coding's error cancels.
    """
    if not areas:
        return parts
    result = dict(parts)
    for part in facts.parts:
        coded = maps.get(part.map_name)
        if coded is None:
            continue
        kept = kept_cells(areas, coded.codes.shape[1:])
        values = parts[part.name].copy()
        rows = np.flatnonzero(np.isfinite(values[:frames_done]))
        for run in _stretches(rows, clip_start):
            rule = facts.patch if part.pooling == "patch" else part.rule
            usual = weights_of(facts.calibration) if part.pooling == "patch" else {}
            ratio = _ratio(coded, run, rule, kept, usual.get(part.map_name))
            if part.form != "plain":
                # a logarithm: nepers up, or dB down
                factor = 1.0 if part.form == "log" else -10.0 / np.log(10.0)
                with np.errstate(divide="ignore", invalid="ignore"):
                    values[run] += factor * np.log(np.maximum(ratio, 1e-6))
            else:
                values[run] *= ratio
        result[part.name] = values
    return result


def _stretches(rows: NDArray[np.int64], clip_start: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """Scored rows, parted where a clip starts: patches never reach across a cut."""
    if not len(rows):
        return []
    starts = np.concatenate(([0], np.cumsum(clip_start)))
    born = starts[rows + 1]
    return np.split(rows, np.flatnonzero(np.diff(born)) + 1)


def _ratio(
    coded: MapReader,
    rows: NDArray[np.int64],
    rule: PatchRule | None,
    kept: NDArray[np.bool_],
    usual: NDArray[np.float32] | None,
) -> NDArray[np.float32]:
    """What the kept cells say against all, by the worst patch of a rule or by the whole frame."""
    half = 0 if rule is None else rule.frames // 2
    ratios = []
    for start in range(0, len(rows), BLOCK):
        # a block reads its neighbours too, so that the windows at its ends are whole
        low, high = max(0, start - half), min(len(rows), start + BLOCK + half)
        block = weighed(_read(coded, rows[low:high]), usual)
        inner = slice(start - low, start - low + min(BLOCK, len(rows) - start))
        if rule is None:
            all_cells, some = frame_means(block), frame_means(block, kept)
        else:
            all_cells = worst_patches(block, rule.cells, rule.frames)
            some = worst_patches(block, rule.cells, rule.frames, kept)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios.append(np.where(all_cells > 0, some / all_cells, 1.0)[inner])
    return np.concatenate(ratios).astype(np.float32)


def _read(coded: MapReader, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    first, last = int(rows[0]), int(rows[-1])
    if last - first + 1 == len(rows):
        return coded.get(first, last + 1)
    return np.concatenate([coded.get(i, i + 1) for i in rows.tolist()])
