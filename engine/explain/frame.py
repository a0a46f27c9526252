"""Explain one scored frame of an analysis, from what is stored and, for `attributes`, measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.detectors.base import Calibration, PartSpec
from engine.explain.explanation import Explanation, Finding, Measurement, Share
from engine.explain.rarity import compared
from engine.scoring.calibrating import at_level
from engine.scoring.ignoring import IgnoredArea, kept_cells
from engine.scoring.pooling import spatial_patches
from engine.scoring.score import ScoreSettings, normalised
from engine.scoring.usual import weighed as weighed_by
from engine.scoring.usual import weights_of

if TYPE_CHECKING:
    from engine.analysis.analysis import Analysis
    from engine.explain.attributes import Measuring

Box = tuple[int, int, int, int]
Cells = tuple[slice, slice]

ROLE_WORDS = {
    "appearance": "prediction error",
    "memory": "distance to the memory",
    "motion": "speed",
    "feature": "feature error",
}


def explain_frame(
    analysis: Analysis,
    index: int,
    settings: ScoreSettings,
    *,
    region: Box | None = None,
    areas: Sequence[IgnoredArea] = (),
    calibration: Calibration | None = None,
    measuring: Measuring | None = None,
) -> Explanation | None:
    """Why frame `index` scores as it does; None where it has no score or normal is not known.

    region: x, y, width, height in pixels of the shown picture; None: where it is worst.  areas:
    those that are ignored.  calibration: what is normal; None for the analysis' own.  measuring:
    what `attributes` measured in this frame.
    """
    calibration = calibration or analysis.calibration
    if calibration is None or index >= analysis.frames_done or not analysis.scored[index]:
        return None
    facts, settings = analysis.facts, settings.fitting(analysis.facts)
    maps = {name: coded.get(index, index + 1)[0] for name, coded in analysis.maps.items()}
    if not maps:
        return None
    picture = analysis.head.picture_size
    weighed = [
        (spec, weight)
        for spec, weight in (
            (facts.part("A", settings.pooling), settings.lambda_),
            (facts.part("B", settings.pooling), 1 - settings.lambda_),
        )
        if spec is not None and weight > 0 and spec.map_name in maps
    ]
    found: list[tuple[PartSpec, float, float, Cells]] = []  # part, value, term of the score, where
    everywhere = region is None and not areas
    for spec, weight in weighed:
        usual = weights_of(facts.calibration) if spec.pooling == "patch" else {}
        grid = full = weighed_by(maps[spec.map_name], usual.get(spec.map_name))
        if areas:
            grid = np.where(kept_cells(areas, grid.shape), grid, np.float32(0))
        given = None if region is None else _cells_in(region, grid.shape, picture)
        cells = _worst_cells(grid, facts.patch.cells, given)
        value = float(analysis.parts[spec.name][index])
        if not everywhere:
            value = _value_in(spec, full, cells, value, facts.patch.cells)
        term = float(normalised(np.array([value], np.float32), spec, "calibrated", calibration)[0])
        found.append((spec, value, weight * term, cells))
    if not found:
        return None
    terms = np.maximum([term for _, _, term, _ in found], 0.0)
    total = float(terms.sum())
    shares = terms / total if total > 0 else np.full(len(found), 1 / len(found))
    worst, _, _, cells = found[int(np.argmax(terms))]
    patch = _box_of(cells, maps[worst.map_name].shape, picture)
    findings: list[Finding] = []
    measured: list[Measurement] = []
    within: dict[str, tuple[tuple[str, float], ...]] = {}
    if measuring is not None:
        findings, measured = measuring.findings(cells)
        within = {spec.name: measuring.within(spec.map_name, where) for spec, _, _, where in found}
    else:
        for spec, value, _, where in found:
            if everywhere or spec.pooling == "patch":
                finding, values = _against_frames(spec, value, calibration)
            else:  # the mean of a place and that of a frame cannot be compared
                cell = maps[spec.map_name]
                finding, values = _against_places(
                    spec, float(cell[where].mean()), cell.size, calibration
                )
            measured += values
            if finding is not None:
                findings.append(finding)
    return Explanation(
        index,
        facts.name,
        float(sum(term for _, _, term, _ in found)),
        region or patch,
        patch,
        tuple(
            Share(spec.name, spec.role, float(share), within.get(spec.name, ()))
            for (spec, *_), share in zip(found, shares, strict=True)
        ),
        tuple(findings),
        tuple(measured),
    )


def _against_frames(
    spec: PartSpec, value: float, calibration: Calibration
) -> tuple[Finding | None, tuple[Measurement, ...]]:
    """A part's value, of the frame or of the worst patch of a region, against those of normal
    frames: the scale that the score is on.
    """
    quantiles = calibration.parts[spec.name]
    if spec.role == "motion":
        above = "{0} times faster than the fastest thing in {1} % of normal frames"
        below = "no faster than usual: {0} of what {1} % of normal frames stay below"
    else:
        above = ROLE_WORDS[spec.role] + " {0} times what {1} % of normal frames stay below"
        below = ROLE_WORDS[spec.role] + " {0} of what {1} % of normal frames stay below"
    return compared(
        spec.map_name,
        _plain(spec, -value if spec.direction == "down" else value),
        spec.unit if spec.form == "plain" else "",
        float(calibration.frames),
        lambda level: _plain(spec, at_level(calibration, quantiles, level)),
        above,
        below,
    )


def _plain(spec: PartSpec, up: float) -> float:
    """A value that rises with abnormality as the error it was made of."""
    if spec.form == "psnr":
        return float(10.0 ** (up / 10.0))
    return float(np.exp(up)) if spec.form == "log" else up


def _against_places(
    spec: PartSpec, value: float, cells: int, calibration: Calibration
) -> tuple[Finding | None, tuple[Measurement, ...]]:
    """The mean of a place against normal cells."""
    known = calibration.maps.get(spec.map_name)
    if known is None or not np.isfinite(known).all():
        return None, ()
    return compared(
        spec.map_name,
        value,
        spec.map_name,
        float(calibration.frames * cells),
        lambda level: at_level(calibration, known, level),
        ROLE_WORDS[spec.role] + " {0} times what {1} % of normal places stay below",
        ROLE_WORDS[spec.role] + " {0} of what {1} % of normal places stay below",
    )


def _value_in(
    spec: PartSpec, grid: NDArray[np.float32], cells: Cells, stored: float, patch: int
) -> float:
    """The part's value in a region: as the frame's, by what the map shows there."""
    everywhere = float(spatial_patches(grid[None], patch)[0].max())
    if spec.pooling == "frame":
        everywhere = float(grid.mean())
    ratio = float(grid[cells].mean()) / everywhere if everywhere > 0 else 1.0
    if spec.form == "psnr":
        return float(stored - 10 * np.log10(max(ratio, 1e-6)))
    if spec.form == "plain":
        return stored * ratio
    return float(stored + np.log(max(ratio, 1e-6)))


def _cells_in(region: Box, grid: tuple[int, ...], picture: tuple[int, int]) -> Cells:
    """The cells that a region of the shown picture touches, at least one."""
    x, y, width, height = region
    across, down = grid[1] / picture[0], grid[0] / picture[1]
    left = int(np.clip(np.floor(x * across), 0, grid[1] - 1))
    top = int(np.clip(np.floor(y * down), 0, grid[0] - 1))
    right = int(np.clip(np.ceil((x + width) * across), left + 1, grid[1]))
    bottom = int(np.clip(np.ceil((y + height) * down), top + 1, grid[0]))
    return slice(top, bottom), slice(left, right)


def _worst_cells(grid: NDArray[np.float32], patch: int, inside: Cells | None) -> Cells:
    """The worst patch of a map, within a region where one is given."""
    rows, columns = inside or (slice(0, grid.shape[0]), slice(0, grid.shape[1]))
    part = grid[rows, columns]
    high, wide = min(patch, part.shape[0]), min(patch, part.shape[1])
    means = spatial_patches(part[None], min(high, wide))[0]
    row, column = np.unravel_index(int(np.argmax(means)), means.shape)
    size = min(high, wide)
    top, left = rows.start + int(row), columns.start + int(column)
    return slice(top, top + size), slice(left, left + size)


def _box_of(cells: Cells, grid: tuple[int, ...], picture: tuple[int, int]) -> Box:
    across, down = picture[0] / grid[1], picture[1] / grid[0]
    rows, columns = cells
    left, top = round(columns.start * across), round(rows.start * down)
    return left, top, round(columns.stop * across) - left, round(rows.stop * down) - top
