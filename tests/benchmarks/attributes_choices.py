"""How the patch, kappa, pace and lambda of `attributes` were chosen: pasted anomalies, each clip
before densities that have not seen it.

Not part of the checks: some forty minutes of one core for all of Ped2's clips.  Anomalies are told
from clips into which walkers were pasted as they walked: what tells a pasted clip from an untouched
one may be the seam.

Run: python tests/benchmarks/attributes_choices.py --clips ped2/training/frames --foreign plaza.avi
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from engine.detectors.attributes_measuring import Background, Measured, Measurer, learn_background
from engine.detectors.attributes_normal import APPEARANCE, Normal
from engine.detectors.speed import working_picture
from engine.learning.attributes_fit import Learner
from engine.learning.normal import NormalFootage
from engine.learning.pasting import (
    FOREIGN,
    KINDS,
    ROLLING,
    USUAL,
    Cutout,
    Frames,
    in_place_of,
    paste_one,
    read_frames,
    walkers_in,
)
from engine.scoring.pooling import worst_patches

Planes = Mapping[str, NDArray[np.float32]]
PATCHES = ((3, 5), (2, 5), (2, 7), (2, 9), (1, 7))  # cells and frames
SHIPPED = (2, 7)
ALL = ("normal", USUAL, *KINDS, FOREIGN)


def main() -> None:
    """One row for each rule."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=Path, required=True, help="a folder of normal clips")
    parser.add_argument("--foreign", type=Path, required=True)
    parser.add_argument("--into", default="", help="clips that are pasted into, 02,03; default all")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    clips = {path.name: read_frames(path) for path in sorted(given.clips.iterdir())}
    grey = np.concatenate([[working_picture(f) for f in frames] for frames in clips.values()])
    some = np.linspace(0, len(grey) - 1, 120).astype(int)
    background = learn_background(grey[some])
    walkers = {name: walkers_in([NormalFootage(given.clips / name)]) for name in clips}
    others = walkers_in([NormalFootage(given.foreign)])
    learners = {}
    normal = {}
    for name, frames in clips.items():
        normal[name] = measured(frames, background)
        learners[name] = Learner(background, 1)
        for one in normal[name]:
            learners[name].add(one)
    found: dict[str, list[tuple[Planes, NDArray[np.bool_]]]] = {kind: [] for kind in ALL}
    for at, (name, frames) in enumerate(clips.items()):
        rest = Learner.of_all([learners[k] for k in clips if k != name]).normal()
        found["normal"].append((planes(normal[name], rest), np.zeros(len(frames) - 1, bool)))
        if given.into and name not in given.into.split(","):
            continue
        moving = [track for k in clips if k != name for track in walkers[k]]
        for kind, made, mask in pasted(frames, moving, others, at):
            inside = mask.any(axis=(1, 2))[1:]
            found[kind].append((planes(measured(made, background), rest), inside))
        print(f"measured {name}", flush=True)
    for label, rule in rules(found["normal"]):
        tell(label, rule, found)


def pasted(
    frames: Frames, moving: list[list[Cutout]], others: list[list[Cutout]], seed: int
) -> Iterator[tuple[str, Frames, NDArray[np.bool_]]]:
    """The clip once with each kind."""
    usual = float(np.median([cut.picture.shape[0] for track in moving for cut in track]))
    rng = np.random.default_rng(seed)
    for kind in ALL[1:]:
        made, mask, at = frames.copy(), np.zeros(frames.shape[:3], bool), len(frames) // 4
        paces = ROLLING if kind.startswith("rolling") else (1.8, 3.2)  # below FAST: harder
        while at < 0.8 * len(made):
            track = moving[int(rng.integers(len(moving)))]
            if kind == FOREIGN:
                track = in_place_of(others[int(rng.integers(len(others)))], track, usual)
            at = paste_one(made, mask, track, kind, at, float(rng.uniform(*paces)))
            at += int(rng.integers(8, 20))
            if kind in ("large", "backwards"):
                break
        yield kind, made, mask


