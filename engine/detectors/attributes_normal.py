"""What is normal at each place, and how far a measured frame is from it.

Densities learned from normal footage: histograms of speed, of direction and of standing still for
each cell, how often something touches the ground there, a Gaussian mixture of the size of things
by the row that they stand in, and the nearest neighbours of form.  Each gives a plane that is 0 or
little where all is normal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.detectors.attributes_measuring import (
    CELL,
    FOREGROUND,
    ORIENTATIONS,
    STAY_FRAMES,
    Background,
    Measured,
    Plane,
    Thing,
    patch_mean,
)

DIRECTIONS = 8
SPEED_EDGES = np.geomspace(0.05, 40.0, 41)  # pixel/frame; the first bin is rest
MOVING = 0.3  # pixel/frame: slower is rest, or the noise of the flow
NEAR, NEAR_ROWS = 1.1, 3.0  # cells over which speeds are shared, beside the smoothing when learned
ROWS_SPEAK = 50.0  # cell-frames, some five walkers: below that the row says more than the place
EVERYWHERE = 2000.0  # cell-frames; below that the picture says more than the row
STAY_BIN = 4  # frames
WINDOW = (6, 4)  # cells, high and wide: the window whose form is compared
FILLED = 0.25  # share of foreground around a cell from which its form is looked at
NEIGHBOURS = 3
MOST_NATS = 30.0  # what is more surprising than that is just as impossible

APPEARANCE = ("place", "stay", "size", "form")
ATTRIBUTES = ("speed", "direction", *APPEARANCE)


def speed_bins(speed: Plane) -> NDArray[np.int64]:
    """Bin of each speed, 0 for rest.  Any shape."""
    return np.clip(np.searchsorted(SPEED_EDGES, speed, side="right"), 0, len(SPEED_EDGES) - 1)


def stay_bins(stay: Plane) -> NDArray[np.int64]:
    """Bin of each stay; 0 is none."""
    return np.ceil(stay / STAY_BIN).astype(np.int64)


STAY_BINS = STAY_FRAMES // STAY_BIN + 1


def direction_shares(flow: Plane) -> tuple[NDArray[np.int64], Plane]:
    """Where things go, by DIRECTIONS bins: the bin below and the share of the one above.

    flow (..., 2) says where things came from, so it is turned round.
    """
    angle = np.arctan2(-flow[..., 1], -flow[..., 0])
    place = np.mod(angle, 2 * np.pi) * (DIRECTIONS / (2 * np.pi))
    low = np.floor(place)
    return low.astype(np.int64) % DIRECTIONS, (place - low).astype(np.float32)


def thing_row(thing: Thing) -> tuple[float, float, float, float]:
    """(foot in cells, log height, log width, log area): what the mixture is over."""
    return (
        thing.foot / CELL,
        float(np.log(thing.height)),
        float(np.log(thing.width)),
        float(np.log(thing.area)),
    )


def windows(measured: Measured) -> tuple[NDArray[np.int64], Plane]:
    """Cells on foreground (n, 2) and the description of the window around each (n, D).

    The window's gradients are divided by their length (and a constant, so that noise stays small);
    the fill of its cells is the silhouette.
    """
    around = cv2.blur(measured.fill, (3, 3), borderType=cv2.BORDER_CONSTANT)
    cells = np.argwhere(around > FILLED)
    high, wide = WINDOW
    pad = ((high // 2, high // 2), (wide // 2, wide // 2))
    both = np.dstack((measured.form, measured.fill[..., None]))
    seen = np.lib.stride_tricks.sliding_window_view(np.pad(both, (*pad, (0, 0))), WINDOW, (0, 1))
    picked = seen[cells[:, 0], cells[:, 1]]  # (n, ORIENTATIONS + 1, high, wide)
    count, size = len(cells), high * wide  # of no cells the size cannot be told
    gradients = picked[:, :-1].reshape(count, ORIENTATIONS * size)
    length = np.linalg.norm(gradients, axis=1, keepdims=True)
    silhouette = picked[:, -1].reshape(count, size)
    return cells, np.hstack((gradients / (length + 5.0), 0.15 * silhouette)).astype(np.float32)


_COARSE = ("speeds", "stays", "directions")
_ARRAYS = (
    *_COARSE, "feet", "mixture_means", "mixture_roots", "mixture_weights", "sizes",
    "form_mean", "form_axes", "form_bank",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Normal:
    """Everything that was learned.

    speeds (h, w, 41), stays (h, w, B), directions (h, w, 8): shares of normal, each summing to 1
    over the last axis; feet (h, w): how many touch the ground there in a frame, on average.
    mixture_means (K, 4), mixture_roots (K, 4, 4), mixture_weights (K,): of things, the root being
    the transposed Cholesky factor of the precision; sizes (h, 2): median height and area of things
    by the row of their foot.  form_mean (D,), form_axes (D, d), form_bank (n, d): principal
    components of windows and normal windows in them.
    typical: median of -log density of things; median distance of form.
    units: for each attribute what is normal's 99 % quantile of a frame's worst patch.
    """

    background: Background
    speeds: Plane
    stays: Plane
    directions: Plane
    feet: Plane
    mixture_means: Plane
    mixture_roots: Plane
    mixture_weights: Plane
    sizes: Plane
    form_mean: Plane
    form_axes: Plane
    form_bank: Plane
    feet_typical: float
    size_typical: float
    form_typical: float
    frames: int
    units: Mapping[str, float]

    def as_arrays(self) -> dict[str, NDArray[Any]]:
        """What the weights file holds; histograms as float16, which keeps 3 digits."""
        arrays: dict[str, NDArray[Any]] = {
            "background_level": np.rint(self.background.level * 64).clip(0, 65535).astype("uint16"),
            "background_noise": self.background.noise.astype(np.float16),
        }
        for name in _ARRAYS:
            values = getattr(self, name)
            arrays[name] = values.astype(np.float16) if name in _COARSE else values
        return arrays

    def as_dict(self) -> dict[str, Any]:
        """What the card holds beside them."""
        return {
            "feet_typical": self.feet_typical,
            "size_typical": self.size_typical,
            "form_typical": self.form_typical,
            "frames": self.frames,
            "units": dict(self.units),
        }

    @staticmethod
    def from_arrays(arrays: Mapping[str, NDArray[Any]], card: Mapping[str, Any]) -> Normal:
        """The inverse of the two.  Raises KeyError, TypeError, ValueError on damaged ones."""
        level = arrays["background_level"].astype(np.float32) / np.float32(64)
        noise = arrays["background_noise"].astype(np.float32)
        background = Background(level, noise)
        if level.shape != noise.shape or arrays["feet"].shape != background.grid:
            raise ValueError("the arrays are of different pictures")
        return Normal(
            background,
            **{name: arrays[name].astype(np.float32) for name in _ARRAYS},
            feet_typical=float(card["feet_typical"]),
            size_typical=float(card["size_typical"]),
            form_typical=float(card["form_typical"]),
            frames=int(card["frames"]),
            units={str(name): float(unit) for name, unit in card["units"].items()},
        )

    @property
    def stay_frames(self) -> int:
        """Over how many frames standing still was counted; weights of before know fewer."""
        return int(self.stays.shape[-1] - 1) * STAY_BIN

    @cached_property
    def speed_limit(self) -> Plane:
        """What 99 of 100 of those that move there stay below, pixel/frame.  (h, w).

        Where few have moved, those of the same rows speak too, and of the whole picture: somebody
        who walks where nobody walks is out of place, not fast.
        """
        lower = np.concatenate(([0.0], SPEED_EDGES[:-1]))
        counts = np.where(lower >= MOVING, self.speeds, np.float32(0)) * np.float32(self.frames)
        if not counts.any():
            return np.full(counts.shape[:2], MOVING, np.float32)
        here = cv2.GaussianBlur(counts, (0, 0), NEAR)
        everywhere = counts.sum((0, 1)) / counts.sum()
        rows = cv2.GaussianBlur(counts.sum(1), (1, 0), sigmaX=0.1, sigmaY=NEAR_ROWS)
        rows = rows + EVERYWHERE * everywhere
        rows /= rows.sum(-1, keepdims=True)
        found = here + ROWS_SPEAK * rows[:, None]
        found /= found.sum(-1, keepdims=True)
        return level_of(found.astype(np.float32), SPEED_EDGES, 0.99)

    @cached_property
    def stay_limit(self) -> Plane:
        """The 99 % quantile of standing still at each place, frames; at least one second's."""
        edges = np.arange(self.stays.shape[-1], dtype=np.float64) * STAY_BIN
        return np.asarray(np.maximum(level_of(self.stays, edges, 0.99), 10.0), np.float32)

    def direction(self, flow: Plane) -> Plane:
        """Surprise of the direction at each place, nats above an even spread.  flow (h, w, 2)."""
        low, share = direction_shares(flow)
        rows, columns = np.indices(low.shape)
        p = self.directions[rows, columns, low] * (1 - share)
        p = p + self.directions[rows, columns, (low + 1) % DIRECTIONS] * share
        surprise = -np.log(DIRECTIONS * np.maximum(p, 1e-6))
        return np.asarray(np.maximum(surprise, 0.0), np.float32)

    def place(self, measured: Measured) -> Plane:
        """How rarely something stands there: log(usual / frequency), carried up from the feet over
        the cells above, as far as they are filled.  (h, w).
        """
        rare = np.log(self.feet_typical / (self.feet + 0.5 / self.frames))
        rare = np.maximum(rare, 0).astype(np.float32)
        feet, solid = measured.feet(), measured.fill >= FOREGROUND
        found = np.zeros_like(rare)
        carried = np.zeros(rare.shape[1], np.float32)
        for row in range(rare.shape[0] - 1, -1, -1):
            carried = np.where(feet[row], rare[row], np.where(solid[row], carried, 0))
            found[row] = carried
        return np.asarray(found, np.float32)

    def stay(self, measured: Measured) -> Plane:
        """How long something has stood still, by what is normal there.  (h, w).

        Spread to the neighbours: what is left behind may be smaller than a patch.
        """
        ratio = measured.stay / self.stay_limit
        return np.asarray(cv2.dilate(ratio, np.ones((3, 3), np.uint8)), np.float32)

    def thing_surprise(self, thing: Thing) -> float:
        """-log density of a large thing, less the median of normal; 0 for a small one."""
        row = min(max(0, round(thing.foot / CELL)), len(self.sizes) - 1)
        if thing.area <= self.sizes[row, 1]:
            return 0.0
        found = self.mixture_surprise(np.array([thing_row(thing)]))[0] - self.size_typical
        return float(np.clip(found, 0.0, MOST_NATS))

    def mixture_surprise(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """-log density under the mixture.  (n, 4) -> (n,)."""
        roots = self.mixture_roots.astype(np.float64)
        centred = rows[:, None, :] - self.mixture_means[None].astype(np.float64)  # (n, K, 4)
        turned = np.einsum("nki,kij->nkj", centred, roots)
        log = -0.5 * (turned**2).sum(-1) + np.log(np.abs(np.linalg.det(roots)))
        log += np.log(self.mixture_weights) - 0.5 * rows.shape[1] * np.log(2 * np.pi)
        return np.asarray(-np.logaddexp.reduce(log, axis=1), np.float64)

    def size(self, measured: Measured) -> Plane:
        """Surprise of the size of things for the row that they stand in, nats, over their boxes."""
        found = np.zeros_like(measured.fill)
        for thing in measured.things:
            surprise = self.thing_surprise(thing)
            if surprise > 0:
                box = found[thing.cells()]
                np.maximum(box, np.float32(surprise), out=box)
        return np.asarray(found * (measured.fill > 0.1), np.float32)

    def form(self, measured: Measured) -> Plane:
        """Distance of the form of foreground to the nearest normal ones, by the usual.  (h, w)."""
        cells, described = windows(measured)
        found = np.zeros_like(measured.fill)
        if len(cells):
            found[cells[:, 0], cells[:, 1]] = self.form_distance(described) / self.form_typical
        return found

    def form_distance(self, described: Plane) -> Plane:
        """Mean distance to the NEIGHBOURS nearest in the bank.  (n, D) -> (n,)."""
        query = (described - self.form_mean) @ self.form_axes
        bank = self.form_bank
        squares = (query**2).sum(1)[:, None] - 2 * query @ bank.T + (bank**2).sum(1)
        nearest = np.partition(squares, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
        return np.asarray(np.sqrt(np.maximum(nearest, 0)).mean(axis=1), np.float32)

    def surprises(self, measured: Measured) -> dict[str, Plane]:
        """Every attribute's plane (h, w), unscaled."""
        still = {
            "place": self.place(measured),
            "stay": self.stay(measured),
            "size": self.size(measured),
            "form": self.form(measured),
        }
        flow = measured.flow  # last: another thread may still be at it
        around = np.dstack((patch_mean(flow[..., 0]), patch_mean(flow[..., 1])))
        moving = {
            "speed": measured.speed / self.speed_limit,
            "direction": self.direction(around),
        }
        return moving | still


def level_of(shares: Plane, edges: NDArray[np.float64], level: float) -> Plane:
    """Quantile of histograms: shares (h, w, B) of the bins below edges[0], edges[1], ..; -> (h,
    w).

    Bin b holds what lies between edges[b - 1] and edges[b]; the first what lies below edges[0].
    Linear within a bin.
    """
    total = np.cumsum(shares, axis=-1, dtype=np.float64)
    at = np.minimum((total < level).sum(-1), shares.shape[-1] - 1)
    upper = edges[at]
    lower = np.where(at > 0, edges[np.maximum(at - 1, 0)], 0.0)
    reached = np.take_along_axis(total, at[..., None], -1)[..., 0]
    inside = np.take_along_axis(shares, at[..., None], -1)[..., 0]
    share = 1 - (reached - level) / np.maximum(inside, 1e-12)
    return np.asarray(lower + np.clip(share, 0, 1) * (upper - lower), np.float32)
