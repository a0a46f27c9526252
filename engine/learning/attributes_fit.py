"""Learn `attributes` from normal frames: one look for the background, one for the densities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from engine.detectors.attributes_measuring import (
    Background,
    Measured,
    Measurer,
    learn_background,
    patch_mean,
)
from engine.detectors.attributes_normal import (
    DIRECTIONS,
    SPEED_EDGES,
    STAY_BINS,
    Normal,
    direction_shares,
    speed_bins,
    stay_bins,
    thing_row,
    windows,
)
from engine.errors import UnusableDataset

BACKGROUND_FRAMES = 120
MOVING = 0.2  # pixel/frame: slower has no direction
EVEN = 10.0  # frames' worth of an even spread of directions that every place starts with
WINDOWS_EACH = 12  # windows kept of a frame
BANK = 2500
AXES = 32
COMPONENTS = 6

Spans = Sequence[tuple[int, int]]


def background_of(frames: NDArray[np.uint8], spans: Spans) -> Background:
    """The empty scene, from frames (N, H, W) spread evenly over the spans."""
    rows = np.concatenate([np.arange(start, stop) for start, stop in spans])
    picked = rows[np.linspace(0, len(rows) - 1, min(len(rows), BACKGROUND_FRAMES)).astype(int)]
    return learn_background(np.asarray(frames[np.unique(picked)]))


class Learner:
    """Counts what it is shown; `normal()` makes densities of it."""

    def __init__(self, background: Background, seed: int) -> None:
        grid = background.grid
        self.background = background
        self.frames = 0
        self._random = np.random.default_rng(seed)
        self._seed = seed
        self._speeds = np.zeros((*grid, len(SPEED_EDGES)), np.float32)
        self._stays = np.zeros((*grid, STAY_BINS), np.float32)
        self._directions = np.zeros((*grid, DIRECTIONS), np.float32)
        self._feet = np.zeros(grid, np.float32)
        self._things: list[tuple[float, float, float, float]] = []
        self._windows: list[NDArray[np.float32]] = []

    @staticmethod
    def of_all(learners: Sequence[Learner]) -> Learner:
        """What several have counted before the same background, as one."""
        whole = Learner(learners[0].background, learners[0]._seed)
        for one in learners:
            whole.frames += one.frames
            for counts in ("_speeds", "_stays", "_directions", "_feet"):
                getattr(whole, counts)[...] += getattr(one, counts)
            whole._things += one._things
            whole._windows += one._windows
        return whole

    def learn(self, frames: NDArray[np.uint8], spans: Spans) -> Iterator[int]:
        """Measure all frames (N, H, W) of the spans; yields how many are done."""
        measurer = Measurer(self.background)
        done = 0
        for start, stop in spans:
            measurer.forget()
            for at in range(start, stop):
                measured = measurer.measure(np.asarray(frames[at]))
                if measured is not None:
                    self.add(measured)
                done += 1
                yield done

    def add(self, measured: Measured) -> None:
        """Count one frame."""
        self.frames += 1
        rows, columns = np.indices(measured.speed.shape)
        speed = patch_mean(measured.speed)
        self._speeds[rows, columns, speed_bins(speed)] += 1
        self._stays[rows, columns, stay_bins(measured.stay)] += 1
        flow = np.dstack((patch_mean(measured.flow[..., 0]), patch_mean(measured.flow[..., 1])))
        moving = np.hypot(flow[..., 0], flow[..., 1]) > MOVING
        low, share = direction_shares(flow)
        self._directions[rows, columns, low] += moving * (1 - share)
        self._directions[rows, columns, (low + 1) % DIRECTIONS] += moving * share
        self._feet += measured.feet()
        self._things += [thing_row(thing) for thing in measured.things]
        _, described = windows(measured)
        self._windows.append(described[self._random.permutation(len(described))[:WINDOWS_EACH]])

    def normal(self) -> Normal:
        """What was learned.  Raises UnusableDataset where there was too little to see."""
        described = np.concatenate(self._windows) if self._windows else np.zeros((0, 1), np.float32)
        if len(self._things) < 10 * COMPONENTS or len(described) < 4 * AXES:
            raise UnusableDataset(
                "Too little moves in this footage to learn what is normal from it.",
                hint="Give a few minutes in which people or vehicles pass as they usually do.",
            )
        feet = gaussian_filter(self._feet, 1.0) / self.frames
        directions = gaussian_filter(self._directions, (1.5, 1.5, 0)) + EVEN / DIRECTIONS
        rows = np.array(self._things)
        normal = Normal(
            self.background,
            speeds=_shares(gaussian_filter(self._speeds, (1, 1, 0))),
            stays=_shares(gaussian_filter(self._stays, (1, 1, 0))),
            directions=_shares(directions),
            feet=feet.astype(np.float32),
            **_mixture(rows, self._seed),
            sizes=_sizes(rows, self.background.grid[0]),
            **_forms(described, self._random),
            feet_typical=float(np.average(feet, weights=self._feet + 1e-9)),
            size_typical=0.0,
            form_typical=1.0,
            frames=self.frames,
            units={},
        )
        # a third of the windows is not in the bank, so their distances are honest
        others = described[2::3][:BANK]
        return replace(
            normal,
            size_typical=float(np.median(normal.mixture_surprise(rows))),
            form_typical=float(np.median(normal.form_distance(others))),
        )


def _shares(counts: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(counts / counts.sum(-1, keepdims=True), np.float32)


def _mixture(rows: NDArray[np.float64], seed: int) -> dict[str, Any]:
    from sklearn.mixture import GaussianMixture

    some = rows[np.linspace(0, len(rows) - 1, min(len(rows), 8000)).astype(int)]
    found = GaussianMixture(COMPONENTS, reg_covar=1e-2, random_state=seed, max_iter=60).fit(some)
    return {
        "mixture_means": found.means_.astype(np.float32),
        "mixture_roots": found.precisions_cholesky_.astype(np.float32),
        "mixture_weights": found.weights_.astype(np.float32),
    }


def _sizes(rows: NDArray[np.float64], height: int) -> NDArray[np.float32]:
    """Median height and area by the row of the foot, over the nearest tenth of all things."""
    order = np.argsort(rows[:, 0])
    feet, n = rows[order, 0], max(5, len(rows) // 10)
    found = np.zeros((height + 1, 2), np.float32)
    for row in range(height + 1):
        start = int(np.clip(np.searchsorted(feet, row) - n // 2, 0, len(rows) - n))
        near = np.exp(rows[order[start : start + n]][:, [1, 3]])
        found[row] = np.median(near, axis=0)
    return found


def _forms(
    described: NDArray[np.float32], random: np.random.Generator
) -> dict[str, NDArray[np.float32]]:
    mean = described.mean(axis=0)
    some = described[random.permutation(len(described))[:6000]] - mean
    _, vectors = np.linalg.eigh(some.T @ some)
    axes = np.ascontiguousarray(vectors[:, ::-1][:, :AXES])
    kept = np.concatenate((described[0::3], described[1::3]))
    picked = kept[random.permutation(len(kept))[:BANK]]
    return {
        "form_mean": mean.astype(np.float32),
        "form_axes": axes.astype(np.float32),
        "form_bank": ((picked - mean) @ axes).astype(np.float32),
    }