def measured(frames: Frames, background: Background) -> list[Measured]:
    """All frames but the first."""
    measurer = Measurer(background)
    every = [measurer.measure(working_picture(frame)) for frame in frames]
    return [one for one in every if one is not None]


def planes(frames: list[Measured], rest: Normal) -> Planes:
    """The attributes, (T, h, w) each, and the raw speed."""
    each = [rest.surprises(one) for one in frames]
    stacked = {name: np.stack([one[name] for one in each]) for name in each[0]}
    return {**stacked, "raw": np.stack([one.speed for one in frames])}


Rule = Callable[[Planes], NDArray[np.float32]]


def rules(
    normal: list[tuple[Planes, NDArray[np.bool_]]],
) -> Iterator[tuple[str, Rule]]:
    """What is compared."""

    def worst(values: NDArray[np.float32], cells: int, frames: int) -> NDArray[np.float32]:
        return worst_patches(values, cells, frames)

    def motion(kappa: float, pace: float, cells: int, frames: int) -> Rule:
        return lambda p: worst(
            p["speed"] + kappa * np.minimum(p["speed"], np.float32(pace)) * p["direction"],
            cells,
            frames,
        )

    for cells, frames in ((4, 3), *PATCHES):
        yield (
            f"speed, {7 * cells} pixels, {frames} frames",
            lambda p, cells=cells, frames=frames: worst(p["raw"], cells, frames),
        )
    for kappa, pace in (
        (0.0, 1.0),
        (0.5, np.inf),
        (1.0, np.inf),
        (1.0, 0.4),
        (1.0, 0.6),
        (1.0, 0.8),
    ):
        for cells, frames in PATCHES:
            label = f"motion, kappa {kappa}, pace {pace}, {7 * cells} pixels, {frames} frames"
            yield label, motion(kappa, pace, cells, frames)

    def level(values: Rule, share: float) -> float:
        return float(np.quantile(np.concatenate([values(p) for p, _ in normal]), share))

    units = {
        name: max(0.5, level(lambda p, name=name: worst(p[name], *SHIPPED), 0.99))  # type: ignore[misc]
        for name in APPEARANCE
    }

    def appearance(p: Planes) -> NDArray[np.float32]:
        oddest = np.stack([p[name] / np.float32(units[name]) for name in APPEARANCE]).max(axis=0)
        return worst(np.maximum(oddest - np.float32(0.8), 0), *SHIPPED)

    parts = (appearance, motion(1.0, 0.6, *SHIPPED))
    scales = [(level(part, 0.5), level(part, 0.99)) for part in parts]
    yield "appearance", appearance
    for share in (0.05, 0.1, 0.2, 0.4):

        def joint(p: Planes, share: float = share) -> NDArray[np.float32]:
            a, b = (
                (f(p) - low) / (high - low) for f, (low, high) in zip(parts, scales, strict=True)
            )
            return np.asarray(share * a + (1 - share) * b, np.float32)

        yield f"both, lambda {share}", joint


def tell(
    label: str, rule: Rule, found: Mapping[str, list[tuple[Planes, NDArray[np.bool_]]]]
) -> None:
    """AUC of each kind's frames against clips with walkers pasted as they walked, and of those
    against untouched ones (50: no seam is seen).
    """
    untouched = np.concatenate([rule(p) for p, _ in found["normal"]])
    usual = np.concatenate([rule(p) for p, _ in found[USUAL]])
    row = [f"seam {auc(untouched, usual):.1f}"]
    each = []
    for kind in (*KINDS, FOREIGN):
        odd = np.concatenate([rule(p)[inside] for p, inside in found[kind]])
        each.append(auc(usual, odd))
        row.append(f"{kind} {each[-1]:.1f}")
    print(f"{label}: {', '.join(row)}, mean {np.mean(each):.1f}", flush=True)


def auc(normal: NDArray[np.float32], odd: NDArray[np.float32]) -> float:
    """In %."""
    labels = np.concatenate((np.zeros(len(normal)), np.ones(len(odd))))
    return 100 * float(roc_auc_score(labels, np.concatenate((normal, odd))))


if __name__ == "__main__":
    main()
