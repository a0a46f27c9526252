"""What `attributes` measured at a place, and what is normal there, in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.detectors.attributes import AttributesConfig, in_units, wrong_way
from engine.detectors.attributes_measuring import CELL, Measured, Thing
from engine.detectors.attributes_normal import (
    APPEARANCE,
    DIRECTIONS,
    SPEED_EDGES,
    Normal,
    level_of,
)
from engine.explain.explanation import Finding, Measurement
from engine.explain.rarity import compared

Cells = tuple[slice, slice]

MOVING = 0.3  # pixel/frame of the working picture; slower has no direction worth a word
LARGE = 1.3  # times the median area of things that stand in the same row
STOOD = 1.0  # seconds of standing still worth a word
RARE = 0.2  # of the usual frequency: seldom enough to be said
WAYS = (
    "right", "down and right", "down", "down and left",
    "left", "up and left", "up", "up and right",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Measuring:
    """One measured frame with the densities that it is compared with.

    rate: frames a second that the detector sees.
    """

    measured: Measured
    normal: Normal
    config: AttributesConfig
    rate: float

    def within(self, map_name: str, cells: Cells) -> tuple[tuple[str, float], ...]:
        """Shares of the attributes in a part's map at a place, the largest first.

        Of appearance only the oddest attribute of a cell counts there.
        """
        planes = self.normal.surprises(self.measured)
        if map_name == "motion":
            odd = wrong_way(planes, self.config)[cells]
            terms = {"speed": float(planes["speed"][cells].mean()), "direction": float(odd.mean())}
        else:
            units = in_units(planes, self.normal.units)[:, *cells]
            oddest = units.argmax(axis=0)
            above = np.maximum(units.max(axis=0) - self.config.evident, 0)
            terms = {name: float(above[oddest == at].sum()) for at, name in enumerate(APPEARANCE)}
        total = sum(terms.values())
        if total <= 0:
            return ()
        shares = [(name, value / total) for name, value in terms.items() if value > 0]
        return tuple(sorted(shares, key=lambda one: -one[1]))

    def findings(self, cells: Cells) -> tuple[list[Finding], list[Measurement]]:
        """Words and values for a place."""
        findings: list[Finding] = []
        measured: list[Measurement] = []
        for finding, values in (
            self._size(cells),
            self._direction(cells),
            self._speed(cells),
            self._stay(cells),
            self._place(cells),
            self._form(cells),
        ):
            measured += values
            if finding is not None:
                findings.append(finding)
        return findings, measured

    def thing_at(self, cells: Cells) -> Thing | None:
        """The thing whose box shares most cells with the place."""
        rows, columns = cells

        def common(thing: Thing) -> int:
            high, wide = thing.cells()
            down = min(rows.stop, high.stop) - max(rows.start, high.start)
            across = min(columns.stop, wide.stop) - max(columns.start, wide.start)
            return int(max(0, down) * max(0, across))

        best = max(self.measured.things, key=common, default=None)
        return best if best is not None and common(best) else None

    def _size(self, cells: Cells) -> tuple[Finding | None, tuple[Measurement, ...]]:
        thing = self.thing_at(cells)
        if thing is None:
            return None, ()
        sizes = self.normal.sizes
        usual = sizes[min(round(thing.foot / CELL), len(sizes) - 1)]
        height = Measurement("height_ratio", thing.height / max(float(usual[0]), 1.0), "", 1)
        area = Measurement("area_ratio", thing.area / max(float(usual[1]), 1.0), "", 1)
        surprise = Measurement("size_surprise", self.normal.thing_surprise(thing), "nat", 1)
        finding = None
        if area.value >= LARGE and surprise.value > 0:
            finding = Finding("large ({0} times the usual area in that row)", (area,))
        return finding, (height, area, surprise)

    def _direction(self, cells: Cells) -> tuple[Finding | None, tuple[Measurement, ...]]:
        flow = self.measured.flow[cells].reshape(-1, 2).mean(axis=0)
        if float(np.hypot(*flow)) < MOVING:
            return None, ()
        angle = float(np.arctan2(-flow[1], -flow[0]))
        toward = round(angle / (2 * np.pi) * DIRECTIONS) % DIRECTIONS
        shares = self.normal.directions[cells].reshape(-1, DIRECTIONS).mean(axis=0)
        share = Measurement("direction_share", 100 * float(shares[toward]), "%", 1)
        degrees = Measurement("direction", float(np.degrees(angle)) % 360, "degrees", 0)
        rare = share.value < 100 / DIRECTIONS / 2
        words = f"moving {WAYS[toward]}"
        if rare:
            return Finding(words + " as {0} % of normal motion does there", (share,)), (
                degrees,
                share,
            )
        return Finding(words), (degrees, share)

    def _speed(self, cells: Cells) -> tuple[Finding | None, tuple[Measurement, ...]]:
        speed = float(self.measured.speed[cells].mean())
        shares = self.normal.speeds[cells].reshape(-1, len(SPEED_EDGES)).mean(axis=0)[None, None]
        if speed < MOVING:
            return None, (Measurement("speed", speed, "pixel/frame", 2),)
        return compared(
            "speed",
            speed,
            "pixel/frame",
            float(self.normal.frames),
            lambda level: float(level_of(shares, SPEED_EDGES, level)[0, 0]),
            "{0} times faster than {1} % of normal here",
            "not fast: {0} of the speed that {1} % of normal here stays below",
        )

    def _stay(self, cells: Cells) -> tuple[Finding | None, tuple[Measurement, ...]]:
        frames = float(self.measured.stay[cells].max())
        seconds = Measurement("stay", frames / self.rate, "s", 1)
        if seconds.value < STOOD:
            return None, (seconds,)
        least = "at least " if frames >= self.normal.stay_frames else ""
        return Finding(f"standing still for {least}{{0}} s", (seconds,)), (seconds,)

    def _place(self, cells: Cells) -> tuple[Finding | None, tuple[Measurement, ...]]:
        """How often something stands where this thing stands."""
        feet = np.argwhere(self.measured.feet())
        thing = self.thing_at(cells)
        if thing is None or not len(feet):
            return None, ()
        rows, columns = thing.cells()
        inside = (
            (feet[:, 0] >= rows.stop - 2)
            & (feet[:, 0] <= rows.stop)
            & (feet[:, 1] >= columns.start)
            & (feet[:, 1] < columns.stop)
        )
        if not inside.any():
            return None, ()
        spots = feet[inside]
        often = float(self.normal.feet[spots[:, 0], spots[:, 1]].mean())
        share = Measurement("place_share", 100 * often, "%", 2)
        if often >= RARE * self.normal.feet_typical:
            return None, (share,)
        return Finding("where something stands in {0} % of normal frames", (share,)), (share,)

    def _form(self, cells: Cells) -> tuple[Finding | None, tuple[Measurement, ...]]:
        plane = self.normal.form(self.measured)[cells]
        if not (plane > 0).any():
            return None, ()
        ratio = Measurement("form_ratio", float(plane[plane > 0].mean()), "", 1)
        if ratio.value < 2.0:
            return None, (ratio,)
        return Finding("its form {0} times as far from known ones as usual", (ratio,)), (ratio,)
